"""Real engines: they recalculate, they tell errors from texts, and their failures are one clear error."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from openpyxl import Workbook

from tests.books import FORGED, contents_of, forge, put
from xlbp.errors import EngineError, UnreadableError, UsageError
from xlbp.expectation.training import by_column
from xlbp.pipeline import verify
from xlbp.recalc.engines import ENGINES, engines, engines_for
from xlbp.recalc.gnumeric import Gnumeric
from xlbp.recalc.ironcalc import IronCalc
from xlbp.recalc.libreoffice import LibreOffice, converting, pipe_of, recalculated_copy
from xlbp.recalc.saved import Saved
from xlbp.reference.train import train
from xlbp.system import process
from xlbp.system.process import find_program
from xlbp.verification.check import NO_OVERFLOW
from xlbp.xlsx.areas import Area, CellError, Grid

pytestmark = pytest.mark.slow  # many whole books

OFFICE = ("libreoffice", "gnumeric")
RECALCULATING = ["ironcalc", *(pytest.param(name, marks=pytest.mark.office) for name in OFFICE)]
ALL = ["saved", *RECALCULATING]
CONTENTS = contents_of("mazur", 15)
AREA = Area("Training", CONTENTS.layout.first_row, CONTENTS.layout.last_row, len(CONTENTS.layout.columns))


def values(engine: str, book: Path, *areas: Area) -> list[Grid]:
    """What an engine gives."""
    return ENGINES[engine].make().values(book, areas or (AREA,))


@pytest.mark.parametrize("engine", RECALCULATING)
def test_a_forged_cache_is_recalculated(engine: str, mazur: Path, tmp_path: Path) -> None:
    """An engine gives the true values of a book whose cached values are all lies."""
    [grid] = values(engine, forge(mazur, tmp_path / "forged.xlsx"))
    expected = by_column(CONTENTS, train(CONTENTS.template))
    np.testing.assert_allclose(np.array(grid, dtype=float), expected, rtol=1e-12, atol=0)


def test_saved_gives_the_forged_cache(mazur: Path, tmp_path: Path) -> None:
    """Without an engine the cached values come as they are, the inputs as they are too."""
    [grid] = values("saved", forge(mazur, tmp_path / "forged.xlsx"))
    first = dict(zip(CONTENTS.program.names, grid[0], strict=True))
    assert {name: CONTENTS.template.inputs().get(name, FORGED) for name in first} | {"iteration": 0.0} == first
    assert [[FORGED] * len(row) for row in grid[1:]] == grid[1:]


def test_a_cell_without_cached_value_is_nothing(mazur: Path, tmp_path: Path) -> None:
    """After a program that saves no values, saved gives None for every formula."""
    [grid] = values("saved", put(mazur, tmp_path / "empty.xlsx", "C60", 1))
    assert [[None] * len(row) for row in grid[1:]] == grid[1:]


ERRORS = ("=1/0", "=LN(-1)", "=SQRT(-1)", "=NA()", "=LN(0)", "=NOSUCHNAME+1")


@pytest.mark.parametrize("engine", RECALCULATING)
def test_an_error_is_a_cell_error(engine: str, tmp_path: Path) -> None:
    """A formula that fails comes as an error, whatever its code, never as a number or a text."""
    [grid] = values(engine, sheet_of(tmp_path, *ERRORS), Area("Sheet", 1, len(ERRORS), 1))
    assert dict(zip(ERRORS, (type(value) for [value] in grid), strict=True)) == dict.fromkeys(ERRORS, CellError)


TYPED: tuple[tuple[object, object], ...] = (
    *(("=1+1", 2.0), (0.1, 0.1), (3, 3.0), ('="#NUM!"', "#NUM!")),
    *(("0,5", "0,5"), ("=1=1", True), (True, True), (None, None), ("=1", 1.0)),
)


@pytest.mark.parametrize("engine", RECALCULATING)
def test_values_keep_their_types(engine: str, tmp_path: Path) -> None:
    """Numbers come as floats, texts as texts even if they look like errors, truth values as such, blanks as None."""
    path = sheet_of(tmp_path, *(content for content, _ in TYPED))
    [grid] = values(engine, path, Area("Sheet", 1, len(TYPED), 1))
    assert [(value, type(value)) for [value] in grid] == [(expected, type(expected)) for _, expected in TYPED]


def sheet_of(folder: Path, *contents: object) -> Path:
    """A book with these contents in column A."""
    workbook = Workbook()
    for row, content in enumerate(contents, start=1):
        workbook.active.cell(row, 1).value = content
    workbook.save(folder / "cells.xlsx")
    return folder / "cells.xlsx"


@pytest.mark.parametrize("engine", ["saved", "ironcalc"])
def test_full_doubles(engine: str, mazur: Path) -> None:
    """These engines give the reference's numbers to the last bit."""
    expected = by_column(CONTENTS, train(CONTENTS.template))
    assert expected.tolist() == values(engine, mazur)[0]


