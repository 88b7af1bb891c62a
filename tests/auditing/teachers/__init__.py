"""Sheets as teachers lay them out, drawn by lot: a model, a layout, words or none, and slips to plant in them."""
