"""The sheet Handout."""
