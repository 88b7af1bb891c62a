"""Why the claims are wrong: each slip once, by its name, with the cells it is in and what should stand there.

Knows: all rooms below; it asks them, and turns their answers into findings.
Must never know: how a finding is shown: no table, no JSON, no colour.
"""
