"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from openpyxl import load_workbook

import xlbp
from tests.books import contents_of, put
from xlbp.cli import command as cli
from xlbp.expectation.training import by_column
from xlbp.reference.train import train
from xlbp.template.load import shipped
from xlbp.workbook.reader import count_formulas

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures]  # many whole books

PREFIX = "xlbp: error: "
SHEETS = [
    "Start",
    "Training",
    "Step by step",
    "Network",
    "Matrices",
    "Activation",
    "Charts",
    "Try it",
    "Gradient check",
    "Loss landscape",
    "Break it",
    "Words",
    "Handout",
    "Proof",
]


class Done(NamedTuple):
    """How a command ended."""

    code: int | str | None
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process, in an empty folder, in an English locale."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("xlbp.lang.locale.getlocale", lambda: ("en_US", "UTF-8"))

    def execute(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["xlbp", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Done(ended.value.code, *capsys.readouterr())

    return execute


def is_one_error(done: Done, code: int) -> bool:
    """Whether a command failed with this code and one line on stderr alone."""
    lines = done.err.splitlines()
    return (done.code, done.out, len(lines)) == (code, "", 1) and lines[0].startswith(PREFIX)


def python_m(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    """The command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "xlbp", *arguments], capture_output=True, check=False, timeout=60, **options
    )


# help and version


@pytest.mark.parametrize("command", [(), ("templates",), ("generate",), ("verify",), ("trace",)])
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_has_an_example(run: Run, command: tuple[str, ...], flag: str) -> None:
    """The help of each command shows an example of its use."""
    done = run(*command, flag)
    example = " ".join(("xlbp", *(command or ("generate",))))
    expected = (0, True, True)
    assert expected == (
        done.code,
        "Example" in done.out,
        f"      {example}" in done.out or f"  {example}" in done.out,
    )


def test_version(run: Run) -> None:
    """The version is that of the package."""
    assert (0, f"xlbp, version {xlbp.__version__}\n", "") == run("--version")


def test_python_m_is_the_command() -> None:
    """``python -m xlbp`` runs the command."""
    done = python_m("--version")
    assert (0, f"xlbp, version {xlbp.__version__}", b"") == (done.returncode, done.stdout.decode().strip(), done.stderr)


# templates


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("chek", "no such command 'chek' (did you mean 'check'?)"),
        ("Generate", "no such command 'Generate' (did you mean 'generate'?)"),
        ("tempaltes", "no such command 'tempaltes' (did you mean 'templates'?)"),
        ("foo", "no such command 'foo' (known: audit, check, compare, exercise"),
    ],
)
def test_an_unknown_command_names_the_nearest(typed: str, said: str) -> None:
    """One line on stderr, exit code 2; what is like none has the list of all."""
    done = subprocess.run([sys.executable, "-m", "xlbp", typed, "--force"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"xlbp: error: {said}")
    assert done.stderr.count("\n") == 1


def test_templates_are_listed(run: Run) -> None:
    """Each shipped template has a line with its name, kind and title."""
    done = run("templates")
    assert (0, list(shipped())) == (done.code, [line.split()[0] for line in done.out.splitlines()])
    assert "mazur" in done.out
    assert "network     A step by step backpropagation example (2-2-2)" in done.out


def test_templates_for_programs(run: Run) -> None:
    """With --json each template is an object of name, kind and title."""
    rows = json.loads(run("templates", "--json").out)
    assert list(shipped()) == [row["name"] for row in rows]
    assert [{"name", "kind", "title"}] * len(rows) == [set(row) for row in rows]
    assert {"network", "expression"} == {row["kind"] for row in rows}


# generate


def test_generate_writes_to_the_output_folder(run: Run, tmp_path: Path) -> None:
    """Without -o the book is output/NAME.xlsx, and the folder is made."""
    done = run("generate", "mazur", "-n", 3)
    assert (done.code, done.err) == (0, "")
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["mazur.xlsx"]


def test_generate_says_what_it_made(run: Run) -> None:
    """A person reads path, sheets, formula cells, final loss, verdict and what to do next."""
    lines = run("generate", "mazur", "-n", 3, "-o", "m.xlsx").out.splitlines()
    cells = count_formulas(Path("m.xlsx"))
    assert lines[:3] == ["m.xlsx", f"  sheets: {', '.join(SHEETS)}", f"  formula cells: {cells:,}"]
    assert lines[3].startswith("  final E_total: 0.27594")
    assert lines[4].startswith(f"  verified: {cells:,} of {cells:,} cells agree with NumPy (ironcalc")
    assert lines[5].endswith("xlbp verify m.xlsx")


def test_generate_for_programs(run: Run, tmp_path: Path) -> None:
    """With --json stdout is one object with the promised keys."""
    done = run("generate", "mazur", "-n", 3, "-o", "m.xlsx", "--json")
    made = json.loads(done.out)
    keys = {"path", "sheets", "formula_cells", "final_loss", "diverged_at", "learns_nothing", "noise", "verified"}
    keys |= {"reports", "learns_a_constant", "notes"}
    assert (0, "", keys) == (done.code, done.err, set(made))
    assert tuple(made[key] for key in ("path", "sheets", "formula_cells", "verified")) == (
        "m.xlsx",
        SHEETS,
        count_formulas(Path("m.xlsx")),
        True,
    )
    assert [(r["book"], r["engine"], r["ok"]) for r in made["reports"]] == [("m.xlsx", "ironcalc", True)]


def test_notes_stand_beside_the_workbook(run: Run, tmp_path: Path) -> None:
    """With --notes there is a page for the teacher, in the book's language; it is named, to a program as well."""
    done = run("generate", "mazur", "-n", 3, "-o", "m.xlsx", "--no-verify", "--notes", "--lang", "zh-CN")
    assert (done.code, "m-notes.md" in done.out) == (0, True)
    page = (tmp_path / "m-notes.md").read_text("utf-8")
    assert "教师手册" in page.splitlines()[0]
    assert "xlbp exercise mazur --blank backward --solution --lang zh-CN" in page
    made = json.loads(run("generate", "xor", "-n", 2, "--no-verify", "--notes", "--json").out)
    assert Path(made["notes"]) == Path("output/xor-notes.md")
    assert Path(made["notes"]).is_file()


def test_notes_that_exist_are_kept(run: Run, tmp_path: Path) -> None:
    """Without --force neither the page nor a workbook is written; with it both are."""
    (tmp_path / "m-notes.md").write_text("mine")
    command = ("generate", "mazur", "-n", 3, "-o", "m.xlsx", "--no-verify", "--notes")
    assert is_one_error(run(*command), 4)
    assert [path.name for path in tmp_path.iterdir()] == ["m-notes.md"]
    assert (tmp_path / "m-notes.md").read_text() == "mine"
    assert run(*command, "--force").code == 0
    assert "teacher" in (tmp_path / "m-notes.md").read_text("utf-8")


def test_the_final_loss_is_that_of_the_last_row(run: Run) -> None:
    """The JSON's final loss is the reference's, to the last bit."""
    made = json.loads(run("generate", "mazur", "-n", 3, "--json").out)
    contents = contents_of("mazur", 3)
    assert train(contents.template)["E"][-1] == made["final_loss"]


def test_generate_without_verification(run: Run, tmp_path: Path) -> None:
    """With --no-verify the book is written and said to be unverified."""
    done = run("generate", "mazur", "-n", 3, "-o", "m.xlsx", "--no-verify")
    assert (
        done.code,
        (tmp_path / "m.xlsx").is_file(),
        "not verified; next:  xlbp verify" in done.out,
    ) == (0, True, True)
    made = json.loads(run("generate", "mazur", "-n", 3, "-o", "n.xlsx", "--no-verify", "--json").out)
    assert (made["verified"], made["reports"]) == (None, [])


@pytest.mark.parametrize("iterations", [1, 2, 9])
def test_iterations(run: Run, iterations: int) -> None:
    """-n sets the number of rows after the first."""
    made = json.loads(run("generate", "into-backprop", "-n", iterations, "--json").out)
    last = contents_of("into-backprop", iterations).layout.last_row
    assert last == load_workbook(made["path"])["Training"].max_row


def test_set_overrides_the_template(run: Run) -> None:
    """--set changes a key, may be repeated, and is verified with."""
    overrides = ("--set", "training.learning_rate=0.1", "--set", "expression.variables.a=4")
    made = json.loads(run("generate", "into-backprop", "-n", 1, *overrides, "--json").out)
    a, b, c = 4 + 0.1 * 7, -6 + 0.1 * 7, 7 + 0.1 * -2
    assert (True, pytest.approx((a + b) * c)) == (made["verified"], made["final_loss"])


@pytest.mark.parametrize(("language", "training"), [("en", "Training"), ("zh-CN", "训练"), ("zh-TW", "訓練")])
def test_language(run: Run, language: str, training: str) -> None:
    """--lang chooses the language of the sheets, and the book verifies."""
    made = json.loads(run("generate", "mazur", "-n", 2, "--lang", language, "--json").out)
    assert (True, training) == (made["verified"], made["sheets"][1])


@pytest.mark.parametrize(
    ("locale", "training"),
    [("zh_CN", "训练"), ("zh_TW", "訓練"), ("zh_HK", "訓練"), ("fr_FR", "Training"), (None, "Training")],
)
def test_the_language_of_the_locale(
    run: Run, monkeypatch: pytest.MonkeyPatch, locale: str | None, training: str
) -> None:
    """Without --lang the sheets speak the locale's language if it is one of ours."""
    monkeypatch.setattr("xlbp.lang.locale.getlocale", lambda: (locale, "UTF-8"))
    assert training == json.loads(run("generate", "mazur", "-n", 2, "--no-verify", "--json").out)["sheets"][1]


@pytest.mark.parametrize("name", ["-dash.xlsx", "with space.xlsx", "学习 η.XLSX", "a'b[1].xlsx"])
def test_any_name_of_a_book(run: Run, tmp_path: Path, name: str) -> None:
    """Spaces, other scripts, quotes, brackets and a leading dash are fine in a book's name."""
    assert run("generate", "mazur", "-n", 2, "-o", name).code == 0
    assert [name] == [path.name for path in tmp_path.iterdir()]
    done = run("verify", "--json", "--", name)
    assert (0, name, True) == (done.code, json.loads(done.out)[0]["book"], json.loads(done.out)[0]["ok"])


def test_a_template_by_its_path(run: Run, tmp_path: Path) -> None:
    """A path to a .toml is a template, and gives the book its name."""
    (tmp_path / "my net.toml").write_text(shipped()["mazur"].read_text("utf-8"), "utf-8")
    assert run("generate", "my net.toml", "-n", 2).code == 0
    assert (tmp_path / "output" / "my net.xlsx").is_file()


def test_a_template_can_not_choose_the_folder(run: Run, tmp_path: Path) -> None:
    """The folder part of a template's path does not become part of the book's path."""
    (tmp_path / "up.toml").write_text(shipped()["mazur"].read_text("utf-8"), "utf-8")
    (tmp_path / "sub").mkdir()
    assert run("generate", "sub/../up.toml", "-n", 2).code == 0
    assert (tmp_path / "output" / "up.xlsx").is_file()


def test_open(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """--open hands the finished book to the desktop, and nothing else is opened."""
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    run("generate", "mazur", "-n", 2, "-o", "a.xlsx", "--open")
    run("generate", "mazur", "-n", 2, "-o", "b.xlsx")
    assert opened == ["a.xlsx"]


# overwriting


@pytest.mark.parametrize("content", [b"", b"precious", b"PK\x03\x04"])
def test_an_existing_file_is_not_overwritten(run: Run, tmp_path: Path, content: bytes) -> None:
    """An existing file is refused with 4, and stays byte for byte as it was, with nothing beside it."""
    (tmp_path / "m.xlsx").write_bytes(content)
    done = run("generate", "mazur", "-n", 2, "-o", "m.xlsx")
    assert is_one_error(done, 4)
    assert [("m.xlsx", content)] == [(path.name, path.read_bytes()) for path in tmp_path.iterdir()]
    assert "--force" in done.err


def test_force_overwrites(run: Run, tmp_path: Path) -> None:
    """With --force the file is replaced by the book."""
    (tmp_path / "m.xlsx").write_bytes(b"old")
    assert run("generate", "mazur", "-n", 2, "-o", "m.xlsx", "--force").code == 0
    assert run("verify", "m.xlsx").code == 0


def test_a_fault_in_the_template_leaves_the_old_book(run: Run, tmp_path: Path) -> None:
    """Even with --force a request that fails leaves the old file as it was."""
    (tmp_path / "m.xlsx").write_bytes(b"old")
    done = run("generate", "mazur", "-o", "m.xlsx", "--force", "--set", "training.learning_rate=fast")
    expected = (2, b"old")
    assert expected == (done.code, (tmp_path / "m.xlsx").read_bytes())


def test_a_book_that_disagrees_is_not_kept(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book whose recalculation disagrees is reported with 1, and is not put in place of the old one."""
    (tmp_path / "m.xlsx").write_bytes(b"old")
    right = xlbp.pipeline.write_book

    def wrong(*arguments):
        sheets = right(*arguments)
        path = next(argument for argument in arguments if isinstance(argument, Path))
        put(path, path, "E12", "=1")
        return sheets

    monkeypatch.setattr("xlbp.pipeline.write_book", wrong)
    done = run("generate", "mazur", "-n", 3, "-o", "m.xlsx", "--force")
    assert (done.code, "Training!E12" in done.out, done.err.startswith(PREFIX)) == (1, True, True)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("m.xlsx", b"old")]


# divergence


def test_divergence_is_a_warning(run: Run) -> None:
    """A training that diverges makes a book, exit code 0, and one warning that names the iteration."""
    done = run("generate", "into-backprop", "-n", 12, "-o", "d.xlsx", "--set", "training.learning_rate=1e100")
    warning = "xlbp: warning: the training diverges at iteration 2; its cells show #NUM!\n"
    assert (0, warning) == (done.code, done.err)
    assert "final f: #NUM!" in done.out


UNLEARNED = """[network]
loss = "{loss}"
[[network.layers]]
units = {units}
activation = "{activation}"
weights = {{ init = "{init}" }}
[data]
inputs = [[0, 1], [1, 0]]
targets = {targets}
[training]
iterations = 3
learning_rate = {rate}
"""
UNLEARNABLE = [  # the loss, the layer, its weights, the targets, the rate; and what is said
    (("cross_entropy", 1, "softmax", "normal", "[[0], [1]]", 0.1), "learns nothing: the softmax of a single unit is 1"),
    (("cross_entropy", 2, "softmax", "normal", "[[0, 0], [0, 0]]", 0.1), "learns nothing: every target is 0"),
    (("mse", 1, "identity", "zeros", "[[0], [0]]", 0.1), "learns nothing: its loss is 0 from the start"),
    (("mse", 1, "relu", "zeros", "[[1], [2]]", 0.1), "learns nothing: every gradient is exactly 0"),
    (("mse", 1, "identity", "normal", "[[1], [2]]", 1e-300), "learns nothing: the learning rate is so small"),
    (("cross_entropy", 2, "softmax", "normal", "[[0, 1], [0, 1]]", 0.1), "learns one answer alone: all samples"),
    (("binary_cross_entropy", 1, "sigmoid", "normal", "[[1], [1]]", 0.1), "learns one answer alone: all samples"),
    (("mse", 1, "identity", "normal", "[[3.5], [3.5]]", 0.1), "learns one answer alone: all samples"),
]


@pytest.mark.parametrize(("of", "said"), UNLEARNABLE)
def test_what_can_not_be_learned_is_told_with_its_reason(of: tuple[Any, ...], said: str, run: Run) -> None:
    """A constant loss, or one answer for all samples, makes a verified book and one warning; compare says it by run."""
    keys = ("loss", "units", "activation", "init", "targets", "rate")
    Path("u.toml").write_text(UNLEARNED.format(**dict(zip(keys, of, strict=True))), "utf-8")
    done = run("generate", "u.toml", "-o", "u.xlsx")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert done.err.startswith(f"xlbp: warning: the training {said}")
    both = run("compare", "u.toml", "--vary", "training.optimizer=sgd,momentum", "-o", "v.xlsx", "--no-verify")
    warned = [line for line in both.err.splitlines() if "learns" in line]
    assert [line.startswith(f"xlbp: warning: run {n} (") and said in line for n, line in enumerate(warned, 1)] == [
        True
    ] * 2


def test_a_training_that_learns_is_not_warned_of(run: Run) -> None:
    """Of the two classes of the first test one each: nothing is said."""
    Path("u.toml").write_text(
        UNLEARNED.format(loss="mse", units=1, activation="identity", init="normal", targets="[[1], [2]]", rate=0.1)
    )
    assert run("generate", "u.toml", "-o", "u.xlsx").err == ""


def test_divergence_for_programs(run: Run) -> None:
    """The JSON names the iteration, has no NaN, and the book agrees error with error."""
    done = run("generate", "into-backprop", "-n", 12, "--set", "training.learning_rate=1e100", "--json")
    made = json.loads(done.out)
    expected = (0, None, 2, True)
    assert expected == (done.code, made["final_loss"], made["diverged_at"], made["verified"])


# verify

CONTRACT = {
    "book", "engine", "checked", "unchecked", "max_abs", "max_rel", "worst_cell", "diverged_at",
    "formulas_changed", "mismatches", "ok",
}  # fmt: skip


def test_verify_a_sound_book(run: Run, mazur: Path) -> None:
    """A book that agrees gives 0, a table that says so, and nothing on stderr."""
    done = run("verify", mazur)
    expected = (0, True, "")
    assert expected == (done.code, "ironcalc" in done.out and "agrees" in done.out, done.err)


def test_verify_a_book_that_disagrees(run: Run, mazur: Path, tmp_path: Path) -> None:
    """A book with a changed formula gives 1, and names the cell."""
    put(mazur, tmp_path / "wrong.xlsx", "J16", "=B16*x_1-C16*x_2+b_1")
    done = run("verify", "wrong.xlsx")
    expected = (1, True, "")
    assert expected == (done.code, "Training!J16 (z1[1] = net_h1 at iteration 7)" in done.out, done.err)


def test_verify_for_programs(run: Run, mazur: Path) -> None:
    """With --json stdout is a list with an object of the contract's keys per engine."""
    done = run("verify", mazur, "--engine", "saved", "--engine", "ironcalc", "--json")
    reports = json.loads(done.out)
    expected = (0, [("saved", True), ("ironcalc", True)])
    assert expected == (done.code, [(r["engine"], r["ok"]) for r in reports])
    assert all(set(report) >= CONTRACT for report in reports)


@pytest.mark.office
@pytest.mark.slow
def test_all_engines_without_saved_values(run: Run, mazur: Path, tmp_path: Path) -> None:
    """A book that another library saved has no values to compare: the others are enough, and that is said."""
    done = run("verify", put(mazur, tmp_path / "bare.xlsx", "F9", 0.25), "--engine", "all")
    assert (done.code, "saved: left out" in done.out, done.out.count("agrees")) == (0, True, 3)


@pytest.mark.office
@pytest.mark.slow
def test_verify_with_all_engines(run: Run, mazur: Path) -> None:
    """``all`` asks every engine, and all agree."""
    reports = json.loads(run("verify", mazur, "--engine", "all", "--json").out)
    engines = ["saved", "ironcalc", "libreoffice", "gnumeric"]
    assert [(engine, True) for engine in engines] == [(r["engine"], r["ok"]) for r in reports]


def test_the_tolerance_can_be_set(run: Run, mazur: Path, tmp_path: Path) -> None:
    """A relative difference passes with a wider --rtol and fails with the default; what watches the row has its own."""
    put(mazur, tmp_path / "near.xlsx", "J16", "=(B16*x_1+C16*x_2+b_1)*1.0000001")
    narrow, wide = (json.loads(run("verify", "near.xlsx", "--json", *rtol).out)[0] for rtol in ((), ("--rtol", "1e-3")))
    cells = [
        [m["cell"] for m in report["mismatches"] if m["cell"].startswith("Training!")] for report in (narrow, wide)
    ]
    assert (cells[0][0], "Training!J16" in cells[1]) == ("Training!J16", False)


@pytest.mark.parametrize("rtol", ["-1", "1", "nan", "inf"])
def test_a_senseless_tolerance_is_refused(run: Run, mazur: Path, rtol: str) -> None:
    """A tolerance outside [0, 1) is a usage error."""
    assert is_one_error(run("verify", mazur, "--rtol", rtol), 2)


def test_a_missing_engine(run: Run, mazur: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that is not installed gives 5, with the remedy."""
    monkeypatch.setenv("XLBP_SOFFICE", "no-such-program")
    done = run("verify", mazur, "--engine", "libreoffice")
    assert is_one_error(done, 5)
    assert "install LibreOffice" in done.err


# trace


def reference(iterations: int) -> list[list[float]]:
    """The reference's numbers for mazur."""
    contents = contents_of("mazur", iterations)
    return by_column(contents, train(contents.template)).tolist()


@pytest.mark.parametrize("flags", [(), ("--csv",)])
def test_trace_as_csv(run: Run, flags: tuple[str, ...]) -> None:
    """A header of names and a row per iteration, each number to the last bit."""
    done = run("trace", "mazur", "-n", 3, *flags)
    header, *rows = csv.reader(io.StringIO(done.out))
    assert (0, "", list(contents_of("mazur", 3).program.names)) == (done.code, done.err, header)
    assert reference(3) == [[float(cell) for cell in row] for row in rows]


def test_trace_as_json(run: Run) -> None:
    """Columns by name, the book's symbols for them, and rows of numbers, to the last bit."""
    data, contents = json.loads(run("trace", "mazur", "-n", 3, "--json").out), contents_of("mazur", 3)
    names = list(contents.program.names)
    assert {"columns": names, "symbols": [*map(contents.symbol, names)], "rows": reference(3)} == data


@pytest.mark.parametrize(("flags", "mark"), [((), "#NUM!"), (("--json",), "null")])
def test_trace_of_a_divergence(run: Run, flags: tuple[str, ...], mark: str) -> None:
    """Where a cell shows an error, CSV says #NUM! and JSON null; never nan or inf."""
    done = run("trace", "into-backprop", "-n", 12, "--set", "training.learning_rate=1e100", *flags)
    expected = (0, True, False)
    assert expected == (done.code, mark in done.out, "nan" in done.out or "inf" in done.out)


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_trace_to_a_file(run: Run, tmp_path: Path, flags: tuple[str, ...]) -> None:
    """With -o the same text goes to a file, and nothing to the terminal."""
    expected = run("trace", "mazur", "-n", 3, *flags).out
    done = run("trace", "mazur", "-n", 3, *flags, "-o", "trace file.txt")
    assert ((0, "", ""), expected) == (done, (tmp_path / "trace file.txt").read_text("utf-8"))


def test_trace_does_not_overwrite(run: Run, tmp_path: Path) -> None:
    """An existing file is never overwritten without being asked to."""
    (tmp_path / "precious.csv").write_text("precious")
    done = run("trace", "mazur", "-n", 3, "-o", "precious.csv")
    expected = (True, "precious")
    assert expected == (is_one_error(done, 4), (tmp_path / "precious.csv").read_text())


@pytest.mark.parametrize("target", ["gone/trace.csv", ".", "n" * 300 + ".csv"])
def test_trace_to_nowhere(run: Run, target: str) -> None:
    """A file that can't be written is an error of writing."""
    assert is_one_error(run("trace", "mazur", "-n", 3, "-o", target), 4)


# errors

ERRORS = {
    "no command's name": (("generat",), 2),
    "unknown option": (("generate", "mazur", "--fast"), 2),
    "no template": (("generate",), 2),
    "unknown template": (("generate", "mazzur"), 2),
    "missing template file": (("generate", "gone.toml"), 2),
    "template is a folder": (("generate", "folder.toml"), 2),
    "unknown language": (("generate", "mazur", "--lang", "xx"), 2),
    "iterations no number": (("generate", "mazur", "-n", "many"), 2),
    "no iterations": (("generate", "mazur", "-n", "0"), 2),
    "negative iterations": (("generate", "mazur", "-n", "-5"), 2),
    "too many iterations": (("generate", "mazur", "-n", "1048576"), 2),
    "override without value": (("generate", "mazur", "--set", "training"), 2),
    "override of nothing": (("generate", "mazur", "--set", "training.speed=3"), 2),
    "override with NaN": (("generate", "mazur", "--set", "training.learning_rate=nan"), 2),
    "not .xlsx": (("generate", "mazur", "-o", "book.xls"), 2),
    "empty name": (("generate", "mazur", "-o", ""), 2),
    "NUL in the name": (("generate", "mazur", "-o", "a\0b.xlsx"), 2),
    "NUL in the template": (("generate", "a\0b.toml"), 2),
    "300-byte name": (("generate", "mazur", "-o", "n" * 295 + ".xlsx"), 4),
    "folder missing": (("generate", "mazur", "-o", "gone/book.xlsx"), 4),
    "output is a folder": (("generate", "mazur", "-o", "folder.xlsx"), 4),
    "verify: no book": (("verify",), 2),
    "verify: unknown engine": (("verify", "x.xlsx", "--engine", "excel"), 2),
    "verify: missing": (("verify", "gone.xlsx"), 3),
    "verify: folder": (("verify", "folder.xlsx"), 3),
    "verify: empty": (("verify", "empty.xlsx"), 3),
    "verify: text": (("verify", "text.xlsx"), 3),
    "verify: name with NUL": (("verify", "a\0b.xlsx"), 3),
    "verify: 300-byte name": (("verify", "n" * 295 + ".xlsx"), 3),
    "trace: both forms": (("trace", "mazur", "--csv", "--json"), 2),
    "trace: unknown template": (("trace", "mazzur"), 2),
    "trace: NUL in the name": (("trace", "mazur", "-n", "2", "-o", "a\0b.csv"), 2),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_is_one_line(run: Run, tmp_path: Path, kind: str) -> None:
    """Every error is one line on stderr and the exit code of its kind; nothing is written."""
    arguments, code = ERRORS[kind]
    (tmp_path / "folder.xlsx").mkdir()
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "empty.xlsx").touch()
    (tmp_path / "text.xlsx").write_text("a,b\n")
    before = sorted(tmp_path.rglob("*"))
    done = run(*arguments)
    written = [path for path in sorted(tmp_path.rglob("*")) if path not in before and path.name != "output"]
    assert (code, "", [], 1, True) == (
        done.code,
        done.out,
        written,
        len(done.err.splitlines()),
        done.err.startswith(PREFIX),
    )
    assert "please report" not in done.err


def test_an_unknown_template_is_guessed(run: Run) -> None:
    """A mistyped template's name is answered with the nearest one."""
    assert "mazur" in run("generate", "mazzur").err


def test_a_template_error_shows_the_place(run: Run, tmp_path: Path) -> None:
    """An error in a template gives its line, the line's text, and a caret under the key."""
    (tmp_path / "bad.toml").write_text(
        "[network]\nlos = 3\n[[network.layers]]\nunits = 1\n[data]\ninputs = [[1]]\ntargets = [[1]]\n"
    )
    done = run("generate", "bad.toml")
    first, line, caret = done.err.splitlines()
    expected = (2, "", True)
    assert expected == (done.code, done.out, first.startswith(f"{PREFIX}bad.toml:2: "))
    assert ("los = 3", line.index("los")) == (line.strip(), caret.index("^"))


def test_an_output_that_is_no_folder(run: Run, tmp_path: Path) -> None:
    """Where a file is in the place of the output folder, the error names it."""
    (tmp_path / "output").write_text("precious")
    done = run("generate", "mazur", "-n", 2)
    expected = (True, True)
    assert expected == (is_one_error(done, 4), "output" in done.err)
    assert (tmp_path / "output").read_text() == "precious"


def test_the_bare_command_is_no_fault(run: Run) -> None:
    """Without a command the help is shown, and no traceback."""
    done = run()
    expected = (0, True, "")
    assert expected == (done.code, "Usage" in done.out, done.err)


def test_a_fault_of_our_own_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen exception becomes one line that asks to report it, not a traceback."""

    def broken(*_: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("xlbp.pipeline.train", broken)
    monkeypatch.delenv("XLBP_DEBUG", raising=False)
    done = run("trace", "mazur")
    assert is_one_error(done, 70)
    assert "please report" in done.err


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, click.Abort])
def test_ctrl_c(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]) -> None:
    """Ctrl-C in mid-work gives 130, one line, the old file intact, and no stump."""

    def interrupt(*_: object, **__: object) -> None:
        raise interruption

    (tmp_path / "m.xlsx").write_bytes(b"old")
    monkeypatch.setattr("xlbp.pipeline.reports_of", interrupt)
    done = run("generate", "mazur", "-n", 2, "-o", "m.xlsx", "--force")
    assert (done.code, done.err.strip()) == (130, "xlbp: interrupted; no file was left half-written")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("m.xlsx", b"old")]


# pipes


@pytest.mark.parametrize("arguments", [("templates",), ("trace", "mazur", "-n", "2000"), ("templates", "--json")])
def test_a_closed_pipe_is_quiet(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """When the reader of stdout has gone, the command ends without a word and without a failure code."""
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "xlbp", *arguments]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, cwd=tmp_path, timeout=60)
    os.close(writer)
    expected = (0, b"")
    assert expected == (done.returncode, done.stderr)


@pytest.mark.skipif(os.name != "posix", reason="locales as POSIX names them")
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_any_locale_can_show_any_script(locale: str, tmp_path: Path) -> None:
    """In the C locale a Chinese book is made and its name and sheets are printed."""
    environment = {**os.environ, "LC_ALL": locale, "LANG": locale}
    done = python_m("generate", "mazur", "-n", "2", "--lang", "zh-CN", "-o", "学习.xlsx", cwd=tmp_path, env=environment)
    expected = (0, b"")
    assert expected == (done.returncode, done.stderr)
    assert "训练" in done.stdout.decode("utf-8")


def test_a_failure_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The exit code and the one line reach the shell."""
    done = python_m("verify", "gone.xlsx", cwd=tmp_path)
    expected = (3, b"", 1)
    assert expected == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert done.stderr.startswith(PREFIX.encode())


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_fault_after_a_signal_is_the_signals(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a signal stops a file half-way, what its closing then complains of is no fault to report."""

    def stopped(*_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()
        finally:
            raise ValueError("can't close the file")

    monkeypatch.setattr(cli, "_signals", [])
    monkeypatch.setattr("xlbp.pipeline.train", stopped)
    done = run("trace", "mazur")
    assert (done.code, done.err) == (130, "xlbp: interrupted; no file was left half-written\n")
