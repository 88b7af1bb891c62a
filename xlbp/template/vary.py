"""Several runs of one template that differ in what a person varies: learning rates, optimizers, a grid of both.

``training.optimizer=sgd,{name="adam",beta1=0.8}`` gives two values: only commas outside of brackets,
braces and quotes part them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from xlbp.datafile.numbers import snap
from xlbp.errors import TemplateError, UsageError, option, worded
from xlbp.template import names
from xlbp.template.document import ITERATIONS, read_value, set_to
from xlbp.template.load import load_template
from xlbp.template.sources import Overrides, Source, overrides_of, toml_value
from xlbp.template.template import Template

MOST_RUNS = 24
EXAMPLE = worded("--vary training.learning_rate=0.1,0.5,1", "vary={'training.learning_rate': [0.1, 0.5, 1]}")
OPENING, CLOSING, QUOTES = "[{", "]}", "\"'"
LONGEST_VALUE = 40
Load = Callable[[tuple[str, ...], bool], Template]  # overrides, and whether the samples stand in a table


@dataclass(frozen=True)
class Varied:
    """A key of the template, and the values it takes, as they were written."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Run:
    """One training of a comparison; ``settings`` are what sets it apart: key and value, as written."""

    number: int
    settings: tuple[tuple[str, str], ...]
    template: Template

    @property
    def overrides(self) -> tuple[str, ...]:
        """What --set would be told."""
        return tuple(f"{key}={value}" for key, value in self.settings)

    @property
    def label(self) -> str:
        """What varies, in short: ``adam, η=0.5``."""
        return ", ".join(self.words())

    def words(self) -> tuple[str, ...]:
        """Each setting in short."""
        symbol = self.template.symbols[names.LEARNING_RATE]
        return tuple(_word(key, value, symbol) for key, value in self.settings)

    def input_of(self, key: str, value: str) -> str:
        """The name of the input cell that holds this setting, or '' where it is no single number."""
        last = key.rpartition(".")[2]
        number, inputs = read_value(value), self.template.inputs()
        for name in (names.LEARNING_RATE if last == "learning_rate" else names.setting(last),):
            if isinstance(number, int | float) and not isinstance(number, bool) and inputs.get(name) == snap(number):
                return name
        return ""


def parse_vary(text: str) -> Varied:
    """``KEY=V1,V2`` as given to --vary."""
    key, equals, values = text.partition("=")
    found = tuple(value.strip() for value in split_values(values))
    if not equals or not key.strip() or not all(found):
        said = worded(f"--vary {text!r}", f"vary=[{text!r}]")
        raise UsageError(f"{said}: write it as key=value,value, as in {EXAMPLE}")
    return Varied(key.strip(), found)


def vary_from(values: Mapping[str, Sequence[object]] | Sequence[str]) -> tuple[Varied, ...]:
    """From a mapping of keys to values, or from texts as given to --vary."""
    if isinstance(values, Mapping):
        return tuple(Varied(key, tuple(map(_as_written, _several(key, found)))) for key, found in values.items())
    return tuple(map(parse_vary, (values,) if isinstance(values, str) else values))


def _several(key: str, values: object) -> Sequence[object]:
    """The values of a key.  Raises UsageError for a single one."""
    many = values.tolist() if hasattr(values, "tolist") else values
    if isinstance(many, str | Mapping) or not isinstance(many, Sequence):
        raise UsageError(f"{option('--vary', key)}: give a list of values, as in {EXAMPLE}")
    return many


def _as_written(value: object) -> str:
    """A value as --vary would be given it; a text is taken as it is."""
    return value if isinstance(value, str) else toml_value(value)


def split_values(text: str) -> list[str]:
    """The pieces between the commas that stand outside of brackets, braces and quotes."""
    pieces, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in QUOTES:
            quote = letter
        elif letter in OPENING or letter in CLOSING:
            depth += 1 if letter in OPENING else -1
        if letter == "," and not depth and not quote:
            pieces.append("")
        else:
            pieces[-1] += letter
    return pieces


