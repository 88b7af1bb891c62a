"""Networks on sequences, signals and images: one for each block and option, each pair of blocks, and drawn stacks."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from random import Random
from typing import Any, NamedTuple

from xlbp.template.load import parse_template
from xlbp.template.template import Template

Extents = tuple[int, ...]
SEQUENCE, SIGNAL, IMAGE, PICTURE = (3, 2), (2, 6), (2, 4, 4), (4, 4)


class Case(NamedTuple):
    """Layers on inputs of a shape, with outputs of a shape; the options are lines of their tables.

    Inputs are tokens where there are ``tokens`` of them: whole numbers below that.
    """

    inputs: Extents
    outputs: Extents
    layers: tuple[str, ...]
    network: str = ""
    data: str = ""
    training: str = ""
    samples: int = 1
    tokens: int = 0


READ_OUT = "units = 2"  # a dense layer
TOKENS = (3,)
EMBEDDED = 'name = "tokens"\nkind = "embedding"\nrows = 4\nsize = 2'
OF_MAPS = 'kind = "conv2d"\nfilters = 2\nkernel = 3\nbias = 0.2'
ATTENTION = 'kind = "attention"\nsize = 2'
CLASSES = ('loss = "cross_entropy"', "accuracy = true")
CASES: dict[str, Case] = {
    "rnn": Case(SEQUENCE, (3, 2), ('kind = "rnn"\nunits = 2\nbias = [0.1, -0.2]\nreturns = "all"',)),
    "rnn, relu, last": Case(SEQUENCE, (2,), ('kind = "rnn"\nunits = 3\nactivation = "relu"\nbias = 0.3', READ_OUT)),
    "rnn, one number": Case(
        SEQUENCE, (2,), ('kind = "rnn"\nunits = 2\nrecurrent = 0.4\ninitial = [0.3, -0.1]', READ_OUT), samples=3
    ),
    "rnn, no bias": Case(SEQUENCE, (2,), ('kind = "rnn"\nunits = 2\nbias = false', READ_OUT)),
    "rnn, frozen": Case(SEQUENCE, (2,), ('kind = "rnn"\nunits = 2\nfrozen = ["recurrent", "bias"]', READ_OUT)),
    "lstm": Case(SEQUENCE, (3, 2), ('kind = "lstm"\nunits = 2\nreturns = "all"\ninitial_cell = 0.4',), samples=3),
    "lstm, last": Case(SEQUENCE, (2,), ('kind = "lstm"\nunits = 2\ninitial = 0.2\nbias_shared = true', READ_OUT)),
    "rnn, two biases": Case(
        SEQUENCE, (2,), ('kind = "rnn"\nunits = 2\nbias = 0.1\nrecurrent_bias = [0.2, -0.3]', READ_OUT), samples=3
    ),
    "lstm, two biases": Case(SEQUENCE, (3, 2), ('kind = "lstm"\nunits = 2\nrecurrent_bias = 0.2\nreturns = "all"',)),
    "gru": Case(SEQUENCE, (3, 2), ('kind = "gru"\nunits = 2\nreturns = "all"\ninitial = 0.5',)),
    "gru, new": Case(SEQUENCE, (2,), ('kind = "gru"\nunits = 2\nrecurrent_bias = 0.1', READ_OUT), samples=3),
    "gru, every": Case(
        SEQUENCE, (2,), ('kind = "gru"\nunits = 2\nrecurrent_bias = [0.1, 0.2, -0.3, 0.4, 0.5, 0.6]', READ_OUT)
    ),
    "gru, before": Case(
        SEQUENCE, (2,), ('kind = "gru"\nunits = 2\nreset = "before"\ninitial = 0.5\nbias_shared = true', READ_OUT)
    ),
    "stacked": Case(
        SEQUENCE,
        (2,),
        (
            'kind = "gru"\nunits = 2\nreturns = "all"',
            'kind = "lstm"\nunits = 2\nreturns = "all"',
            'kind = "rnn"\nunits = 2',
            READ_OUT,
        ),
    ),
    "recurrent on a signal": Case(SIGNAL, (6, 1), ('kind = "conv1d"\nfilters = 2\nkernel = 3\npadding = 1',
                                                   'kind = "rnn"\nunits = 1\nreturns = "all"')),
    "dense on a signal": Case(SIGNAL, (5, 2), ('kind = "conv1d"\nfilters = 3\nkernel = 2', READ_OUT)),
    "conv1d": Case(SIGNAL, (2, 3), ('kind = "conv1d"\nfilters = 2\nkernel = 3\nstride = 2\npadding = 1',), samples=3),
    "conv1d on one channel": Case((5,), (2, 2), ('kind = "conv1d"\nfilters = 2\nkernel = 2\nstride = 2',)),
    "conv1d, windows on padding alone": Case(
        (1, 2), (1, 2), ("units = 2", 'kind = "conv1d"\nfilters = 1\nkernel = 1\nstride = 2\npadding = 1\nbias = 0.2')
    ),
    "conv1d on steps": Case(SEQUENCE, (2, 2), ('kind = "rnn"\nunits = 2\nreturns = "all"',
                                               'kind = "conv1d"\nfilters = 2\nkernel = 2'), samples=3),
    "steps nobody sees": Case(SEQUENCE, (2, 1), ('kind = "lstm"\nunits = 2\nreturns = "all"',
                                                 'kind = "conv1d"\nfilters = 2\nkernel = 2\nstride = 2')),
    "pooled steps": Case((5, 2), (3, 2), ('kind = "dense"\nunits = 3\nactivation = "tanh"',
                                          'kind = "max_pool"\nsize = 2'), samples=2),
    "conv2d": Case(PICTURE, (2, 3, 3), ('kind = "conv2d"\nfilters = 2\nkernel = 2\nbias = [0.1, -0.1]',), samples=3),
    "conv2d, channels": Case(
        (2, 5, 5), (2, 2, 4), ('kind = "conv2d"\nfilters = 2\nkernel = [3, 2]\nstride = [2, 1]\nbias_shared = true',)
    ),
    "conv2d, padded": Case(IMAGE, (2, 3, 2), ('kind = "conv2d"\nfilters = 2\nkernel = 3\nstride = 2\npadding = [2, 1]',
                                              ), samples=3),
    "conv2d, kinds of activation": Case(
        IMAGE,
        (2, 2, 2),
        (
            'kind = "conv2d"\nfilters = 2\nkernel = 2\nactivation = { name = "maxout", pieces = 2 }',
            'kind = "conv2d"\nfilters = 2\nkernel = 2\nactivation = "softmax"',
        ),
    ),
    "max_pool": Case(IMAGE, (2, 2, 2), ('kind = "conv2d"\nfilters = 2\nkernel = 1',
                                        'kind = "max_pool"\nsize = 2\nactivation = "sigmoid"'), samples=3),
    "max_pool, overlapping": Case(IMAGE, (2, 3, 3), ('kind = "conv2d"\nfilters = 2\nkernel = 1\nactivation = "tanh"',
                                                     'kind = "max_pool"\nsize = 2\nstride = 1')),
    "max_pool, dropped": Case(IMAGE, (2, 1, 1), ('kind = "conv2d"\nfilters = 2\nkernel = 1\nactivation = "silu"',
                                                 'kind = "max_pool"\nsize = 3')),
    "avg_pool": Case(IMAGE, (2,), ('kind = "conv2d"\nfilters = 2\nkernel = 2', 'kind = "avg_pool"\nsize = [2, 1]',
                                   'kind = "flatten"', READ_OUT), samples=3),
    "flatten of steps": Case(SEQUENCE, (2,), ('kind = "rnn"\nunits = 2\nreturns = "all"', 'kind = "flatten"',
                                              READ_OUT)),
    "add": Case(SEQUENCE, (3, 2), (
        'name = "h"\nkind = "rnn"\nunits = 2\nreturns = "all"', 'kind = "add"\nfrom = ["h", "input"]', READ_OUT)),
    "concat of steps": Case(SEQUENCE, (3, 2), (
        'name = "h"\nkind = "lstm"\nunits = 3\nreturns = "all"', 'kind = "concat"\nfrom = ["h", "input", "h"]',
        READ_OUT), samples=3),
    "concat of maps": Case(IMAGE, (2,), (
        'name = "h"\nkind = "conv2d"\nfilters = 1\nkernel = 3\npadding = 1', 'kind = "concat"\nfrom = ["h", "input"]',
        'kind = "max_pool"\nsize = 2', 'kind = "flatten"', READ_OUT)),
    "same_as": Case(SEQUENCE, (3, 2), (
        'name = "one"\nunits = 2\nactivation = "tanh"', 'units = 2\nweights = { same_as = "one" }',
        'kind = "rnn"\nunits = 2\nreturns = "all"\nweights = { same_as = "one" }\n'
        'recurrent = { same_as = "one.weights" }',
    ), samples=3),
    "same_as, kernels": Case(IMAGE, (2, 2, 2), (
        'name = "one"\nkind = "conv2d"\nfilters = 2\nkernel = 2\nactivation = "tanh"',
        'kind = "conv2d"\nfilters = 2\nkernel = 2\nweights = { same_as = "one" }\nbias = { same_as = "one" }')),
    "one activation twice": Case((3,), (2,), (
        'name = "sums"\nunits = 2', 'name = "one"\nkind = "activation"\nactivation = "tanh"',
        'name = "other"\nfrom = "sums"\nkind = "activation"\nactivation = "tanh"',
        'kind = "add"\nfrom = ["one", "other"]', READ_OUT)),
    "dropout": Case(SEQUENCE, (2,), (
        'units = 3\nactivation = "tanh"\ndropout = 0.4', 'kind = "lstm"\nunits = 2\nreturns = "all"',
        'kind = "dropout"\ndropout = 0.3', 'kind = "flatten"', READ_OUT), samples=3),
    "dropout of maps": Case(IMAGE, (2,), (
        'kind = "conv2d"\nfilters = 2\nkernel = 3\nactivation = "relu"\ndropout = 0.5', 'kind = "flatten"', READ_OUT)),
    "gates of steps": Case(SEQUENCE, (3, 2), ('units = 3\nactivation = "gelu"',
                                              'units = 2\nactivation = { name = "maxout", pieces = 3 }')),
    "softmax of steps": Case(SEQUENCE, (3, 2), ('units = 3\nactivation = "softmax"',
                                                'kind = "activation"\nactivation = "elu"', READ_OUT)),
    "classes of steps": Case(SEQUENCE, (3, 3), ('kind = "rnn"\nunits = 2\nreturns = "all"',
                                                'units = 3\nactivation = "softmax"'),
                             'loss = "cross_entropy"', "accuracy = true", samples=3),
    "classes of steps, sum": Case(SEQUENCE, (3, 3), ('units = 3\nactivation = "softmax"',),
                                  'loss = "cross_entropy"\nloss_over_steps = "sum"'),
    "classes of places": Case(IMAGE, (2, 3, 3), ('kind = "conv2d"\nfilters = 2\nkernel = 2\nactivation = "softmax"',),
                              'loss = "cross_entropy"', "accuracy = true"),
    "yes or no at each step": Case(SEQUENCE, (3, 1), ('units = 1\nactivation = "sigmoid"',),
                                   'loss = "binary_cross_entropy"', "accuracy = true", samples=2),
    "half_mse": Case(PICTURE, (1, 3, 3), ('kind = "conv2d"\nfilters = 1\nkernel = 2',), 'loss = "half_mse"', samples=2),
    "mae": Case(SEQUENCE, (3, 2), ('kind = "rnn"\nunits = 2\nreturns = "all"', READ_OUT), 'loss = "mae"'),
    "huber, sum": Case(SEQUENCE, (3, 2), (READ_OUT,), 'loss = "huber"\nloss_over_steps = "sum"', samples=2),
    "hinge": Case(SEQUENCE, (3, 1), ("units = 1",), 'loss = "hinge"', samples=2),
    "penalties and a long step": Case(
        SEQUENCE, (2,), ('kind = "lstm"\nunits = 2', READ_OUT), "", "", 'l1 = 0.01\nl2 = 0.1\noptimizer = "adam"', 2
    ),
    "many places": Case((5, 5), (2, 5, 5), ('kind = "conv2d"\nfilters = 2\nkernel = 3\npadding = 1',), samples=2),
    "tests and batches": Case(
        SEQUENCE, (2,), ('kind = "gru"\nunits = 2\nreset = "before"', READ_OUT), "", "test = 2\nscale = \"standard\"",
        "batch_size = 2", 6,
    ),
    "tests of maps": Case(
        IMAGE, (2,), ('kind = "conv2d"\nfilters = 2\nkernel = 2', 'kind = "max_pool"\nsize = 3', 'kind = "flatten"',
                      READ_OUT), 'loss = "mse"', 'test = 1\nscale = "minmax"\naccuracy = true', "", 4,
    ),
    "embedding": Case(TOKENS, (3, 2), (EMBEDDED,), samples=3, tokens=4),
    "embedding and positions": Case(
        TOKENS, (2,), (EMBEDDED, 'kind = "positions"\nactivation = "tanh"', 'kind = "flatten"', READ_OUT),
        samples=3, tokens=4,
    ),
    "embedding, frozen": Case(
        TOKENS, (2,), (f'{EMBEDDED}\nfrozen = ["weights"]', 'kind = "positions"', 'kind = "gru"\nunits = 2', READ_OUT),
        tokens=4,
    ),
    "embedding, tests and batches": Case(
        TOKENS, (3, 4), (EMBEDDED, 'units = 4\nactivation = "softmax"'), CLASSES[0], f"test = 2\n{CLASSES[1]}",
        'batch_size = 2\noptimizer = "adam"', 6, 4,
    ),
    "tied embedding": Case(
        TOKENS, (3, 4), (EMBEDDED, 'units = 4\nactivation = "softmax"\nweights = { same_as = "tokens" }'), *CLASSES,
        samples=2, tokens=4,
    ),
    "tokens that a pooling leaves out": Case(
        TOKENS, (2, 1), (EMBEDDED, 'kind = "positions"', 'kind = "avg_pool"\nsize = 2'), samples=2, tokens=4
    ),
    "layer_norm": Case((3,), (4,), (
        "units = 4", 'kind = "layer_norm"\ngamma = [1, 0.5, -0.7, 2]\nbeta = 0.3'), samples=2),
    "layer_norm of a sequence": Case(
        SEQUENCE, (3, 2), ("units = 3", 'kind = "layer_norm"\neps = 0.01\nactivation = "tanh"', READ_OUT), samples=2
    ),
    "layer_norm of data, frozen": Case(
        SEQUENCE, (2,), ('kind = "layer_norm"\nfrozen = ["gamma"]', 'kind = "rnn"\nunits = 2', READ_OUT)
    ),
    "layer_norm, then steps left out": Case(
        SEQUENCE, (3, 1), ("units = 3", 'kind = "layer_norm"', 'kind = "max_pool"\nsize = 2'), samples=2
    ),
    "batch_norm": Case(
        (2,), (2,), ("units = 3", 'kind = "batch_norm"\ngamma = [1, 0.5, -0.7]\nactivation = "relu"', READ_OUT),
        samples=4,
    ),
    "batch_norm of a sequence": Case(
        SEQUENCE, (3, 2), ("units = 3", 'kind = "batch_norm"\neps = 0.01\nbeta = [0.1, 0.2, 0.3]', READ_OUT), samples=2
    ),
    "batch_norm of one sequence": Case(SEQUENCE, (3, 2), (READ_OUT, 'kind = "batch_norm"', READ_OUT)),
    "batch_norm of maps": Case(
        IMAGE, (2,), (OF_MAPS, 'kind = "batch_norm"\nactivation = "sigmoid"', 'kind = "flatten"', READ_OUT), samples=3
    ),
    "batch_norm of a signal": Case(
        SIGNAL, (2, 2), ('kind = "conv1d"\nfilters = 2\nkernel = 3', 'kind = "batch_norm"\nmomentum = 0.4',
                         'kind = "max_pool"\nsize = 2'), samples=2,
    ),
    "batch_norm of data, frozen": Case((3,), (2,), ('kind = "batch_norm"\nfrozen = ["beta"]', READ_OUT), samples=3),
    "batch_norm, tests and batches": Case(
        (3,), (2,), ("units = 3", 'kind = "batch_norm"\nmomentum = 0.3\nactivation = "tanh"', READ_OUT), 'loss = "mse"',
        'test = 2\nscale = "standard"', 'batch_size = 2\noptimizer = "adam"', 7,
    ),
    "batch_norm of maps, tests and batches": Case(
        IMAGE, (2,), (OF_MAPS, 'kind = "batch_norm"\nrunning_mean = 0.4\nrunning_var = [0.5, 2]', 'kind = "flatten"',
                      READ_OUT), "", "test = 2", "batch_size = 2\nl2 = 0.1", 6,
    ),
    "batch_norm, then steps left out": Case(
        SEQUENCE, (2, 1), (READ_OUT, 'kind = "batch_norm"', 'kind = "avg_pool"\nsize = 2'), samples=2
    ),
    "batch_norm, then places left out": Case(
        (2, 5, 5), (2, 1, 1), (OF_MAPS, 'kind = "batch_norm"', 'kind = "max_pool"\nsize = 2'), samples=2
    ),
    "attention": Case(SEQUENCE, (3, 2), (ATTENTION,), samples=2),
    "attention, causal": Case(SEQUENCE, (3, 2), (f"{ATTENTION}\ncausal = true\nout = false",), samples=2),
    "attention, heads, causal, biases": Case(
        SEQUENCE, (3, 2), (f"{ATTENTION.replace('2', '4')}\nheads = 2\ncausal = true\n"
                           "bias = [0.1, -0.2, 0.3, 0.4, 0, 0.2, -0.3, 0.5, 0.1, 0.2, -0.1, 0.3]\nout_bias = 0.2",
                           READ_OUT), samples=2,
    ),
    "attention, no division": Case(
        SEQUENCE, (2,), (f"{ATTENTION}\nout = false\nbias = 0.1\ndivide_by_root_of = 1", 'kind = "flatten"', READ_OUT)
    ),
    "attention, frozen": Case(
        SEQUENCE, (3, 2), ('units = 2\nactivation = "tanh"', f'{ATTENTION}\nfrozen = ["query", "out"]'), samples=2
    ),
    "attention, then steps left out": Case(
        SEQUENCE, (2, 1), (ATTENTION, 'kind = "max_pool"\nsize = 2'), samples=2
    ),
    "attention, causal, then steps left out": Case(
        (4, 2), (4, 1), (f"{ATTENTION.replace('2', '4')}\nheads = 2\ncausal = true\nbias = 0.2\nout_bias = 0.1",
                         'kind = "max_pool"\nsize = 2\nstride = 3'), samples=2,
    ),
    "attention, steps left out before": Case(
        (5, 2), (2, 2), (READ_OUT, 'kind = "max_pool"\nsize = 2', READ_OUT, f"{ATTENTION}\ncausal = true"), samples=2
    ),
    "attention, dropout": Case(
        SEQUENCE, (3, 2), (f"{ATTENTION}", 'kind = "dropout"\ndropout = 0.4', READ_OUT), samples=2
    ),
    "attention, tests and batches": Case(
        SEQUENCE, (3, 2), (f"{ATTENTION}\nheads = 2\ncausal = true", READ_OUT), "", 'test = 2\nscale = "minmax"',
        'batch_size = 2\noptimizer = "adam"\nl1 = 0.01', 6,
    ),
    "attention on a signal": Case(
        SIGNAL, (4, 2), ('kind = "conv1d"\nfilters = 3\nkernel = 3', f"{ATTENTION}\nbias = 0.1", READ_OUT), samples=2
    ),
    "layer_norm and positions on a signal": Case(
        SIGNAL, (4, 2), ('kind = "conv1d"\nfilters = 3\nkernel = 3', 'kind = "layer_norm"', 'kind = "positions"',
                         READ_OUT), samples=2,
    ),
    "attention, one query for all": Case(SEQUENCE, (3, 2), (
        'name = "below"\nkind = "attention"\nsize = 2\ncausal = true',
        f'{ATTENTION}\nquery = {{ same_as = "below.query" }}\nkey = {{ same_as = "below.value" }}'), samples=2),
    "attention, keys that are queries": Case(SEQUENCE, (3, 2), (
        f'name = "one"\n{ATTENTION}\nkey = {{ same_as = "one.query" }}',), samples=2),
    "positions, shared": Case(TOKENS, (2, 1), (
        EMBEDDED, 'name = "one"\nkind = "positions"', 'units = 2\nactivation = "tanh"',
        'kind = "positions"\nweights = { same_as = "one" }', 'kind = "avg_pool"\nsize = 2'), samples=2, tokens=4),
    "transformer": Case(
        TOKENS, (3, 4), (
            EMBEDDED, 'name = "read"\nkind = "positions"', 'kind = "layer_norm"\ngamma = [1.2, 0.8]',
            'name = "attended"\nkind = "attention"\nsize = 2\nheads = 2\ncausal = true',
            'name = "kept"\nkind = "add"\nfrom = ["read", "attended"]', 'kind = "layer_norm"',
            'units = 3\nactivation = "gelu"', 'name = "thought"\nunits = 2', 'kind = "add"\nfrom = ["kept", "thought"]',
            'units = 4\nactivation = "softmax"\nweights = { same_as = "tokens" }\nbias = false'),
        *CLASSES, samples=2, tokens=4,
    ),
}  # fmt: skip


def _number(random: Random) -> float:
    return round(random.uniform(-1, 1), 3)


def _input(random: Random, case: Case) -> float:
    """A token, or any number."""
    return random.randrange(case.tokens) if case.tokens else _number(random)


def _nested(numbers: list[float], shape: Extents) -> Any:
    """Flat numbers as lists within lists, the last index running fastest."""
    if len(shape) == 1:
        return numbers
    each = prod(shape[1:])
    return [_nested(numbers[first : first + each], shape[1:]) for first in range(0, len(numbers), each)]


def _target(random: Random, case: Case) -> Any:
    """A sample's targets, as the loss needs them."""
    count = prod(case.outputs)
    if "binary_cross_entropy" in case.network:
        return _nested([float(random.random() < 0.5) for _ in range(count)], case.outputs)
    if "hinge" in case.network:
        return _nested([random.choice((-1.0, 1.0)) for _ in range(count)], case.outputs)
    if "cross_entropy" not in case.network:
        return _nested([_number(random) for _ in range(count)], case.outputs)
    classes, places = case.outputs[0], prod(case.outputs[1:])  # of maps; of steps the classes stand last
    if len(case.outputs) < len(IMAGE):
        classes, places = case.outputs[-1], prod(case.outputs[:-1])
    winners = [random.randrange(classes) for _ in range(places)]
    if len(case.outputs) < len(IMAGE):
        return _nested([float(k == winner) for winner in winners for k in range(classes)], case.outputs)
    return _nested([float(k == winner) for k in range(classes) for winner in winners], case.outputs)


