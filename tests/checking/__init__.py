"""A person's own numbers beside the truth."""