@pytest.mark.parametrize("engine", ALL)
def test_a_missing_sheet_is_named(engine: str, mazur: Path) -> None:
    """A sheet that the book lacks is named in an error."""
    with pytest.raises(UnreadableError, match="the sheet 'Nowhere' is missing"):
        values(engine, mazur, Area("Nowhere", 1, 1, 1))


@pytest.mark.parametrize("engine", ALL)
def test_rows_below_the_last_are_blank(engine: str, mazur: Path) -> None:
    """An area that reaches beyond the sheet's cells is filled up with blanks."""
    [grid] = values(engine, mazur, Area("Training", AREA.last_row + 100, AREA.last_row + 102, 2))
    expected = [[None, None]] * 3
    assert expected == grid


@pytest.mark.parametrize("fixture", ["mazur", "xor", "graph", "large_batch"])
def test_a_generated_book_agrees(fixture: str, request: pytest.FixtureRequest) -> None:
    """A book just generated agrees cell by cell, and nothing is left unchecked."""
    reports = verify(request.getfixturevalue(fixture), ("saved", "ironcalc"))
    assert [(report.ok, report.unchecked) for report in reports] == [(True, 0)] * 2


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize("fixture", ["xor", "large_batch"])
def test_a_generated_book_agrees_in_the_office_programs(fixture: str, request: pytest.FixtureRequest) -> None:
    """A book just generated agrees in LibreOffice and in Gnumeric."""
    reports = verify(request.getfixturevalue(fixture), OFFICE)
    assert [(report.ok, report.unchecked) for report in reports] == [(True, 0)] * 2


@pytest.mark.parametrize("engine", ["saved", "ironcalc", pytest.param("libreoffice", marks=pytest.mark.office)])
def test_divergence_agrees_error_with_error(engine: str, diverging: Path) -> None:
    """Where the reference has left the doubles' range an engine of doubles shows errors, and that agrees."""
    [report] = verify(diverging, (engine,))
    expected = (True, 0)
    assert expected == (report.ok, report.unchecked)
    assert report.diverged_at is not None


@pytest.mark.office
def test_gnumeric_does_not_judge_divergence(diverging: Path) -> None:
    """Gnumeric computes beyond the doubles' range: the diverged rows count as unchecked, with the reason."""
    [report] = verify(diverging, ("gnumeric",))
    columns = len(contents_of("into-backprop", 20).layout.columns)
    assert (report.ok, list(report.unchecked_reasons)) == (True, [NO_OVERFLOW])
    assert report.unchecked >= (21 - report.diverged_at) * columns


# books that other programs saved


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize("fixture", ["mazur", "large_batch"])
def test_a_book_saved_by_libreoffice_agrees(fixture: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A book that LibreOffice saved loads, its formulas are known again, and its values agree."""
    saved = recalculated_copy("soffice", request.getfixturevalue(fixture), tmp_path)
    reports = verify(saved, ("saved", "ironcalc"))
    assert [(report.ok, report.unchecked) for report in reports] == [(True, 0)] * 2


@pytest.mark.office
@pytest.mark.parametrize("fixture", ["mazur", "large_batch"])
def test_a_book_saved_by_gnumeric_agrees(fixture: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A book that Gnumeric saved loads, its formulas are known again, and its values agree."""
    saved = tmp_path / "saved.xlsx"
    command = ["ssconvert", "--recalc", "--export-type=Gnumeric_Excel:xlsx", request.getfixturevalue(fixture), saved]
    subprocess.run(command, check=True, capture_output=True)
    reports = verify(saved, ("saved", "ironcalc"))
    assert [(report.ok, report.unchecked) for report in reports] == [(True, 0)] * 2


# programs that fail

PROGRAMS = [("XLBP_SOFFICE", LibreOffice), ("XLBP_SSCONVERT", Gnumeric)]


def script(path: Path, body: str) -> str:
    """An executable shell script."""
    if os.name != "posix":
        pytest.skip("no shell scripts on this system")
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("variable", "engine", "remedy"),
    [("XLBP_SOFFICE", LibreOffice, "install LibreOffice"), ("XLBP_SSCONVERT", Gnumeric, "install Gnumeric")],
)
def test_a_missing_program_is_named_with_the_remedy(variable, engine, remedy, mazur: Path, monkeypatch) -> None:
    """A program that is not there is an EngineError that says what to install."""
    monkeypatch.setenv(variable, "no-such-program")
    with pytest.raises(EngineError, match=f"no-such-program was not found; {remedy}"):
        engine().values(mazur, [AREA])


