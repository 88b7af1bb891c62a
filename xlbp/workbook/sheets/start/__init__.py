"""The sheet on which a book opens."""
