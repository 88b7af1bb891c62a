"""One file per sheet.  Each adds its sheet to the workbook; none computes a number."""
