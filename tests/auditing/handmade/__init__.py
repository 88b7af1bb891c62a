"""Books in the manner in which people lay them out, made for what the audit once missed or said wrongly of the like."""
