"""The laws of the house: who may import whom, and that each room says what it must never know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

import xlbp

PACKAGE = Path(xlbp.__file__).parent

# What each room, or module at the top, may import of xlbp besides itself.  It stands below all that import it:
# the order of this table is the plan of the house, from the ground up.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "toml": set(),
    "mistakes": set(),
    "system": {"errors", "__version__"},
    "lang": {"errors", "toml"},
    "xlsx": {"errors", "lang", "__version__"},
    "symbols": set(),
    "pictures": set(),
    "datafile": {"errors", "xlsx"},
    "template": {"datafile", "errors", "lang", "pictures", "toml"},
    "reference": {"template"},
    "model": {"symbols", "template"},
    "misconceptions": {"mistakes", "model", "reference", "symbols", "template"},
    "workbook": {"datafile", "symbols", "template", "lang", "pictures", "xlsx", "errors", "__version__"},
    "recalc": {"xlsx", "system", "errors"},
    "verification": {"pictures", "xlsx"},
    "expectation": {
        *("datafile", "errors", "lang", "model", "recalc", "reference", "symbols", "system", "template"),
        *("verification", "workbook", "xlsx"),
    },
    "livepage": {
        *(
            "datafile",
            "errors",
            "expectation",
            "symbols",
            "template",
            "verification",
            "workbook",
            "xlsx",
            "__version__",
        ),
    },
    "starter": {"datafile", "errors", "lang", "model", "pictures", "system", "template"},
    "auditing": {"__version__", "errors", "lang", "mistakes", "pictures", "symbols", "xlsx"},
    "traced": {"errors", "expectation", "pictures", "reference", "template", "workbook"},
    "results": {"errors", "expectation", "pictures", "reference", "template", "traced", "verification"},
    "classroom": {
        *("datafile", "errors", "expectation", "lang", "misconceptions", "mistakes", "pictures", "recalc"),
        *("reference", "results", "symbols", "system", "template", "toml", "workbook", "xlsx", "__version__"),
    },
    "interchange": {
        "datafile",
        "errors",
        "expectation",
        "reference",
        "starter",
        "system",
        "template",
        "workbook",
        "__version__",
    },
    "checking": {
        *("datafile", "errors", "expectation", "interchange", "lang", "misconceptions", "mistakes", "symbols"),
        *("pictures", "template", "workbook"),
    },
    "studio": {"errors", "lang", "system", "template", "toml"},
    "pipeline": {
        *(
            "auditing",
            "checking",
            "interchange",
            "expectation",
            "lang",
            "livepage",
            "recalc",
            "reference",
            "results",
            "starter",
            "system",
            "template",
            "traced",
        ),
        *("verification", "workbook", "xlsx"),
    },
    "several": {
        *("auditing", "errors", "pipeline", "recalc", "results", "system", "template", "verification", "xlsx"),
    },
    "progress": {"results"},
    "verbs": {
        "several",
        "system",
        *("auditing", "checking", "classroom", "datafile", "errors", "interchange", "lang", "pipeline", "progress"),
        *("livepage", "recalc", "results", "starter", "template", "traced", "verification", "workbook"),
    },
    "__init__": {"checking", "errors", "livepage", "results", "template", "traced", "verbs", "verification"},
    "testing": {"checking", "pipeline", "template"},
    "pytest_plugin": {"testing"},
    "cli": {
        "livepage",
        "studio",
        *(
            "auditing",
            "checking",
            "classroom",
            "datafile",
            "errors",
            "interchange",
            "lang",
            "pipeline",
            "progress",
            "recalc",
            "results",
            "several",
            "starter",
            "system",
        ),
        *("template", "traced", "verification", "workbook", "xlsx", "__version__"),
    },
    "__main__": {"cli", "errors"},
}
ROOMS = [room for room in MAY_IMPORT if (PACKAGE / room / "__init__.py").exists()]
# What each room within the audit may import of xlbp.auditing besides itself: from the file at the ground to the report.
MAY_IMPORT_IN_AUDIT = {
    "reading": set(),
    "calculation": {"reading"},
    "claims": {"calculation", "reading"},
    "truth": {"claims", "calculation", "reading"},
    "recognition": {"claims", "calculation", "reading"},
    "explanations": {"reading"},
    "findings": {"explanations", "reading"},
    "forward": {"explanations", "findings", "calculation", "reading"},
    "updates": {"explanations", "findings", "truth", "claims", "calculation", "reading"},
    "repair": {"truth", "claims", "calculation", "reading"},
    "diagnosis": {"explanations", "repair", "updates", "findings", "truth", "claims", "calculation", "reading"},
    "gaps": {"explanations", "updates", "recognition", "findings", "truth", "claims", "calculation", "reading"},
    "sheet": {"explanations", "updates", "findings", "truth", "claims", "reading"},
    "reasons": {"explanations", "sheet", "recognition", "findings", "truth", "claims", "calculation", "reading"},
    "result": {
        "forward",
        "sheet",
        "gaps",
        "updates",
        "recognition",
        "findings",
        "truth",
        "claims",
        "calculation",
        "reading",
    },
    "run": {
        "forward",
        "result",
        "reasons",
        "sheet",
        "diagnosis",
        "updates",
        "recognition",
        "findings",
        "truth",
        "claims",
        "calculation",
        "reading",
    },
    "report": {
        "explanations",
        "forward",
        "result",
        "sheet",
        "calculation",
        "gaps",
        "findings",
        "truth",
        "claims",
        "reading",
    },
    "__init__": set(),
}
FOREIGN = {  # third parties a room must not touch
    "datafile": {"numpy", "click", "ironcalc", "rich"},
    "template": {"numpy", "openpyxl", "click", "ironcalc", "rich"},
    "symbols": {"openpyxl", "click", "ironcalc", "rich"},
    "model": {"openpyxl", "click", "ironcalc", "rich"},
    "misconceptions": {"openpyxl", "click", "ironcalc", "rich"},
    "reference": {"openpyxl", "click", "ironcalc", "rich"},
    "verification": {"openpyxl", "click", "ironcalc"},
    "lang": {"numpy", "openpyxl", "click"},
    "auditing": {"click", "ironcalc"},
    "starter": {"numpy", "openpyxl", "click", "ironcalc", "rich"},
    "classroom": {"click", "ironcalc", "rich"},
    "interchange": {"click", "ironcalc", "rich"},
    "checking": {"openpyxl", "click", "ironcalc", "rich"},
    "studio": {"openpyxl", "numpy", "click", "ironcalc", "rich"},
    "xlsx": {"numpy_financial", "click", "ironcalc", "rich"},
    "system": {"openpyxl", "numpy", "click", "ironcalc", "rich"},
}


KINDS = {"Network", "Graph", "ArrayGraph"}
NAMING_ROOMS = (  # that have to do with names
    *("template", "model", "reference", "misconceptions", "workbook", "expectation", "classroom", "checking"),
)
TAKING_APART = {"startswith", "endswith", "partition", "rpartition", "split", "removeprefix", "removesuffix", "replace"}
PART_OF_A_NAME = re.compile(r"[A-Za-z']{0,5}\d?[\[\]@#|]{1,2}\w*")


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def modules_of(room: str) -> list[Path]:
    """Every module of one room."""
    return sorted((PACKAGE / room).rglob("*.py"))


def room_of(path: Path) -> str:
    """The room a module lives in, or its own name at the top."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else path.stem


