"""What every quantity of a training row is called, and what its name says: the only place where a name is taken apart.

A :class:`Quantity` is its own name, a string (``z1[2]@3``), and knows what the name is made of::

    letter   block   indices  sample
    z        1       (2,)     @3        pre-activation of unit 2 of layer 1, third sample of the batch
    W        2       (1, 3)             weight from source 3 into unit 1 of layer 2
    x                (2,)     #7        input 2 of row 7 of the data's table
    lse      2                @T1       a number that layer 2 has once, for the first test sample

A quantity may be made of another one, ``of``, by one of these relations::

    dW2[1,3]    gradient    dE/dW2[1,3]; its letter is dW        m:W2[1,3]   state       kept by the optimizer
    W2+[1,3]    updated     the parameter after the update       |dW2|       norm        of a whole gradient
    dW2[1,3]|4  part        what step, or place, 4 adds to a gradient of what is used there as well

``$beta1`` is a setting of the panel (letter ``$beta1``), ``$drop2`` that of a layer (letter ``$drop``, block ``2``);
``:rate`` a number that a row has once, whatever it trains (letter ``:rate``).  In a computation graph quantities have
the names that the template gives them, whatever these look like: :func:`plain` makes them, and :func:`element` those of
an array's elements, ``W_Q[1,2]``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import digits
from typing import Any

from xlbp.template.settings import SETTINGS

GRADIENT, UPDATED, STATE, NORM, PART = "gradient", "updated", "state", "norm", "part"
WHOLE = frozenset({"E", "Edata", "El1", "El2", "hits", "eta", "iteration", "class", "order"})  # names of no block
GRAMMAR = re.compile(
    r"(?P<letter>[^\W\d_](?:[^\W\d_]|')*)(?P<block>\d*)(?P<updated>\+?)(?:\[(?P<index>\d+(?:,\d+)*)\])?"
    r"(?P<sample>[@#]\w*)?"
)

OF_ARRAY = re.compile(r"(?P<name>[^\W\d]\w*)\[(?P<index>\d+(?:,\d+)*)\]")  # whose name a template gives


class Quantity(str):
    """A quantity's name, and its parts; equal to, and hashed as, the plain string."""

    __slots__ = ("block", "indices", "letter", "of", "relation", "sample")

    letter: str  # of the kind of quantity: z, a, W, dz, f'
    block: str  # the layer's number as text; empty for what the whole network has
    indices: tuple[int, ...]  # from 1: (unit,), (unit, source); more in larger blocks
    sample: str  # @3 in the batch, @T1 a test sample, #7 a row of the table; empty where there is one sample
    relation: str  # GRADIENT, UPDATED, STATE, NORM, PART or empty
    of: Quantity | None  # what the relation is to

    def __new__(
        cls,
        text: str,
        letter: str,
        block: str = "",
        indices: tuple[int, ...] = (),
        sample: str = "",
        relation: str = "",
        of: Quantity | None = None,
    ) -> Quantity:
        """A name with its parts, which must agree with it: see :func:`quantity`, :func:`parse` and :func:`plain`."""
        made = super().__new__(cls, text)
        made.letter, made.block, made.indices, made.sample, made.relation, made.of = (
            *(letter, block, indices, sample, relation),
            of,
        )
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """For other processes."""
        parts = (self.letter, self.block, self.indices, self.sample, self.relation, self.of)
        return (Quantity, (str(self), *parts))

    @property
    def is_setting(self) -> bool:
        """Whether it is a number of the optimizer, the schedule or the dropout, on the panel."""
        return self.letter[0] == "$"

    @property
    def key(self) -> str:
        """The name of a setting, or of what a row has once, without its sign and number: ``beta1``, ``drop``."""
        return self.letter[1:]

    @property
    def is_common(self) -> bool:
        """Whether a row has it once, whatever it trains: ``:rate``."""
        return self.letter[0] == ":"

    @property
    def state_letter(self) -> str:
        """Under which letter an optimizer keeps it: ``m`` of ``m:W2[1,3]``; empty for what is no state."""
        return self.letter[:-1] if self.relation == STATE else ""

    @property
    def part_number(self) -> int:
        """Which step, or place, a part of a gradient comes from, counted from 1; 0 of what is no part."""
        return int(self.rpartition("|")[2]) if self.relation == PART else 0

    @property
    def is_in_table(self) -> bool:
        """Whether it stands in a row of the data's table: ``x[2]#7``."""
        return self.sample[:1] == "#"

    @property
    def tensor(self) -> str:
        """What it is an element of, as letter and block: ``W2`` of ``W2[1,3]``, ``m:W2`` of ``m:W2[1,3]``."""
        if self.relation == STATE and self.of is not None:
            return f"{self.letter}{self.of.tensor}"
        if self.relation == PART and self.of is not None:
            return f"{self.of.tensor}|{self.part_number}"
        return f"{self.letter}{self.block}"

    @property
    def whole(self) -> str:
        """What all elements of its tensor, of all samples, are called together: ``dW2`` of ``dW2[1,3]``, ``W2+``."""
        if not self.indices:
            return str(self.sampled(""))
        return f"{self.of.tensor}+" if self.relation == UPDATED and self.of is not None else self.tensor

    @property
    def pattern(self) -> str:
        """The same as the table of names writes it, where a single number has that name, too: ``E[i]``, ``E@s``."""
        is_test = self.sample[:2] == "@T"
        if not self.indices:
            return f"{self.whole}{'@Ts' if is_test else '@s'}"
        return f"{self.whole}[{','.join('ijkl'[: len(self.indices)])}]{'@T' if is_test else ''}"

    @property
    def root(self) -> Quantity:
        """What it is made of in the end: ``W2[1,3]`` of ``m:W2[1,3]`` and of ``dW2[1,3]|4``."""
        return self if self.of is None else self.of.root

    def at(self, *indices: int) -> Quantity:
        """Another element of the same tensor, of the same sample: ``z1[2]@3`` at 4 is ``z1[4]@3``."""
        return self._with(indices=indices)

    def sampled(self, sample: str) -> Quantity:
        """The same quantity of another sample: ``z1[2]@3`` sampled ``@1`` is ``z1[2]@1``."""
        return self._with(sample=sample)

    def lettered(self, letter: str) -> Quantity:
        """Another quantity at the same place: ``da1[2]@3`` lettered ``dz`` is ``dz1[2]@3``."""
        return quantity(letter, self.block, self.indices, self.sample)

    @property
    def gradient(self) -> Quantity:
        """The derivative of the loss by this: ``dW2[1,3]``."""
        return _derived(f"d{self}", GRADIENT, self, f"d{self.letter}")

    @property
    def updated(self) -> Quantity:
        """The parameter after this row's update: ``W2+[1,3]``."""
        name = f"{self.tensor}+{_bracketed(self.indices)}{self.sample}"
        return _derived(name, UPDATED, self, f"{self.letter}+")

    def state(self, letter: str) -> Quantity:
        """What an optimizer keeps of this parameter under a letter: ``m:W2[1,3]``."""
        return _derived(f"{letter}:{self}", STATE, self, f"{letter}:")

    def part(self, number: int) -> Quantity:
        """What one of the steps, or of the places, adds to this gradient, counted from 1: ``dW2[1,3]|4``."""
        return _derived(f"{self}|{number}", PART, self, f"{self.letter}|")

    def _with(self, indices: tuple[int, ...] | None = None, sample: str | None = None) -> Quantity:
        place = self.indices if indices is None else indices
        tag = self.sample if sample is None else sample
        if (place, tag) == (self.indices, self.sample):
            return self
        if self.of is None:  # of an array that a template calls dz, dz[1] is no derivative
            return Quantity(f"{self.tensor}{_bracketed(place)}{tag}", self.letter, self.block, place, tag)
        other = self.of._with(indices, sample)
        if self.relation == GRADIENT:
            return other.gradient
        if self.relation == PART:
            return other.part(self.part_number)
        return other.updated if self.relation == UPDATED else other.state(self.state_letter)


