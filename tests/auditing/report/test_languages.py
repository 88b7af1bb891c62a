"""All that a report says has its words in every language: read where it is said, and in reports of wrong books."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from openpyxl import Workbook

import xlbp
from tests.auditing.small import small
from tests.lang.test_sentences import filled
from tests.lang.test_words import CHINESE, ENGLISH, KEPT, LATIN, TRANSLATED
from xlbp.auditing.report import text
from xlbp.auditing.report.page import page
from xlbp.auditing.result import NothingJudgedError
from xlbp.auditing.run import audit
from xlbp.lang import load_texts
from xlbp.lang.languages import DEFAULT, FOLDER
from xlbp.lang.sentences import said_in
from xlbp.toml import tomllib

AUDITING = Path(xlbp.__file__).parent / "auditing"
KEYED = {"said": 1, "Clause": 0, "after": 0}  # by what makes a reason: which of its arguments is the key of the text
ERRORS = {"UnreadableFormulaError", "TooLargeError"}
OF_GAPS = (  # files whose every sentence is a reason why something was not read or not judged, or what to do about it
    *("gaps.py", "calculation/formulas.py", "claims/labelled_blocks.py", "reading/excel.py", "reading/grid.py"),
    *("recognition/recognise.py", "recognition/assumed_losses.py", "truth/gradients.py", "truth/unjudgeable.py"),
    *("updates/check.py", "claims/near_headings.py"),
)
SENTENCE = re.compile(r"[^ ]+( [^ ]+){2,}")
PLACE = re.compile(r"␣|\{[^{}]*\}")
WORDS = re.compile(r"[A-Za-z]{2,}( [a-z]{2,}){2,}")  # three words in a row
FORMULA = re.compile(r"=\S+|[\w.]*[A-Z]{2,}[\w.]*|\S*[/\\]\S*|--\w+ \S+|'[^']*'")  # what is the same in all languages
BEYOND_WORDS = re.compile(r"(?s)<style>.*?</style>|<table>.*?</table>|<code>.*?</code>|<[^>]+>")  # of a page
WRONG = {
    "a gradient without its 1/2 and an uphill update": {
        **{f"E{r}": f"=2*(C{r}-$F$1)*$D$1" for r in range(4, 9)},
        **{f"B{r}": f"=B{r - 1}+$B$1*F{r - 1}" for r in range(5, 9)},
    },
    "what can't be read on the way to the loss": {f"C{r}": f"=A{r}*$D$1+B{r}+NOSUCH(A{r})" for r in range(4, 9)},
    "a typed update and a gradient of nothing": {"A6": 0.4, **{f"F{r}": f"=C{r}*$D$1*E{r}" for r in range(4, 9)}},
    "a circle": {f"C{r}": f"=A{r}*$D$1+E{r}" for r in range(4, 9)},
}


def sources() -> Iterator[tuple[str, ast.Module]]:
    """The files of the room."""
    for path in sorted(AUDITING.rglob("*.py")):
        yield path.relative_to(AUDITING).as_posix(), ast.parse(path.read_text("utf-8"))


def keys(tree: ast.Module) -> Iterator[re.Pattern[str]]:
    """The keys of the texts that a file's reasons and clauses have, as patterns."""
    for node in ast.walk(tree):
        name = getattr(node, "func", None)
        made = name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")
        if not isinstance(node, ast.Call) or made not in {*KEYED, "Rule", "Name", "Slip"}:
            continue
        for part in node.args[KEYED.get(made, 1) : KEYED.get(made, 1) + 1]:
            ends = [part.body, part.orelse] if isinstance(part, ast.IfExp) else [part]
            for each in filter(None, map(filled, ends)):
                prefix = "change_" if made == "Name" else ""
                yield re.compile(prefix + re.escape(each).replace("␣", r"\w+"))


