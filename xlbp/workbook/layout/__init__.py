"""From quantities to cells: which column a name has, and its formula as text.

Must never know: how a sheet looks, or any page.
"""
