"""Whole books, one for each way to train: they follow every change of a person, and no planted fault is missed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.conftest import MakeBook
from tests.teaching import GOOD, change, recalculate, verdict, verified_in_libreoffice, verify_and_read
from tests.training_templates import CSV, load, text
from xlbp.expectation.contents import lay_out
from xlbp.pipeline import verify
from xlbp.workbook.layout.contents import Contents

pytestmark = pytest.mark.slow  # many whole books

ITERATIONS = 6
TESTED = "test_inputs = [[1, 2], [-1, 0.5]]\ntest_targets = [[0], [1]]\naccuracy = true"
BOOKS = {
    "momentum": text("optimizer = 'momentum'\nclip_value = 0.05"),
    "rmsprop": text("optimizer = { name = 'rmsprop', momentum = 0.5, weight_decay = 0.1 }\nclip_norm = 0.5"),
    "adam": text("optimizer = 'adam'\nschedule = { name = 'step', every = 2, factor = 0.5 }\nl1 = 0.01\nl2 = 0.02"),
    "nadam": text("optimizer = 'nadam'\nschedule = 'cosine'"),
    "lion": text("optimizer = { name = 'lion', weight_decay = 0.1 }\nschedule = { name = 'warmup', iterations = 3 }"),
    "pieces": text("schedule = { name = 'piecewise', until = [2, 4], rates = [0.5, 0.1, 0.01] }"),
    "dropout": text(layer="dropout = 0.4"),
    "dropped batches": text("batch_size = 2", "dropout = 0.4"),
    "round and round": text("batch_size = 2"),
    "shuffled": text("batch_size = 2\nshuffle = true", data=TESTED),
    "online": text("batch_size = 1\nshuffle = true"),
    "standard": text("optimizer = 'adagrad'", data=f"scale = 'standard'\n{TESTED}"),
    "minmax": text("batch_size = 3", data="scale = 'minmax'"),
    "weighted": text("batch_size = 2", data="class_weights = 'balanced'\ntest = 2", filed=True),
    "classes": text("batch_size = 2\noptimizer = 'adadelta'", data="scale = 'standard'\ntest = 2", filed=True),
}


@pytest.fixture(scope="module")
def books(make_book: MakeBook, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The book of each template above, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("ways")
    (folder / "flowers.csv").write_text(CSV, "utf-8")

    def make(name: str) -> Path:
        path = folder / f"{name}.toml"
        path.write_text(BOOKS[name], "utf-8")
        return make_book(str(path), ITERATIONS)

    return make


@cache
def contents_of(name: str) -> Contents:
    """What a book is made from."""
    return lay_out(load(BOOKS[name]), "en")


def address(name: str, quantity: str, iteration: int = 0) -> str:
    """Where a quantity stands, with its sheet."""
    layout = contents_of(name).layout
    if quantity in layout.panel:
        place = layout.panel[quantity]
        return f"{'Data' if place.sheet == 'data' else 'Training'}!{place.address}".replace("$", "")
    return f"Training!{layout.cell(quantity, iteration)}"


REGROUPED = ("adam",)  # IronCalc 0.9.1 computes a+(b+c) as a+b+c: a penalty over several small layers is written so


def proof(book: Path) -> tuple[Any, Any]:
    """How many inputs the proof finds changed, and how many columns it finds wrong."""
    grid = recalculate(book)["Proof"]
    return grid[3][2], grid[4][2]


def at_row(book: Path, iteration: int, target: Path) -> Path:
    """The book with this iteration chosen."""
    return change(book, target, {"Step by step!C3": iteration})


@pytest.mark.parametrize("name", BOOKS)
def test_a_book_agrees_as_made(name: str, books: Any) -> None:
    """Every formula cell agrees to the last bit, none is left out, and the book proves itself.

    No input is changed, no column fails, and central differences, penalties included, confirm every gradient.
    """
    report, grids = verify_and_read(books(name))
    count = len(contents_of(name).template.parameter_order)
    assert verdict(report) == GOOD
    assert name in REGROUPED or report.identical == report.checked
    assert [row[2] for row in grids["Proof"][3:5]] == [0, 0]
    assert grids["Gradient check"][4][2:4] == ["PASS", f"{count} / {count}"]


@pytest.mark.parametrize("name", ["dropout", "dropped batches", "shuffled", "classes", "adam", "lion"])
def test_gradients_are_right_in_a_later_row(name: str, books: Any, tmp_path: Path) -> None:
    """Central differences through the row's own masks and samples, penalties included, confirm every gradient."""
    report, grids = verify_and_read(at_row(books(name), 5, tmp_path / "later.xlsx"))
    count = len(contents_of(name).template.parameter_order)
    assert grids["Gradient check"][4][2:4] == ["PASS", f"{count} / {count}"]
    assert verdict(report) == GOOD