def grid(varied: Sequence[Varied]) -> list[tuple[tuple[str, str], ...]]:
    """The settings of every run, the last key's values changing fastest.  Raises UsageError if they make none."""
    keys = [one.key for one in varied]
    for one in varied:
        twice = [one.key] if keys.count(one.key) > 1 else [v for v in one.values if one.values.count(v) > 1]
        if twice:
            raise UsageError(f"{option('--vary', one.key)}: {twice[0]} is given twice; leave one of them out")
        if one.key == ITERATIONS:
            rows = worded("-n N", "iterations=N")
            same = "all runs of a comparison have the same rows"
            raise UsageError(f"{option('--vary', ITERATIONS)}: {same}; {rows} says how many")
    runs = prod(len(one.values) for one in varied)
    if runs < 2:
        raise UsageError(f"one run is no comparison; vary a setting over two values or more, as in {EXAMPLE}")
    if runs > MOST_RUNS:
        shape = " x ".join(str(len(one.values)) for one in varied)
        shape = f"{shape} = {runs:,}" if len(varied) > 1 else f"{runs:,}"
        asked = f"{option('--vary')} asks for {shape} runs"
        raise UsageError(f"{asked}, but a book compares at most {MOST_RUNS}; give fewer values")
    return [tuple(zip(keys, values, strict=True)) for values in product(*(one.values for one in varied))]


def load_runs(source: Source, varied: Sequence[Varied], overrides: Overrides = ()) -> tuple[Run, ...]:
    """The runs of a template, however it is given."""
    fixed = overrides_of(overrides)
    for one in varied:
        for override in fixed:
            if override.partition("=")[0].strip() == one.key:
                both = f"{set_to(override)} and {option('--vary', one.key)}"
                raise UsageError(f"{both}: a key is either set or varied; leave one out")

    def load(settings: tuple[str, ...], table: bool) -> Template:
        return load_template(source, (*fixed, *settings), table)

    return runs_of(grid(varied), load)


def runs_of(settings: Sequence[tuple[tuple[str, str], ...]], load: Load) -> tuple[Run, ...]:
    """Each run loaded; where one of them takes its samples from a table, all do."""
    runs = _loaded(settings, load, table=False)
    stored = [run.template.model.stored for run in runs]
    runs = runs if all(stored) or not any(stored) else _loaded(settings, load, table=True)
    goals = {(r.template.kind, r.template.model.maximize) for r in runs}
    if len(goals) > 1 or len({run.template.training.iterations for run in runs}) > 1:
        raise UsageError("the runs of a comparison must have the same rows and the same goal; vary something else")
    return runs


def _loaded(settings: Sequence[tuple[tuple[str, str], ...]], load: Load, table: bool) -> tuple[Run, ...]:
    return tuple(Run(n, each, _load(each, load, table)) for n, each in enumerate(settings, start=1))


def _load(settings: tuple[tuple[str, str], ...], load: Load, table: bool) -> Template:
    """A fault of a varied value is told as one of --vary."""
    overrides = tuple(f"{key}={value}" for key, value in settings)
    varied = {set_to(override): varied_to(override) for override in overrides}
    try:
        return load(overrides, table)
    except TemplateError as error:
        if error.source not in varied:
            raise
        raise TemplateError(error.message, varied[error.source]) from None
    except UsageError as error:
        message = error.in_both_wordings
        said = next((said for said in varied if message.startswith(said)), "")
        raise UsageError(f"{varied[said]}{message.removeprefix(said)}" if said else message) from None


def varied_to(override: str) -> str:
    """A varied value, ``key=value``, as a person has said it."""
    key, _, value = override.partition("=")
    return worded(f"--vary {override}", f"vary={{{key!r}: [..., {value}]}}")


def _word(key: str, value: str, symbol: str) -> str:
    """A setting in short: ``η=0.5``, ``adam``, ``batch_size=4``; a plain word tells itself what it is."""
    last, read = _last(key), read_value(value)
    text = shown(read, value)
    if isinstance(read, dict) or (isinstance(read, str) and read != "all"):
        return text
    return f"{symbol if last == 'learning_rate' else last}={text}"


def _last(key: str) -> str:
    """What a key ends with; of a number in an array with its place, ``W_Q[1,2]``."""
    array = re.fullmatch(r"expression\.\w+\.(\w+)\.(\d+(?:\.\d+)*)", key)
    return f"{array[1]}[{array[2].replace('.', ',')}]" if array else key.rpartition(".")[2]


def shown(value: Any, written: str) -> str:
    """A value as people read it: ``{name="adam", beta1=0.8}`` is ``adam beta1=0.8``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        parts = (str(v) if key in ("name", "init") else f"{key}={shown(v, str(v))}" for key, v in value.items())
        written = " ".join(parts)
    text = " ".join(written.split())
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
