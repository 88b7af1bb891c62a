"""How things look: colours, fonts, charts, pictures made of cells and lines.

Must never know: which sheets there are.
"""
