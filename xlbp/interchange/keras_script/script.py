"""The whole script: the backend, the data, the model, and one loop that trains it batch by batch."""

from __future__ import annotations

from dataclasses import replace

from xlbp.errors import UsageError, option
from xlbp.interchange import described
from xlbp.interchange.data_lines import NUMPY, data_lines, pick_lines
from xlbp.interchange.keras_script.losses import loss_lines, untrained_penalty
from xlbp.interchange.keras_script.network import dropouts, mask_lines, masks_of, model_lines
from xlbp.interchange.keras_script.optimizers import optimizer_class, optimizer_expression, schedule_class
from xlbp.interchange.keras_script.placed import penalty_lines
from xlbp.interchange.lines import apart, blocks, gap, loop
from xlbp.interchange.samples import Data, data_of
from xlbp.interchange.settled import settled
from xlbp.interchange.source import Source
from xlbp.template.network import Network

BACKEND = ['os.environ.setdefault("KERAS_BACKEND", "torch")  # or "tensorflow"; "jax" needs JAX_ENABLE_X64=1']
DOUBLE = [
    'keras.config.set_floatx("float64")  # as a sheet computes',
    'dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"  # or Keras multiplies in single precision, but for TensorFlow',
]
CHANNELS = ['keras.config.set_image_data_format("channels_first")  # as the sheet has maps']
NO_TESTS = ["# samples kept from training are left out: Keras's moving variance is that by n, the sheet's by n - 1"]
OF_MAPS = ("layers.Conv", "Pooling")


def write(source: Source, iteration: int) -> bytes:  # noqa: ARG001 - a script trains from the start
    """The script's text.  Raises UsageError for what Keras has not."""
    if source.template.model.computed_as != Network.computed_as:
        what = f"{source.template.name} is a formula, and Keras trains models made of layers"
        raise UsageError(f"{what}; export it with {option('--to', 'pytorch')} or {option('--to', 'numpy')}")
    source = settled(source)
    body = _body(source)
    text = "\n".join(body)
    standard = ["import math"] if "math." in text else []
    ops = ["from keras import ops"] if "ops." in text else []
    setup = [*DOUBLE, *(CHANNELS if any(mark in text for mark in OF_MAPS) else [])]
    lines = [
        *described.heading(source, "Keras"),
        *(*standard, "import os", "", "import numpy as np", "", *BACKEND, ""),
        *("import keras", *ops, "from keras.src.backend.common import dtypes", "", *setup, *gap(text), text, ""),
    ]
    return "\n".join(lines).encode()


def _data(source: Source) -> Data:
    """The samples; those that are kept from training only where Keras answers to them as the sheet does."""
    data = data_of(source)
    kinds = {node.block.kind for node in source.template.model.network.nodes}
    return replace(data, tests=None) if "batch_norm" in kinds else data


def _test_lines(source: Source, data: Data) -> list[str]:
    """The loss of the samples that are kept from training, by the weights of the iteration, without a penalty."""
    if data.tests is None:
        return []
    masks = [f"np.ones({(len(data.tests.inputs), *placed.shape)})" for placed in dropouts(source)]
    given = f"[{', '.join(['test_inputs', *masks])}]" if masks else "test_inputs"
    penalty, targets = untrained_penalty(source), "ops.convert_to_tensor(test_targets)"
    less = f" - {penalty!r}" if penalty else ""
    return [f"test_loss = ops.mean(loss_function({targets}, model({given}))){less}"]


def _body(source: Source) -> list[str]:
    data, picked = _data(source), pick_lines(source, NUMPY)
    x, t = ("x", "t") if picked else ("inputs", "targets")
    masks = masks_of(source, f"len({x})")
    given = f"[{', '.join([x, *masks])}]" if masks else x
    before, loss = loss_lines(source, data)
    shown = "iteration, float(loss)" + (", float(ops.stop_gradient(test_loss))" if data.tests else "")
    train = f"loss = model.train_on_batch({given}, {t})"
    body = [*_test_lines(source, data), *picked, train, f"print({shown})"]
    tests = NO_TESTS if source.template.model.network.data.test and data.tests is None else []
    compiled = f"model.compile(optimizer={optimizer_expression(source)}, loss={loss})"
    return blocks(
        apart(["\n".join(part) for part in (schedule_class(source), optimizer_class(source)) if part]),
        [*data_lines(source, data, NUMPY), *tests],
        mask_lines(source),
        [*penalty_lines(source), *model_lines(source)],
        [*before, compiled],
        loop(source, body),
    )
