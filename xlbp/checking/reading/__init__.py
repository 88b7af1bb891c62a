"""The ways in, a file each, and the table of what files may end in."""
