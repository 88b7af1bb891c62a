"""What a book teaches, as records."""
