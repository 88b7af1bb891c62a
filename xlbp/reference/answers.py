"""What the network answers to inputs that are no samples: a forward pass by hand, as in testing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xlbp.reference.arithmetic import features_back, features_last
from xlbp.reference.data import scaled, statistics, with_features
from xlbp.reference.forward import forward, settings_of
from xlbp.reference.history import Array, History
from xlbp.reference.network import numbers_by_key
from xlbp.reference.notes import Notes
from xlbp.reference.recorder import Recorder
from xlbp.template import names
from xlbp.template.network import Network
from xlbp.template.quantity import parse
from xlbp.template.scaling import INPUTS, TARGETS


def network_answers(
    network: Network, inputs: Mapping[str, float], moved: Mapping[str, float], points: Array
) -> History:
    """Every quantity of the pass by its name without a mark, an array over the points.

    ``inputs`` is the panel, ``moved`` the trained parameters of an iteration, and ``points`` (P, ...) are inputs as
    they are given, before any scaling; answers to scaled targets are told in the units of the data as well.  There is
    no dropout.  NaN stands where a cell would show an error.
    """
    marks = [f"@{place}" for place in range(len(points))]
    record = Recorder(failing=True)
    notes = Notes(network, record, marks, training=False)
    with np.errstate(all="ignore"):
        x = notes.put("x", "", _scaled(network, inputs, notes.put("raw", "", _with_features(network, points))))
        now = {**numbers_by_key(network, {**inputs, **moved}), **settings_of(network, inputs)}
        answers = forward(notes, x, now).outputs[len(network.nodes) - 1]
        if network.data.scale_targets != "none":
            shift, size = statistics(network, inputs, TARGETS)
            back = features_last(answers, network.output_shape) * size + shift
            notes.put(names.PREDICTED, "", features_back(back, network.output_shape))
    return _by_name(record, len(points))


def _with_features(network: Network, points: Array) -> Array:
    """The points with the inputs that are computed from them, in the shape of a sample."""
    return with_features(network, points.reshape(len(points), -1)).reshape(len(points), *network.input_shape)


def _scaled(network: Network, inputs: Mapping[str, float], points: Array) -> Array:
    """The points as the first layer sees them."""
    if network.data.scale == "none":
        return points
    return scaled(points, network.input_shape, *statistics(network, inputs, INPUTS))


def _by_name(record: Recorder, points: int) -> History:
    """Each quantity over the points: the recorder has them point by point, (P, n) or (P,)."""
    found: dict[str, Array] = {}
    first = 0
    for value in record.values:
        table = value.reshape(points, -1)
        called = record.names[first : first + table.shape[1]]  # of the first point
        found |= {parse(name).sampled(""): table[:, k] for k, name in enumerate(called)}
        first += table.size
    return found