def made(case: Case, seed: int = 1, iterations: int = 2) -> Template:
    """The template of a case, with inputs and targets drawn."""
    return parse_template(text_of(case, seed, iterations), "shaped", "shaped")


def text_of(case: Case, seed: int = 1, iterations: int = 2) -> str:
    """Its text."""
    random = Random(seed)
    inputs = [
        _nested([_input(random, case) for _ in range(prod(case.inputs))], case.inputs) for _ in range(case.samples)
    ]
    targets = [_target(random, case) for _ in range(case.samples)]
    layers = "".join(f"[[network.layers]]\n{layer}\n" for layer in case.layers)
    return (
        f"[network]\n{case.network}\n{layers}[data]\ninputs = {inputs}\ntargets = {targets}\n{case.data}\n"
        f"[training]\niterations = {iterations}\nlearning_rate = 0.1\n{case.training}\n"
    )


class Drawn(NamedTuple):
    """A layer that was drawn, what it passes on, and of which sort that is."""

    layer: str
    sort: str  # "vector", "sequence", "signal", "maps"
    shape: Extents


def _init(random: Random, key: str = "weights") -> str:
    return f'{key} = {{ init = "uniform", low = -1.2, high = 1.2, seed = {random.randrange(1000)} }}\n'


def _dense(random: Random, sort: str, shape: Extents) -> Drawn:
    units = random.randint(1, 3)
    activation = random.choice(("identity", "tanh", "relu", "softplus", "silu", "softmax"))
    bias = random.choice(("bias = 0.2", "bias = false", "bias_shared = true", 'frozen = ["weights"]'))
    layer = f'units = {units}\nactivation = "{activation}"\n{bias}\n{_init(random)}'
    apart = {"vector": (), "sequence": shape[:1], "signal": shape[1:]}[sort]
    return Drawn(layer, "sequence" if apart else "vector", (*apart, units))


