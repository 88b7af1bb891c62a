"""The benchmark measures what it says: all writers write the same formulas, and no wrong result is a measurement."""

from __future__ import annotations

import csv
import resource
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from tools.bench import by_hand, engines, ours, recalculating, writers, writing
from tools.bench.__main__ import MEASURED, measured, write
from tools.bench.measure import ROOT, Taken, command, exponent, figures, in_turns, peak_of, python, ratio, task
from tools.bench.page import as_markdown
from tools.bench.picture import picture
from tools.bench.plan import NORMAL, Curve, Panel, Section, Sizes
from xlbp.expectation.training import by_column
from xlbp.reference.train import train

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # whole books, or many processes

ITERATIONS = 4
TINY = Sizes(
    rounds=1,
    writers=(2, 4),
    whole=(2, 4),
    reference=(10, 20),
    trained=((2, 2, 2),),
    compiled=((2, 2, 2), (3, 3, 2)),
    starts=1,
    verify=(2,),
    engines=4,
    books=4,
    classes=(("mazur", 2, 2),),
)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rows that all writers write."""
    folder = tmp_path_factory.mktemp("rows")
    ours.leave_rows(str(folder), "mazur", ITERATIONS)()
    return folder


def taken(seconds: float) -> Taken:
    """A run of so many seconds."""
    return Taken(seconds, seconds, 1.0)


def peer(name: str):
    """A writer of another library, if that is installed."""
    pytest.importorskip(name.split("_", maxsplit=1)[0])
    return getattr(writers, name)


def test_the_loop_by_hand_keeps_the_references_numbers() -> None:
    """What the reference is measured against computes and keeps the same: all columns but the iteration's number."""
    contents = ours.contents_of("mazur", 50)
    expected = by_column(contents, train(contents.template))[:, 1:]
    np.testing.assert_allclose(by_hand.train_mazur(50), expected, rtol=1e-12, atol=0)


@pytest.mark.filterwarnings("ignore:Workbook contains no stylesheet")
@pytest.mark.parametrize("name", ["openpyxl", "openpyxl_write_only", "xlsxwriter", "pyexcelerate"])
def test_peers_write_the_same_formulas(name: str, left: Path, tmp_path: Path) -> None:
    """Every cell of every iteration row holds the same formula or number as in xlbp's own book."""
    ours.rows(str(left), str(tmp_path / "ours.xlsx"), "mazur")()
    facts = peer(name)(str(left), str(tmp_path / "peer.xlsx"))()
    mine, other = (load_workbook(tmp_path / f"{book}.xlsx").worksheets[0] for book in ("ours", "peer"))
    first = writers.read_rows(str(left)).first
    area = {"min_row": first, "max_row": first + ITERATIONS, "max_col": 52}
    assert list(other.iter_rows(**area, values_only=True)) == list(mine.iter_rows(**area, values_only=True))
    assert facts == {"bytes": (tmp_path / "peer.xlsx").stat().st_size}


@pytest.mark.parametrize("name", ["openpyxl", "openpyxl_write_only", "xlsxwriter"])
def test_peers_books_can_be_computed(name: str, left: Path, tmp_path: Path) -> None:
    """A peer's book has the panel and its names: IronCalc computes the last loss, and any other number is refused."""
    book = tmp_path / "peer.xlsx"
    peer(name)(str(left), str(book))()
    facts = ours.leave_rows(str(left), "mazur", ITERATIONS)()
    known = engines.Known(int(facts["row"]), int(facts["column"]), facts["expected"])
    assert engines.ironcalc(book, known).wall > 0
    with pytest.raises(RuntimeError, match="AssertionError"):
        engines.ironcalc(book, known._replace(expected=known.expected * 1.001))


def test_a_book_that_was_not_computed_stops_the_run(tmp_path: Path) -> None:
    """A CSV whose last line shows another number than the expected one is no measurement."""
    result = tmp_path / "book.csv"
    with result.open("w", newline="") as stream:
        csv.writer(stream).writerows([["0", "0.5"], ["1", "0.25"]])
    engines.must_show(result, engines.Known(9, 2, 0.2501))
    with pytest.raises(RuntimeError, match=r"shows 0\.25 where 0\.3"):
        engines.must_show(result, engines.Known(9, 2, 0.3))


def test_competitors_take_turns() -> None:
    """Each round has everyone once, and every other round goes backward."""
    order: list[str] = []
    cases = {name: (lambda name=name: order.append(name) or taken(1)) for name in "abc"}
    assert {name: len(runs) for name, runs in in_turns(cases, 3).items()} == {"a": 3, "b": 3, "c": 3}
    assert "".join(order) == "abccbaabc"


