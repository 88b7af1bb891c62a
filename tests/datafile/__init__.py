"""Reading a person's table."""
