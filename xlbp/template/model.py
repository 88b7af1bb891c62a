"""What a training moves, and what may be asked of it whether it is a network or a computation graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from xlbp.template import names
from xlbp.template.blocks.block import Tensor
from xlbp.template.quantity import Quantity

if TYPE_CHECKING:
    from xlbp.template.network import Layer

Matrix: TypeAlias = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Samples:
    """What is known of the data besides its numbers; the defaults are those of a small full batch.

    The last ``test`` rows are kept from training.  A row of the training takes ``batch`` samples (0: all of
    them), in the ``order`` of their numbers, counted from 1, or one after the other and round again.
    ``table`` puts the samples into a table where they need none, as a comparison with smaller batches has one.
    ``plain_mean`` takes a feature's mean straight from its sum, as the sheets of 0.1.0 do, which loses digits where
    the numbers are far from zero.
    """

    test: int = 0
    batch: int = 0
    order: tuple[int, ...] = ()
    scale: str = "none"
    classes: tuple[str, ...] = ()
    accuracy: bool = False
    table: bool = False
    plain_mean: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Model(ABC):
    """What is trained: its parameters, its data, and the quantity that training makes small, or large.

    A computation graph is a model of one sample that has no data: everything that is asked of samples has an answer.
    """

    kind: ClassVar[str]  # what the template's own table is called

    objective: str = names.LOSS
    maximize: bool = False
    inputs: Matrix = ()  # (samples, features)
    targets: Matrix = ()  # (samples, outputs); one-hot for classes
    data: Samples = Samples()

    @abstractmethod
    def parameters(self) -> dict[str, float]:
        """Initial value of each trained parameter, in order."""

    @abstractmethod
    def constants(self) -> dict[str, float]:
        """What a person may change besides: inputs, targets, what is kept from training."""

    @abstractmethod
    def quantity(self, name: str) -> Quantity:
        """What a name of a quantity of the training row says."""

    @abstractmethod
    def gradient(self, parameter: str) -> Quantity:
        """What the derivative of the objective by a parameter is called."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of a network; a computation graph has none."""
        return ()

    def tensor(self, quantity: Quantity) -> Tensor | None:  # noqa: ARG002
        """The tensor or parameter that a quantity is an element of; None for what is none."""
        return None

    @property
    def samples(self) -> int:
        """How many samples there are to train on."""
        return max(len(self.inputs) - self.data.test, 1)

    @property
    def batch(self) -> int:
        """How many samples stand side by side in a row."""
        return self.data.batch or self.samples

    @property
    def picks(self) -> bool:
        """Whether each row chooses its samples anew."""
        return self.batch < self.samples

    @property
    def stored(self) -> bool:
        """Whether the samples stand in a table of their own, named ``x[1]#7``, and not on the panel as a batch."""
        data = self.data
        return self.picks or bool(data.table or data.test or data.order or data.classes) or data.scale != "none"

    @property
    def marks(self) -> tuple[str, ...]:
        """The sample marks of the batch, see :mod:`xlbp.template.names`."""
        return names.marks(self.batch)

    @property
    def test_marks(self) -> tuple[str, ...]:
        """The marks of the samples that are kept from training."""
        return tuple(f"@T{n}" for n in range(1, self.data.test + 1))
