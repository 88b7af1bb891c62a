"""The samples on top of a script: as they are given, with what is computed from them, scaled; and a row's choice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError
from xlbp.interchange.literals import WIDTH
from xlbp.interchange.numpy_script.facts import Facts
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import assigned_array
from xlbp.interchange.numpy_script.node import TESTS
from xlbp.interchange.numpy_script.scaling import put_statistics
from xlbp.template import names
from xlbp.template.blocks.block import Elements, Shape
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.features import PRODUCT, Feature
from xlbp.template.layer import INPUT
from xlbp.template.network import Network
from xlbp.template.scaling import INPUTS, TARGETS, Scaled

LONG_ROW = 8  # samples, from which on the order has a line for each row


class Called(NamedTuple):
    """What an array of samples is called: those that are trained on, and those that are kept from it."""

    train: str
    test: str

    def before(self, word: str) -> Called:
        """The same at an earlier stage: ``raw_X``."""
        return Called(f"{word}_{self.train}", f"{word}_{self.test}")


@dataclass(frozen=True)
class Data:
    """Writes the samples of a network."""

    facts: Facts

    @property
    def network(self) -> Network:
        """The network."""
        return self.facts.network

    @cached_property
    def indexes(self) -> bool:
        """Whether all inputs are tokens that rows can be looked up by."""
        users = [node.block for node in self.network.nodes if INPUT in node.inputs]
        rows = [block.rows for block in users if isinstance(block, Embedding)]
        if not rows or self.network.data.features or INPUTS in self.network.scalings:
            return False
        return _are_whole(self.facts.table(self.network.each_input(), self.network.input_shape), below=min(rows))

    def put(self, lines: Lines) -> None:
        """The arrays of all samples: X and T, or where rows choose among them, inputs and targets."""
        lines.heading(self._title)
        x, t = ("inputs", "targets") if self.network.picks else ("X", "T")
        self._put_inputs(Called(x, f"X{TESTS}"), lines)
        if self.network.data.classes:
            self._put_classes(Called(t, f"T{TESTS}"), lines)
        else:
            self._put_targets(Called(t, f"T{TESTS}"), lines)
        if self.network.data.order:
            lines.comment("the samples of each row, counted from 1")
            lines.lines += self._order()

    @property
    def _title(self) -> str:
        apart = f", {self.network.data.test} of them kept from training" if self.network.data.test else ""
        count = len(self.facts.marks)
        return f"data: {count} samples{apart}" if count > 1 else "data: one sample"

    def _put_inputs(self, called: Called, lines: Lines) -> None:
        """The inputs as they are given, then with those that are computed from them, then scaled."""
        network, features = self.network, self.network.data.features
        scaled_from = called.before("raw") if INPUTS in network.scalings else called
        given = scaled_from.before("given") if features else scaled_from
        shape = (len(network.given),) if features else tuple(network.input_shape)
        values = self.facts.table(network.given, shape)
        self._put_arrays(network.given, values, given, lines, is_float=not self.indexes)
        if features:
            for source, target in self._stages(given, scaled_from):
                columns = ", ".join(computed(feature, source) for feature in features)
                lines.add(f"{target} = np.column_stack([{source}, {columns}])")
            more = [[feature.value(row) for feature in features] for row in values.tolist()]
            values = np.concatenate([values, np.array(more)], axis=1)
        self._put_scaled(INPUTS, network.input_shape, values, scaled_from, called, lines)

    def _put_targets(self, called: Called, lines: Lines) -> None:
        """The targets as they are given, then scaled."""
        network = self.network
        scaled_from = called.before("raw") if TARGETS in network.scalings else called
        values = self.facts.table(network.aimed_at, tuple(network.target_shape))
        self._put_arrays(network.aimed_at, values, scaled_from, lines)
        self._put_scaled(TARGETS, network.target_shape, values, scaled_from, called, lines)

    def _put_arrays(
        self, elements: Elements, values: NDArray[np.float64], called: Called, lines: Lines, is_float: bool = True
    ) -> None:
        count, first = self.network.samples, self.facts.marks[0]
        told = self.facts.sheet.symbols([name.sampled(first) for name in elements], most=WIDTH - 10)
        lines.comment(told)
        lines.lines += assigned_array(called.train, values[:count], is_float)
        if self.network.data.test:
            lines.lines += assigned_array(called.test, values[count:], is_float)

    def _put_scaled(
        self, part: Scaled, shape: Shape, values: NDArray[np.float64], source: Called, target: Called, lines: Lines
    ) -> None:
        """Each feature less what its training samples say, and divided by that, if the template asks for it."""
        way = self.network.scalings.get(part)
        if way is None:
            return
        scaled = put_statistics(part, way, source.train, values[: self.network.samples], shape, lines)
        for given, name in self._stages(source, target):
            lines.add(f"{name} = {scaled.format(given)}")

    def _stages(self, source: Called, target: Called) -> list[tuple[str, str]]:
        """From one stage to the next: of the samples to train on, and of those kept from it if there are any."""
        pairs = list(zip(source, target, strict=True))
        return pairs if self.network.data.test else pairs[:1]

    def _put_classes(self, called: Called, lines: Lines) -> None:
        """One-hot targets, from the numbers of the classes."""
        classes, count = self.network.data.classes, self.network.samples
        numbers = np.array([self.facts.numbers[names.CLASS + mark] for mark in self.facts.marks])
        lines.comment(f"{', '.join(f'{k}: {label}' for k, label in enumerate(classes))}")
        pattern = f"({{}}[:, None] == np.arange({len(classes)})).astype(float)"
        if _are_whole(numbers, below=len(classes)):
            pattern = f"np.eye({len(classes)})[{{}}]"
        labels = Called("classes", f"classes{TESTS}")
        parts = (numbers[:count], numbers[count:])
        for (label, target), values in zip(self._stages(labels, called), parts, strict=False):
            lines.lines += assigned_array(label, values, is_float=False)
            lines.add(f"{target} = {pattern.format(label)}", "1 for the class of the sample, else 0")

    def _order(self) -> list[str]:
        """The numbers of the samples as they are drawn.  Raises UsageError for one that is none."""
        draws = range(1, len(self.network.data.order) + 1)
        order = np.array([self.facts.numbers[f"{names.ORDER}#{k}"] for k in draws])
        for draw in np.flatnonzero((order < 1) | (order >= self.network.samples + 1)):
            raise UsageError(
                f"draw {draw + 1} of the order of samples is {order[draw]:g}, but samples have the numbers 1 to"
                f" {self.network.samples}; type one of these"
            )
        rows = np.floor(order).reshape(-1, self.network.batch)
        if self.network.batch >= LONG_ROW:
            return assigned_array("order", rows, is_float=False)
        *lines, last = assigned_array("order", rows.ravel(), is_float=False)
        return [*lines, f"{last}.reshape(-1, {self.network.batch})"]

    def put_choice(self, lines: Lines) -> None:
        """The samples of a row."""
        if not self.network.picks:
            return
        if self.network.data.order:
            lines.add("rows = order[iteration] - 1")
        else:
            lines.add("rows = np.arange(iteration * B, (iteration + 1) * B) % len(inputs)", "in turn, round and round")
        lines.add("X, T = inputs[rows], targets[rows]")


def computed(feature: Feature, source: str) -> str:
    """An input that is computed from the columns of others."""
    columns = [f"{source}[:, {place}]" for place in feature.of]
    return " * ".join(columns) if feature.function == PRODUCT else f"np.{feature.function}({columns[0]})"


def _are_whole(values: NDArray[np.float64], below: int) -> bool:
    """Whether all are whole numbers from 0 on."""
    return bool(np.all((values == np.floor(values)) & (values >= 0) & (values < below)))
