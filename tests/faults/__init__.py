"""Everything that can go wrong, as a table, and what must hold whenever it does."""
