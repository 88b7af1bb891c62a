"""What was handed in: files out of folders and archives, and whose each of them is.

Knows: zip archives and what may be wrong with them, how learning platforms name files, how names are spelled.  Must
never know: the exercise, what a workbook holds, nor write anywhere but into a temporary folder.
"""
