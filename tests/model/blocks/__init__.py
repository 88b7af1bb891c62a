"""From a template to its training row."""