def quantity(letter: str, block: str | int = "", indices: tuple[int, ...] = (), sample: str = "") -> Quantity:
    """A quantity by its parts: ``quantity("z", 1, (2,), "@3") == "z1[2]@3"``; d before the letter makes a gradient."""
    text = f"{letter}{block}{_bracketed(indices)}{sample}"
    of = quantity(letter[1:], block, indices, sample) if letter[0] == "d" and len(letter) > 1 else None
    return Quantity(text, letter, str(block), indices, sample, GRADIENT if of is not None else "", of)


def plain(name: str) -> Quantity:
    """A name that a template gives, as the nodes of a computation graph have; nothing of it is taken apart."""
    return name if isinstance(name, Quantity) else Quantity(name, name)


def element(name: str, indices: tuple[int, ...]) -> Quantity:
    """An element of an array that a template names: ``element("W_Q", (1, 2)) == "W_Q[1,2]"``."""
    return Quantity(f"{name}{_bracketed(indices)}", name, indices=indices)


def setting(key: str) -> Quantity:
    """A number of the optimizer or the schedule, ``$beta1``; some are numbered, by layer or piece, ``$drop2``."""
    word = key if key in SETTINGS else key.rstrip(digits)
    return Quantity(f"${key}", f"${word}", key[len(word) :])


