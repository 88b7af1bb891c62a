"""What every block says of itself: its output's shape, its parameters, and what it computes for each sample."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product
from typing import ClassVar, TypeAlias

from xlbp.template.quantity import Quantity, quantity

Shape: TypeAlias = tuple[int, ...]


@cache
def _indices(shape: Shape) -> tuple[tuple[int, ...], ...]:
    return tuple(product(*(range(1, extent + 1) for extent in shape)))


class Role(Enum):
    """What a tensor is for, or numbers beside the blocks: all that sheets, exercises and marking have to know of it."""

    WEIGHT = "weight"  # a parameter that penalties apply to
    BIAS = "bias"  # a parameter that they do not apply to
    PRE_ACTIVATION = "pre-activation"
    ACTIVATION = "activation"
    HELPER = "helper"  # a step on the way to the block's output
    RANDOM = "random"  # a random number, or what is made of it alone
    INPUT = "input"  # of the data
    TARGET = "target"  # of the data
    ERROR = "error"  # of an output, against its target
    LOSS = "loss"  # of an output, a sample, or the batch


PARAMETERS = (Role.WEIGHT, Role.BIAS)
WORDS = {  # by role: the texts that say what an element is, and what the derivative of the loss by it is
    Role.WEIGHT: ("parameter", "gradient"),
    Role.BIAS: ("parameter", "gradient"),
    Role.PRE_ACTIVATION: ("z", "dz"),
    Role.ACTIVATION: ("a", "da"),
    Role.HELPER: ("helper", "dhelper"),
    Role.RANDOM: ("helper", "dhelper"),
}


@dataclass(frozen=True)
class Tensor:
    """Numbers that a block computes for each sample: the letter of their names, and their shape without the sample.

    ``symbol`` shows an element, with ``{unit}`` (``1[2]``, or the source's own name of it) or ``{layer}`` in it; empty
    for the letter with the unit, or for the notation's own pattern of pre-activations or activations.  ``pieces`` of
    neighbouring elements make a unit.  ``slope`` is the letter of its local derivative by the block's input, element by
    element, where that has a cell.  ``word`` and ``gradient_word`` are the keys of the texts that say what an element
    is, and the derivative of the loss by it, where more is to be said than its role says.
    """

    letter: str
    shape: Shape
    role: Role
    symbol: str = ""
    pieces: int = 1
    slope: str = ""
    in_tests: bool = True  # whether samples that are kept from training have it as well
    is_whole: bool = False  # whether its numbers are large whole ones
    word: str = ""
    gradient_word: str = ""

    def indices(self) -> tuple[tuple[int, ...], ...]:
        """The index of each element, from 1, the last one running fastest."""
        return _indices(self.shape)

    def elements(self, layer: int | str, sample: str = "") -> tuple[Quantity, ...]:
        """What its elements are called in the layer of this number, in order."""
        return tuple(quantity(self.letter, layer, index, sample) for index in self.indices())

    @property
    def words(self) -> tuple[str, str]:
        """The keys of the texts that say what an element is, and what the derivative of the loss by it is."""
        word, gradient_word = WORDS[self.role]
        return self.word or word, self.gradient_word or gradient_word


@dataclass(frozen=True)
class Parameter(Tensor):
    """Numbers that training moves, or that stay as they are: one set for all samples.

    ``key`` is what a template calls them.  ``fallback`` is what they start from where it is silent: a number for all,
    or of a weight a scheme, as ``{"init": "he_normal"}``; without one the key is required.
    """

    key: str = ""
    fallback: object = None


class Block(ABC):
    """A step of a network; everything here depends on the shapes of its inputs alone."""

    kind: ClassVar[str]  # by which both entries of its mathematics know it
    pieces: int = 1  # how many numbers of its input make one of its units

    @abstractmethod
    def tensors(self, *inputs: Shape) -> tuple[Tensor, ...]:
        """What it computes for each sample, in this order."""

    def parameters(self, *inputs: Shape) -> tuple[Parameter, ...]:
        """What it has to learn, in the order of PyTorch's module."""
        return ()

    @property
    def settings(self) -> dict[str, float]:
        """Its numbers on the panel: each is called by its key and the layer's number, as ``$drop2``."""
        return {}

    @property
    def activation(self) -> str:
        """The name of the activation function, of a block that is one."""
        return ""

    @property
    def conventions(self) -> tuple[str, ...]:
        """The keys of the conventions that a book with this block states; those of activations stand in their table."""
        return ()

    def output(self, *inputs: Shape) -> Tensor:
        """What the next block takes: the last of the tensors."""
        return self.tensors(*inputs)[-1]
