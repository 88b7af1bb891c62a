"""Expressions, their derivatives, and rows of columns."""