# those that no change at the edge, further down, takes to LibreOffice
IN_LIBREOFFICE = ("rmsprop", "lion", "dropped batches", "shuffled", "standard", "weighted")


@pytest.mark.office
def test_the_books_agree_in_libreoffice(books: Any, tmp_path: Path) -> None:
    """Every formula cell of every sheet of these agrees, with a later row chosen, and none is left out."""
    reports = verified_in_libreoffice([at_row(books(name), 5, tmp_path / f"{name}.xlsx") for name in IN_LIBREOFFICE])
    assert dict(zip(IN_LIBREOFFICE, map(verdict, reports), strict=True)) == dict.fromkeys(IN_LIBREOFFICE, GOOD)


# changes that a person makes

AT_THE_EDGE: list[tuple[str, dict[str, Any]]] = [  # where programs may compute otherwise: errors, halves, signs
    ("adam", {"$every": 1.5}),
    ("adam", {"$every": 0}),
    ("adam", {"$beta1": 1}),
    ("nadam", {"$period": 0}),
    ("pieces", {"$until1": 2.5}),
    ("dropout", {"$seed": 1.5, "$drop1": 0.9}),
    ("dropout", {"$seed": -3, "$drop1": 0}),
    ("dropout", {"$drop1": 1}),
    ("minmax", {f"raw[1]#{n}": 2 for n in range(1, 6)}),
    ("classes", {"class#5": "ROSE", "raw[1]#1": 9}),
]
CHANGES: list[tuple[str, dict[str, Any]]] = [
    *AT_THE_EDGE,
    ("momentum", {"$momentum": 0.5, "$clip_value": 1.0}),
    ("momentum", {"$momentum": 0, "x[1]@2": 3}),
    ("rmsprop", {"$momentum": 0}),
    ("rmsprop", {"$weight_decay": 0, "$clip_norm": 0, "$alpha": 0.5}),
    ("adam", {"$beta1": 0, "$beta2": 0.5, "$eps": 0.1, "$every": 1, "$factor": 1}),
    ("adam", {"$l1": 0, "$l2": 1.5}),
    ("nadam", {"$momentum_decay": 0.5, "$period": 3, "$lowest": 0.05}),
    ("lion", {"$weight_decay": 0, "$warmup": 1, "$start": 0}),
    ("pieces", {"$until1": 5, "$rate2": 0.7, "$rate3": -0.1}),
    ("dropout", {"$seed": 5}),
    ("dropped batches", {"$seed": 12, "x[1]#3": 4}),
    ("round and round", {"x[2]#1": -7, "t[1]#5": 2}),
    ("shuffled", {"order#3": 1, "order#4": 1}),
    ("shuffled", {"x[1]#6": 30, "t[1]#7": 0}),
    ("online", {"x[1]#4": 0.75, "order#1": 5, "eta": 0.5}),
    ("standard", {"raw[1]#2": 12}),
    ("standard", {"raw[2]#7": 12}),
    ("minmax", {"raw[1]#2": -9, "raw[2]#3": -1}),
    ("classes", {"class#1": "iris"}),
    ("classes", {"$rho": 0.5, "$eps": 0.01, "W1[1,1]": 2}),
]


def changed(name: str, given: dict[str, Any], book: Path, target: Path) -> Path:
    """The book with a person's changes in it."""
    return change(book, target, {address(name, quantity): content for quantity, content in given.items()})


