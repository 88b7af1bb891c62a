"""Modules by way of ONNX: what PyTorch's exporter writes becomes a template that answers as the module does."""

from __future__ import annotations

import io
from collections.abc import Iterator

import onnx
import pytest
import torch

from parity.modules import CASES
from parity.test_from_torch import outputs_of
from xlbp import from_onnx
from xlbp.errors import UsageError


@pytest.fixture(autouse=True)
def _single_precision() -> Iterator[None]:
    """The exporter writes attention in single precision alone."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float32)
    yield
    torch.set_default_dtype(before)


SEVERAL_HEADS = ("language", "language, norms first", "attention", "attention, no bias")


def exported(name: str) -> tuple[onnx.ModelProto, torch.Tensor, torch.Tensor]:
    """The model of a case in single precision, samples, and what the module answers."""
    torch.manual_seed(4)
    case = CASES[name]
    module = case.build().eval().float()
    shape = (4, *case.inputs)
    x = torch.randint(0, case.tokens, shape) if case.tokens else torch.randn(shape, dtype=torch.float32)
    file = io.BytesIO()
    torch.onnx.export(module, (x,), file, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "N"}})
    return onnx.load_model_from_string(file.getvalue()), x, outputs_of(module, x).detach()


@pytest.mark.parametrize("name", [name for name in CASES if name not in SEVERAL_HEADS])
def test_every_layer(name: str) -> None:
    """The answers are compared as the model is read; here, that something was read of each."""
    model, x, answers = exported(name)
    template = from_onnx(model, x.numpy(), answers.numpy())
    assert len(template.model.network.nodes) > 0


@pytest.mark.parametrize("name", SEVERAL_HEADS)
def test_several_heads_are_refused(name: str) -> None:
    """Written out, they are no layer that can be told; the remedy is the module itself."""
    model, x, answers = exported(name)
    with pytest.raises(UsageError, match=r"attention of several heads comes by xlbp\.from_torch"):
        from_onnx(model, x.numpy(), answers.numpy())
