"""Which of the shipped templates a test takes: all, those that show everything between them, or a few.

All are for what must hold of each book that is shipped.  What cannot depend on more than a template's features takes
those that show all of them; ``make quick`` takes a few of these.
"""

from __future__ import annotations

from functools import cache

from xlbp.template.load import load_template, shipped
from xlbp.template.template import Template

TINY = """
[expression]
variables = { a = 2 }
steps = ["f = a * a"]
objective = "f"
[training]
iterations = 2
learning_rate = 0.1
"""  # for tests that need some template, however small
ALL = tuple(sorted(shipped()))
# By name what each shows; tests/test_templates.py says that no other template shows more.
REPRESENTATIVES = {
    "mazur": "one sample; a bias that is shared and frozen; symbols of a source",
    "xor": "several samples side by side; binary cross-entropy",
    "into-backprop": "a computation graph that climbs",
    "sigmoid-unit": "a single parameter, without a landscape",
    "softmax-delta": "a graph of many operations",
    "ravine-momentum": "a graph with constants, by momentum with its own number",
    "three-two-two": "weights numbered by input",
    "dead-relu": "ReLU; notation by layer; a curve that is learned",
    "zero-weights": "weights that start at zero; momentum",
    "fastai-line-adam": "one sample in each row, from a table; Adam",
    "softmax-three-classes": "softmax with cross-entropy",
    "vanishing-relu": "six layers; random weights by He",
    "overfitting": "data for testing besides; weights from a normal distribution",
    "two-moons": "small batches in a drawn order, from a file; accuracy; a border that is learned",
    "iris": "classes from a file; scaled features; weights by Glorot",
    "char-rnn": "a recurrent layer; letters of an alphabet; a loss at each step",
    "lstm": "gates and a memory, with starts of their own",
    "gru": "a second bias",
    "cnn": "a convolution, pooling, maps in a row",
    "batch-norm": "what all samples have together; running statistics",
    "layer-norm": "what the features of a sample have together",
    "self-attention-causal": "queries, keys, values; scores that a mask leaves out",
    "attention-cheats": "an embedding, positions; attention to every step",
    "attention-formula": "a formula of arrays",
}
FEW = ("mazur", "xor", "into-backprop", "softmax-delta", "ravine-momentum", "fastai-line-adam")
# Settings of those with many samples: fewer stand side by side, each of which has the same columns.
FEWER = dict.fromkeys(("iris", "two-moons"), ("data.test=2", "training.batch_size=2"))


@cache
def loaded(name: str) -> Template:
    """A shipped template as it is, read once for all tests."""
    return load_template(name)


# Those whose picture has a node for each number; of the others tests/test_templates.py tells why theirs has none.
UNDRAWN = ("char-rnn", "lstm", "gru", "cnn", "batch-norm", "layer-norm", "self-attention-causal")
UNDRAWN += ("attention-cheats", "attention-formula")
DRAWN = tuple(name for name in REPRESENTATIVES if name not in UNDRAWN)
WITH_NETWORK = tuple(name for name, path in sorted(shipped().items()) if "\n[network]\n" in path.read_text("utf-8"))
