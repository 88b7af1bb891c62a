"""What errors say is said in every language: to whom a studio is opened, and on what a class gets back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import xlbp
from tests.lang.test_words import CHINESE, ENGLISH, KEPT, LATIN, names_left_out
from xlbp.errors import TemplateError
from xlbp.lang import load_texts
from xlbp.lang.languages import DEFAULT, FOLDER, LANGUAGES
from xlbp.lang.sentences import PLACE, said_in
from xlbp.studio.compose import LAYER_KEYS, STARTS, start
from xlbp.template.load import load_template
from xlbp.toml import tomllib

HOME = Path(xlbp.__file__).parent
TRANSLATED = [code for code in LANGUAGES if code != DEFAULT]
ERRORS = {"UsageError", "UnreadableError", "WriteError", "EngineError", "TemplateError", "XlbpError"}
ROOMS = (  # what setting, marking, verifying and auditing go through
    *("auditing", "checking/check.py", "checking/reading", "classroom", "datafile", "recalc", "studio", "system"),
    *("workbook/reader.py", "workbook/restore.py", "xlsx/preflight.py"),
)
OF_PROGRAMS = ("cluster.py", "journal.py", "serve.py", "packed.py", "values.py")  # said to who programs, or starts one
PARTS_OF_REASONS = ("xlsx/preflight.py", "classroom/handedin/archive.py", "classroom/handedin/gather.py")
PARTS = {  # of a message, as the code has them, which are said in the language, too, or say nothing
    "what": "the roster",
    "error": "has no rows below its header",
    "how_many": "no column",
    "goes": "this and that go with another",
    "reason": "its XML declares entities",
    "words": "its XML declares entities",
    "MADE_INTO_BOOKS[suffix]": "a Word document",
    "REMEDY": "; try another",
    "_and_others(there - ours)": "",
}
WRONG = (
    ("training", "iterations", (0, 1.5, "x", [1])),
    ("training", "learning_rate", (-1, "x", True)),
    ("training", "optimizer", ("x", 0)),
    ("training", "batch_size", (0, "x", 10**9)),
    ("data", "inputs", ([], "x", [[1]], [[1, 2], [3]])),
    ("data", "targets", ([], [[1]])),
    ("network", "loss", ("x", "hinge")),
    ("network", "layers", ([],)),
    ("layer", "units", (0, "x")),
    ("layer", "activation", ("x",)),
    ("layer", "dropout", (2,)),
    ("layer", "from", (["nowhere"],)),
    ("layer", "kernel", ([9, 9],)),
)
NO_SENTENCE = re.compile(r"[^ ]*( [^ ]*){0,2}")
CODE = re.compile(
    r"pip install \w+|[A-Z]\w+_\w+|\{\w+\}|\.\w+|partial =|"
    r"\b(gradients|backward|forward|update|inf|nan|rounding|all|cnn|true|false|hinge|from|size|flatten)\b"
)
NAMES = {"Word", "Scheduler", "Big"}  # and an encoding
SIGN = "\u2423"  # stands for what is filled in


def filled(node: ast.expr) -> str:
    """A message with a sign for each thing that is filled in; '' for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _filled_in(part) if isinstance(part, ast.FormattedValue) else filled(part) for part in node.values
        )
    return ""


def _filled_in(part: ast.FormattedValue) -> str:
    return PARTS.get(ast.unparse(part.value), SIGN)


def messages(path: Path) -> Iterator[str]:
    """What the errors say that a file raises, and the reasons that it gives."""
    tree = ast.parse(path.read_text("utf-8"))
    texts = path.relative_to(HOME).as_posix() in PARTS_OF_REASONS
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)} - {
        id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            is_error = node.func.id in ERRORS or (node.func.id == "ValueError" and "datafile" in path.parts)
            yield filled(node.args[0]) if is_error else ""
        elif texts and isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in said | inner:
            yield filled(node)


@cache
def every_message() -> frozenset[str]:
    """Of all the rooms."""
    files = [path for room in ROOMS for path in ([HOME / room] if "." in room else sorted((HOME / room).rglob("*.py")))]
    found = {text for path in files if path.name not in OF_PROGRAMS for text in messages(path)}
    return frozenset(text for text in found if not NO_SENTENCE.fullmatch(text))


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED)
def test_every_error_of_setting_and_marking_is_said(language: str) -> None:
    """No message of the rooms that a teacher's work goes through stays as it is raised."""
    texts = load_texts(language)
    assert [text for text in sorted(every_message()) if said_in(texts, text) == text] == []