def _recurrent(random: Random, sort: str, shape: Extents) -> Drawn:
    kind, units = random.choice(("rnn", "lstm", "gru")), random.randint(1, 3)
    steps = shape[0] if sort == "sequence" else shape[1]
    returns = random.choice(("all", "last"))
    more = {
        "rnn": ('activation = "relu"', "recurrent = -0.7", "bias = false"),
        "lstm": ("initial = 0.3\ninitial_cell = -0.4", "bias_shared = true\nbias = 0.1", 'frozen = ["bias"]'),
        "gru": ('reset = "before"', "recurrent_bias = 0.2", "initial = 0.4"),
    }
    layer = f'kind = "{kind}"\nunits = {units}\nreturns = "{returns}"\n{random.choice(more[kind])}\n{_init(random)}'
    return Drawn(layer, "sequence", (steps, units)) if returns == "all" else Drawn(layer, "vector", (units,))


def _along(random: Random, extent: int, padded: bool) -> tuple[int, int, int, int]:
    """The size of windows that fit, their stride, the padding, and how many there are."""
    size, stride = random.randint(1, min(3, extent)), random.randint(1, 2)
    pad = random.randint(0, 1) if padded else 0
    return size, stride, pad, (extent + 2 * pad - size) // stride + 1


def _convolution(random: Random, sort: str, shape: Extents) -> Drawn:
    filters = random.randint(1, 2)
    extents = shape[1:] if sort in ("maps", "signal") else shape[:1]
    sizes, strides, pads, counts = zip(*(_along(random, extent, True) for extent in extents), strict=True)
    windows = f"kernel = {list(sizes)}\nstride = {list(strides)}\npadding = {list(pads)}"
    activation = random.choice(("identity", "sigmoid", "leaky_relu", "softmax"))
    more = f'activation = "{activation}"\nbias = {random.choice((-0.3, 0.2))}'  # without one, padding makes kinks
    layer = f'kind = "conv{len(extents)}d"\nfilters = {filters}\n{windows}\n{more}\n{_init(random)}'
    return Drawn(layer, "maps" if sort == "maps" else "signal", (filters, *counts))