@pytest.mark.parametrize(("name", "given"), CHANGES)
def test_a_book_follows_a_change(name: str, given: dict[str, Any], books: Any, tmp_path: Path) -> None:
    """After a person changed a number, a class, the seed or a draw, every cell is what NumPy says for it."""
    [report] = verify(changed(name, given, books(name), tmp_path / "changed.xlsx"), ("ironcalc",))
    assert verdict(report) == GOOD


@pytest.mark.office
def test_the_books_follow_changes_in_libreoffice(books: Any, tmp_path: Path) -> None:
    """After each of the changes that programs may see otherwise, every cell is what NumPy says for it."""
    each = [changed(*case, books(case[0]), tmp_path / f"{n}.xlsx") for n, case in enumerate(AT_THE_EDGE)]
    verdicts = map(verdict, verified_in_libreoffice(each))
    assert [(case, said) for case, said in zip(AT_THE_EDGE, verdicts, strict=True) if said != GOOD] == []


UNUSABLE: list[tuple[str, str, Any, str]] = [
    ("classes", "class#2", "tulip", "one of iris, lily, rose"),
    ("classes", "class#2", None, "one of iris, lily, rose"),
    ("classes", "class#2", 1, "one of iris, lily, rose"),
    ("classes", "raw[1]#2", "wide", "a number"),
    ("shuffled", "order#3", 0, "a whole number from 1 to 5"),
    ("shuffled", "order#3", 6, "a whole number from 1 to 5"),
    ("shuffled", "order#3", 2.5, "a whole number from 1 to 5"),
    ("dropout", "$seed", "7", "a number"),
]


@pytest.mark.parametrize(("name", "quantity", "content", "wanted"), UNUSABLE)
def test_an_input_that_is_none_is_named(
    name: str, quantity: str, content: Any, wanted: str, books: Any, tmp_path: Path
) -> None:
    """A cell that holds what no training can start from is named with what it should hold."""
    where = address(name, quantity)
    [report] = verify(change(books(name), tmp_path / "changed.xlsx", {where: content}))
    assert (report.ok, report.checked) == (False, 0)
    assert [(m.cell, m.expected) for m in report.mismatches] == [(where, wanted)]


@pytest.mark.parametrize("name", ["round and round", "standard", "classes"])
def test_two_samples_that_change_places_are_seen(name: str, books: Any, tmp_path: Path) -> None:
    """The proof says that inputs were changed, though every column has the same sum; verify agrees with the book."""
    sheet = load_workbook(books(name))["Data"]
    given = [p for p in contents_of(name).template.inputs() if p.endswith("#1")]
    cells = [(address(name, p), address(name, f"{p[:-1]}2")) for p in given]
    plain = {a: sheet[a.partition("!")[2]].value for pair in cells for a in pair}
    swapped = {a: plain[b] for pair in cells for a, b in (pair, pair[::-1])}
    book = change(books(name), tmp_path / "swapped.xlsx", swapped)
    assert verdict(verify(book)[0]) == GOOD
    assert proof(book)[0] > 0


@pytest.mark.parametrize(
    ("name", "quantity", "content"),
    [
        ("dropout", "$seed", 2),
        ("adam", "$every", 3),
        ("shuffled", "order#14", 9),
        ("classes", "class#6", "lily"),
        ("standard", "raw[1]#7", 1.5),
    ],
)
def test_the_proof_tells_of_a_changed_input(name: str, quantity: str, content: Any, books: Any, tmp_path: Path) -> None:
    """Any input that is not the template's is counted."""
    book = change(books(name), tmp_path / "changed.xlsx", {address(name, quantity): content})
    assert proof(book)[0] > 0


# faults

