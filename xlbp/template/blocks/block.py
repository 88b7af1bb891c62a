"""What every block says of itself: its output's shape, its parameters, and what it computes for each sample."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product
from typing import ClassVar, TypeAlias

from xlbp.template.quantity import Quantity, quantity

Elements: TypeAlias = tuple[Quantity, ...]  # of a tensor, the last index running fastest


class Axis(Enum):
    """What runs along an axis of a tensor."""

    UNIT = "unit"  # features, or the units of a layer
    STEP = "step"  # of a sequence, or of a signal
    CHANNEL = "channel"  # of a signal or an image, or the filters of a convolution
    ROW = "row"
    COLUMN = "column"
    HEAD = "head"  # of an attention
    KEY = "key"  # the steps that a step looks at


FEATURES = (Axis.UNIT, Axis.CHANNEL)  # what a loss, a softmax or a scale takes together
USUAL_AXES: dict[int, tuple[Axis, ...]] = {  # by the number of axes
    0: (),
    1: (Axis.UNIT,),
    2: (Axis.STEP, Axis.UNIT),
    3: (Axis.CHANNEL, Axis.ROW, Axis.COLUMN),
}


class Shape(tuple[int, ...]):
    """How far a tensor goes along each of its axes, and what these are; equal to the plain tuple."""

    axes: tuple[Axis, ...]

    def __new__(cls, extents: Iterable[int], axes: tuple[Axis, ...] | None = None) -> Shape:
        """With the usual axes of so many extents where none are told."""
        made = super().__new__(cls, extents)
        made.axes = axes if axes is not None else getattr(extents, "axes", None) or USUAL_AXES[len(made)]
        return made

    def __reduce__(self) -> tuple[object, ...]:
        """For other processes."""
        return Shape, (tuple(self), self.axes)

    def place(self, *axes: Axis) -> int | None:
        """Where the first of these axes that it has stands; None where it has none of them."""
        return next((self.axes.index(axis) for axis in axes if axis in self.axes), None)

    def extent(self, *axes: Axis) -> int:
        """How far it goes along the first of these axes that it has; 1 where it has none of them."""
        place = self.place(*axes)
        return 1 if place is None else self[place]

    def without(self, *axes: Axis) -> Shape:
        """The shape that is left where the first of these axes that it has is taken together."""
        place = self.place(*axes)
        left = [n for n in range(len(self)) if n != place]
        return Shape((self[n] for n in left), tuple(self.axes[n] for n in left))

    def index_without(self, index: tuple[int, ...], *axes: Axis) -> tuple[int, ...]:
        """An element's index in the shape that :meth:`without` gives."""
        place = self.place(*axes)
        return tuple(at for n, at in enumerate(index) if n != place)

    def resized(self, extent: int, *axes: Axis) -> Shape:
        """The same with another extent along the first of these axes that it has."""
        place = self.place(*axes)
        return Shape((extent if n == place else size for n, size in enumerate(self)), self.axes)


@cache
def _indices(shape: tuple[int, ...], causal: bool) -> tuple[tuple[int, ...], ...]:
    every = product(*(range(1, extent + 1) for extent in shape))
    return tuple(index for index in every if not causal or index[-1] <= index[-2])


class Role(Enum):
    """What a tensor is for, or numbers beside the blocks: all that sheets, exercises and marking have to know of it."""

    WEIGHT = "weight"  # a parameter that penalties apply to
    BIAS = "bias"  # a parameter that they do not apply to
    PRE_ACTIVATION = "pre-activation"
    ACTIVATION = "activation"
    HELPER = "helper"  # a step on the way to the block's output
    RANDOM = "random"  # a random number, or what is made of it alone
    START = "start"  # what a recurrence, or a running statistic, starts from; training leaves it
    RUNNING = "running"  # a statistic that is carried from row to row
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
    Role.START: ("start", "gradient"),
    Role.RUNNING: ("helper", "dhelper"),
}