def _pool(random: Random, sort: str, shape: Extents) -> Drawn:
    extents = shape[1:] if sort in ("maps", "signal") else shape[:1]
    channels = shape[0] if sort in ("maps", "signal") else shape[1]
    sizes, strides, _, counts = zip(*(_along(random, extent, False) for extent in extents), strict=True)
    kind = random.choice(("max_pool", "avg_pool"))
    layer = f'kind = "{kind}"\nsize = {list(sizes)}\nstride = {list(strides)}\n'
    return Drawn(layer, "maps" if sort == "maps" else "signal", (channels, *counts))


def _flatten(random: Random, sort: str, shape: Extents) -> Drawn:
    return Drawn('kind = "flatten"', "vector", (prod(shape),))


def _alone(random: Random, sort: str, shape: Extents) -> Drawn:
    """An activation, or dropout, of its own."""
    layer = random.choice(('kind = "activation"\nactivation = "elu"', 'kind = "dropout"\ndropout = 0.3'))
    return Drawn(layer, sort, shape)


MAKERS: dict[str, tuple[Callable[[Random, str, Extents], Drawn], ...]] = {  # of what each sort of numbers may go into
    "vector": (_dense, _alone),
    "sequence": (_recurrent, _recurrent, _dense, _convolution, _pool, _flatten, _alone),
    "signal": (_convolution, _pool, _recurrent, _dense, _flatten, _alone),
    "maps": (_convolution, _pool, _flatten, _alone),
}
STARTS: tuple[tuple[str, Extents, str], ...] = (  # the data, and the kind of layer that says what its axes are
    ("sequence", (4, 2), "_recurrent _dense"),
    ("signal", (2, 5), "_convolution"),
    ("maps", (2, 4, 4), "_convolution"),
)


