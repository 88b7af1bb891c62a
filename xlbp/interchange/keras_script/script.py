"""The whole script: the backend, the data, the model, and one loop that trains it batch by batch."""

from __future__ import annotations

from xlbp.errors import UsageError
from xlbp.interchange import described
from xlbp.interchange.data_lines import NUMPY, data_lines, pick_lines
from xlbp.interchange.keras_script.losses import loss_lines
from xlbp.interchange.keras_script.network import mask_lines, masks_of, model_lines
from xlbp.interchange.keras_script.optimizers import optimizer_class, optimizer_expression, schedule_class
from xlbp.interchange.keras_script.placed import penalty_lines
from xlbp.interchange.lines import apart, loop, spaced
from xlbp.interchange.samples import samples_of
from xlbp.interchange.settled import settled
from xlbp.interchange.source import Source
from xlbp.template.network import Network

BACKEND = ['os.environ.setdefault("KERAS_BACKEND", "torch")  # or "tensorflow"']
DOUBLE = [
    'keras.config.set_floatx("float64")  # as a sheet computes',
    'dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"  # or Keras multiplies in single precision, but for TensorFlow',
]
CHANNELS = ['keras.config.set_image_data_format("channels_first")  # as the sheet has maps']
OF_MAPS = ("layers.Conv", "Pooling")


def write(source: Source, iteration: int) -> bytes:  # noqa: ARG001 - a script trains from the start
    """The script's text.  Raises UsageError for what Keras has not."""
    if source.template.model.computed_as != Network.computed_as:
        what = f"{source.template.name} is a formula, and Keras trains models made of layers"
        raise UsageError(f"{what}; export it with --to pytorch or --to numpy")
    source = settled(source)
    body = _body(source)
    text = "\n".join(body)
    standard = ["import math"] if "math." in text else []
    ops = ["from keras import ops"] if "ops." in text else []
    setup = [*DOUBLE, *(CHANNELS if any(mark in text for mark in OF_MAPS) else [])]
    lines = [
        *described.heading(source, "Keras"),
        *(*standard, "import os", "", "import numpy as np", "", *BACKEND, ""),
        *("import keras", *ops, "from keras.src.backend.common import dtypes", "", *setup, "", text, ""),
    ]
    return "\n".join(lines).encode()


def _body(source: Source) -> list[str]:
    samples, picked = samples_of(source), pick_lines(source, NUMPY)
    x, t = ("x", "t") if picked else ("inputs", "targets")
    masks = masks_of(source, f"len({x})")
    given = f"[{', '.join([x, *masks])}]" if masks else x
    before, loss = loss_lines(source, samples)
    body = [*picked, f"loss = model.train_on_batch({given}, {t})", "print(iteration, float(loss))"]
    return spaced(
        [
            *apart(["\n".join(part) for part in (schedule_class(source), optimizer_class(source)) if part]),
            *data_lines(source, samples, NUMPY),
            *("", *mask_lines(source)),
            *("", *penalty_lines(source)),
            *("", *model_lines(source)),
            *("", *before),
            f"model.compile(optimizer={optimizer_expression(source)}, loss={loss})",
            *("", *loop(source, body)),
        ]
    )
