"""The machine underneath: processes, temporary files, atomic writes, memory.

Knows: errors and the operating system.  Must never know: workbooks, templates, mathematics.
"""
