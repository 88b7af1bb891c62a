"""What results show of themselves: a line in a terminal, a picture in a notebook, plain data for JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

import xlbp
from xlbp.classroom.make import MadeClass
from xlbp.cli.command import cli
from xlbp.pictures.curves import curves
from xlbp.pictures.html import table
from xlbp.pictures.network import Edge, network
from xlbp.pictures.surface import surface
from xlbp.pictures.svg import Picture
from xlbp.template.load import shipped

SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: Picture, kind: str) -> list[ElementTree.Element]:
    """The elements of one kind in a picture, which is well-formed."""
    return list(ElementTree.fromstring(picture.svg).iter(f"{SVG}{kind}"))


def words(picture: Picture) -> list[str]:
    """All texts in a picture."""
    return [element.text or "" for element in drawn(picture, "text")]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One of each kind."""
    folder = tmp_path_factory.mktemp("results")
    made = xlbp.generate("mazur", folder / "m.xlsx", iterations=3)
    homework = openpyxl.Workbook()
    homework.active.append(["x", "t", "w", "y", "E", "dE/dw", "eta"])
    homework.active.append([2, 1, 0.3, "=A2*C2", "=(D2-B2)^2/2", "=D2-B2", 0.1])
    homework.save(folder / "homework.xlsx")
    return {
        "Audit": xlbp.audit(folder / "homework.xlsx"),
        "Made": made,
        "MadeComparison": xlbp.compare(
            "mazur", {"training.learning_rate": [0.1, 0.5]}, folder / "c.xlsx", iterations=3
        ),
        "Report": xlbp.verify(made.path)[0],
        "Trace": xlbp.trace("xor", iterations=5),
        "Template": xlbp.load_template("xor"),
        "Explanation": xlbp.explain("mazur", "dE_total/dw5"),
        "MadeExercise": xlbp.exercise("mazur", "dE/dw5", folder / "e.xlsx"),
        "Written": xlbp.new(output=folder / "n.toml"),
        "MadeClass": MadeClass(folder, None, folder / "record.json", (folder / "Ada.xlsx",), 2),
        "Reports": xlbp.verify(made.path, ["saved", "ironcalc"]),
    }


KINDS = ("Audit", "Made", "MadeComparison", "Report", "Trace", "Template", "Explanation", "MadeExercise", "Written")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_result_is_a_line_and_plain_data(kind: str, results: dict[str, Any]) -> None:
    """The repr begins with what it is, and is one line; the data are what JSON knows."""
    result = results[kind]
    assert repr(result).startswith(f"{kind}(")
    assert "\n" not in repr(result)
    assert len(repr(result)) < 240
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))


def test_an_audit_prints_what_the_command_does(results: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """As check and explain do; a finding shows the addresses of its cells."""
    audit = results["Audit"]
    print(audit)
    from_python = capsys.readouterr().out
    with pytest.raises(SystemExit):
        cli(["audit", audit.book])
    assert from_python == capsys.readouterr().out
    [finding] = audit.findings
    assert (finding.place, finding.places) == ("Sheet!F2", ["Sheet!F2"])
    assert repr(finding).startswith(f"Finding({finding.kind} in Sheet!F2: ")


@pytest.mark.parametrize("kind", [*KINDS, "MadeClass", "Reports"])
def test_a_notebook_shows_it(kind: str, results: dict[str, Any]) -> None:
    """HTML that is well-formed, with the line of its repr or its text."""
    html = results[kind]._repr_html_()
    root = ElementTree.fromstring(f"<div>{html}</div>")
    assert root.find(".//b") is not None or root.find(".//pre") is not None


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_template_has_a_picture(name: str) -> None:
    """A circle for each unit, or for each layer."""
    picture = xlbp.load_template(name).picture()
    assert len(drawn(picture, "circle")) > 1


def test_a_picture_of_a_network_shows_its_weights() -> None:
    """A unit for each of mazur's six, a line for each of its eight weights, all blue, for they are above 0."""
    picture = xlbp.load_template("mazur").picture()
    assert (len(drawn(picture, "circle")), len(drawn(picture, "line"))) == (6, 8)
    assert {line.get("stroke") for line in drawn(picture, "line")} == {"#0072b2"}
    assert "out_h1" in words(picture)


def test_a_curve_breaks_off_where_there_is_no_number() -> None:
    """Two pieces with NaN between; over many powers of ten the scale is logarithmic, beside 0 it can't be."""
    pieces = drawn(curves({"E": [1.0, 2.0, math.nan, 2.0, 1.0]}), "polyline")
    assert [len((piece.get("points") or "").split()) for piece in pieces] == [2, 2]
    assert {"10", "1000"} <= set(words(curves({"E": [1.0, 1e4]})))
    assert "10" not in words(curves({"E": [0.0, 1e4, *[1.0] * 4]}))


@pytest.mark.parametrize(
    "values", [[], [3.0], [2.0, 2.0], [math.nan] * 3, [1e308, -1e308], [5e-324, 1.0], [0.0, 5e-324]]
)
def test_any_numbers_make_a_picture(values: list[float]) -> None:
    """None, one, equal ones, none finite, the largest and the smallest."""
    for picture in (curves({"E": values}, "E"), surface([values or [0.0]], ((0, 1), (0, 1)), ("x", "y", "z"))):
        assert "nan" not in picture.svg
        assert "inf" not in picture.svg


def test_names_are_escaped() -> None:
    """A name that is markup stays a name."""
    odd = "<b>&!"
    assert odd in words(network([[odd], ["y"]], [Edge((0, 0), (1, 0))]))
    assert odd in words(curves({odd: [1.0], "b": [2.0]}))
    assert "&lt;b&gt;&amp;!" in table((odd,), [])


def test_a_learned_function_is_drawn_of_two_inputs(tmp_path: Path) -> None:
    """With a circle for each sample; a network with four inputs has none, and says so."""
    picture = xlbp.trace("xor", iterations=3).learned()
    assert len(drawn(picture, "circle")) == 4
    assert picture.save(tmp_path / "learned.svg").read_text("utf-8") == picture.svg
    with pytest.raises(xlbp.UsageError, match="of a network with two inputs"):
        xlbp.trace("iris", iterations=1).learned()


def test_curves_are_called_as_in_the_book() -> None:
    """Of an array each element by its symbol."""
    assert {"w1", "w2", "w3", "w4"} <= set(words(xlbp.trace("mazur", iterations=2).picture("W1")))