@dataclass(frozen=True)
class Tensor:
    """Numbers that a block computes for each sample: the letter of their names, and their shape without the sample.

    ``symbol`` shows an element, with ``{unit}`` (``1[2]``, or the source's own name of it) or ``{layer}`` in it; empty
    for the letter with the unit, or for the notation's own pattern of pre-activations or activations.  ``pieces`` of
    neighbouring elements make a unit.  ``activates`` is the letter of the block's own pre-activation that it is a
    function of, element by element; empty where that is the block's input.  ``slope`` is the letter of its local
    derivative by that, where it has a cell.  ``word`` and ``gradient_word`` are the keys of the texts that say what an
    element is, and the derivative of the loss by it, where more is to be said than its role says.

    What is ``of_batch`` is computed of all samples of a row together and belongs to none.  Of what is ``causal`` there
    are only the elements whose last index is not above the one before it: a step sees none that comes later.
    """

    letter: str
    shape: tuple[int, ...]
    role: Role
    symbol: str = ""
    pieces: int = 1
    activates: str = ""
    slope: str = ""
    in_tests: bool = True  # whether samples that are kept from training have it as well
    is_whole: bool = False  # whether its numbers are large whole ones
    word: str = ""
    gradient_word: str = ""
    of_batch: bool = False
    causal: bool = False

    def indices(self) -> tuple[tuple[int, ...], ...]:
        """The index of each element, from 1, the last one running fastest."""
        return _indices(self.shape, self.causal)

    def elements(self, layer: int | str, sample: str = "") -> Elements:
        """What its elements are called in the layer of this number, in order."""
        mark = "" if self.of_batch else sample
        return tuple(quantity(self.letter, layer, index, mark) for index in self.indices())

    def title(self, layer: int) -> str:
        """What the whole of it is called in a layer: ``z1``, or by its symbol, ``tanh_c1``."""
        pattern = self.symbol or f"{self.letter}{{layer}}"
        return pattern.replace("{unit}", "{layer}").replace("{layer}", str(layer))

    @property
    def words(self) -> tuple[str, str]:
        """The keys of the texts that say what an element is, and what the derivative of the loss by it is."""
        word, gradient_word = WORDS[self.role]
        return self.word or word, self.gradient_word or gradient_word


@dataclass(frozen=True)
class Parameter(Tensor):
    """Numbers that training moves, or that stay as they are: one set for all samples.

    ``key`` is what a template calls them.  ``fallback`` is what they start from where it is silent: a number for all,
    or of a weight a scheme, as ``{"init": "he_normal"}``; without one the key is required.  Its rows belong to several
    ``gates``, one after the other and called so, each with weights drawn for itself; ``window`` is how many places a
    kernel covers, which its fans count.  ``home`` is the layer whose parameter it is, and its letter there, if that is
    another one's.
    """

    key: str = ""
    fallback: object = None
    gates: tuple[str, ...] = ()
    window: int = 1
    home: tuple[int, str] | None = None

    @property
    def is_trainable(self) -> bool:
        """Whether training may move it: a start stays as it is."""
        return self.role in PARAMETERS

    def elements(self, layer: int | str, sample: str = "") -> Elements:
        """What its elements are called, in order: one set for all samples."""
        number, letter = self.home or (layer, self.letter)
        return tuple(quantity(letter, number, index) for index in self.indices())


class Block(ABC):
    """A step of a network; everything here depends on the shapes of its inputs alone."""

    kind: ClassVar[str]  # by which both entries of its mathematics know it
    pieces: int = 1  # how many numbers of its input make one of its units
    couples: ClassVar[bool] = False  # whether what it passes on at one step, or place, comes from others as well

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
    def running(self) -> dict[str, str]:
        """The letters of what is carried from row to row, each with that of the parameter that it starts from."""
        return {}

    def count(self, shape: Shape, samples: int) -> int:
        """How many numbers of its input it takes together, of so many samples; 0 if it takes each sample alone."""
        return 0

    @property
    def activation(self) -> str:
        """The name of the activation function, of a block that is one."""
        return ""

    @property
    def conventions(self) -> tuple[str, ...]:
        """The keys of the conventions that a book with this block states; those of activations stand in their table."""
        return ()

    @property
    def output_letter(self) -> str:
        """The letter of the tensor that it passes on; empty for the last of the tensors, of a view of no meaning."""
        return ""

    @property
    def is_view(self) -> bool:
        """Whether it passes on numbers that have cells already, its inputs' or some of its own.

        What comes back to those from the blocks that use them is then not all of their derivative, or stands elsewhere.
        """
        return False

    def output(self, *inputs: Shape) -> Tensor:
        """The tensor that it passes on: the last one, unless it says another.  Raises IndexError for a plain view."""
        tensors = self.tensors(*inputs)
        return next((tensor for tensor in tensors if tensor.letter == self.output_letter), tensors[-1])

    def apart(self, *inputs: Shape) -> Shape:
        """The steps, or places, at each of which it uses all of its parameters; one, without axes, unless it says more.

        By hand, a gradient then has a first axis for these.
        """
        return Shape(())

    def pictured(self, *inputs: Shape) -> tuple[str, ...]:
        """The letters of the tensors that a picture of it shows: what it passes on, unless it says more."""
        return () if self.is_view else (self.output(*inputs).letter,)

    def shape(self, *inputs: Shape) -> Shape:
        """The shape of what it passes on."""
        return Shape(self.output(*inputs).shape)

    def passed(self, own: Mapping[str, Elements], inputs: tuple[Elements, ...], shapes: tuple[Shape, ...]) -> Elements:
        """What it passes on: of its ``own`` elements, by letter, and of those that come in."""
        return own[self.output(*shapes).letter]
