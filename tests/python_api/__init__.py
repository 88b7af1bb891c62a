"""Python's way in."""