def norm(block: int, letter: str = "W") -> Quantity:
    """The Frobenius norm of the gradient of a layer's weights: ``|dW1|``."""
    whole = quantity(letter, block).gradient
    return Quantity(f"|{whole}|", f"|{whole.letter}|", whole.block, relation=NORM, of=whole)


def parse(name: str) -> Quantity:
    """A network's quantity from its name.  Raises ValueError for what is no name of one."""
    if isinstance(name, Quantity):
        return name
    if name[:1] == "$":
        return setting(name[1:])
    if name[:1] == ":":
        return Quantity(name, name)
    if name[:1] == "|" and name[-1:] == "|":
        whole = parse(name[1:-1])
        return norm(int(whole.block), whole.letter[1:])
    gradient, bar, number = name.partition("|")
    if bar:
        return parse(gradient).part(int(number))
    state, colon, parameter = name.partition(":")
    return parse(parameter).state(state) if colon else _parsed(name)


def is_updated(name: str) -> bool:
    """Whether a name, whatever the template, is that of a parameter after the update: no other has a plus."""
    return "+" in name


def shape_of(elements: Sequence[Quantity]) -> tuple[int, ...]:
    """The shape of the tensor that all of these are the elements of: (2, 3) for ``W1[1,1]`` to ``W1[2,3]``."""
    return tuple(max(along) for along in zip(*(element.indices for element in elements), strict=True)) or (1,)


def known(name: str) -> Quantity:
    """A quantity from a name that may be a network's, or else an array's; any other name is left whole."""
    try:
        return parse(name)
    except ValueError:
        array = OF_ARRAY.fullmatch(name)
        return element(array["name"], _numbers(array["index"])) if array else plain(name)


def _parsed(name: str) -> Quantity:
    whole, at, sample = name.partition("@")
    if whole in WHOLE:
        return quantity(whole, sample=at + sample)
    parts = GRAMMAR.fullmatch(name)
    if parts is None:
        raise ValueError(f"{name!r} is no quantity of a network")
    indices = _numbers(parts["index"]) if parts["index"] else ()
    made = quantity(parts["letter"], parts["block"], indices, parts["sample"] or "")
    return made.updated if parts["updated"] else made


def _numbers(index: str) -> tuple[int, ...]:
    return tuple(map(int, index.split(",")))


def _derived(name: str, relation: str, of: Quantity, letter: str) -> Quantity:
    return Quantity(name, letter, of.block, of.indices, of.sample, relation, of)


def _bracketed(indices: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, indices))}]" if indices else ""
