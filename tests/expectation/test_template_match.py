"""A book of another template than it should be of, its record and its formulas forged together, is found out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.books import contents_of, edit, put
from tests.conftest import MakeBook
from xlbp import cli
from xlbp.errors import TemplateError, UnreadableError, UsageError
from xlbp.pipeline import verify
from xlbp.template.load import shipped
from xlbp.verification.report import remarks
from xlbp.workbook.package import write_hidden
from xlbp.workbook.reader import open_book

pytestmark = pytest.mark.slow  # whole books

SAME = ("training.iterations=15",)


def differs(book: Path, template: str, *overrides: str) -> str:
    """What is said of a book that should be of this template."""
    [report] = verify(book, ("saved",), template=template, overrides=overrides)
    assert report.ok == (not report.differs)
    return report.differs


def test_a_book_is_of_its_template(mazur: Path) -> None:
    """A book of the template it should be of, made with the same settings, is fine."""
    assert differs(mazur, "mazur", *SAME) == ""


FORGED = {
    "learning rate": ("training.learning_rate=5", "training.learning_rate is 5.0, not 0.5"),
    "activation": ("network.layers.1.activation=tanh", "activation"),
    "optimizer": ("training.optimizer=momentum", "training.optimizer is 'momentum', not 'sgd'"),
    "a weight": ("network.layers.1.weights=[[0.15,0.2],[0.25,0.31]]", "0.31, not 0.3"),
    "a sample": ("data.inputs=[[0.05,0.2]]", "0.2, not 0.1"),
    "the loss": ("network.loss=mse", "loss is 'mse', not 'half_squared_error'"),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORGED)
def test_record_and_formulas_forged_together_are_found(kind: str, make_book: MakeBook) -> None:
    """A book that is consistent in itself but of a changed template is told by the first thing that differs."""
    change, words = FORGED[kind]
    book = make_book("mazur", 15, change)
    assert verify(book, ("saved",))[0].ok
    found = differs(book, "mazur", *SAME)
    assert (found.startswith("differs from template mazur: "), words in found) == (True, True), found


def test_the_number_of_iterations_counts(mazur: Path) -> None:
    """A book with fewer rows than the template differs, unless one says that it may have them."""
    assert differs(mazur, "mazur") == "differs from template mazur: training.iterations is 15, not 100"


@pytest.mark.slow
def test_changed_inputs_make_no_difference(mazur: Path, tmp_path: Path) -> None:
    """Numbers that a person set in the cells are not the template's."""
    book = put(mazur, tmp_path / "changed.xlsx", "B3", 0.25)
    [report] = verify(book, template="mazur", overrides=SAME)
    assert (report.ok, report.differs) == (True, "")


def test_how_a_template_is_written_makes_no_difference(mazur: Path, tmp_path: Path) -> None:
    """A comment, a blank line, another file name: the same template."""
    copy = tmp_path / "copy.toml"
    copy.write_text("# my copy\n\n" + shipped()["mazur"].read_text("utf-8"), "utf-8")
    assert differs(mazur, str(copy), *SAME) == ""


@pytest.mark.slow
def test_a_book_of_several_trainings_is_of_its_template(make_comparison: MakeBook) -> None:
    """What the runs vary is theirs; anything else that differs is told."""
    book = make_comparison("mazur", 5, "training.learning_rate=0.1,0.5")
    assert differs(book, "mazur", "training.iterations=5") == ""
    assert "is 'half_squared_error', not 'mse'" in differs(book, "mazur", "training.iterations=5", "network.loss=mse")


