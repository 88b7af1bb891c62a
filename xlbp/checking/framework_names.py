"""What PyTorch and Keras call a network's parameters: as they are exported, or else matched with its layers in order.

A module's own name says nothing of the layer, ``fc1`` as little as ``encoder``; so the modules of a log are laid beside
the layers that have parameters, first to first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from xlbp.checking.vocabulary import Names, Target, Vocabulary, trained_layers
from xlbp.interchange.keras_names import keras_names
from xlbp.interchange.torch_names import torch_names
from xlbp.template.quantity import GRADIENT

TURNED = "turned"  # the axes of Keras: what comes in before what goes out
LEAVES = {  # by what a framework calls it: the keys of ours, the first that the layer has, and whether it is turned
    "weight": (("weights", "gamma"), ""),
    "bias": (("bias", "beta"), ""),
    "weight_ih_l0": (("weights",), ""),
    "weight_hh_l0": (("recurrent",), ""),
    "bias_ih_l0": (("bias",), ""),
    "bias_hh_l0": (("recurrent_bias",), ""),
    "weight_ih": (("weights",), ""),
    "weight_hh": (("recurrent",), ""),
    "bias_ih": (("bias",), ""),
    "bias_hh": (("recurrent_bias",), ""),
    "kernel": (("weights",), TURNED),
    "recurrent_kernel": (("recurrent",), TURNED),
    "embeddings": (("weights",), ""),
    "gamma": (("gamma",), ""),
    "beta": (("beta",), ""),
}
OF_KERAS = ("kernel", "recurrent_kernel", "embeddings", "gamma", "beta")  # which PyTorch calls otherwise
BEFORE = re.compile(r"^(?:grad(?:ient)?s?|d)[._/](?=.)")
BEHIND = re.compile(r"[._/]grad(?:ient)?s?$")
NUMBER = re.compile(r":\d+$")  # TensorFlow's, behind a variable
PARTED = re.compile(r"[./]")


class Key(NamedTuple):
    """A label of a framework's: the module, the parameter's name in it, and whether it is that one's gradient."""

    module: str
    leaf: str
    is_gradient: bool


def key_of(label: str) -> Key | None:
    """What a label says, if it is one of a framework's: ``0.weight.grad``, ``dense_1/kernel:0``."""
    name, is_gradient = _bare(label)
    module, _, leaf = ".".join(PARTED.split(name)).rpartition(".")
    return Key(module, leaf, is_gradient) if leaf in LEAVES and module else None


def _bare(label: str) -> tuple[str, bool]:
    """A label without what makes a gradient of it, and whether it has that."""
    plain = NUMBER.sub("", label)
    name = BEHIND.sub("", BEFORE.sub("", plain))
    return name, name != plain


def add_framework_names(vocabulary: Vocabulary, labels: Sequence[str]) -> None:
    """Teach the vocabulary those of these labels that are a framework's.

    They are the keys of the module that the network is exported as; or else those of as many modules as it has layers.
    """
    bare = {label: _bare(label) for label in labels}
    exported = _exported(vocabulary, [name for name, _ in bare.values()])
    known = {label: _exported_key(name, exported) for label, (name, _) in bare.items()}
    if any(known.values()):
        for label, own in known.items():
            if own:
                vocabulary.add(label, Target(_of_relation(vocabulary, exported[own], bare[label][1]), is_whole=True))
        return
    keys = {label: key for label in labels if (key := key_of(label)) is not None}
    modules = list(dict.fromkeys(key.module for key in keys.values()))
    if _add_by_order(vocabulary, keys, modules, exported):
        return
    layers = trained_layers(vocabulary.model)
    if not keys or len(modules) != len(layers):
        return
    by_module = dict(zip(modules, layers.values(), strict=True))
    for label, key in keys.items():
        for target in _targets(vocabulary, key, by_module[key.module]):
            vocabulary.add(label, target)


def _exported(vocabulary: Vocabulary, labels: Sequence[str]) -> Mapping[str, Names]:
    """The parameters by the keys that they have in PyTorch's module, or Keras's model; none of a formula."""
    if not vocabulary.model.layers:
        return {}
    network = vocabulary.model.network
    called = keras_names(network) if any(map(_is_of_keras, labels)) else torch_names(network)
    return {key: names for key, names in called.items() if PARTED.search(key)}


def _is_of_keras(label: str) -> bool:
    return PARTED.split(label)[-1] in OF_KERAS


def _add_by_order(
    vocabulary: Vocabulary, keys: Mapping[str, Key], modules: Sequence[str], exported: Mapping[str, Names]
) -> bool:
    """Whether as many of Keras's layers are logged as the exported model has; they are then matched in order.

    Each weight has Keras's own order of axes and gates.
    """
    layers = list(dict.fromkeys(key.rpartition(".")[0] for key in exported))
    if not any(map(_is_of_keras, exported)) or len(modules) != len(layers):
        return False
    by_module = dict(zip(modules, layers, strict=True))
    for label, key in keys.items():
        names = exported.get(f"{by_module[key.module]}.{key.leaf}")
        if names is not None:
            vocabulary.add(label, Target(_of_relation(vocabulary, names, key.is_gradient), is_whole=True))
    return True


def _exported_key(name: str, exported: Mapping[str, Names]) -> str:
    """The key that a label ends in, which may stand in a module of a person's own: ``net.0.weight``."""
    return next((key for key in exported if name == key or name.endswith(f".{key}")), "")


def _of_relation(vocabulary: Vocabulary, names: Names, is_gradient: bool) -> Names:
    """The names, or those of their gradients; '' for what the sheet has not."""
    found = np.full(names.shape, "", dtype=object)
    for place, name in np.ndenumerate(names):
        called = vocabulary.contents.gradient(name) if name is not None and is_gradient else name
        if called is not None and vocabulary.contents.has(str(called)):
            found[place] = str(called)
    return found


def _targets(vocabulary: Vocabulary, key: Key, by_key: Mapping[str, str]) -> Iterator[Target]:
    """What a label of a framework's stands for, in the layer with these parameters."""
    ours, turned = LEAVES[key.leaf]
    whole = next((by_key[each] for each in ours if each in by_key), "")
    if key.is_gradient:
        whole = vocabulary.related(whole, GRADIENT)
    for names in vocabulary.wholes.get(whole, ()):
        yield Target(names, turned_axes(names) if turned else (), is_whole=True)


def turned_axes(names: Names) -> tuple[int, ...]:
    """In which order Keras has the axes of ours: (units, inputs) are (inputs, units); of a kernel the window first."""
    return (*range(2, names.ndim), 1, 0) if names.ndim > 1 else ()
