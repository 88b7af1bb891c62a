"""Tests of the workbook: formulas, layout, the file itself."""
