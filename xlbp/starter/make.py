"""``xlbp new``: survey, plan, text; tried out before it is put in place."""

from __future__ import annotations

import math
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from xlbp.datafile.source import PACKED
from xlbp.errors import TemplateError, UsageError, WriteError, option, worded
from xlbp.lang import Texts
from xlbp.model.compile import compile_template
from xlbp.starter.columns import Survey
from xlbp.starter.kinds import DENSE
from xlbp.starter.plan import LAST_COLUMN, Plan, plan_for, sized
from xlbp.starter.quoting import enumerated
from xlbp.starter.reading_text import noted_of, read_as, said_of
from xlbp.starter.shapes import must_suit_kind
from xlbp.starter.steady import FindNoise, steady, unlooked
from xlbp.starter.text import reason, steadied, template_text
from xlbp.starter.wishes import Wishes
from xlbp.system.atomic import check_target, replacing
from xlbp.template.load import beside, parse_template
from xlbp.template.read_data import ReadFile
from xlbp.template.template import Template

DEFAULT = "my-network"
SUFFIX = ".toml"
PLAIN = re.compile(r"[\w./\\:-]+")  # needs no quotes in any shell
MOST_WEIGHTS = LAST_COLUMN // 3  # each weight has a column for itself, its gradient and its update


@dataclass(frozen=True, repr=False)
class Written:
    """The template that was made; ``columns`` are those of the training sheet, ``outline`` tells the layers."""

    path: Path
    plan: Plan
    columns: int
    outline: str = ""

    def to_dict(self) -> dict[str, object]:
        """Where it is, and what it has, as plain data."""
        plan = self.plan
        said = {"inputs": list(plan.features), "targets": list(plan.targets), "classes": list(plan.classes)}
        return {"path": str(self.path), "outline": self.outline, "columns": self.columns, **said}

    def __repr__(self) -> str:
        return f"Written({self.path}: {self.outline})"

    def _repr_html_(self) -> str:
        from xlbp.pictures import html  # noqa: PLC0415 - for notebooks

        return html.record(repr(self), self.to_dict())


def write_template(
    csv: Path | None,
    output: Path | None,
    wishes: Wishes,
    force: bool,
    texts: Texts,
    find_noise: FindNoise = unlooked,
) -> Written:
    """Make a template, load it, and only then put it in place; ``find_noise`` tells whether noise drives a training.

    Raises UsageError, UnreadableError or WriteError, each naming the remedy.
    """
    path = (
        output
        if output is not None
        else Path(f"{Path(csv.name.removesuffix(PACKED)).stem if csv else DEFAULT}{SUFFIX}")
    )
    if csv is not None and _same(csv, path):
        raise WriteError(f"{path} is your data; give the template another name with {option('-o')}")
    if not path.name.isprintable():
        raise UsageError(f"{path.name!r} is no name for a template; choose another with {option('-o')}")
    check_target(path, force, SUFFIX)
    _must_be_sensible(wishes, csv is not None)
    if csv is None:
        plan, trial = Plan(wishes), _Trial(path, texts, beside(path))
    else:
        survey = Survey(csv, wishes)
        plan = plan_for(survey, wishes, _relative(csv, path.parent))
        trial = _Trial(path, texts, lambda _: survey.text)
    plan = steady(sized(plan, trial.columns), lambda tried: find_noise(trial.load(tried)))
    text, columns = trial.text(plan), trial.columns(plan)
    with replacing(path, force) as temporary:
        temporary.write_text(text, "utf-8", newline="\n")
    return Written(path, plan, columns, trial.load(plan).model.outline())


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _must_be_sensible(wishes: Wishes, has_file: bool) -> None:
    """Refuse numbers that no template could have, by the name of their option."""
    for flag, value in (("--iterations", wishes.iterations), ("--batch", wishes.batch)):
        if value is not None and value < (flag == "--iterations"):
            raise UsageError(f"{option(flag, value)}: give a whole number of at least 1")
    for units in wishes.hidden:
        if units < 1:
            alone = f"{option('--hidden', 0)} alone makes no hidden layer"
            raise UsageError(f"{option('--hidden', units)}: a layer has at least 1 unit; {alone}")
    if wishes.test is not None and not math.isfinite(wishes.test):
        raise UsageError(f"{option('--test', wishes.test)}: give a share as 0.2, or a number of samples")
    given = {"--target": wishes.targets, "--inputs": wishes.inputs, "--test": wishes.test is not None}
    given["--kind"] = wishes.kind != DENSE
    for flag, is_given in given.items():
        if is_given and not has_file:
            raise UsageError(f"{option(flag)} goes with {worded('--from-csv FILE', 'data=')}")
    must_suit_kind(wishes)


