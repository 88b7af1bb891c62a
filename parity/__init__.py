"""The same training in PyTorch, compared with the workbook's formulas; run by ``make parity``."""
