"""Decides what a first network for a person's data looks like: columns, loss, batch, test set, length.

How many columns a row takes is not estimated but counted, on trial compilations: a row of B samples with T test
samples has  c + b B + d T  columns, and three small rows tell c, b and d.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from xlbp.errors import UsageError, option
from xlbp.starter.choice import Choice, Left, choose
from xlbp.starter.columns import MOST_CLASSES, Column, Survey, are_classes, names_of
from xlbp.starter.kinds import CNN, KINDS, Kind
from xlbp.starter.reading import Reading, reading_of
from xlbp.starter.shapes import can_be_scaled, of_samples, shape_of
from xlbp.starter.targets import mean_of, size_of
from xlbp.starter.wishes import Wishes
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.optimizers import OPTIMIZERS
from xlbp.template.read_data import split_order, stratified_order
from xlbp.template.samples.classes import class_order
from xlbp.template.samples.columns import RANGE

LAST_COLUMN = 16_384
BATCH, FULL_BATCH, TESTS, FEWEST_FOR_TEST, TEST_SHARE = 10, 12, 20, 20, 0.2
LENGTHS = (200, 150, 100, 80, 60, 50, 40, 30, 20)
MOST_SPLITS = 1_000
FEW = 8  # columns, which are named one by one
KERNEL, POOLED = 3, 2  # rows and columns of a window, and of the pools

USUAL_SPREAD = (0.1, 10.0)
FAR = 1_000.0  # times as far from 0 as a target reaches: its errors would lose digits
UNEQUAL = 2.0  # times as large: the squares of its errors count four times as much


@dataclass(frozen=True)
class Plan:
    """A network with its data, decided.  Without ``file`` the data are the four cases of exclusive or."""

    wishes: Wishes
    file: str = ""
    inputs: tuple[str, ...] = ()  # columns
    features: tuple[str, ...] = ()  # of which a category has several
    targets: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    arrays: tuple[str, ...] = ()  # of a file of arrays, that of the inputs and that of the targets
    reading: Reading = field(default_factory=Reading)
    rows: int = 4  # samples: rows of the file that are complete, or the sequences that they are steps of
    lines: int = 4  # rows of the file
    test: int = 0
    split_seed: int = 0
    batch: int = 0
    iterations: int = 100
    bias: tuple[float, ...] = ()  # of the last layer: the mean of the targets
    scales_targets: bool = False  # whether targets that are numbers are scaled
    frozen: frozenset[int] = frozenset()  # layers whose biases stay, for rounding noise alone would move them
    biases_apart: bool = False  # hidden biases that differ, for with 0 noise would decide on the first steps
    is_range: bool = False  # whether the inputs are many columns side by side
    is_scaled: bool = True
    shape: tuple[int, ...] = ()  # into which the columns of a row are folded
    varying: tuple[Sequence[float], ...] = field(default=(), repr=False)  # what must vary in the samples to train on
    strata: tuple[str, ...] = field(default=(), repr=False)  # the class of each sample
    few_tests: bool = False  # fewer samples for testing than usual, so that every input varies in the others
    plain_steps: bool = False  # an optimizer that follows no noise, in place of the one that was asked for

    @property
    def kind(self) -> Kind:
        """What sets this kind of network apart."""
        return KINDS[self.wishes.kind]

    @property
    def kernel(self) -> int:
        """The rows and columns of a window that moves over a picture."""
        return min(KERNEL, *self.shape[-2:])

    @property
    def is_pooled(self) -> bool:
        """Whether what a convolution makes of a picture is large enough to be pooled."""
        return min(self.shape[-2:]) - self.kernel + 1 >= POOLED

    @property
    def layers(self) -> int:
        """How many layers there are, and so the number of the last one."""
        if self.wishes.kind == CNN:
            return 3 + self.is_pooled  # convolution, perhaps pooling, flatten, output
        return len(self.wishes.hidden) + 1

    @property
    def named_inputs(self) -> tuple[str, ...]:
        """The inputs as the template names them: the first and the last of many that stand side by side in the file."""
        return (f"{self.inputs[0]}{RANGE}{self.inputs[-1]}",) if self.is_range else self.inputs

    @property
    def outputs(self) -> int:
        """How many units the last layer has."""
        return len(self.classes) or len(self.targets) or 1

    @property
    def trained(self) -> int:
        """How many samples there are to train on."""
        return self.rows - self.test

    @property
    def init(self) -> str:
        """The scheme of the initial weights."""
        return "he_normal" if ACTIVATIONS[self.wishes.activation].suits_he else "xavier_normal"

    @property
    def rate(self) -> float:
        """A learning rate that suits the optimizer, as inputs and targets are about 1 in size."""
        return OPTIMIZERS[self.wishes.optimizer].usual_rate

    @property
    def is_stratified(self) -> bool:
        """Whether the samples of each class are split alike."""
        return bool(self.classes and self.test)


def plan_for(survey: Survey, wishes: Wishes, file: str) -> Plan:
    """Columns, classes and initial values; how many samples a row takes is for :func:`sized` to say."""
    choice = choose(survey, wishes)
    features = choice.features()
    classes = _classes(choice)
    shape = shape_of(wishes, len(features), survey.path)
    targets = of_samples(choice.survey, wishes, choice.targets)
    rows = len(targets[0].cells)
    plan = Plan(
        wishes,
        file,
        inputs=names_of(choice.inputs),
        features=tuple(feature.name for feature in features),
        targets=names_of(targets),
        classes=classes,
        left=choice.left,
        reading=reading_of(survey, choice, wishes),
        rows=rows,
        lines=survey.rows,
        shape=shape,
    )
    if shape:
        plan = replace(plan, is_range=_is_range(survey, plan.inputs), is_scaled=can_be_scaled(wishes, features))
    plan = replace(plan, iterations=wishes.iterations or 1, test=_tests(wishes, rows))
    if survey.arrays:
        varied = all(len(set(feature.values)) > 1 for feature in features)
        arrays = (survey.arrays.inputs, survey.arrays.targets)
        plan = replace(plan, arrays=arrays, is_scaled=plan.is_scaled and (bool(shape) or varied))
    single = [] if shape or wishes.sequence or not plan.is_scaled else features  # those that are scaled one by one
    plan = replace(plan, scales_targets=not classes and _are_of_unlike_size(targets))
    varying: list[Sequence[float]] = [feature.values for feature in single]
    varying += [column.values for column in targets] if plan.scales_targets else []
    strata = tuple("" if targets[0].is_missing(text) else text for _, text in targets[0].cells) if classes else ()
    plan = _with_fair_split(replace(plan, varying=tuple(varying), strata=strata))
    return plan if classes or plan.scales_targets else replace(plan, bias=_means(plan, targets))


def _are_of_unlike_size(targets: Sequence[Column]) -> bool:
    """Whether a target is far from 1 in size, or from 0 beside that, or one of several would be learned alone."""
    sizes = [size_of(target) for target in targets]
    is_usual = all(USUAL_SPREAD[0] <= size <= USUAL_SPREAD[1] for size in sizes)
    is_far = any(abs(target.values[0]) > FAR * size for target, size in zip(targets, sizes, strict=True))
    return is_far or not is_usual or max(sizes) > UNEQUAL * min(sizes)


def _is_range(survey: Survey, inputs: Sequence[str]) -> bool:
    """Whether so many columns stand side by side that their ends say it better."""
    names = [column.name for column in survey.columns]
    first = names.index(inputs[0])
    is_plain = RANGE not in inputs[0] + inputs[-1] and f"{inputs[0]}{RANGE}{inputs[-1]}" not in names
    return is_plain and len(inputs) > FEW and names[first : first + len(inputs)] == list(inputs)


def _classes(choice: Choice) -> tuple[str, ...]:
    """The classes of a single target that has some."""
    target = choice.targets[0]
    if len(choice.targets) != 1 or not are_classes(target):
        return ()
    found = target.levels(choice.policy)
    if len(found) > MOST_CLASSES:
        raise UsageError(
            f"{option('--target')}: the column {target.name!r} of {choice.survey.path} has {len(found)} different "
            f"texts; more than {MOST_CLASSES} classes make no sheet that can be read"
        )
    return tuple(sorted(found, key=class_order))


def _tests(wishes: Wishes, rows: int) -> int:
    """How many samples are kept from training: a share, or a number, or what is sensible."""
    if wishes.test is None:
        return min(round(TEST_SHARE * rows), TESTS) if rows >= FEWEST_FOR_TEST else 0
    count = round(wishes.test * rows) if wishes.test < 1 else int(wishes.test)
    if not 0 <= count <= rows - 2 or (wishes.test >= 1 and wishes.test != count):
        raise UsageError(
            f"{option('--test', wishes.test)}: give a share as 0.2, or a number of samples; the file has {rows} rows, "
            "and at least two are to train on"
        )
    return count


def _with_fair_split(plan: Plan) -> Plan:
    """The plan with its samples split; with fewer samples for testing where so many leave nothing fair to train on."""
    while True:
        try:
            return _with_split(plan)
        except UsageError:
            if plan.wishes.test is not None:
                raise
            plan = replace(plan, test=plan.test // 2, few_tests=True)


def _with_split(plan: Plan) -> Plan:
    """The first of many splits that leaves the variation of every column to be trained on."""
    if not plan.test:
        return plan
    classes = len(set(plan.strata))
    if plan.is_stratified and plan.test > plan.rows - classes:
        raise UsageError(
            f"{option('--test')}: of {plan.rows} rows of {classes} classes at most {plan.rows - classes} can be "
            f"kept, for one of each class is to train on; keep fewer samples, or none with {option('--test', 0)}"
        )
    for seed in range(MOST_SPLITS):
        kept = _order(plan, seed)[: plan.trained]
        if all(len({v for place in kept if not math.isnan(v := values[place])}) > 1 for values in plan.varying):
            return replace(plan, split_seed=seed)
    raise UsageError(
        f"{option('--test')}: in each of {MOST_SPLITS:,} splits some column varies in the test samples only; "
        f"keep fewer samples, or none with {option('--test', 0)}"
    )


def _order(plan: Plan, seed: int) -> list[int]:
    """The samples as the template splits them."""
    return stratified_order(plan.strata, plan.test, seed) if plan.is_stratified else split_order(plan.rows, seed)


def _means(plan: Plan, targets: Sequence[Column]) -> tuple[float, ...]:
    """The mean of each target over the samples that are trained on."""
    kept = split_order(plan.rows, plan.split_seed)[: plan.trained] if plan.test else range(plan.rows)
    return tuple(mean_of(column, kept) for column in targets)


def sized(plan: Plan, columns: Callable[[Plan], int]) -> Plan:
    """The plan with a batch, a test set and a length for which the book stays small; ``columns`` counts a row's."""
    wishes = plan.wishes
    if wishes.batch is not None and wishes.batch > plan.trained:
        raise UsageError(f"{option('--batch', wishes.batch)}: there are {plan.trained} samples to train on")
    if wishes.batch is not None:
        plan = replace(plan, batch=0 if wishes.batch == plan.trained else wishes.batch)
    elif plan.trained > FULL_BATCH:
        plan = _with_batch(plan, columns)
    wanted = columns(plan) if (plan.batch or plan.trained) <= LAST_COLUMN else LAST_COLUMN + 1
    if wanted > LAST_COLUMN:
        raise UsageError(
            f"a row would need {wanted:,} columns, but a sheet has {LAST_COLUMN:,}; "
            f"give fewer {option('--inputs')}, "
            f"a smaller {option('--hidden')}, {option('--batch')} or {option('--test')}"
        )
    affordable = next((n for n in LENGTHS if (n + 1) * wanted <= plan.kind.cells), LENGTHS[-1])
    return replace(plan, iterations=wishes.iterations or affordable)


def _with_batch(plan: Plan, columns: Callable[[Plan], int]) -> Plan:
    """As many samples in a row, and for testing, as keep it readable: three small rows tell what one takes."""
    two = columns(small := replace(plan, batch=2, test=min(plan.test, 1)))
    sample = columns(replace(small, batch=3)) - two
    test = columns(replace(small, test=2)) - two if plan.test > 1 else 0
    room, fewest = max(plan.kind.columns - two + 2 * sample, 0), plan.kind.fewest
    if plan.wishes.test is None and plan.test:
        plan = _with_fair_split(replace(plan, test=min(plan.test, max(int(room / 2 / max(test, 1)), fewest))))
    return replace(plan, batch=max(min(BATCH, (room - test * plan.test) // sample, plan.trained - 1), fewest))