def _relative(csv: Path, folder: Path) -> str:
    """The CSV file as the template names it: from the template's own folder, or in full if it is on another drive."""
    there, here = os.path.realpath(csv), os.path.realpath(folder)
    try:
        found = Path(os.path.relpath(there, here)).as_posix()
    except ValueError:
        found = Path(there).as_posix()
    if not found.isprintable():
        raise UsageError(f"a template can't name the file {found!r}; rename it")
    return found


@dataclass(frozen=True)
class _Trial:
    """Turns a plan into text, and a text into a training row, to see what it takes."""

    path: Path
    texts: Texts
    read_file: ReadFile

    def text(self, plan: Plan) -> str:
        """The template."""
        return template_text(plan, self.texts, command_for(self.path))

    def load(self, plan: Plan) -> Template:
        """The template, loaded.  Raises UsageError where what was asked for makes none."""
        try:
            return parse_template(self.text(plan), str(self.path), self.path.stem, (), self.read_file)
        except TemplateError as error:
            raise UsageError(error.message) from None

    def columns(self, plan: Plan) -> int:
        """How many columns a row of the training sheet has."""
        widths = _widths(plan) if plan.wishes.kind == DENSE else ()
        weights = sum(a * b for a, b in pairwise(widths))
        if weights > MOST_WEIGHTS:
            raise UsageError(
                f"{' x '.join(map(str, widths))} units have {weights:,} weights, for which a sheet has no room "
                f"({LAST_COLUMN:,} columns); give fewer {option('--inputs')} or a smaller {option('--hidden')}"
            )
        return len(compile_template(self.load(plan)).columns)


def command_for(path: Path) -> str:
    """What makes the workbook of a template, as a shell takes it."""
    shown = f"./{path}" if str(path).startswith("-") else str(path)
    return f"xlbp generate {shown if PLAIN.fullmatch(shown) else shlex.quote(shown)}"


def written_text(made: Written, texts: Texts) -> str:
    """What was made, for the terminal; the last line says what to do next."""
    plan = made.plan
    lines = [str(made.path), *(f"  {line}" for line in _said(made, texts))]
    if plan.scales_targets:
        lines.append(texts("new.said_scaled"))
    lines += noted_of(plan.reading, texts)
    lines += [texts(f"new.said_{key}") for key in steadied(plan)]
    if plan.few_tests:
        lines.append(texts("new.said_few_tests", test=plan.test))
    seen = (plan.iterations + 1) * (plan.batch or plan.trained)
    if seen < plan.trained:
        lines.append(texts("new.said_part", seen=texts.number(seen), trained=texts.number(plan.trained)))
    return "\n".join([*lines, texts("new.next", command=command_for(made.path))])


def _said(made: Written, texts: Texts) -> list[str]:
    plan = made.plan
    found = []
    if plan.file:
        if not plan.arrays:
            found.append(texts("new.said_read", how=read_as(plan.reading, texts)))
        found.append(texts("new.said_inputs", names=enumerated(plan.features)))
        key, classes = ("said_classes", enumerated(plan.classes)) if plan.classes else ("said_targets", "")
        names = enumerated(plan.targets)
        found.append(texts(f"new.{key}", names=names, count=len(plan.classes), classes=classes))
        found += [texts("new.said_left", **reason(left, texts)) for left in plan.left]
        found += said_of(plan.reading, plan.lines, plan.inputs, texts)
    shape = "-".join(map(str, _widths(plan))) if plan.wishes.kind == DENSE else made.outline
    loss = "cross_entropy" if plan.classes else "mse"
    optimizer = plan.wishes.optimizer
    rate = texts.number(plan.rate, "g")
    found.append(texts("new.said_network", shape=shape, loss=loss, optimizer=optimizer, rate=rate))
    batch = plan.batch or plan.trained
    epochs = texts.number((plan.iterations + 1) * batch / plan.trained, ".3g")
    key = "said_sequences" if plan.wishes.sequence else "said_data"
    found.append(texts(f"new.{key}", trained=plan.trained, test=plan.test, batch=batch, epochs=epochs))
    way = "all" if not plan.batch else "one" if plan.batch == 1 else "some"
    found.append(texts(f"new.said_batch_{way}", batch=batch, trained=plan.trained))
    rows = plan.iterations + 1
    size = {"rows": rows, "columns": made.columns, "cells": rows * made.columns, "limit": LAST_COLUMN}
    found.append(texts("new.said_size", **{key: texts.number(value) for key, value in size.items()}))
    return found


def _widths(plan: Plan) -> Sequence[int]:
    """How many inputs, and how many units each layer has."""
    return len(plan.features) or 2, *plan.wishes.hidden, plan.outputs
