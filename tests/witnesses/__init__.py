"""Programs by others that tests call as witnesses of what a book holds and computes."""