def random_stack(seed: int) -> Template:
    """Two to four layers that fit together, at times with an arrow past one of them, and a dense layer at the end."""
    random = Random(seed)
    sort, inputs, firsts = random.choice(STARTS)
    shape, layers = inputs, []
    for depth in range(random.randint(2, 4)):
        makers = [make for make in MAKERS[sort] if depth or make.__name__ in firsts]
        drawn = random.choice(makers)(random, sort, shape)
        layers.append(f'name = "layer{depth}"\n{drawn.layer}')
        if (drawn.sort, drawn.shape) == (sort, shape) and depth and random.random() < 0.7:
            layers.append(f'kind = "add"\nfrom = ["layer{depth - 1}", "layer{depth}"]\nname = "sum{depth}"')
        sort, shape = drawn.sort, drawn.shape
    if sort == "maps":
        layers.append('kind = "flatten"')
        sort, shape = "vector", (prod(shape),)
    outputs = ({"vector": (), "sequence": shape[:1], "signal": shape[1:]}[sort]) + (2,)
    layers.append("units = 2\n" + _init(random))
    loss = f'loss = "{random.choice(("half_squared_error", "half_mse", "mse"))}"'
    over_steps = "sum" if "half_squared_error" in loss else random.choice(("mean", "sum"))
    network = f'{loss}\nloss_over_steps = "{over_steps}"'
    samples, data, training = random.choice(
        ((1, "", ""), (3, "", ""), (5, "test = 1", "batch_size = 2"), (2, "", "l2 = 0.1"))
    )
    return made(Case(inputs, outputs, tuple(layers), network, data, training, samples), seed)


