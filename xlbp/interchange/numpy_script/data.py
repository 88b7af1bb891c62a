"""The samples on top of a script: as they are given, with what is computed from them, scaled; and a row's choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xlbp.errors import UsageError
from xlbp.interchange.numpy_script.axes import features_axis, others
from xlbp.interchange.numpy_script.lines import Lines
from xlbp.interchange.numpy_script.literals import assigned_array
from xlbp.interchange.numpy_script.node import TESTS
from xlbp.interchange.numpy_script.sheet import Sheet
from xlbp.template import names
from xlbp.template.blocks.block import Elements, Shape
from xlbp.template.blocks.embedding import Embedding
from xlbp.template.features import PRODUCT, Feature
from xlbp.template.layer import INPUT
from xlbp.template.network import Network
from xlbp.template.scaling import INPUTS, TARGETS, Scaled

FAR_FROM_ZERO = 100  # so many deviations: a plain mean would lose digits
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Data:
    """The samples of a network: ``numbers`` are those of the panel and of the table, by name."""

    network: Network
    numbers: Mapping[str, float]
    sheet: Sheet

    @property
    def marks(self) -> tuple[str, ...]:
        """Of all samples, those kept from training last."""
        return names.rows(len(self.network.inputs)) if self.network.stored else self.network.marks

    def table(self, elements: Elements, shape: tuple[int, ...]) -> Numbers:
        """The numbers called so, sample by sample: (N, ...)."""
        rows = [[self.numbers[name.sampled(mark)] for name in elements] for mark in self.marks]
        return np.array(rows).reshape(len(self.marks), *shape)

    @property
    def indexes(self) -> bool:
        """Whether all inputs are tokens that rows can be looked up by."""
        users = [node.block for node in self.network.nodes if INPUT in node.inputs]
        rows = [block.rows for block in users if isinstance(block, Embedding)]
        values = (
            self.table(self.network.each_input(), self.network.input_shape) if rows and not self._computed else None
        )
        if values is None:
            return False
        return bool(np.all((values == np.floor(values)) & (values >= 0) & (values < min(rows))))

    @property
    def _computed(self) -> bool:
        return bool(self.network.data.features or INPUTS in self.network.scalings)

    # lines

    def put(self, lines: Lines) -> None:
        """The arrays of all samples: X and T, or where rows choose among them, inputs and targets."""
        lines.comment(self._title())
        whole = ("inputs", "targets") if self.network.picks else ("X", "T")
        self._put_part(INPUTS, whole[0], f"X{TESTS}", lines)
        if self.network.data.classes:
            self._put_classes(whole[1], lines)
        else:
            self._put_part(TARGETS, whole[1], f"T{TESTS}", lines)
        if self.network.data.order:
            lines.add("order = np.array([", "the samples of each row, counted from 1")
            lines.lines += assigned_array("order", self._order().reshape(-1, self.network.batch), is_float=False)[1:]

    def _title(self) -> str:
        apart = f", {self.network.data.test} of them kept from training" if self.network.data.test else ""
        count = len(self.marks)
        return f"data: {count} samples{apart}" if count > 1 else "data: one sample"

    def _put_part(self, part: Scaled, name: str, test: str, lines: Lines) -> None:
        """The lines as far as an array of inputs, or of targets."""
        network, is_scaled = self.network, part in self.network.scalings
        is_inputs = part is INPUTS
        shape: Shape = network.input_shape if is_inputs else network.target_shape
        elements = network.given if is_inputs else network.aimed_at
        features = network.data.features if is_inputs else ()
        given = (len(elements),) if features else tuple(shape)
        is_float = not (is_inputs and self.indexes)
        raw, raw_test = (f"{'raw' if is_scaled else 'given'}_{each}" for each in (name, test))
        first = (raw, raw_test) if is_scaled or features else (name, test)
        self._put_arrays(elements, self.table(elements, given), first, is_float, lines)
        if features:
            second = (raw, raw_test) if is_scaled else (name, test)
            for source, target in self._both(first, second):
                lines.add(f"{target} = np.column_stack([{source}, {', '.join(map(_computing(source), features))}])")
        if is_scaled:
            whole = self._with_features(self.table(elements, given), features)
            self._put_scaling(part, shape, whole[: network.samples], (raw, raw_test), (name, test), lines)

    def _both(self, first: tuple[str, str], second: tuple[str, str]) -> list[tuple[str, str]]:
        """Names of the samples to train on, and of those kept from it if there are any."""
        pairs = list(zip(first, second, strict=True))
        return pairs if self.network.data.test else pairs[:1]

    def _put_arrays(
        self, elements: Elements, values: Numbers, called: tuple[str, str], is_float: bool, lines: Lines
    ) -> None:
        count = self.network.samples
        told = self.sheet.symbols([name.sampled(self.marks[0]) for name in elements])
        lines.lines.append(f"# {_without_mark(told, self.marks[0])}")
        lines.lines += assigned_array(called[0], values[:count], is_float)
        if self.network.data.test:
            lines.lines += assigned_array(called[1], values[count:], is_float)

    def _put_classes(self, name: str, lines: Lines) -> None:
        """One-hot targets, from the numbers of the classes."""
        classes, count = self.network.data.classes, self.network.samples
        numbers = np.array([self.numbers[names.CLASS + mark] for mark in self.marks])
        lines.lines.append(f"# {', '.join(f'{k}: {label}' for k, label in enumerate(classes))}")
        is_known = bool(np.all((numbers == np.floor(numbers)) & (numbers >= 0) & (numbers < len(classes))))
        parts = [("classes", name, numbers[:count])]
        parts += [(f"classes{TESTS}", f"T{TESTS}", numbers[count:])] if self.network.data.test else []
        for label, target, values in parts:
            lines.lines += assigned_array(label, values, is_float=False)
            one_hot = f"np.eye({len(classes)})[{label}]"
            compared = f"({label}[:, None] == np.arange({len(classes)})).astype(float)"
            lines.add(f"{target} = {one_hot if is_known else compared}", "1 for the class of the sample, else 0")

    def _put_scaling(
        self, part: Scaled, shape: Shape, values: Numbers, raw: tuple[str, str], scaled: tuple[str, str], lines: Lines
    ) -> None:
        """Each feature less its mean, over its deviation; or less its least, over its range: of what is trained on."""
        network, source = self.network, raw[0]
        over = others(shape) + ("" if features_axis(shape) in (len(shape), None) else ", keepdims=True")
        before = "" if part is INPUTS else "target_"
        if network.scalings[part] == "minmax":
            less, size = f"{before}least", f"{before}extent"
            lines.add(f"{less} = {source}.min({over})")
            lines.add(f"{size} = {source}.max({over}) - {less}")
        else:
            less, size = f"{before}mean", f"{before}sigma"
            mean = f"{source}.mean({over})"
            if _is_far(values, shape):
                mean = f"{source}[:1] + ({source} - {source}[:1]).mean({over})"
                mean = f"{source}[0] + ({source} - {source}[0]).mean({over})" if values.ndim == 2 else mean
            lines.add(
                f"{less} = {mean}", "far from zero: the mean distance from the first" if _is_far(values, shape) else ""
            )
            lines.add(f"{size} = np.sqrt(np.mean(({source} - {less}) ** 2, {over}))")
        for given, target in self._both(raw, scaled):
            lines.add(f"{target} = ({given} - {less}) / {size}")

    def _with_features(self, values: Numbers, features: Sequence[Feature]) -> Numbers:
        """The given inputs and those that are computed from them."""
        if not features:
            return values
        computed = [[feature.value(row) for feature in features] for row in values.tolist()]
        return np.concatenate([values, np.array(computed)], axis=1)

    def _order(self) -> Numbers:
        """The numbers of the samples as they are drawn.  Raises UsageError for one that is none."""
        order = np.array([self.numbers[f"{names.ORDER}#{k}"] for k in range(1, len(self.network.data.order) + 1)])
        wrong = np.flatnonzero((order < 1) | (order >= self.network.samples + 1))
        if len(wrong):
            raise UsageError(
                f"draw {wrong[0] + 1} of the order of samples is {order[wrong[0]]:g}, but samples have the numbers 1 to"
                f" {self.network.samples}; type one of these"
            )
        return np.floor(order)

    def put_choice(self, lines: Lines) -> None:
        """The samples of a row."""
        if not self.network.picks:
            return
        if self.network.data.order:
            lines.add("rows = order[iteration] - 1")
        else:
            lines.add("rows = np.arange(iteration * B, (iteration + 1) * B) % len(inputs)", "in turn, round and round")
        lines.add("X, T = inputs[rows], targets[rows]")


def _computing(source: str):  # type: ignore[no-untyped-def]
    def text(feature: Feature) -> str:
        columns = [f"{source}[:, {place}]" for place in feature.of]
        return " * ".join(columns) if feature.function == PRODUCT else f"np.{feature.function}({columns[0]})"

    return text


def _is_far(values: Numbers, shape: Shape) -> bool:
    """Whether some feature lies so far from zero that its plain mean would lose digits."""
    axes = tuple(axis for axis in range(values.ndim) if axis != features_axis(shape))
    spread = values.max(axis=axes) - values.min(axis=axes)
    return bool(np.any(np.abs(values).max(axis=axes) > FAR_FROM_ZERO * spread))


def _without_mark(text: str, mark: str) -> str:
    """Symbols of a row of the table without its number."""
    return text.replace(mark, "") if mark else text