def mistakes_of_the_form() -> Iterator[dict[str, Any]]:
    """Templates of Compose with one thing wrong: a setting, the data, a layer that does not fit, a key of one."""
    for form in STARTS:
        for place, key, values in WRONG:
            for value in values:
                tables = deepcopy(start(form, "T"))
                (tables[place] if place in tables else tables["network"]["layers"][0])[key] = value
                yield tables
        for kind, keys in LAYER_KEYS.items():
            tables = deepcopy(start(form, "T"))
            own = {key.name: key.default for key in keys if key.default is not None}
            tables["network"]["layers"][0] = {"kind": kind, **own}
            yield tables


@cache
def said_of_the_form() -> frozenset[str]:
    """What is said of them."""
    found = set()
    for tables in mistakes_of_the_form():
        try:
            load_template(tables)
        except TemplateError as error:
            found.add(error.at_the_command_line)
    return frozenset(found)


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED)
def test_what_the_form_of_compose_can_say_wrongly_is_said(language: str) -> None:
    """Each of a hundred mistakes is told in the language, under the line of the template that is wrong."""
    texts = load_texts(language)
    assert len(said_of_the_form()) > 100
    assert [text for text in sorted(said_of_the_form()) if said_in(texts, text) == text] == []


def test_every_language_has_every_sentence() -> None:
    """The same sentences, each with words that are filled with no other things than the English one has."""
    tables = {code: tomllib.loads((FOLDER / "sentences" / f"{code}.toml").read_text("utf-8")) for code in TRANSLATED}
    first, *others = tables.values()
    assert all(list(first) == list(other) for other in others)
    for table in tables.values():
        assert [text for text, said in table.items() if not set(PLACE.findall(said)) <= set(PLACE.findall(text))] == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_is_left_in_what_errors_say(language: str) -> None:
    """But for names of programs, options and what Chinese keeps."""
    table = tomllib.loads((FOLDER / "sentences" / f"{language}.toml").read_text("utf-8"))
    plain = {text: names_left_out(CODE.sub("", said)) for text, said in table.items()}
    if language in CHINESE:
        found = {word for said in plain.values() for word in LATIN.findall(said)}
        assert found - KEPT - NAMES == set()
    else:
        assert [text for text, said in plain.items() if ENGLISH.search(said)] == []


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("a.xlsx: the file is empty", "a.xlsx: die Datei ist leer"),
        (
            "refused, it unpacks to 300,000,000 bytes, but at most 200,000,000 are taken (--large lifts this)",
            "abgelehnt: entpackt sind es 300.000.000 Bytes, und höchstens 200.000.000 sind zulässig "
            "(--large hebt das auf)",
        ),
        (
            "can't read the roster 'class: a.csv': no such file or directory",
            "die Klassenliste 'class: a.csv' lässt sich nicht lesen: diese Datei oder diesen Ordner gibt es nicht",
        ),
        ("a.csv:3: a student without a name; fill it in or delete the line", "a.csv:3: jemand ohne Namen; tragen Sie"),
        ("c.csv: the roster has no rows below its header", "c.csv: die Klassenliste hat keine Zeilen unter der"),
        (
            "mine.toml:2: what nobody translated\n    x = 1\n    ^",
            "mine.toml:2: what nobody translated\n    x = 1\n    ^",
        ),
        ("the roster is what nobody translated", "the roster is what nobody translated"),
        ("", ""),
    ],
)
def test_a_message_is_said_with_what_was_filled_in(message: str, expected: str) -> None:
    """What it is about stays before it, numbers have the language's signs; what no file has stays as it is, whole."""
    assert said_in(load_texts("de"), message).startswith(expected)


def test_english_stays_as_it_was_raised() -> None:
    """To the letter."""
    assert said_in(load_texts("en"), "a.xlsx: the file is empty") == "a.xlsx: the file is empty"


def test_a_long_message_takes_no_time() -> None:
    """A stranger's name in it may be as long as it likes."""
    message = f"can't read {'a: ' * 10_000}"
    assert said_in(load_texts("de"), message) == message