FAULTS: list[tuple[str, str, int, str, str]] = [
    # (book, quantity, iteration, what is replaced in its formula, by what)
    ("momentum", "v:W1[1,2]", 3, r"momentum", "0.9"),
    ("momentum", "g:W1[1,2]", 3, "clip_value", "1"),
    ("momentum", "v:W1[1,2]", 0, "$", "+0.001"),
    ("rmsprop", "u:b1[2]", 4, r"\+", "-"),
    ("rmsprop", ":length", 2, "SUMSQ", "SUM"),
    ("rmsprop", ":clipping", 2, "MIN", "MAX"),
    ("adam", "m:W1[1,1]", 2, "beta1", "beta2"),
    ("adam", "vh:W2[1,3]", 6, r"1-", "2-"),
    ("adam", ":power1", 5, "beta1", "beta2"),
    ("adam", ":rate", 3, "factor", "0.4"),
    ("adam", "El2", 1, "/2", "/3"),
    ("nadam", ":product", 2, r"\*", "+"),
    ("nadam", ":rate", 4, r"COS", "SIN"),
    ("lion", "c:b2[1]", 1, r"1-beta1", "1-beta2"),
    ("lion", ":rate", 1, "MIN", "MAX"),
    ("pieces", ":rate", 3, "rate2", "rate3"),
    ("dropout", "r1[2]@3", 2, "16807", "16808"),
    ("dropout", "q1[2]@3", 2, r"1-", "2-"),
    ("dropout", "r1[1]@1", 0, r"31337", "31338"),
    ("round and round", "s[0]@2", 3, r"\+1", "+2"),
    ("round and round", "a0[1]@1", 3, r"INDEX\(Data!\$B", r"INDEX(Data!$A"),
    ("round and round", ":epoch", 3, "/5", "/4"),
    ("shuffled", "s[0]@1", 4, r"\*2", "*3"),
    ("shuffled", "z1[1]@T1", 4, r"\+", "-"),
    ("shuffled", "hits@T", 4, "/2", "/3"),
    ("shuffled", "E@T", 4, r"\+", "-"),
    ("standard", "s:W1[1,1]", 4, r"\+", "-"),
    ("classes", "d:W1[1,1]", 4, "SQRT", "ABS"),
]


FAULTS_IN_THE_TABLE: list[tuple[str, str, str, str]] = [
    ("standard", "x[1]#2", "/", "*"),
    ("standard", "x[2]#7", r"B|C", "D"),
    ("minmax", "x[1]#5", "-", "+"),
    ("classes", "t[2]#3", ",1,0", ",0,1"),
    ("classes", "x[1]#6", r"\$5", "$4"),
]
STATISTICS = [("standard", "Data!B4"), ("standard", "Data!C5"), ("minmax", "Data!B5"), ("classes", "Data!B4")]


def spoilt(name: str, book: Path) -> dict[str, tuple[Any, Any]]:
    """What stands in each cell of a book that gets a fault, and what is put there."""
    formulas = load_workbook(book)
    places = [(address(name, q, t), old, new) for of, q, t, old, new in FAULTS if of == name]
    places += [(address(name, q), old, new) for of, q, old, new in FAULTS_IN_THE_TABLE if of == name]
    faults: dict[str, tuple[Any, Any]] = {}
    for where, old, new in places:
        sheet, cell = where.split("!")
        formula = formulas[sheet][cell].value
        faults[where] = (formula, re.sub(old, new, formula, count=1))
    values = load_workbook(book, data_only=True)
    for where in (where for of, where in STATISTICS if of == name):
        sheet, cell = where.split("!")
        faults[where] = (formulas[sheet][cell].value, float(f"{values[sheet][cell].value:.15g}"))
    return faults


@pytest.mark.parametrize("name", dict.fromkeys(name for name, *_ in (*FAULTS, *FAULTS_IN_THE_TABLE)))
def test_faults_are_found(name: str, books: Any, tmp_path: Path) -> None:
    """Each fault is named with both texts, and nothing else is.

    Formulas are changed in single cells of a state, rate, mask, pick, test column, scaled feature or target; a mean
    or a range is typed over, and no longer follows the data though the number is right.
    """
    faults = spoilt(name, books(name))
    assert all(before != after for before, after in faults.values())
    planted = {where: after for where, (_, after) in faults.items()}
    [report] = verify(change(books(name), tmp_path / "fault.xlsx", planted))
    assert report.ok is False
    assert {m.cell: (m.expected, m.found) for m in report.formulas_changed} == faults
