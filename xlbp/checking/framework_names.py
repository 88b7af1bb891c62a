"""What PyTorch and Keras call a network's parameters: as they are exported, or else matched with its layers in order.

A module's own name says nothing of the layer, ``fc1`` as little as ``encoder``; so the modules of a log that are called
otherwise than the exported ones are laid beside the others of these, first to first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xlbp.checking.log import Flags
from xlbp.checking.vocabulary import Names, Target, Vocabulary, trained_layers
from xlbp.interchange.keras_names import keras_names
from xlbp.interchange.state_dict import FIRST, SECOND
from xlbp.interchange.torch_names import torch_names_for
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


@dataclass(frozen=True)
class Exported:
    """A label that is a key of the exported module: ``names`` are its numbers' here, None where the sheet has none.

    ``is_sum`` says that the sheet has the sum of this bias and a second one.
    """

    key: str
    is_gradient: bool
    names: Names
    is_sum: bool


def add_framework_names(vocabulary: Vocabulary, labels: Sequence[str]) -> dict[str, Exported]:
    """Teach the vocabulary those of these labels that are a framework's.  Returns the keys that they stand for.

    They are keys of the module that the network is exported as; modules of other names are its other ones in order, if
    they are as many.  What the exported module has not may be that of as many layers with parameters.
    """
    exported = _exported(vocabulary, [_bare(label)[0] for label in labels])
    keys = {label: own for label in labels if (own := key_of(label)) is not None}
    stand_for: dict[str, Exported] = {}
    for label, key in _exported_keys(labels, keys, exported).items():
        is_gradient = _bare(label)[1]
        second = exported.get(key.replace(FIRST, SECOND)) if FIRST in key else None
        is_sum = second is not None and None in second.tolist()
        stand_for[label] = Exported(key, is_gradient, exported[key], is_sum)
        named = _of_relation(vocabulary, _of_both(key, exported) if is_gradient else exported[key], is_gradient)
        vocabulary.add(label, Target(named, is_whole=True))
    _add_by_layers(vocabulary, {label: key for label, key in keys.items() if label not in stand_for}, keys)
    return stand_for


def _exported_keys(labels: Sequence[str], keys: Mapping[str, Key], exported: Mapping[str, Names]) -> dict[str, str]:
    """The key of the exported module that each label stands for: by its name, or else by the order of the modules."""
    known = {label: key for label in labels if (key := _exported_key(_bare(label)[0], exported))}
    met = {_module(key) for key in known.values()}
    named = {keys[label].module for label in known if label in keys}
    rest = list(dict.fromkeys(_module(key) for key in exported if _leaf(key) in LEAVES and _module(key) not in met))
    own = list(dict.fromkeys(key.module for key in keys.values() if key.module not in named))
    if len(own) == len(rest):
        for label, (module, leaf, _) in keys.items():
            called = f"{rest[own.index(module)]}.{leaf}" if module in own else ""
            known |= {label: called} if called in exported else {}
    return known


def _module(key: str) -> str:
    return key.rpartition(".")[0]


def _leaf(key: str) -> str:
    return key.rpartition(".")[2]


def _add_by_layers(vocabulary: Vocabulary, unknown: Mapping[str, Key], keys: Mapping[str, Key]) -> None:
    """Lay the modules beside the layers with parameters, first to first, where they are as many."""
    modules, layers = list(dict.fromkeys(key.module for key in keys.values())), trained_layers(vocabulary.model)
    if len(modules) != len(layers):
        return
    by_module = dict(zip(modules, layers.values(), strict=True))
    for label, key in unknown.items():
        for target in _targets(vocabulary, key, by_module[key.module]):
            vocabulary.add(label, target)


def _exported(vocabulary: Vocabulary, labels: Sequence[str]) -> Mapping[str, Names]:
    """The parameters by the keys that they have in PyTorch's module, or Keras's model; none of a formula."""
    if not vocabulary.model.layers:
        return {}
    network = vocabulary.model.network
    called = keras_names(network) if any(map(_is_of_keras, labels)) else torch_names_for(network, labels)
    return {key: names for key, names in called.items() if PARTED.search(key)}


def _is_of_keras(label: str) -> bool:
    return PARTED.split(label)[-1] in OF_KERAS


def _exported_key(name: str, exported: Mapping[str, Names]) -> str:
    """The key that a label ends in, which may stand in a module of a person's own: ``net.0.weight``."""
    return next((key for key in exported if name == key or name.endswith(f".{key}")), "")


def _of_both(key: str, exported: Mapping[str, Names]) -> Names:
    """The names of a bias, where the sheet has but the sum of two those of the first: both have the same gradient."""
    names, first = exported[key], exported.get(key.replace(SECOND, FIRST))
    return names if first is None else np.where(missing(names), first, names)


def missing(names: Names) -> Flags:
    """Which numbers of a framework's tensor the sheet has not."""
    return np.array([name is None for name in names.flat], dtype=np.bool_).reshape(names.shape)


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
