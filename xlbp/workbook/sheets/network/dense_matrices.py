"""A dense layer in matrices: a product stands where the rows of one factor meet the columns of the other.

Rows are samples.  With A′ the layer below and n samples,

             Wᵀ
    A′   Z = A′ Wᵀ + B        A = f(Z)
    W
    ∂E/∂A′ = ∂E/∂Z W   ∂E/∂Z = ∂E/∂A ⊙ f′(Z)   ∂E/∂A   f′(Z)
    A′ᵀ   ∂E/∂Wᵀ = A′ᵀ ∂E/∂Z / n
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlbp.symbols.expr import Expr, names_in
from xlbp.template.blocks.block import Elements
from xlbp.template.layer import DROPOUT, INPUT, Layer
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity
from xlbp.workbook.drawing import style
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.sheets.network.grids import BACKWARD, FORWARD, Grid, Grids, gradients

LABELS = 2  # the column of the samples' numbers; matrices stand right of it
HEADS = 2  # rows over the numbers: a title, and what is in the columns
LEAST_SOURCES, LEAST_UNITS, LEAST_OUTPUTS = 4, 4, 2  # columns, so that titles have room


@dataclass(frozen=True)
class DenseMatrices:
    """Puts one dense layer on a page: what flows forward, and under it what flows back."""

    grids: Grids
    network: Network
    layer: Layer

    @property
    def number(self) -> int:
        """The layer's number."""
        return self.layer.number

    @cached_property
    def columns(self) -> tuple[int, int, int]:
        """Where the columns of Z and A begin, and of what stands right of these; left factors end before Z."""
        across = max(self.layer.sources, self.network.batch if self.trains else 0, LEAST_SOURCES)
        units = LABELS + 1 + across + 1
        outputs = units + max(self.layer.rows, LEAST_UNITS) + 1
        return units, outputs, outputs + max(self.layer.units, LEAST_OUTPUTS) + 1

    def left_of_units(self, width: int) -> int:
        """Where a left factor begins that is so wide: it ends beside the column of labels."""
        return self.columns[0] - 1 - width

    @property
    def last(self) -> int:
        """The last column."""
        right = self.columns[2]
        if not self.is_output:
            return right + (self.layer.rows if self.slopes else 0) - 1
        return right + sum(max(len(grid[0]), LEAST_OUTPUTS) + 1 for _, grid in self.losses()) - 2

    @property
    def trains(self) -> bool:
        """Whether the book has gradients of its weights."""
        return self.grids.have([[self.layer.weights[0].gradient]])

    @property
    def is_output(self) -> bool:
        """Whether its outputs are those that have targets."""
        return self.layer is self.network.layers[-1]

    @property
    def objective(self) -> str:
        """The symbol of what the derivatives are of."""
        contents = self.grids.lens.contents
        return contents.symbol(contents.objective)

    @property
    def below(self) -> tuple[str, str]:
        """What comes in, as the textbooks call it, and how it was made: ``H1`` is ``A1 ∘ Q1``, by element."""
        first = self.layer.nodes[0]
        if first.inputs[0] == INPUT:
            return "X", "X"
        source = self.network.nodes[first.inputs[0]]
        if source.block.kind == DROPOUT:
            return f"H{source.layer}", f"H{source.layer} = A{source.layer} ∘ Q{source.layer}"  # Q the mask
        taken = self.network.taken(first, "")
        if len({name.tensor for name in taken}) > 1:  # joined of several layers
            return f"A{source.layer}", f"A{source.layer}"
        called = f"{'A' if taken[0].letter == 'z' else taken[0].letter.upper()}{taken[0].block}"
        return called, called

    @property
    def outputs_called(self) -> str:
        """What the layer passes on: A, or Z where it has no activation of its own."""
        return f"A{self.number}" if self.outputs else f"Z{self.number}"

    @cached_property
    def sums(self) -> Grid:
        """The pre-activations, a row for each sample."""
        return self.samples(self.layer.sums)

    @cached_property
    def outputs(self) -> Grid:
        """The activations, where they are not the pre-activations again."""
        outputs = self.samples(self.layer.outputs)
        return outputs if outputs != self.sums else []

    @cached_property
    def slopes(self) -> Grid:
        """The derivatives of the activation, where they have cells."""
        activations = [each for each in self.network.tensors_of(self.layer.shown) if each.slope]
        if not activations or self.layer.rows != self.layer.units:
            return []
        grid = [[z.lettered(activations[0].slope) for z in row if z] for row in self.sums]
        return grid if self.grids.have(grid) else []

    @cached_property
    def incoming(self) -> Grid:
        """What comes into the layer, a row for each sample."""
        return [self.network.incoming(self.layer.nodes[0], mark) for mark in self.network.marks]

    def samples(self, elements: Callable[[str], Elements]) -> Grid:
        """What the layer computes, a row for each sample."""
        return [elements(mark) for mark in self.network.marks]

    def put(self, row: int) -> int:
        """The layer, from a row on; returns the row after it."""
        row = self.put_forward(row)
        return self.put_gradients(self.put_backward(row)) + 1

    def put_forward(self, row: int) -> int:
        """Wᵀ over Z, A′ at its left; then A, and of outputs targets and losses."""
        units, outputs, right = self.columns
        below, made = self.below
        biases = self.layer.biases
        self.put_weights(row, units, f"W{self.number}ᵀ", self.weights(), FORWARD)
        row += HEADS + self.layer.sources + bool(biases) + 1
        shift = f" + B{self.number}" if biases else ""
        left = self.left_of_units(self.layer.sources)
        self.put_matrix(row, left, made, self.incoming, FORWARD, self.sample_names)
        self.put_matrix(row, units, f"Z{self.number} = {below} · W{self.number}ᵀ{shift}", self.sums, FORWARD)
        self.put_matrix(
            row, outputs, f"A{self.number} = {self.layer.activation}(Z{self.number})", self.outputs, FORWARD
        )
        if self.is_output:
            self.put_losses(row, right)
        return row + HEADS + self.network.batch + 1 + self.is_output

    def put_backward(self, row: int) -> int:
        """∂E/∂A ⊙ f′(Z) from right to left, and ∂E/∂A′ with ∂E/∂Z at its side and W over it."""
        units, outputs, right = self.columns
        d, number, below = f"∂{self.objective}/∂", self.number, self.below[0]
        flow, left = gradients(self.incoming), self.left_of_units(self.layer.sources)
        has_flow = self.grids.have(flow)
        if has_flow:
            weights = [[*row_of] for row_of in zip(*self.weights()[: self.layer.sources], strict=True)]
            labels = [self.grids.lens.labelled(name) if name else "" for name in self.sums[0]]
            self.put_matrix(row, left, f"W{number}", weights, FORWARD, labels, heads=self.incoming[0])
            row += HEADS + self.layer.rows + 1
        title = f"{d}{below} = {d}Z{number} · W{number}"
        self.put_matrix(row, left, title, flow, BACKWARD, self.sample_names, self.incoming[0])
        labels = [] if has_flow else self.sample_names
        of_sums, of_outputs = gradients(self.sums), gradients(self.outputs)
        self.put_matrix(row, units, f"{d}Z{number}{self.made_of()}", of_sums, BACKWARD, labels, self.sums[0])
        if self.outputs:
            title = f"{d}A{number}{self.error_of()}"
            self.put_matrix(row, outputs, title, of_outputs, BACKWARD, heads=self.outputs[0])
        self.put_matrix(row, right, f"{self.layer.activation}′(Z{number})", self.slopes, BACKWARD, heads=self.sums[0])
        return row + HEADS + self.network.batch + 1

    def put_gradients(self, row: int) -> int:
        """A′ᵀ, and at its right, under ∂E/∂Z, the gradients that they make."""
        if not self.trains:
            return row
        units, below, n = self.columns[0], self.below[0], self.network.batch
        names = [self.grids.lens.labelled(name) if name else "" for name in self.incoming[0]]
        transposed = [[*column] for column in zip(*self.incoming, strict=True)]
        self.put_matrix(row, self.left_of_units(n), f"{below}ᵀ", transposed, FORWARD, names, self.sample_names)
        mean = f" / {n}" if n > 1 else ""
        d = f"∂{self.objective}/∂"
        title = f"{d}W{self.number}ᵀ = {below}ᵀ · {d}Z{self.number}{mean}"
        self.put_weights(row, units, title, gradients(self.weights()), BACKWARD)
        return row + HEADS + self.layer.sources + 1 + 1

    def made_of(self) -> str:
        """The formula of ∂E/∂Z: by element, or the error itself; '' for any other."""
        mark, number = self.network.marks[0], self.number
        z, a, t = self.layer.sums(mark)[0], self.layer.outputs(mark)[0], self.targets()[0][0]
        used = self.used_by(z.gradient)
        if self.slopes and used == {a.gradient, self.slopes[0][0]}:
            return f" = ∂{self.objective}/∂A{number} ⊙ {self.layer.activation}′(Z{number})"
        if self.is_output and used == {a, t}:
            return f" = {self.outputs_called} − T"
        return "" if self.outputs else self.error_of()

    def error_of(self) -> str:
        """Of an output whose derivative is its error: that it is."""
        mark = self.network.marks[0]
        slope, error = self.layer.outputs(mark)[0].gradient, self.network.each_target("e", mark)[0]
        is_error = self.used_by(slope) == {error} and self.expressions[slope].op == "ref"
        return f" = {self.outputs_called} − T" if self.is_output and is_error else ""

    def used_by(self, name: str) -> set[str]:
        """What the formula of a quantity refers to."""
        return set(names_in(self.expressions[name])) if name in self.expressions else set()

    def targets(self) -> list[Elements]:
        """The targets, a row for each sample."""
        network = self.network
        return [network.each_target("t", mark if mark or not network.stored else "") for mark in network.marks]

    def losses(self) -> list[tuple[str, Grid]]:
        """Targets, errors and losses, as far as the book has them, each with its title."""
        network, texts = self.network, self.grids.lens.contents.texts
        errors, losses, wholes = (
            [network.each_target("e", mark) for mark in network.marks],
            [network.each_target("E", mark) for mark in network.marks],
            [[network.quantity(network.loss_of(mark))] for mark in network.marks],
        )
        shown: list[tuple[str, Grid]] = [(texts("matrix.targets"), self.targets())]
        if self.grids.have(errors):
            shown.append((texts("matrix.errors", outputs=self.outputs_called), errors))
        shown.append((texts("matrix.losses"), losses if self.grids.have(losses) else wholes))
        return shown

    def put_losses(self, row: int, column: int) -> None:
        """Targets, errors and losses side by side; under the losses what they make together."""
        contents = self.grids.lens.contents
        for title, grid in self.losses():
            self.put_matrix(row, column, title, grid, FORWARD)
            column += max(len(grid[0]), LEAST_OUTPUTS) + 1
        column -= max(len(grid[0]), LEAST_OUTPUTS) + 1
        below, whole = row + HEADS + self.network.batch, [contents.objective]
        if grid[0] != whole:
            key = "mean" if self.network.batch > 1 else "sum"
            self.grids.page.text(below, column - 1, contents.texts(f"matrix.{key}", symbol=self.objective), "label")
            self.grids.put_number(below, column, contents.objective, FORWARD)

    def weights(self) -> list[Sequence[Quantity | None]]:
        """Wᵀ, a row per source and a column per unit, and the biases under it."""
        sources, rows = self.layer.sources, range(1, self.layer.rows + 1)
        weights: list[Sequence[Quantity | None]] = [self.layer.weights[j::sources] for j in range(sources)]
        return [*weights, [self.layer.bias_of(row) for row in rows]]

    def put_weights(self, row: int, column: int, title: str, grid: Grid, look: str) -> None:
        """Wᵀ or the gradients of its elements, and the biases under it, if the book has them."""
        mark = self.network.marks[0]
        names = [self.grids.lens.symbol(n) for n in self.network.incoming(self.layer.nodes[0], mark)]
        prefix = "" if look == FORWARD else f"∂{self.objective}/∂"
        biases = [f"{prefix}B{self.number}"] if self.grids.have(grid[-1:]) else []
        shown = grid if biases else grid[:-1]
        self.put_matrix(row, column, title, shown, look, [*names, *biases], heads=self.layer.sums(mark))

    def put_matrix(
        self,
        row: int,
        column: int,
        title: str,
        grid: Grid,
        look: str,
        labels: Sequence[str] = (),
        heads: Sequence[Quantity | str | None] = (),
    ) -> None:
        """A title, what is in the columns, and the numbers, if the book has these quantities."""
        if not grid or not self.grids.have(grid):
            return
        page, lens = self.grids.page, self.grids.lens
        page.text(row, column, title, "symbol")
        for offset, head in enumerate(heads or grid[0]):
            if head:
                shown = lens.labelled(head) if isinstance(head, Quantity) else head
                page.text(row + 1, column + offset, shown, "column")
        self.put_labels(row, column, labels)
        self.grids.put(row + HEADS, column, grid, look)
        if look == BACKWARD or grid is self.outputs:
            self.grey(row + HEADS, column, grid)

    def put_labels(self, row: int, column: int, labels: Sequence[str]) -> None:
        """What is in the rows, left of a matrix."""
        for offset, label in enumerate(labels):
            self.grids.page.text(row + HEADS + offset, column - 1, label, "label")

    def grey(self, row: int, column: int, grid: Grid) -> None:
        """A column of nothing but zeros is grey: a unit that is dead for all samples, which passes nothing."""
        left, right = (get_column_letter(at) for at in (column, column + len(grid[0]) - 1))
        last = row + len(grid) - 1
        are_zero = f"SUMPRODUCT(ABS({left}${row}:{left}${last}))=0"
        rule = style.when(are_zero, style.change(ground="D9D9D9"))

        def finish(sheet: Worksheet) -> None:
            sheet.conditional_formatting.add(f"{left}{row}:{right}{last}", rule)

        self.grids.page.finishing.append(finish)

    @property
    def sample_names(self) -> list[str]:
        """``sample 1``, for each row of a batch."""
        if self.network.batch == 1:
            return [""]
        texts = self.grids.lens.contents.texts
        return [texts("network.sample", number=number) for number in range(1, self.network.batch + 1)]

    @property
    def expressions(self) -> dict[str, Expr]:
        """The formulas of the row, by quantity."""
        return self.grids.lens.contents.worked_out(_expressions)


def _expressions(contents: Contents) -> dict[str, Expr]:
    """The formulas of the row, by quantity."""
    return {column.name: column.expr for column in contents.program.columns}