ALONE = {  # layers that take whatever comes
    "pointwise": 'kind = "activation"\nactivation = "tanh"',
    "gated": 'kind = "activation"\nactivation = "gelu"',
    "softmax": 'kind = "activation"\nactivation = "softmax"',
    "maxout": 'kind = "activation"\nactivation = { name = "maxout", pieces = 2 }',
    "dropout": 'kind = "dropout"\ndropout = 0.3',
    "flatten": 'kind = "flatten"',
    "add": 'kind = "add"',
    "concat": 'kind = "concat"',
}
AFTER_STEPS = {
    "dense": "units = {n}\nbias = 0.1",
    "rnn": 'kind = "rnn"\nunits = {n}\nreturns = "all"',
    "lstm": 'kind = "lstm"\nunits = {n}\nreturns = "all"',
    "gru": 'kind = "gru"\nunits = {n}\nreturns = "all"',
    "conv1d": 'kind = "conv1d"\nfilters = {n}\nkernel = 2\nbias = 0.2',
    "max_pool": 'kind = "max_pool"\nsize = 2\nstride = 1',
    "avg_pool": 'kind = "avg_pool"\nsize = 2\nstride = 1',
    **ALONE,
}
AFTER_MAPS = {
    "conv2d": 'kind = "conv2d"\nfilters = {n}\nkernel = 2\nbias = 0.2',
    "max_pool": 'kind = "max_pool"\nsize = 2\nstride = 1',
    "avg_pool": 'kind = "avg_pool"\nsize = [1, 2]\nstride = 1',
    **ALONE,
}
AFTER_UNITS = {"dense": "units = {n}", **ALONE}
PADDED = f"{AFTER_MAPS['conv2d']}\npadding = 1"
LAST = {kind: f'kind = "{kind}"\nunits = 2' for kind in ("rnn", "lstm", "gru")}  # of a sequence its last step alone
PAIRS: dict[str, tuple[Extents, str, str, dict[str, str]]] = {  # data, a first layer, the one in question, what follows
    **{f"steps, {kind}": ((3, 2), "units = 2", layer, AFTER_STEPS) for kind, layer in AFTER_STEPS.items()},
    **{f"maps, {kind}": ((2, 2), PADDED, layer, AFTER_MAPS) for kind, layer in AFTER_MAPS.items()},
    **{f"last, {kind}": ((2, 2), "units = 2", layer, AFTER_UNITS) for kind, layer in LAST.items()},
}
VECTORS = ("flatten",)  # after which there are units alone