def test_a_ratio_is_of_the_shortest_with_the_rounds_spread() -> None:
    """6 and 9 seconds against 2 and 4: 3 times as long at best, in the rounds between 2.25 and 3 times."""
    found = ratio([taken(6), taken(9)], [taken(2), taken(4)], "wall")
    assert (found.best, found.low, found.high) == (3, 2.25, 3)
    assert str(found) == "3.00 (2.25 to 3.00)"


@pytest.mark.parametrize("power", [1, 2])
def test_growth_is_recognised(power: int) -> None:
    """Times that grow as a power of the size give that power."""
    assert exponent([10, 100, 500], [7 * size**power for size in (10, 100, 500)]) == pytest.approx(power)


def test_numbers_have_three_figures() -> None:
    """Three digits that mean something, thousands set off, and no exponent."""
    numbers = (0, 0.001234, 0.5, 3.14159, 42.42, 1234567.8)
    assert [figures(number) for number in numbers] == ["0", "0.00123", "0.500", "3.14", "42.4", "1,234,568"]


def test_a_task_is_measured_in_a_process_of_its_own() -> None:
    """It says what it took, its memory is its own, and its failure is ours."""
    found = task("ours.reference", template="mazur", iterations=200)
    assert 0 < found.processor <= found.wall + 0.1
    # Linux gives a child the peak that its parent had
    assert 20 < found.peak < 300 + peak_of(resource.getrusage(resource.RUSAGE_SELF))
    assert found.facts == {"parameters": 8}
    with pytest.raises(RuntimeError, match="no template is called"):
        task("ours.reference", template="no-such", iterations=2)


def test_the_time_of_a_task_is_without_its_preparation() -> None:
    """Compiling a small network takes far less than the process around it."""
    assert task("ours.compilation", sizes=(2, 2, 2)).wall < python("-c", "import numpy").wall


def test_a_command_that_fails_is_no_measurement() -> None:
    """An exit code other than 0 stops the run, with what was said."""
    with pytest.raises(RuntimeError, match="'abacus' is not one of"):
        python("-m", "xlbp", "verify", "x.xlsx", "--engine", "abacus")
    assert command(["true"]).wall > 0


def test_the_picture_shows_every_point() -> None:
    """A well-formed SVG with a ground of its own, each curve with its name and a mark for each point and the legend."""
    curves = [Curve("one & only", [(10, 1), (100, 10)]), Curve("other", [(10, 2), (100, 3), (1000, 4)])]
    root = ET.fromstring(picture([Panel("Title", "x", "y", curves)]))
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    marks = [node for node in root.iter("{http://www.w3.org/2000/svg}path") if node.get("fill")]
    assert {"Title", "x", "y", "one & only", "other"} <= set(texts)
    assert len(marks) == 2 + 3 + 2
    assert root.find("{http://www.w3.org/2000/svg}rect").get("class") == "ground"


def test_a_section_is_a_table() -> None:
    """Heading, words, head, rule and rows; columns of numbers to the right."""
    text = as_markdown(Section("Title", "Words.", ("what", "many"), [("a", "1"), ("b", "22")], "After."))
    assert text.split("\n")[1:] == [
        "## Title",
        "",
        "Words.",
        "",
        "| what | many |",
        "|---|---:|",
        "| a | 1 |",
        "| b | 22 |",
        "",
        "After.",
        "",
    ]


@pytest.mark.slow
def test_all_sections_at_a_tiny_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything runs, the tables have the rows they promise, and the page and its picture are written."""
    for name in ("xlsxwriter", "pyexcelerate"):
        pytest.importorskip(name)
    monkeypatch.setattr(engines, "PROGRAMS", {"IronCalc": engines.PROGRAMS["IronCalc"]})
    sections = {section.title: section for section in measured(TINY)}
    assert len(sections) >= len(MEASURED)
    assert [row[0] for row in sections["Writing formulas"].rows] == list(writing.WRITERS)
    assert [row[1] for row in sections["Opening and recalculating"].rows] == list(recalculating.BOOKS)
    assert [row[0] for row in sections["Compilation"].rows] == ["2-2-2", "3-3-2"]
    assert [row[1] for row in sections["Long trainings"].rows] == ["2", "4"]
    assert len(sections["Start"].rows) == 4
    write(tmp_path, list(sections.values()), TINY, 0.0)
    page = (tmp_path / "benchmark.md").read_text("utf-8")
    assert all(f"## {title}\n" in page for title in sections)
    assert "Compiling: time" in (tmp_path / "benchmark.svg").read_text("utf-8")


def test_the_page_was_made_by_this_tool() -> None:
    """docs/benchmark.md has every writer, the size of the large book, and no path of the machine it was made on."""
    text = (ROOT / "docs" / "benchmark.md").read_text("utf-8")
    assert all(f"| {label} |" in text for label in writing.WRITERS)
    assert f"| {NORMAL.whole[-1]:,} |" in text
    assert "/tmp" not in text
    assert "/home" not in text
