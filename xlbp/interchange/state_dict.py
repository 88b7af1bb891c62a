"""Weights by PyTorch's names into a template: the tensors of a state dict, which a .safetensors file has as data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError, reading
from xlbp.errors import verb as verb_worded
from xlbp.interchange.held import Names
from xlbp.interchange.model_files import bytes_of_model
from xlbp.interchange.packages import needed
from xlbp.interchange.toml_text import toml_of
from xlbp.interchange.torch_names import torch_names_for
from xlbp.template.blocks.block import Parameter, Role
from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.template import Template

Tensor: TypeAlias = NDArray[np.float64]
Arrays = Mapping[str, Any]  # arrays, tensors or lists
SAFETENSORS = ".safetensors"
COUNTERS = "num_batches_tracked"  # of a batch norm, which no computation needs
SECOND, FIRST = "bias_hh", "bias_ih"  # of which only the sum counts where a template has one bias


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors by name.  Raises UsageError for another kind of file, UnreadableError for a damaged one."""
    content = bytes_of_model(path)
    if path.suffix.lower() != SAFETENSORS:
        raise UsageError(f"{path}: weights are read from a file that ends in {SAFETENSORS}; save them as one")
    load = needed("safetensors.numpy", "reading weights").load
    with reading(path, "the weights"):
        return dict(load(content))


def text_with_weights(template: Template, state: Arrays, source: str) -> str:
    """The template's text with the numbers of a state dict in the place of its own.

    Raises UsageError where tensors and parameters don't match, naming all that don't.
    """
    network = template.model.network
    numbers = numbers_of(network, state, f"{source} and {template.name}")
    tomlkit = needed("tomlkit", "writing weights into a template")
    document = tomlkit.parse(template.text)
    layers = document["network"]["layers"]
    for node, parameter, array in _written(network, numbers):
        layer = layers[node.layer - 1]
        value = array if array.shape else array[()]
        layer[parameter.key] = tomlkit.parse(f"{parameter.key} = {toml_of(value)}\n")[parameter.key]
    return str(tomlkit.dumps(document))


def numbers_of(network: Network, state: Arrays, between: str) -> dict[str, float]:
    """The numbers of a state dict by our names.  Raises UsageError, naming all tensors that don't match."""
    needed_names = torch_names_for(network, state)
    given = _by_our_modules(
        {key: _as_array(array) for key, array in state.items() if not key.endswith(COUNTERS)}, needed_names
    )
    faults = [f"{key} ({_by(array.shape)}) is not in the template" for key, array in given.items()
              if key not in needed_names]  # fmt: skip
    faults += [f"{key} ({_by(called.shape)}) is not in the file" for key, called in needed_names.items()
               if key not in given]  # fmt: skip
    faults += [
        f"{key} is {_by(array.shape)}, but {_by(needed_names[key].shape)} in the template"
        for key, array in given.items()
        if key in needed_names and array.shape != needed_names[key].shape
    ]
    if faults:
        export = verb_worded("export")
        remedy = f"modules are called as in what {export} writes for pytorch, or as the template's layers"
        raise UsageError(f"{between} don't match: {'; '.join(faults)}; {remedy}")
    numbers: dict[str, float] = {}
    for key, called in needed_names.items():
        values = given[key]
        if SECOND in key and not _is_named(called) and values.any():
            continue
        second = key.replace(FIRST, SECOND)
        if second != key and second in given and not _is_named(needed_names[second]):
            values = values + given[second]
        for name, value in zip(called.flat, values.flat, strict=True):
            if name is not None and numbers.setdefault(str(name), float(value)) != value:
                what = f"{key} has different numbers, but the template has one for all of them, {name}"
                raise UsageError(f"{between} don't match: {what}; leave bias_shared out of the template")
    return numbers


def _by_our_modules(given: Mapping[str, Tensor], needed_names: Mapping[str, Names]) -> dict[str, Tensor]:
    """The tensors with their modules called as ours: one of another name is the only one left that has its tensors.

    ``head.weight`` is ``linear.weight`` where no other module has a weight of this shape.  Of two that are alike nobody
    knows which is which, and they keep their names.
    """
    ours, own = _modules(needed_names), _modules(given)
    unknown = {module: tensors for module, tensors in own.items() if module not in ours}
    left = {module: tensors for module, tensors in ours.items() if module not in own}
    called: dict[str, str] = {}
    for module, tensors in unknown.items():
        alike = [name for name, others in left.items() if others == tensors]
        if len(alike) == 1 and sum(others == tensors for others in unknown.values()) == 1:
            called[module] = alike[0]
    return {_in_module(key, called): array for key, array in given.items()}


def _modules(tensors: Mapping[str, Tensor] | Mapping[str, Names]) -> dict[str, dict[str, tuple[int, ...]]]:
    """By module the shapes of its tensors."""
    modules: dict[str, dict[str, tuple[int, ...]]] = {}
    for key, array in tensors.items():
        module, _, tensor = key.rpartition(".")
        modules.setdefault(module, {})[tensor] = array.shape
    return modules


def _in_module(key: str, called: Mapping[str, str]) -> str:
    module, _, tensor = key.rpartition(".")
    return f"{called[module]}.{tensor}" if module in called else key


def _as_array(tensor: Any) -> Tensor:
    """A tensor of PyTorch's, an array or a list, in doubles."""
    tensor = tensor.detach().cpu() if hasattr(tensor, "detach") else tensor
    return np.asarray(tensor, dtype=np.float64)


def _is_named(called: Names) -> bool:
    """Whether the sheet has any of a tensor's numbers."""
    return any(name is not None for name in called.flat)


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "one number"


def _written(network: Network, numbers: Mapping[str, float]) -> list[tuple[Node, Parameter, NDArray[np.float64]]]:
    """Every parameter whose numbers are known, with these; of running statistics what they start from."""
    written = []
    for node in network.nodes:
        running = {start: letter for letter, start in node.block.running.items()}
        tensors = {tensor.letter: tensor for tensor in network.tensors_of(node)}
        for parameter in network.parameters_of(node):
            if parameter.home is not None:
                continue
            shown = tensors[running[parameter.letter]] if parameter.letter in running else parameter
            names = shown.elements(node.layer)
            if all(name in numbers for name in names):
                array = np.array([numbers[name] for name in names]).reshape(tuple(parameter.shape))
                written.append((node, parameter, array))
            elif parameter.role is not Role.START:
                raise UsageError(f"layer {node.layer} has {parameter.key} that PyTorch has no tensor for")
    return written