def is_running(pid: int) -> bool:
    """Whether a process exists and is no corpse."""
    if os.name == "nt":
        command = ["tasklist", "/FI", f"PID eq {pid}", "/NH"]
        return str(pid) in subprocess.run(command, capture_output=True, text=True, check=False).stdout
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def still_running(pid: int, patience: float = 60.0) -> bool:
    """Whether a process that was killed is there after all; the system may take a moment to bury it."""
    end = time.monotonic() + patience
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return is_running(pid)


def hurry(monkeypatch: pytest.MonkeyPatch, begun: Path) -> None:
    """Let the limit of time pass as soon as the file ``begun`` has been written, however late that is."""

    def clock() -> float:
        has_begun = begun.exists() and begun.stat().st_size > 0
        return time.monotonic() + (1_000.0 if has_begun else 0.0)

    monkeypatch.setattr(process, "time", SimpleNamespace(monotonic=clock))
    monkeypatch.setattr(process, "WAKE", 0.05)
    monkeypatch.setenv("XLBP_TIMEOUT", "900")


@pytest.mark.parametrize(("variable", "engine"), PROGRAMS)
def test_a_hanging_program_is_ended_with_its_children(
    variable, engine, mazur: Path, tmp_path: Path, monkeypatch
) -> None:
    """A program that does not end in time is an EngineError, and neither it nor what it started stays."""
    pids = tmp_path / "pids"
    monkeypatch.setenv(variable, script(tmp_path / "hang", f"sleep 300 &\necho $$ $! > {pids}\nsleep 300"))
    hurry(monkeypatch, pids)
    with pytest.raises(EngineError, match="did not finish within 900 seconds; XLBP_TIMEOUT"):
        engine().values(mazur, [AREA])
    expected = [False, False]
    assert expected == [still_running(int(pid)) for pid in pids.read_text().split()]


FAILING = {
    "silent success": ("exit 0", "ended with code 0 and wrote no workbook"),
    "talking success": ("echo fine; exit 0", "ended with code 0 and wrote no workbook: fine"),
    "failure": ("echo 'out of paper' >&2; exit 77", "ended with code 77 and wrote no workbook: out of paper"),
    "crash": ("kill -SEGV $$", "ended with code -11 and wrote no workbook"),
}
LAST_ARGUMENT = 'for last; do :; done; out=$(dirname "$(dirname "$last")")/out/book.xlsx; mkdir -p "$(dirname "$out")"'
EMPTY, GARBAGE = (f'{LAST_ARGUMENT}; {write} > "$out"; {write} > "$last"' for write in ("printf ''", "echo garbage"))


@pytest.mark.parametrize("kind", FAILING)
@pytest.mark.parametrize(("variable", "engine"), PROGRAMS)
def test_a_failing_program_is_one_error(kind, variable, engine, mazur: Path, tmp_path: Path, monkeypatch) -> None:
    """A program that leaves no workbook has failed, whatever its exit code, and its last words are told."""
    body, words = FAILING[kind]
    monkeypatch.setenv(variable, script(tmp_path / "fail", body))
    with pytest.raises(EngineError, match=words) as caught:
        engine().values(mazur, [AREA])
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("body", [EMPTY, GARBAGE], ids=["empty", "garbage"])
@pytest.mark.parametrize(("variable", "engine"), PROGRAMS)
def test_a_program_that_writes_no_workbook_has_failed(body, variable, engine, mazur, tmp_path, monkeypatch) -> None:
    """A result that is no workbook is an EngineError too."""
    monkeypatch.setenv(variable, script(tmp_path / "fail", body))
    with pytest.raises(EngineError):
        engine().values(mazur, [AREA])