def test_what_differs_is_told_to_people_and_programs(mazur: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    """The command ends with 1; the sentence stands in the table's remarks and in the JSON."""
    monkeypatch.setattr(sys, "argv", ["xlbp", "verify", str(mazur), "--template", "xor", "--json"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    found = json.loads(capsys.readouterr().out)
    assert (ended.value.code, [r["ok"] for r in found], [r["engine"] for r in found]) == (
        1,
        [False, False],
        ["ironcalc", "saved"],
    )
    assert all(r["differs"].startswith("differs from template xor: ") for r in found)
    [report] = verify(mazur, ("saved",), template="xor")
    assert f"the book {report.differs}" in remarks(report)


def test_a_wrong_template_is_told_before_the_book(tmp_path: Path) -> None:
    """A template that there is not, or that is wrong, is the first thing to be told."""
    with pytest.raises(UsageError, match="no template is called 'mazzur'"):
        verify(tmp_path / "gone.xlsx", template="mazzur")
    with pytest.raises(TemplateError, match="speed"):
        verify(tmp_path / "gone.xlsx", template="mazur", overrides=("training.speed=3",))


# the layout is the template's as well


def forged(book: Path, target: Path, **changes: object) -> Path:
    """A copy with some entries of its record replaced."""
    with open_book(book) as opened:
        record = {**opened.stamp, **changes}

    def change(workbook) -> None:
        del workbook["_xlbp"]
        write_hidden(workbook, record)

    return edit(book, target, change)


def layout_of(book: Path) -> dict[str, object]:
    """The layout in a book's record."""
    with open_book(book) as opened:
        return dict(opened.stamp["layout"])


def test_a_forged_layout_is_refused(mazur: Path, tmp_path: Path) -> None:
    """Two columns that change places in the record, so that wrong formulas look right, are no layout of ours."""
    layout = layout_of(mazur)
    columns = dict(layout["columns"])
    columns["a1[1]"], columns["a1[2]"] = columns["a1[2]"], columns["a1[1]"]
    book = forged(mazur, tmp_path / "forged.xlsx", layout={**layout, "columns": columns})
    with pytest.raises(UnreadableError, match="its layout is not the one that this version gives its template"):
        verify(book)


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
@pytest.mark.parametrize("first_row", [0, -5, 1 << 20, 10**9])
def test_a_layout_that_leaves_the_sheet_is_refused(version: str, first_row: int, mazur: Path, tmp_path: Path) -> None:
    """Rows that no sheet has are refused at once, whatever version the book says it is of."""
    layout = {**layout_of(mazur), "first_row": first_row}
    with pytest.raises(UnreadableError, match="record is damaged"):
        verify(forged(mazur, tmp_path / "forged.xlsx", layout=layout, version=version))


def test_a_layout_of_another_version_is_taken(mazur: Path, tmp_path: Path) -> None:
    """What another version laid out otherwise is verified by its own record, its other sheets left unchecked."""
    [report] = verify(forged(mazur, tmp_path / "older.xlsx", version="0.0.9"))
    assert (report.ok, report.checked, "0.0.9" in str(report.unchecked_reasons)) == (
        True,
        16 * 52 - 9,
        True,
    )  # but for eight weights and the number of row 0


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_a_record_that_asks_for_too_much_is_refused(version: str, mazur: Path, tmp_path: Path) -> None:
    """A small book whose template asks for a million rows is refused before anything is trained."""
    longer = contents_of("mazur", 900_000).layout.to_data()
    book = forged(
        mazur,
        tmp_path / "forged.xlsx",
        layout=longer,
        overrides=["training.iterations=900000"],
        version=version,
    )
    with pytest.raises(UnreadableError, match="it asks for 46,800,052 cells, but the book unpacks to"):
        verify(book)


def test_more_runs_than_a_book_has_are_refused(make_comparison: MakeBook, tmp_path: Path) -> None:
    """A record of a thousand runs is damaged."""
    book = make_comparison("mazur", 5, "training.learning_rate=0.1,0.5")
    with open_book(book) as opened:
        runs = opened.stamp["runs"] * 500
    with pytest.raises(UnreadableError, match="it holds 1000 runs"):
        verify(forged(book, tmp_path / "forged.xlsx", runs=runs))


@pytest.mark.slow
def test_forged_layouts_of_runs_are_refused(make_comparison: MakeBook, tmp_path: Path) -> None:
    """The runs' layouts are held to the version's own too."""
    book = make_comparison("mazur", 5, "training.learning_rate=0.1,0.5")
    with open_book(book) as opened:
        one, other = opened.stamp["layouts"]
    columns = dict(one["columns"])
    columns["a1[1]"], columns["a1[2]"] = columns["a1[2]"], columns["a1[1]"]
    with pytest.raises(UnreadableError, match="its layout is not the one that this version gives"):
        verify(forged(book, tmp_path / "forged.xlsx", layouts=[{**one, "columns": columns}, other]))