def _sized(layer: str, units: int) -> str:
    """A layer with so many units, or filters."""
    return layer.replace("{n}", str(units))


def fan(name: str) -> Template:
    """A layer, and after it every kind of layer that may follow it, side by side; all go into a dense one."""
    inputs, base, layer, followers = PAIRS[name]
    kind = name.split(", ")[1]
    followers = AFTER_UNITS if kind in VECTORS else followers
    joined = 'from = ["base", "base"]' if kind in ("add", "concat") else 'from = "base"'
    layers = [f'name = "base"\n{_sized(base, 2)}', f'name = "first"\n{joined}\n{_sized(layer, 2)}']
    branches = []
    for follower, text in followers.items():
        if follower == "maxout" and kind == "maxout":  # which leaves a single unit
            continue
        source = 'from = ["first", "first"]' if follower in ("add", "concat") else 'from = "first"'
        layers.append(f'name = "{follower}"\n{source}\n{_sized(text, 1)}')
        layers.append(f'name = "{follower} in a row"\nkind = "flatten"')
        branches.append(f"{follower} in a row")
    layers += [f'kind = "concat"\nfrom = {branches}', 'units = 1\nfrozen = ["weights"]']
    return made(Case(inputs, (1,), tuple(layers)), seed=len(name), iterations=1)
