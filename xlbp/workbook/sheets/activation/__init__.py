"""The activations of a book: their curves, and where each unit stands upon them."""