def name_of(path: Path) -> str:
    """A module as it is told of: by its path within the package."""
    return str(path.relative_to(PACKAGE))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """All that a module consists of, from the module itself on; read once for all laws."""
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def imports(path: Path) -> set[str]:
    """Everything a module imports, anywhere in it, as dotted names."""
    found: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def law_breakers(path: Path) -> set[str]:
    """The imports of a module that its room forbids."""
    room = room_of(path)
    taken = imports(path)
    own = {name.split(".")[1] for name in taken if name.startswith("xlbp.")}
    foreign = {name.split(".")[0] for name in taken}
    return (own - MAY_IMPORT[room] - {room}) | (foreign & FOREIGN.get(room, set()))


def inner_law_breakers(path: Path) -> set[str]:
    """The imports within the audit that the module's room there forbids."""
    inner = path.relative_to(PACKAGE / "auditing").parts
    room = inner[0] if len(inner) > 1 else path.stem
    taken = {name.split(".")[2] for name in imports(path) if name.startswith("xlbp.auditing.")}
    return taken - MAY_IMPORT_IN_AUDIT[room] - {room}


def test_imports_run_one_way() -> None:
    """No module imports what its room must not know."""
    assert {name_of(path): found for path in modules() if (found := law_breakers(path))} == {}


def test_imports_within_the_audit_run_one_way() -> None:
    """From the report down to the file, and never back up."""
    assert {name_of(path): found for path in modules_of("auditing") if (found := inner_law_breakers(path))} == {}


def test_every_room_stands_above_what_it_imports() -> None:
    """The table allows no circle, and no room or module is missing from it."""
    above: set[str] = set()
    for room, below in MAY_IMPORT.items():
        assert below - {"__version__"} <= above, room
        above.add(room)
    assert {room_of(path) for path in modules()} == above


def test_the_rooms_of_the_audit_stand_above_what_they_import() -> None:
    """The table itself allows no circle: each room may import only rooms that come before it."""
    known: set[str] = set()
    for room, below in MAY_IMPORT_IN_AUDIT.items():
        assert below <= known, room
        known.add(room)


