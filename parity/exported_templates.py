"""Templates of what random ones do not draw, for exported scripts: shared parameters, weights of classes, tokens."""

from __future__ import annotations

TRAINING = "[training]\niterations = 12\nlearning_rate = 0.1\n"
SEQUENCES = """
[data]
inputs = [[[0.1, 0.7], [0.5, -0.2], [-0.3, 0.4]], [[0.9, 0.1], [0.2, 0.3], [-0.6, -0.8]]]
"""
ONE_TARGET = "targets = [[0.3], [-0.4]]\n"
EACH_STEP = "targets = [[[0.3, 0.1], [0.2, -0.5], [0.4, 0.4]], [[-0.4, 0.2], [0.1, 0.1], [0.6, -0.2]]]\n"
CLASSES = "targets = [[[1, 0], [0, 1], [0, 1]], [[0, 1], [0, 1], [1, 0]]]\n"
LAST = "[[network.layers]]\nunits = 1\nweights = { init = 'normal', std = 0.5, seed = 9 }\n"


def layers(*each: str, loss: str = "mse", more: str = "") -> str:
    """[network] of these layers."""
    return f'[network]\nloss = "{loss}"\n{more}\n' + "".join(f"[[network.layers]]\n{layer}\n" for layer in each)


def recurrent(kind: str, *more: str) -> str:
    """A recurrent layer of two units."""
    options = ("weights = { init = 'normal', std = 0.7, seed = 4 }", *more)
    return "\n".join((f'kind = "{kind}"', "units = 2", *options))


