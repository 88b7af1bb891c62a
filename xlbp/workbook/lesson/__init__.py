"""What a book teaches, as plain records: its path, predictions with answers, damages to plant, words.

Nothing here draws: the sheets do, and whoever else writes for teachers.
"""
