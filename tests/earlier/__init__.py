"""Books, exercises and records that released versions made: a class in the middle of a term updates."""