GRU_BIASES = "bias = [0.1, -0.1, 0.2, 0.3, 0, 0.1]"
EXPORTED: dict[str, str] = {
    "second bias of the new gate": layers(recurrent("gru", GRU_BIASES, "recurrent_bias = [0.4, -0.3]"))
    + LAST + SEQUENCES + ONE_TARGET + TRAINING + 'optimizer = "adam"\nclip_norm = 0.2\n',
    "second bias of each gate": layers(recurrent("gru", "recurrent_bias = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]"))
    + LAST + SEQUENCES + ONE_TARGET + TRAINING,
    "second bias alone": layers(recurrent("gru", "bias = false", "recurrent_bias = [0.4, -0.3]"))
    + LAST + SEQUENCES + ONE_TARGET + TRAINING,
    "reset before": layers(recurrent("gru", GRU_BIASES, 'reset = "before"', "initial = [0.2, -0.3]", 'returns = "all"'))
    + SEQUENCES + EACH_STEP + TRAINING,
    "one bias for all gates": layers(
        recurrent("lstm", "bias = 0.3", "bias_shared = true", "initial = 0.1", "initial_cell = [0.5, -0.2]")
    ) + LAST + SEQUENCES + ONE_TARGET + TRAINING,
    "one recurrent weight": layers(recurrent("rnn", 'activation = "relu"', "recurrent = 0.5"), "units = 1")
    + SEQUENCES + ONE_TARGET + TRAINING,
    "recurrences that share": layers(
        'name = "first"\n' + recurrent("rnn", 'returns = "all"'),
        'kind = "rnn"\nunits = 2\nweights = { same_as = "first" }\nrecurrent = { same_as = "first.recurrent" }'
        '\nbias = { same_as = "first" }\nreturns = "all"',
        'kind = "gru"\nunits = 2\nreturns = "all"',
    ) + SEQUENCES + EACH_STEP + TRAINING,
    "attentions that share": layers(
        'name = "first"\nkind = "attention"\nsize = 2\nbias = [0.1, 0, 0.2, 0, 0.3, 0]\nout_bias = 0.1',
        'kind = "attention"\nsize = 2\nquery = { same_as = "first" }\nvalue = { same_as = "first.key" }\ncausal = true'
        '\nbias = { same_as = "first" }\nout_bias = [0.2, 0.1]',
        'kind = "layer_norm"\nname = "norm"\nbeta = [0.1, 0.2]\neps = 0.1',
        'kind = "layer_norm"\ngamma = { same_as = "norm" }\nbeta = { same_as = "first.out_bias" }',
    ) + SEQUENCES + EACH_STEP + TRAINING,
    "two heads": layers(
        'kind = "attention"\nsize = 4\nheads = 2\nbias = 0.1\nfrozen = ["key"]\ndivide_by_root_of = 3',
        'kind = "attention"\nsize = 4\nheads = 2\ncausal = true\nout_bias = 0.1\nfrozen = ["out_bias"]',
        "units = 2",
    ) + SEQUENCES + EACH_STEP + TRAINING,
    "signal": layers(
        'kind = "conv1d"\nfilters = 3\nkernel = 2\npadding = 1\nactivation = { name = "maxout", pieces = 2 }',
        'kind = "batch_norm"\ngamma = [1, 2, 3]',
        'kind = "max_pool"\nsize = 2\nstride = 1\nactivation = "gelu"',
        'kind = "lstm"\nunits = 2',
        "units = 1",
    ) + SEQUENCES + ONE_TARGET + TRAINING,
    "kernels that share": layers(
        'name = "first"\nkind = "conv2d"\nfilters = 1\nkernel = 3\npadding = 1\nbias = 0.2',
        'kind = "conv2d"\nfilters = 1\nkernel = 3\nweights = { same_as = "first" }\nbias = { same_as = "first" }',
        'kind = "flatten"', "units = 1",
    ) + "[data]\ninputs = [[[0.1, 0.2, 0.3], [0.4, -0.5, 0.6], [0.7, 0.8, -0.9]]]\ntargets = [[0.5]]\n" + TRAINING,
    "batch norms that share": layers(
        'name = "first"\nkind = "conv2d"\nfilters = 2\nkernel = 2',
        'name = "norm"\nkind = "batch_norm"\nbeta = [0.1, 0.2]',
        'kind = "batch_norm"\ngamma = { same_as = "norm" }\nbeta = { same_as = "first.bias" }', 'kind = "flatten"',
        'units = 3\ndropout = 0.4\nbias_shared = true', 'kind = "batch_norm"\nmomentum = 0.3', "units = 1",
    ) + "[data]\ninputs = [[[0.1, 0.2], [0.4, -0.5]], [[0.7, -0.9], [0.3, 0.3]], [[1, 0], [0.2, 0.6]]]\n"
    + "targets = [[0.5], [1], [0]]\ntest_inputs = [[[0.1, 0.2], [0.3, 0.4]]]\ntest_targets = [[0.2]]\n" + TRAINING,
    "tokens": layers(
        'name = "tokens"\nkind = "embedding"\nrows = 3\nsize = 2', 'name = "positions"\nkind = "positions"',
        'name = "amounts"\nkind = "conv1d"\nfrom = "input"\nfilters = 2\nkernel = 1\nactivation = "softplus"',
        'name = "sequence"\nkind = "rnn"\nunits = 2\nreturns = "all"',
        'kind = "concat"\nfrom = ["positions", "sequence"]', 'kind = "flatten"', "units = 1",
    ) + "[data]\ninputs = [[0, 2, 1], [1, 1, 0]]\ntargets = [[0.3], [0.1]]\n" + TRAINING,
    "classes of steps": layers(recurrent("rnn", 'returns = "all"'), 'units = 2\nactivation = "softmax"',
        loss="cross_entropy", more='loss_over_steps = "sum"')
    + SEQUENCES + CLASSES + "class_weights = [1, 3]\n" + TRAINING,
    "shares of steps": layers(recurrent("rnn", 'returns = "all"'), 'units = 2\nactivation = "softmax"',
        loss="cross_entropy") + SEQUENCES + EACH_STEP.replace("-", "") + TRAINING,
    "weights of outputs": layers('units = 2\nactivation = "sigmoid"', loss="binary_cross_entropy")
    + "[data]\ninputs = [[1, 2], [3, -1], [0.5, 0.1]]\ntargets = [[1, 0], [0, 1], [1, 1]]\nclass_weights = [2, 0.5]\n"
    + TRAINING + "batch_size = 2\n",
    "computed inputs": layers("units = 2\nactivation = 'hard_sigmoid'\nfrozen = ['weights']", "units = 1")
    + "[data]\ninputs = [[1, 2], [3, -1], [0.5, 0.1]]\ntargets = [[10], [30], [20]]\nscale = 'standard'\n"
    + "scale_targets = 'minmax'\nfeatures = ['x1^2', 'x1*x2', 'sin x2']\n" + TRAINING + "l1 = 0.01\nl2 = 0.1\n",
}  # fmt: skip
