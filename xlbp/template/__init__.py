"""WHAT is asked: a template as frozen values, and the one vocabulary of names.

Knows: TOML, the template contract, how every quantity of a row is called.
Must never know: how a row is computed (symbols, model, reference) or shown (workbook).
"""