@pytest.mark.parametrize(("variable", "engine"), PROGRAMS)
def test_a_program_that_can_not_start_is_one_error(variable, engine, mazur: Path, tmp_path: Path, monkeypatch) -> None:
    """A file that is executable but no program is an EngineError."""
    path = tmp_path / "broken"
    path.write_text("#!/no/such/interpreter\n")
    path.chmod(0o755)
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(EngineError):
        engine().values(mazur, [AREA])


def test_a_senseless_time_limit_is_refused(mazur: Path, tmp_path: Path, monkeypatch) -> None:
    """A limit that is no number is an EngineError before anything starts."""
    monkeypatch.setenv("XLBP_SOFFICE", script(tmp_path / "never", f"touch {tmp_path}/started"))
    monkeypatch.setenv("XLBP_TIMEOUT", "soon")
    with pytest.raises(EngineError, match="must be a number of seconds above 0"):
        LibreOffice().values(mazur, [AREA])
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("variable", ["XLBP_SOFFICE", "XLBP_SSCONVERT"])
def test_nothing_is_left_in_the_temporary_folder(variable, mazur: Path, tmp_path: Path, monkeypatch) -> None:
    """After a failure the temporary folder is as it was."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv(variable, "false")
    with pytest.raises(EngineError):
        dict(PROGRAMS)[variable]().values(mazur, [AREA])
    assert list(tmp_path.iterdir()) == []


# IronCalc, in a process of its own


def fake_ironcalc(monkeypatch: pytest.MonkeyPatch, folder: Path, body: str) -> None:
    """An engine of that name which, asked to load a book, does this instead."""
    (folder / "fake").mkdir()
    text = f"import os, signal, sys, time\ndef load_from_xlsx(*arguments):\n    {body}\n"
    (folder / "fake" / "ironcalc.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(folder / "fake")


PANIC = "raise type('PanicException', (BaseException,), {})('called `Option::unwrap()`\\n  on a `None` value')"
NOISE = "os.write(1, b'noise on stdout\\n'); os.write(2, b'panicked at src/lib.rs:1\\n')"
DYING = {
    "panic": (PANIC, "IronCalc failed .*unwrap.*try engines='libreoffice'"),
    "noisy panic": (f"{NOISE}; {PANIC}", "IronCalc failed .*unwrap.*try engines='libreoffice'"),
    "abort": ("os.abort()", r"IronCalc ended with code -?\d+ and without a result.*XLBP_MEMORY"),
    "memory": ("bytearray(1 << 44)", "IronCalc failed .*MemoryError"),
    "silent exit": ("os._exit(0)", "IronCalc ended with code 0 and without a result"),
    "not there": ("raise ImportError('No module named \\'ironcalc\\'')", "can't be loaded .*pip install ironcalc"),
}


@pytest.mark.parametrize("kind", DYING)
def test_whatever_ends_the_engine_is_one_silent_error(kind, mazur: Path, tmp_path: Path, monkeypatch, capfd) -> None:
    """A panic, an abort, a lack of memory: one EngineError of one line, with nothing on stdout or stderr."""
    body, words = DYING[kind]
    fake_ironcalc(monkeypatch, tmp_path, body)
    with pytest.raises(EngineError, match=words) as caught:
        IronCalc().values(mazur, [AREA])
    assert (len(str(caught.value).splitlines()), tuple(capfd.readouterr())) == (1, ("", ""))


@pytest.mark.skipif(sys.platform != "linux", reason="Windows has no limit of memory, and macOS keeps none")
def test_the_engines_memory_is_limited(mazur: Path, tmp_path: Path, monkeypatch) -> None:
    """An engine that takes more memory than XLBP_MEMORY is ended, where the same engine passes with more."""
    fake_ironcalc(monkeypatch, tmp_path, "b = bytearray(600_000_000); raise ValueError('had enough')")
    for megabytes, words in (("2000", "had enough"), ("400", "MemoryError")):
        monkeypatch.setenv("XLBP_MEMORY", megabytes)
        with pytest.raises(EngineError, match=words):
            IronCalc().values(mazur, [AREA])


def test_an_engine_that_hangs_is_ended(mazur: Path, tmp_path: Path, monkeypatch) -> None:
    """An engine that does not finish in time is an EngineError, and its process is gone."""
    body = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(99)"
    fake_ironcalc(monkeypatch, tmp_path, body)
    hurry(monkeypatch, tmp_path / "pid")
    with pytest.raises(EngineError, match="IronCalc did not finish within 900 seconds; XLBP_TIMEOUT"):
        IronCalc().values(mazur, [AREA])
    assert not still_running(int((tmp_path / "pid").read_text()))


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_is_not_swallowed(mazur: Path, tmp_path: Path, monkeypatch) -> None:
    """A keyboard interrupt during the recalculation stays one, and the engine's process is gone."""
    body = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); os.kill({os.getpid()}, signal.SIGINT)"
    fake_ironcalc(monkeypatch, tmp_path, f"{body}; time.sleep(99)")
    with pytest.raises(KeyboardInterrupt):
        IronCalc().values(mazur, [AREA])
    assert not still_running(int((tmp_path / "pid").read_text()))


