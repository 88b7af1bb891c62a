"""Models that were made elsewhere: from_torch, from_keras, from_onnx, import_model, import_weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xlbp.interchange.drafted_text import About, Training
from xlbp.interchange.import_file import Columns, Imported
from xlbp.interchange.import_file import import_model as write_model
from xlbp.interchange.import_file import import_weights as write_weights
from xlbp.interchange.keras_model import template_of_keras
from xlbp.interchange.onnx_reading import template_of_onnx
from xlbp.interchange.torch_module import template_of_module
from xlbp.template.sources import Overrides, Source, overrides_of
from xlbp.template.template import Template
from xlbp.verbs.called import texts, verb, whole


@verb()
def from_torch(
    module: Any,
    inputs: Any,
    targets: Any,
    *,
    loss: Any = None,
    optimizer: Any = None,
    learning_rate: float | None = None,
    iterations: int = 100,
    batch_size: int | str = "all",
    training: Mapping[str, Any] | None = None,
    name: str = "model",
    title: str = "",
) -> Template:
    """Make a template of a PyTorch module, with its weights as they are now.

    The module is traced, run once on a copy, and what was read must answer as it does.

    Parameters
    ----------
    module
        An ``nn.Sequential``, a module of one layer, or any module that ``torch.fx`` can trace, of the layers that a
        template has.  Dropout of a module in ``eval()`` is left out.
    inputs, targets
        Tensors, arrays or lists, a row for each sample, with the axes that the module takes; targets of cross-entropy
        may be the numbers of classes.
    loss
        ``torch.nn.MSELoss()`` and the like, or a template's word; by default what suits the last activation.
    optimizer
        ``torch.optim.Adam(module.parameters(), ...)`` and the like, with its settings and its rate, or a template's
        word; by default sgd.  Parameters that it does not have are frozen, as are those without ``requires_grad``.
    learning_rate
        In place of the optimizer's; by default one that suits the optimizer.
    iterations, batch_size
        How many rows after the first, and how many samples in each.
    training
        Further keys of the template's ``[training]``, as ``{"schedule": "cosine"}``.
    name, title
        What the template, and its workbook, are called.

    Returns
    -------
    Template
        Its ``text`` can be saved and edited.  Numbers are taken to 15 digits.

    Raises
    ------
    UsageError
        The module has what a template has not; the message names the place.
    EngineError
        PyTorch is not installed.

    Examples
    --------
    >>> import torch, xlbp                                                                # doctest: +SKIP
    >>> net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))  # doctest: +SKIP
    >>> adam = torch.optim.Adam(net.parameters(), lr=0.1)                                 # doctest: +SKIP
    >>> template = xlbp.from_torch(net, x, t, loss=torch.nn.MSELoss(), optimizer=adam)    # doctest: +SKIP
    >>> xlbp.generate(template, "net.xlsx")                                               # doctest: +SKIP

    """
    told = Training(loss, optimizer, learning_rate, _rows(iterations), batch_size, training or {})
    return template_of_module(module, inputs, targets, told, About(name, title))


@verb()
def from_keras(
    model: Any,
    inputs: Any,
    targets: Any,
    *,
    loss: Any = None,
    optimizer: Any = None,
    learning_rate: float | None = None,
    iterations: int = 100,
    batch_size: int | str = "all",
    training: Mapping[str, Any] | None = None,
    name: str = "model",
    title: str = "",
) -> Template:
    """Make a template of a Keras model, with its weights as they are now.

    Parameters
    ----------
    model
        A ``keras.Sequential`` or a functional model of the layers that a template has; or the path of a ``.keras``
        file, which is read without Keras and runs nothing.  Layers that are not trainable are frozen.
    inputs, targets
        Arrays or lists, a row for each sample, with the axes that the model takes; targets of cross-entropy may be the
        numbers of classes.
    loss, optimizer
        Keras's own, or a template's words; by default those that the model was compiled with, else what suits the last
        activation, and sgd.
    learning_rate, iterations, batch_size, training, name, title
        As for :func:`from_torch`.

    Returns
    -------
    Template
        Its ``text`` can be saved and edited.  Numbers are taken to 15 digits: all of a float32's.

    Raises
    ------
    UsageError
        The model has what a template has not; the message names the layer.
    UnreadableError
        The file is no model of Keras's.
    EngineError
        h5py, which comes with Keras, is not installed.

    Examples
    --------
    >>> import xlbp
    >>> template = xlbp.from_keras("model.keras", x, t, iterations=50)                    # doctest: +SKIP

    """
    told = Training(loss, optimizer, learning_rate, _rows(iterations), batch_size, training or {})
    return template_of_keras(model, inputs, targets, told, About(name, title))


@verb()
def from_onnx(
    model: Any,
    inputs: Any,
    targets: Any,
    *,
    loss: Any = None,
    optimizer: Any = None,
    learning_rate: float | None = None,
    iterations: int = 100,
    batch_size: int | str = "all",
    training: Mapping[str, Any] | None = None,
    name: str = "model",
    title: str = "",
    output: str = "",
) -> Template:
    """Make a template of an ONNX model, with its weights, all of which are trained.

    Parameters
    ----------
    model
        A path, or an ``onnx.ModelProto``: of the operators that a template has layers for, or exported by xlbp.
    inputs, targets
        Arrays or lists, a row for each sample, with the axes that the model takes; targets of cross-entropy may be the
        numbers of classes.
    loss, optimizer
        A template's words; by default what suits the last activation, and sgd.
    learning_rate, iterations, batch_size, training, name, title
        As for :func:`from_torch`.
    output
        Which of several outputs; by default the first.

    Returns
    -------
    Template
        Its ``text`` can be saved and edited.  Numbers are taken to 15 digits: all of a float32's.

    Raises
    ------
    UsageError
        The model has what a template has not; the message names the node.
    UnreadableError
        The file is no ONNX model.
    EngineError
        onnx is not installed.

    Examples
    --------
    >>> import xlbp
    >>> exported = xlbp.export("mazur", "onnx", "mazur.onnx", iteration=0)
    >>> xlbp.from_onnx("mazur.onnx", [[0.05, 0.1]], [[0.01, 0.99]], learning_rate=0.5)
    Template(model: 2 → 2 sigmoid → 2 sigmoid, half_squared_error, sgd, 100 iterations)

    """
    told = Training(loss, optimizer, learning_rate, _rows(iterations), batch_size, training or {})
    return template_of_onnx(model, inputs, targets, told, About(name, title), output)


def _rows(iterations: int) -> int:
    """The iterations, at least one.  Raises UsageError for anything else."""
    rows = whole("-n", iterations, 1)
    return rows if rows is not None else Training().iterations


@verb()
def import_model(
    model: Path | str,
    output: Path | str | None = None,
    *,
    data: Path | str | None = None,
    targets: str | Sequence[str] = (),
    inputs: str | Sequence[str] = (),
    loss: str | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    iterations: int = 100,
    force: bool = False,
) -> Imported:
    """Write the template of a model in a file, with a table's samples.

    Nothing is unpickled: ``.pt``, ``.pth``, ``.h5`` and the like are refused.

    Parameters
    ----------
    model
        A file that ends in ``.onnx`` or ``.keras``.
    output
        The template; by default the model's name with ``.toml``, here.
    data
        A CSV file, or any other table that a template takes; without it two samples are made up.
    targets, inputs
        Columns; by default the last one, or as many as the model has outputs, and all others.
    loss, optimizer, learning_rate, iterations
        As for :func:`from_onnx`.
    force
        Whether a template that exists is replaced.

    Returns
    -------
    Imported
        Where it was written (``path``), the ``template``, and ``notes`` on what differs.

    Raises
    ------
    UsageError
        The model has what a template has not, or the file would have to be unpickled.
    UnreadableError
        The file is no model.
    WriteError
        It can't be written there.

    Examples
    --------
    >>> import xlbp
    >>> exported = xlbp.export("xor", "onnx", "xor.onnx")
    >>> xlbp.import_model("xor.onnx").path
    PosixPath('xor.toml')

    """
    told = Training(loss, optimizer, learning_rate, _rows(iterations))
    return write_model(model, output, data, Columns(texts(inputs), texts(targets)), told, force)


@verb()
def import_weights(
    weights: Path | str | Mapping[str, Any],
    into: Source,
    output: Path | str | None = None,
    *,
    overrides: Overrides = (),
    force: bool = False,
) -> Imported:
    """Write a template with the weights of a state dict in the place of its own.

    Parameters
    ----------
    weights
        A ``.safetensors`` file, or a mapping of names to tensors, which are called as in the module that
        ``export(..., to="pytorch")`` writes, or as the template's layers: ``head.weight`` of ``name = "head"``.
    into
        The template.
    output
        The new template; by default the weights' name with ``.toml``, here.
    overrides, force
        As for :func:`generate`.

    Returns
    -------
    Imported
        Where it was written (``path``), and the ``template``.

    Raises
    ------
    UsageError
        Names or shapes don't match; the message tells all that don't.
    UnreadableError
        The file has no weights that can be read.
    WriteError
        It can't be written there.
    EngineError
        safetensors, or tomlkit, is not installed.

    Examples
    --------
    >>> import numpy as np, xlbp
    >>> layer = xlbp.load_template({
    ...     "network": {"loss": "mse", "layers": [{"units": 1, "weights": [[0.5]], "bias": 0.1}]},
    ...     "data": {"inputs": [[1], [2]], "targets": [[3], [5]]},
    ...     "training": {"learning_rate": 0.1},
    ... })
    >>> moved = xlbp.import_weights({"0.weight": [[2]], "0.bias": [1]}, layer, "moved.toml").template
    >>> float(xlbp.trace(moved, iterations=1)["E"][0])
    0.0

    """
    return write_weights(weights, into, output, overrides_of(overrides), force)