def test_the_law_can_be_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference that imported the graph would be caught, hidden in a function or not."""
    offender = tmp_path / "reference" / "cheat.py"
    offender.parent.mkdir()
    offender.write_text("def f():\n    from xlbp.symbols.expr import ref\n    import openpyxl\n")
    monkeypatch.setattr("tests.test_architecture.PACKAGE", tmp_path)
    assert law_breakers(offender) == {"symbols", "openpyxl"}


def test_the_law_within_the_audit_can_be_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of claims that looked into the truth would be caught."""
    offender = tmp_path / "auditing" / "claims" / "cheat.py"
    offender.parent.mkdir(parents=True)
    offender.write_text("from xlbp.auditing.truth.gradients import relative\n")
    monkeypatch.setattr("tests.test_architecture.PACKAGE", tmp_path)
    assert inner_law_breakers(offender) == {"truth"}


def test_each_room_posts_its_law() -> None:
    """A room's docstring says what it must never know."""
    fronts = [PACKAGE / room / "__init__.py" for room in ROOMS] + [*(PACKAGE / "auditing").glob("*/__init__.py")]
    posted = {name_of(path): ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "" for path in fronts}
    assert [room for room, docstring in posted.items() if "must never" not in docstring.lower()] == []


def test_functions_stay_small() -> None:
    """A function has at most 50 lines besides its docstring; a module is as long as its one subject."""
    assert {name_of(path): large for path in modules() if (large := large_functions(nodes_of(path)))} == {}


def large_functions(nodes: Iterable[ast.AST]) -> list[str]:
    """The functions of a module that have 50 lines or more besides their docstrings."""
    functions = [n for n in nodes if isinstance(n, ast.FunctionDef)]
    return [f.name for f in functions if (f.end_lineno or 0) - f.lineno - said_in(f) >= 50]


def said_in(function: ast.FunctionDef) -> int:
    """How many lines a function's docstring has."""
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    return 0 if docstring is None else (docstring.end_lineno or 0) - docstring.lineno + 1


def kinds_asked_for(nodes: Iterable[ast.AST]) -> list[str]:
    """The kinds of templates that a module asks for with isinstance."""
    calls = [n for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "isinstance"]
    return [name.id for call in calls for name in ast.walk(call.args[1]) if getattr(name, "id", "") in KINDS]


def test_nothing_asks_for_the_kind_of_a_template() -> None:
    """A network and a computation graph answer the same questions: whoever has one need not know which."""
    assert {name_of(path): kinds for path in modules() if (kinds := kinds_asked_for(nodes_of(path)))} == {}


def names_taken_apart(nodes: Iterable[ast.AST]) -> list[str]:
    """The calls of string methods that look for a part of a quantity's name: ``name.partition("@")``."""
    calls = [n for n in nodes if isinstance(n, ast.Call) and getattr(n.func, "attr", "") in TAKING_APART]
    texts = [(call, node.value) for call in calls for argument in call.args for node in ast.walk(argument)
             if isinstance(node, ast.Constant) and isinstance(node.value, str)]  # fmt: skip
    return [ast.unparse(call) for call, text in texts if PART_OF_A_NAME.fullmatch(text)]


def test_names_of_quantities_are_taken_apart_in_one_place() -> None:
    """A quantity knows its letter, layer, indices and sample; nobody else looks for them in its name."""
    paths = [path for room in NAMING_ROOMS for path in modules_of(room)]
    elsewhere = [path for path in paths if path.name not in ("quantity.py", "places.py")]  # places.py reads TOML
    assert {name_of(path): apart for path in elsewhere if (apart := names_taken_apart(nodes_of(path)))} == {}


def test_these_laws_can_be_broken() -> None:
    """A branch on the kind of a template is seen, and so is a name that is taken apart."""
    offence = "x = isinstance(model, Network | Graph), name.partition('@')[0], n.startswith(('W1[', 'dz'))"
    long = "def short():\n    pass\ndef long():\n" + "    pass\n" * 50
    offenders = tuple(ast.walk(ast.parse(offence)))
    assert large_functions(ast.walk(ast.parse(long))) == ["long"]
    assert kinds_asked_for(offenders) == ["Network", "Graph"]
    assert sorted(names_taken_apart(offenders), reverse=True) == [
        "name.partition('@')",
        "n.startswith(('W1[', 'dz'))",
    ]


def test_no_machine_path_and_no_bare_pass() -> None:
    """No source names a path of some machine, and no error is swallowed."""
    for path in modules():
        silent = [n for n in nodes_of(path) if isinstance(n, ast.ExceptHandler) and isinstance(n.body[0], ast.Pass)]
        assert silent == [], path
        assert "/home/" not in path.read_text("utf-8"), path
