"""What xlbp does, task by task: preparation apart, then the work that is timed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from openpyxl.formatting.formatting import ConditionalFormattingList

from tools.bench import by_hand
from tools.bench.writers import Work, size
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import by_column, formulas_in_rows
from xlbp.lang import load_texts
from xlbp.model.compile import compile_template
from xlbp.pipeline import generate
from xlbp.reference.train import train
from xlbp.template.load import load_template, parse_template, shipped
from xlbp.template.template import Template
from xlbp.workbook.book import training_rows
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import make_layout
from xlbp.workbook.layout.patterns import patterns_of
from xlbp.workbook.package import write_package
from xlbp.workbook.sheets.training import add_training


def contents_of(template: str, iterations: int) -> Contents:
    """A template compiled and laid out for so many iterations."""
    return lay_out(load_template(template, (f"training.iterations={iterations}",)), "en")


def leave_rows(folder: str, template: str, iterations: int) -> Work:
    """The rows of a template for others to write: rows.json and values.npy; and where the last loss stands."""

    def work() -> dict[str, float]:
        contents = contents_of(template, iterations)
        values = by_column(contents, train(contents.template))
        start, later = ([f"={text}" if text else "" for text in row] for row in patterns_of(contents))
        inputs = contents.template.inputs()
        panel = [(at.row, at.column, at.defined, inputs[name]) for name, at in contents.layout.panel.items()]
        data = {"start": start, "later": later, "first": contents.layout.first_row}
        data["panel"] = [cell for cell in panel if cell[2]]
        (Path(folder) / "rows.json").write_text(json.dumps(data), "utf-8")
        np.save(Path(folder) / "values.npy", values)
        watched = contents.layout.columns[contents.objective]
        place = {"row": float(contents.layout.last_row), "column": float(watched)}
        return {"formulas": float(formulas_in_rows(contents)), **place, "expected": float(values[-1, watched - 1])}

    return work


def rows(folder: str, book: str, template: str, formats: bool = True) -> Work:
    """The writer of rows in xlbp, with values, styles, headings and panel; no other sheet, and no training.

    ``formats`` is false for a sheet without its conditional formats, which an engine computes as well.
    """
    values = np.load(Path(folder) / "values.npy")
    contents = contents_of(template, len(values) - 1)
    contents = replace(contents, layout=replace(contents.layout, watched=False))  # the cells that the others write

    def work() -> dict[str, float]:
        workbook = Workbook()
        del workbook["Sheet"]
        sheet = add_training(workbook, contents)
        if not formats:
            sheet.conditional_formatting = ConditionalFormattingList()
        write_package(workbook, {sheet.title: training_rows(contents, sheet, values)}, {}, Path(book))
        return size(book)

    return work


def whole(book: str, template: str, iterations: int) -> Work:
    """``generate`` without its check: compile, train the reference, all sheets, write."""

    def work() -> dict[str, float]:
        made = generate(template, book, (f"training.iterations={iterations}",), "en", True, check_it=False)
        return {**size(book), "formulas": float(made.formula_cells)}

    return work


def reference(template: str, iterations: int, sizes: Sequence[int] = ()) -> Work:
    """Train the reference: a template's network, or a dense one of these sizes."""
    settings = (f"training.iterations={iterations}",)
    problem = wide(sizes, iterations) if sizes else load_template(template, settings)
    parameters = float(len(problem.model.parameters()))
    return _with_facts(lambda: train(problem), parameters=parameters)


def bare(iterations: int) -> Work:
    """The same training as ``mazur``'s, by hand."""
    return _with_facts(lambda: by_hand.train_mazur(iterations))


def compilation(sizes: Sequence[int]) -> Work:
    """From a loaded template to the formulas of its two kinds of row, in three steps."""
    problem, texts = wide(sizes, 10), load_texts("en")

    def work() -> dict[str, float]:
        times = [time.perf_counter()]
        program = compile_template(problem)
        times.append(time.perf_counter())
        contents = Contents(problem, program, make_layout(problem, program), texts)
        times.append(time.perf_counter())
        patterns_of(contents)
        times.append(time.perf_counter())
        steps = {name: b - a for name, a, b in zip(("compile", "layout", "formulas"), times, times[1:], strict=False)}
        return {"columns": float(len(program.columns)), **steps}

    return work


def wide(sizes: Sequence[int], iterations: int) -> Template:
    """A dense network of these sizes, tanh and then sigmoid, on one sample."""
    layers = "".join(
        f'[[network.layers]]\nunits = {units}\nactivation = "{"sigmoid" if last else "tanh"}"\n'
        f'weights = {{init = "xavier_uniform", seed = 1}}\nbias = 0\n'
        for units, last in zip(sizes[1:], [False] * (len(sizes) - 2) + [True], strict=True)
    )
    numbers = ([round((i % 7 - 3) / 10, 1) for i in range(sizes[0])], [i % 2 for i in range(sizes[-1])])
    data = "[data]\ninputs = [{}]\ntargets = [{}]\n".format(*numbers)
    training = f"[training]\nlearning_rate = 0.1\niterations = {iterations}\n"
    return parse_template(f'[network]\nloss = "half_squared_error"\n{layers}{data}{training}', "", "wide")


def _with_facts(do: Callable[[], object], **facts: float) -> Work:
    def work() -> dict[str, float]:
        do()
        return facts

    return work


def first_row(template: str) -> Work:
    """The number of the row of iteration 0."""
    return lambda: {"row": float(contents_of(template, 1).layout.first_row)}


def leave_templates(folder: str, template: str, books: int, iterations: int) -> Work:
    """So many templates like one of ours, each with a learning rate of its own."""
    text = shipped()[template].read_text("utf-8")

    def work() -> dict[str, float]:
        for number in range(1, books + 1):
            varied = re.sub(r"(?m)^iterations = .*", f"iterations = {iterations}", text)
            varied = re.sub(r"(?m)^learning_rate = .*", f"learning_rate = {number / books:.4f}", varied)
            (Path(folder) / f"{template}-{number:04}.toml").write_text(varied, "utf-8")
        return {"books": float(books)}

    return work
