"""What a training moves, and what may be asked of it whether it is a network or a computation graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from xlbp.template import names
from xlbp.template.blocks.block import FEATURES, Elements, Parameter, Role, Shape, Tensor
from xlbp.template.features import Feature
from xlbp.template.quantity import Quantity, quantity
from xlbp.template.scaling import INPUTS, TARGETS, UNSCALED, Scaled
from xlbp.template.tensors import OUTSIDE, Local, Tensors

if TYPE_CHECKING:
    from xlbp.template.array_graph import ArrayGraph
    from xlbp.template.layer import Layer, Node
    from xlbp.template.network import Network

Matrix: TypeAlias = tuple[tuple[float, ...], ...]
OF_INPUTS = (
    *(INPUTS.letter, "a"),  # the letters of a sample's inputs, on the panel, in the row, and before scaling
    *(INPUTS.raw, *INPUTS.statistics),
)


@dataclass(frozen=True)
class Category:
    """A column of texts: its inputs from ``first`` on, counted from 0, and for each text the numbers that they are."""

    name: str
    first: int
    numbers: Mapping[str, tuple[float, ...]]

    @property
    def width(self) -> int:
        """How many inputs it makes."""
        return len(next(iter(self.numbers.values())))


@dataclass(frozen=True)
class Samples:
    """What is known of the data besides its numbers; the defaults are those of a small full batch.

    The last ``test`` rows are kept from training.  A row of the training takes ``batch`` samples (0: all of
    them), in the ``order`` of their numbers, counted from 1, or one after the other and round again.
    ``table`` puts the samples into a table where they need none, as a comparison with smaller batches has one.
    ``plain_mean`` takes a feature's mean straight from its sum, as the sheets of 0.1.0 do, which loses digits where
    the numbers are far from zero.  ``input_shape`` and ``target_shape`` are those of one sample, None of plain rows.
    ``input_letters`` and ``target_letters`` are what the features of each step are one-hot of: letters, or classes.
    ``categories`` are the columns of texts among the inputs.
    ``filled`` are the inputs for which a mean stands, by sample and place, as the file lacks them.
    ``target_names`` are the columns of a file that the targets come from, or again the classes.  ``features`` are what
    the last inputs are computed of, from those before.
    """

    test: int = 0
    batch: int = 0
    order: tuple[int, ...] = ()
    scale: str = UNSCALED
    scale_targets: str = UNSCALED
    classes: tuple[str, ...] = ()
    accuracy: bool = False
    table: bool = False
    plain_mean: bool = field(default=False, compare=False)
    input_shape: Shape | None = None
    target_shape: Shape | None = None
    input_letters: tuple[str, ...] = ()
    target_letters: tuple[str, ...] = ()
    filled: frozenset[tuple[int, int]] = frozenset()
    categories: tuple[Category, ...] = ()
    target_names: tuple[str, ...] = ()
    features: tuple[Feature, ...] = ()


@dataclass(frozen=True)
class Unit:
    """A node of the picture: a quantity, with the derivative by it, in a stage counted from 0 for what is put in.

    What leads into it is told by ``arguments``, pairs of another unit's quantity and of what stands on the edge; or by
    ``formulas``, the quantities whose formulas tell it.  ``parts`` are all quantities that stand for it elsewhere.
    """

    name: Quantity
    stage: int
    derivative: Quantity | None = None
    arguments: tuple[tuple[Quantity, Quantity], ...] = ()
    formulas: tuple[Quantity, ...] = ()
    parts: tuple[Quantity, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Model(ABC):
    """What is trained: its parameters, its data, and the quantity that training makes small, or large.

    A computation graph is a model of one sample that has no data: everything that is asked of samples has an answer.
    """

    kind: ClassVar[str]  # what the template's own table is called, and the texts that differ
    computed_as: ClassVar[str]  # under which key both entries of the mathematics know how to compute it
    chains_by_users: ClassVar[bool] = False  # whether a chain rule is told by what uses a quantity, not to its end

    loss: str = ""  # the name of the loss, of what has one
    class_weights: tuple[float, ...] = ()  # of each class, or output; none where all count alike
    objective: str = names.LOSS
    maximize: bool = False
    inputs: Matrix = ()  # (samples, numbers of one), the last index running fastest
    targets: Matrix = ()  # (samples, numbers of one); one-hot for classes
    data: Samples = Samples()

    @abstractmethod
    def outline(self, called: Callable[[str], str] = str) -> str:
        """The problem in one line; ``called`` tells how a reader calls a kind of block."""

    @property
    @abstractmethod
    def conventions(self) -> tuple[str, ...]:
        """The keys of what a book has to state of the problem, without its training."""

    @property
    @abstractmethod
    def plain_rule(self) -> str:
        """The key of what a book states of gradient descent without any refinement."""

    @abstractmethod
    def units(self, mark: str) -> tuple[Unit, ...]:
        """The nodes of the picture for the sample with this mark, each after those that lead into it."""

    @abstractmethod
    def word(self, quantity: Quantity) -> str:
        """The key of the text that says what a quantity is, of those that depend on the kind of problem."""

    @property
    def output(self) -> Elements:
        """What the outputs that have targets are called, for a sample without a mark."""
        return ()

    @property
    def carried(self) -> Elements:
        """What a row takes from the one above besides its parameters."""
        return ()

    @property
    def input_shape(self) -> Shape:
        """The shape of a sample's inputs."""
        return self.data.input_shape or Shape((len(self.inputs[0]),))

    @property
    def target_shape(self) -> Shape:
        """The shape of a sample's targets."""
        return self.data.target_shape or Shape((len(self.targets[0]),))

    def each_input(self, letter: str = "x", mark: str = "") -> Elements:
        """What the numbers of a sample's inputs are called: ``x[2,1]@3``, or by another letter before scaling."""
        return Tensor(letter, self.input_shape, Role.INPUT).elements("", mark)

    def each_target(self, letter: str = "t", mark: str = "") -> Elements:
        """What the numbers of a sample's targets are called: ``t[1]@3``; by another letter its errors, or losses."""
        return Tensor(letter, self.target_shape, Role.TARGET).elements("", mark)

    def shape_of_data(self, quantity: Quantity) -> Shape:
        """The shape of what a sample has besides the tensors: inputs, targets, errors, losses of outputs or steps."""
        if not self.inputs:
            return Shape(())
        whole = self.input_shape if quantity.letter in OF_INPUTS else self.target_shape
        shapes = (whole, whole.without(*FEATURES))
        return next((shape for shape in shapes if len(shape) == len(quantity.indices)), Shape(()))

    def feature_of(self, number: Quantity) -> int:
        """Which feature, or channel, a number of the inputs or of the targets belongs to, from 1."""
        shape = self.input_shape if number.letter in OF_INPUTS else self.target_shape
        place = shape.place(*FEATURES)
        return 1 if place is None else number.indices[place]

    def statistic(self, letter: str, number: Quantity) -> Quantity:
        """What a number is scaled by: the ``shift`` or the ``size`` of its feature, ``shift[2]``."""
        return quantity(letter, "", (self.feature_of(number),))

    @property
    def scalings(self) -> dict[Scaled, str]:
        """What is scaled, each with how: the inputs, the targets, both or none."""
        ways = {INPUTS: self.data.scale, TARGETS: self.data.scale_targets}
        return {scaled: way for scaled, way in ways.items() if way != UNSCALED}

    def each_of(self, letter: str, mark: str = "") -> Elements:
        """What the numbers of a sample's inputs, or targets, are called under one of their letters."""
        return self.each_input(letter, mark) if letter in OF_INPUTS else self.each_target(letter, mark)

    @property
    def features(self) -> int:
        """How many features, or channels, the inputs have."""
        return self.input_shape.extent(*FEATURES)

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many numbers each layer passes on for each sample; what has no layers counts as one of one number."""
        return (1,)

    @abstractmethod
    def parameters(self) -> dict[str, float]:
        """Initial value of each trained parameter, in order."""

    @abstractmethod
    def constants(self) -> dict[str, float]:
        """What a person may change besides: inputs, targets, what is kept from training."""

    def tabled(self) -> Iterator[str]:
        """What the table holds besides what is given and what a row refers to: computed inputs before scaling."""
        derived = self.network.derived if self.data.features else ()
        return (name.sampled(row) for name in derived for row in names.rows(len(self.inputs)))

    @abstractmethod
    def quantity(self, name: str) -> Quantity:
        """What a name of a quantity of the training row says."""

    @abstractmethod
    def gradient(self, parameter: str) -> Quantity:
        """What the derivative of the objective by a parameter is called."""

    @abstractmethod
    def starting_from(self, numbers: Mapping[str, float]) -> Model:
        """The same with other initial parameters, those that are trained, by name."""

    def loss_of(self, mark: str) -> str:
        """What the derivatives are of that belong to a single sample."""
        return self.objective + mark

    def each_parameter(self) -> Iterator[tuple[Node, Parameter]]:
        """Every parameter that a block has, with its node, in the order of the nodes."""
        return iter(())

    def each_tensor(self) -> Iterator[tuple[Node, Tensor]]:
        """Every tensor that a block computes, with its node, in the order of the nodes."""
        return iter(())

    def taken(self, node: Node, mark: str) -> tuple[Quantity, ...]:
        """What comes first into a node, for the sample with this mark."""
        raise LookupError(f"there is no {node} of sample {mark!r}")

    @cached_property
    def tensors(self) -> Tensors:
        """The tensors of its blocks, by the names of their elements."""
        return Tensors(self)

    def tensor(self, quantity: Quantity) -> Tensor | None:
        """The tensor or parameter that a quantity is an element of; None for what is none."""
        return self.tensors.by_name.get(quantity.tensor)

    def role(self, quantity: Quantity) -> Role | None:
        """What the tensor is for; so of the data, the errors and the losses, where there are blocks."""
        tensor = self.tensor(quantity)
        if tensor is not None:
            return tensor.role
        return OUTSIDE.get(quantity.tensor) if self.tensors.by_name else None

    def local(self, quantity: Quantity) -> Local | None:
        """What a local derivative is of, and by what; None for any other quantity."""
        return self.tensors.local(quantity)

    def array_of(self, quantity: Quantity) -> str:  # noqa: ARG002
        """The name of the array that a quantity, or what a derivative is by, is an element of; '' of what is none."""
        return ""

    def array_label(self, quantity: Quantity) -> str:  # noqa: ARG002
        """What stands over the elements of an array, or of derivatives by it: ``Q 3×2``, ``dE/dQ``; '' of others."""
        return ""

    def formula_of(self, quantity: Quantity) -> str:  # noqa: ARG002
        """The formula of the array that a quantity is an element of, as the template has it; '' without one."""
        return ""

    @property
    def arrays(self) -> ArrayGraph:
        """Itself, for what only formulas of arrays have.  Raises TypeError for any other model."""
        raise TypeError(f"this {self.kind} has no arrays")

    @property
    def network(self) -> Network:
        """Itself, for what only networks have.  Raises TypeError for any other model."""
        raise TypeError(f"an {self.kind} is no network")

    @property
    def single_softmax(self) -> bool:
        """Whether it answers with the softmax of one unit, which is 1 whatever the unit says."""
        return False

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of a network; a computation graph has none."""
        return ()

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
    def rows_of_epoch(self) -> int:
        """How many rows it takes until every sample has been in one."""
        return -(-self.samples // self.batch)

    @property
    def stored(self) -> bool:
        """Whether the samples stand in a table of their own, named ``x[1]#7``, and not on the panel as a batch."""
        data = self.data
        made = data.classes or data.features or self.scalings
        return self.picks or bool(data.table or data.test or data.order or made)

    @property
    def marks(self) -> tuple[str, ...]:
        """The sample marks of the batch, see :mod:`xlbp.template.names`."""
        return names.marks(self.batch)

    @property
    def test_marks(self) -> tuple[str, ...]:
        """The marks of the samples that are kept from training."""
        return tuple(f"@T{n}" for n in range(1, self.data.test + 1))