# the table of engines


def test_all_means_every_engine() -> None:
    """``all`` stands for the four engines, in the table's order."""
    expected = ["saved", "ironcalc", "libreoffice", "gnumeric"]
    assert expected == [engine.name for engine in engines(("all",))]


def test_an_engine_named_twice_runs_once() -> None:
    """A repeated name counts once, in the order of the first mention."""
    expected = ["gnumeric", "saved"]
    assert expected == [engine.name for engine in engines(("gnumeric", "saved", "gnumeric"))]


def test_an_unknown_engine_is_refused() -> None:
    """An unknown name is a UsageError that lists the known ones."""
    with pytest.raises(UsageError, match=f"unknown engine 'excel'; known: {', '.join(ENGINES)}, all"):
        engines(("excel",))


def test_a_book_without_saved_values_is_not_asked_for_them(mazur: Path, tmp_path: Path) -> None:
    """Without a request it is the default engine, and what the book has saved; ``all`` leaves out what it has not."""
    Workbook().save(tmp_path / "none.xlsx")
    chosen = {
        (book, names): [engine.name for engine in engines_for(book, names)]
        for book in (mazur, tmp_path / "none.xlsx")
        for names in (None, ("all",), ("saved",))
    }
    with_saved, without = [*chosen.values()][:3], [*chosen.values()][3:]
    assert with_saved == [["ironcalc", "saved"], ["saved", "ironcalc", "libreoffice", "gnumeric"], ["saved"]]
    assert without == [["ironcalc"], ["ironcalc", "libreoffice", "gnumeric"], ["saved"]]


def test_saved_is_an_engine_like_the_others() -> None:
    """Each engine goes by the name under which it is listed."""
    assert list(ENGINES) == [ENGINES[name].make().name for name in ENGINES]
    assert Saved().name == "saved"


@pytest.mark.parametrize("engine", RECALCULATING)
def test_an_empty_text_is_a_text(engine: str, tmp_path: Path) -> None:
    """A formula that gives a text without letters is no blank cell, whatever the engine."""
    workbook = Workbook()
    workbook.active["A1"] = '=IF(1>0,"","x")'
    workbook.active["B1"] = "=1+1"
    workbook.save(tmp_path / "book.xlsx")
    [grid] = engines((engine,))[0].values(tmp_path / "book.xlsx", [Area("Sheet", 1, 1, 3)])
    assert grid == [["", 2.0, None]]


@pytest.mark.office
@pytest.mark.skipif(os.name != "posix", reason="Windows' pipes are no files")
@pytest.mark.parametrize("name", ["one", "two", "three"])
def test_libreoffice_leaves_no_socket(name: str, mazur: Path, tmp_path: Path) -> None:
    """Ended in the middle of its work, it leaves nothing outside our folder either."""
    folder = tmp_path / name
    folder.mkdir()
    with converting(find_program(("soffice", "libreoffice"), ""), [mazur], folder):
        pipe = pipe_of(folder / "profile")
        deadline = time.monotonic() + 60
        while not pipe.exists():
            assert time.monotonic() < deadline, "it makes its socket under another name"
            time.sleep(0.01)
    assert not pipe.exists()