@pytest.mark.slow
def test_every_reason_has_its_words() -> None:
    """Each key that a finding is told by is among the texts; mypy sees to it that no finding lacks a reason."""
    known = {key.removeprefix("why_") for key in load_texts(DEFAULT).table("audit") if key.startswith("why_")}
    asked = [(where, key) for where, tree in sources() for key in keys(tree)]
    assert len(asked) > 60
    assert [(where, key.pattern) for where, key in asked if not any(map(key.fullmatch, known))] == []


@pytest.mark.slow
def test_every_kind_has_words_where_a_table_gives_them() -> None:
    """A table of keys by kinds has those of texts, or what they begin with."""
    known = load_texts(DEFAULT).table("audit")
    for where, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict) and node.keys and all(map(is_kind, node.keys)):
                told = [value.value for value in node.values if isinstance(value, ast.Constant)]
                assert [each for each in told if not any(key.startswith(f"why_{each}") for key in known)] == [], where


def is_kind(node: ast.expr | None) -> bool:
    """Whether a table's key is one of the kinds of findings."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kinds"


@cache
def gaps() -> frozenset[str]:
    """What is said where something is not read or not judged, with a sign for what is filled in."""
    told: set[str] = set()
    for where, tree in sources():
        plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
        joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        plain |= {id(part) for node in joined for part in ast.walk(node) if part is not node}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
                told.add(filled(node.args[0]))
            elif where in OF_GAPS and isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in plain:
                told.add(filled(node))
    return frozenset(PLACE.sub("␣", each) for each in told if SENTENCE.fullmatch(each))


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_gap_has_its_words(language: str) -> None:
    """Each sentence, as a whole: one that is but a part of a known one would be said half in English."""
    sentences = tomllib.loads((FOLDER / "sentences" / f"{language}.toml").read_text("utf-8"))
    known = {PLACE.sub("␣", sentence) for sentence in sentences}
    assert len(gaps()) > 80
    assert sorted(gaps() - known) == []


def test_reports_have_no_words_of_their_own() -> None:
    """Text, page and copy take all that they say from the languages' texts."""
    for where, tree in sources():
        if not where.startswith("report/") or where == "report/page_style.py":
            continue
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings]
        assert [each for each in texts if isinstance(each, str) and WORDS.search(each)] == [], where


@pytest.mark.parametrize("wrong", WRONG)
def test_no_english_is_left_in_a_report(wrong: str, tmp_path: Path) -> None:
    """Findings, gaps and verdicts of a wrong book, as text and as a page, but for formulas and what the book says."""
    small(tmp_path / "sheet.xlsx", changes=WRONG[wrong])
    audited = audit(tmp_path / "sheet.xlsx")
    assert not audited.ok
    for language in TRANSLATED:
        stream = io.StringIO()
        text.print_report(audited, stream, language)
        body = BEYOND_WORDS.sub(" ", page(audited, language))
        for told in (stream.getvalue(), body):
            words = FORMULA.sub(" ", told)
            found = (
                ENGLISH.findall(words)
                if language not in CHINESE
                else set(LATIN.findall(words)) - KEPT - {"sheet", "Sheet", "xlsx"}
            )
            assert not found, (language, found, told)


@pytest.mark.parametrize("language", TRANSLATED)
def test_that_nothing_was_found_is_said_with_what_came_near(language: str, tmp_path: Path) -> None:
    """The studio shows what the command refuses in the reader's language: no clause of it stays as it was raised."""
    book = Workbook()
    for row in (["x", "Solver", "Δ (change)"], [1, 2, "=A2*B2"]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(NothingJudgedError) as refused:
        audit(tmp_path / "book.xlsx")
    said = said_in(load_texts(language), str(refused.value))
    found = re.search(r"[(（](.*)[)）][;；]", said)
    assert found, said
    words = FORMULA.sub(" ", found[1])
    assert not ([*LATIN.findall(words)] if language in CHINESE else ENGLISH.findall(words)), said
