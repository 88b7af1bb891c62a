"""Networks of data in every form, and what is said of data that is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.template.faults import no_file
from xlbp.errors import TemplateError
from xlbp.template.load import parse_template
from xlbp.template.network import Network

RNN = 'kind = "rnn"\nunits = {}'  # answers once for each sequence
EACH_STEP = RNN + '\nreturns = "all"'
FLAT = 'kind = "flatten"\n[[network.layers]]\nunits = {}'  # takes data of any shape
ReadFile = Callable[[str], str]


def template(data: str, layers: str = RNN, units: int = 1, training: str = "") -> str:
    """A template with this [data] and these layers."""
    layer = f"[[network.layers]]\n{layers.format(units)}\n"
    return f"[data]\n{data}\n[network]\n{layer}[training]\nlearning_rate = 0.1\n{training}\n"


def network(
    data: str, layers: str = RNN, units: int = 1, file: ReadFile | str = no_file, training: str = ""
) -> Network:
    """The network; ``file`` is the text of the only data file, or reads any."""
    read_file = (lambda name: file) if isinstance(file, str) else file
    text = template(data, layers, units, training)
    model = parse_template(text, "t.toml", "t", read_file=read_file).model
    assert isinstance(model, Network)
    return model


def must_refuse(data: str, message: str, under: str, units: int = 1, file: ReadFile | str = no_file) -> None:
    """The data is refused in one line with this message, and the caret stands under this text."""
    with pytest.raises(TemplateError) as caught:
        network(data, units=units, file=file)
    error = caught.value
    assert error.message == message
    assert error.text[error.column - 1 :].startswith(under)
    assert "\n" not in message
