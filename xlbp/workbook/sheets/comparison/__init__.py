"""The sheets of a comparison: the front with its standings, and all losses side by side."""
