"""Somebody's model: from_torch, from_onnx."""

from __future__ import annotations

from collections.abc import Mapping

from xlbp.template.template import Template
from xlbp.verbs.called import verb, whole


@verb()
def from_torch(
    module: object,
    inputs: object,
    targets: object,
    *,
    loss: object = None,
    optimizer: object = "sgd",
    learning_rate: float | None = None,
    iterations: int = 100,
    batch_size: int | str = "all",
    training: Mapping[str, object] | None = None,
    name: str = "model",
    title: str = "",
) -> Template:
    """Make a template of a PyTorch module, with its weights as they are now.

    Parameters
    ----------
    module
        An ``nn.Sequential``, or any module that ``torch.fx`` can trace, of the layers that a template has.
    inputs, targets
        Tensors, arrays or lists, a row for each sample; targets of cross-entropy may be the numbers of classes.
    loss
        ``torch.nn.MSELoss()`` and the like, or a template's word; by default what suits the last activation.
    optimizer
        ``torch.optim.Adam(module.parameters(), ...)`` and the like, or a template's word.
    learning_rate
        By default the optimizer's.
    iterations, batch_size
        Rows after the first, and samples in each.
    training
        Further keys of the template's ``[training]``, as ``{"schedule": "cosine"}``.
    name, title
        What the template is called.

    Returns
    -------
    Template
        What every verb takes for a template; its ``text`` can be saved and edited.

    Raises
    ------
    UsageError
        The module has what a template has not; the message names the place.
    EngineError
        PyTorch is not installed.

    """
    from xlbp.interchange.torch_module import from_torch as read  # noqa: PLC0415 - which no other verb needs

    return read(
        module,
        inputs,
        targets,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        iterations=whole("--iterations", iterations, least=1) or 0,
        batch_size=batch_size,
        training=training,
        name=name,
        title=title,
    )


@verb()
def from_onnx(
    model: object,
    inputs: object,
    targets: object,
    *,
    loss: str | None = None,
    optimizer: str = "sgd",
    learning_rate: float | None = None,
    iterations: int = 100,
    batch_size: int | str = "all",
    training: Mapping[str, object] | None = None,
    name: str = "model",
    title: str = "",
    output: str = "",
) -> Template:
    """Make a template of an ONNX model, with its weights, all of which are trained.

    Parameters
    ----------
    model
        A path, or an ``onnx.ModelProto``.
    inputs, targets
        Arrays or lists, a row for each sample; targets of cross-entropy may be the numbers of classes.
    loss, optimizer, learning_rate
        A template's words, and a number; by default what suits the last activation, and sgd.
    iterations, batch_size, training, name, title
        As for :func:`from_torch`.
    output
        One of several outputs; by default the first.

    Returns
    -------
    Template
        What every verb takes for a template; its ``text`` can be saved and edited.

    Raises
    ------
    UsageError
        The model has what a template has not; the message names the node.
    UnreadableError
        The file is no ONNX model.
    EngineError
        The package onnx is not installed.

    """
    from xlbp.interchange.onnx_reading import from_onnx as read  # noqa: PLC0415 - which no other verb needs

    return read(
        model,
        inputs,
        targets,
        loss=loss,
        optimizer=optimizer,
        learning_rate=learning_rate,
        iterations=whole("--iterations", iterations, least=1) or 0,
        batch_size=batch_size,
        training=training,
        name=name,
        title=title,
        output=output,
    )
