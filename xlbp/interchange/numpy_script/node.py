"""What a block may do while its lines are written: call its arrays by their names, and add lines and gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.sheet import Sheet
from xlbp.template import names
from xlbp.template.blocks.block import Block, Parameter, Role, Shape, Tensor
from xlbp.template.layer import Node
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity

CAPITALS = {Role.PRE_ACTIVATION: ("z",), Role.ACTIVATION: ("a",)}  # letters that textbooks write so, by role
SETTINGS = {"normeps": "eps", "running": "momentum", "dk": "d_k", "drop": "drop"}  # of a layer, before its number
TESTS = "_test"  # behind the names of what belongs to samples that are kept from training


def called(letter: str, layer: int) -> str:
    """A parameter of a layer: ``W1``."""
    return f"{letter}{layer}"


def setting(key: str, layer: int) -> str:
    """A number of a block on the panel: ``eps2``, ``d_k4``."""
    return f"{SETTINGS[key]}{layer}"


@dataclass
class Passes:
    """A forward pass and its way back, as far as they are written.

    ``outputs`` are what the nodes pass on, by place; ``flows`` the terms of the derivatives by these.  ``gradients``
    has the terms of the sums over the samples of each trained parameter's gradient, by its name.
    """

    network: Network
    sheet: Sheet
    trained: frozenset[str]
    numbers: Mapping[str, float]  # of the panel, by name
    indexes: bool  # whether the inputs are tokens that rows can be looked up by
    suffix: str = ""
    lines: Lines = field(default_factory=Lines)
    after: Lines = field(default_factory=Lines)  # what is carried to the next row
    outputs: dict[int, str] = field(default_factory=dict)
    flows: dict[int, list[str]] = field(default_factory=dict)
    gradients: dict[str, list[str]] = field(default_factory=dict)

    @property
    def training(self) -> bool:
        """Whether these are the samples that are trained on."""
        return not self.suffix

    @property
    def batch(self) -> str:
        """The name of the number of samples."""
        return f"B{self.suffix}"


@dataclass
class At:
    """A node whose lines are written."""

    passes: Passes
    node: Node
    flow: str = ""  # the derivative by its output, on the way back
    needed: frozenset[int] = frozenset()  # the places whose derivatives are needed

    @property
    def block(self) -> Block:
        """What it is."""
        return self.node.block

    @property
    def layer(self) -> int:
        """Its number, behind all names."""
        return self.node.layer

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Of what it takes, for one sample."""
        return self.passes.network.inputs_of(self.node)

    @property
    def shape(self) -> Shape:
        """Of what it passes on."""
        return self.passes.network.shape_of(self.passes.network.place_of(self.node))

    @property
    def inputs(self) -> list[str]:
        """The arrays that it takes."""
        return [self.passes.outputs[place] for place in self.node.inputs]

    @property
    def x(self) -> str:
        """The first of them."""
        return self.inputs[0]

    @property
    def batch(self) -> str:
        """How many samples there are."""
        return self.passes.batch

    @property
    def training(self) -> bool:
        """Whether these are the samples that are trained on."""
        return self.passes.training

    def name(self, letter: str) -> str:
        """A tensor of the node: ``Z1``, ``mu2``."""
        tensor = self._tensors.get(letter)
        is_capital = tensor is not None and letter in CAPITALS.get(tensor.role, ())
        return f"{letter.upper() if is_capital else letter}{self.layer}{self.passes.suffix}"

    def d(self, letter: str) -> str:
        """The derivative by it."""
        return f"d{self.name(letter)}"

    def setting(self, key: str) -> str:
        """A number of the block."""
        return setting(key, self.layer)

    def number(self, key: str) -> float:
        """What that number is."""
        return self.passes.numbers[names.setting(f"{key}{self.layer}")]

    # parameters

    def p(self, letter: str) -> str:
        """A parameter, its own or another layer's."""
        return called(*self._home(letter))

    def has(self, letter: str) -> bool:
        """Whether there is such a parameter."""
        return letter in self._parameters

    def trains(self, letter: str) -> bool:
        """Whether there is such a parameter and training moves it."""
        return self.has(letter) and self.p(letter) in self.passes.trained

    def is_shared(self, letter: str) -> bool:
        """Whether a single number stands for all of a parameter."""
        return not self._parameters[letter].shape

    @property
    def _parameters(self) -> dict[str, Parameter]:
        return {parameter.letter: parameter for parameter in self.passes.network.parameters_of(self.node)}

    def _home(self, letter: str) -> tuple[str, int]:
        home = self._parameters[letter].home
        return (home[1], home[0]) if home else (letter, self.layer)

    # lines

    def line(self, code: str, about: str = "", note: str = "") -> None:
        """A line; ``about`` is the letter of the tensor that it makes, or with d before it of the derivative."""
        comment = "; ".join(filter(None, (note, self.told(about) if about else "")))
        self.passes.lines.add(code, comment if self.training else "")

    def compute(self, formulas: Mapping[str, str], **texts: str) -> None:
        """A line for each formula, ``mu2 = ...``, by the letter of the tensor that it makes, or d for the derivative.

        In a formula {x} is what comes in, {flow} the derivative by the output, {mu} or {dmu} a tensor of the node or
        the derivative by it; ``texts`` are what else stands in them.
        """
        known = self._known
        for letter, formula in formulas.items():
            self.line(f"{known[letter]} = {formula.format(**known, **texts)}", letter)

    def carry(self, formulas: Mapping[str, str], **texts: str) -> None:
        """The same of what the next row is entered with, which is computed behind the update."""
        for letter, formula in formulas.items():
            code = f"{self._known[letter]} = {formula.format(**self._known, **texts)}"
            self.passes.after.add(code, self.told(letter))

    @property
    def _known(self) -> dict[str, str]:
        """What the letters of formulas stand for."""
        letters = {letter: self.name(letter) for letter in self._tensors}
        derivatives = {f"d{letter}": f"d{name}" for letter, name in letters.items()}
        return {"x": self.x, "flow": self.flow, **derivatives, **letters}

    def told(self, letter: str) -> str:
        """What the sheet says of a tensor: its symbols and columns; '' of samples that are kept from training."""
        network = self.passes.network
        is_derivative = letter not in self._tensors and letter[:1] == "d"
        tensor = self._tensors.get(letter[1:] if is_derivative else letter)
        if tensor is None or not self.training:
            return ""
        marks = ("",) if tensor.of_batch else network.marks
        elements: Sequence[Quantity] = [name for mark in marks for name in tensor.elements(self.layer, mark)]
        return self.passes.sheet.about([name.gradient for name in elements] if is_derivative else elements)

    @property
    def _tensors(self) -> dict[str, Tensor]:
        return {tensor.letter: tensor for tensor in self.passes.network.tensors_of(self.node)}

    def uses(self, *functions: str) -> None:
        """The script must define these functions."""
        self.passes.lines.functions.update(functions)

    # the way back

    def needs(self, number: int = 0) -> bool:
        """Whether the derivative by this input is asked for."""
        return self.node.inputs[number] in self.needed

    def below(self, text: str, number: int = 0) -> None:
        """A term of the derivative by an input."""
        if self.needs(number):
            self.passes.flows.setdefault(self.node.inputs[number], []).append(text)

    def gathered(self, number: int = 0) -> str:
        """The name of an array of zeros, like an input, which gathers the derivative by it; see :meth:`below`."""
        place = self.node.inputs[number]
        users = [n for n in self.passes.network.nodes if place in n.inputs]
        is_only = len(users) == 1 and users[0].inputs.count(place) == 1 and place not in self.passes.flows
        name = f"d{self.passes.outputs[place]}" + ("" if is_only else f"_of_{self.layer}")
        self.line(f"{name} = np.zeros_like({self.passes.outputs[place]})")
        self.below(name, number)
        return name

    def gradient(self, letter: str, text: str) -> None:
        """A term of a parameter's gradient: its sum over the samples."""
        if self.trains(letter):
            self.passes.gradients.setdefault(self.p(letter), []).append(text)

    def sums(self, letter: str) -> str:
        """The name of an array of zeros, like a parameter, which gathers its gradient."""
        name = f"d{called(letter, self.layer)}"
        self.line(f"{name} = np.zeros_like({self.p(letter)})")
        self.gradient(letter, name)
        return name
