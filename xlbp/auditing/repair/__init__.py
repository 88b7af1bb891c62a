"""The smallest change of a formula that makes it right: hypotheses, tried on the numbers of many cells at once.

Knows: the table of changes that people make by mistake, what each costs, and the chain rule's flows to compare with.
Must never know: what a mistake is called in front of people, or how it is reported.
"""
