"""The laws of the house: who may import whom, and that each room says what it must never know."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import xlbp

PACKAGE = Path(xlbp.__file__).parent
ROOMS = (
    *("spec", "graph", "model", "reference", "workbook", "recalc", "verification", "lang", "starter", "exercise"),
    *("marking", "audit", "cli"),
)

# What each room may import of xlbp besides itself; errors are for everyone.
MAY_IMPORT = {
    "spec": {"errors"},
    "graph": set(),
    "model": {"graph", "spec"},
    "reference": {"spec"},
    "leftovers": {"errors"},
    "sheet_xml": set(),
    "workbook": {"graph", "spec", "lang", "leftovers", "sheet_xml", "errors", "__version__"},
    "recalc": {"errors", "leftovers", "sheet_xml"},
    "verification": {"recalc"},
    "lang": {"errors"},
    "audit": {"errors", "graph", "interpret", "workbook"},
    "interpret": {"graph"},
    "noise": {"graph", "interpret", "reference", "spec"},
    "expected": {"errors", "interpret", "noise", "reference", "spec", "verification", "workbook"},
    "compared": {"expected", "noise", "reference", "spec", "verification", "workbook"},
    "inspection": {"compared", "expected", "model", "recalc", "spec", "verification", "workbook"},
    "origin": {"compared", "expected", "spec"},
    "explain": {"graph", "interpret", "spec", "workbook"},
    "limits": {"errors"},
    "starter": {"errors", "lang", "model", "spec", "workbook"},
    "exercise": {"errors", "graph", "lang", "spec", "workbook", "__version__"},
    "marking": {"errors", "exercise", "graph", "interpret", "many", "recalc", "reference", "spec", "workbook"},
    "classroom": {
        *("errors", "exercise", "expected", "lang", "many", "pipeline", "recalc", "reference", "results", "spec"),
        "workbook",
    },
    "marked": {"classroom", "errors", "exercise", "leftovers", "marking", "reference", "results", "workbook"},
    "made": {"lang", "results", "verification"},
    "trace": {"errors", "spec", "workbook"},
    "errors": set(),
    "pipeline": {
        *("spec", "graph", "model", "reference", "workbook", "recalc", "verification", "lang", "starter", "audit"),
        *("compared", "errors", "expected", "explain", "inspection", "limits", "noise", "origin", "results"),
    },
    "results": {"errors", "verification"},
    "many": {"errors"},
    "cli": {
        *("errors", "lang", "made", "many", "pipeline", "results", "recalc", "spec", "starter", "trace", "explain"),
        *("verification", "workbook", "classroom", "exercise", "marked", "marking", "audit", "__version__"),
    },
    "__init__": {"pipeline", "errors", "spec", "verification"},
    "__main__": {"cli", "errors"},
}
# What each room within the audit may import of xlbp.audit besides itself: from the file at the ground to the report.
MAY_IMPORT_IN_AUDIT = {
    "reading": set(),
    "calculation": {"reading"},
    "claims": {"calculation", "reading"},
    "truth": {"claims", "calculation", "reading"},
    "findings": {"reading"},
    "updates": {"findings", "truth", "claims", "calculation", "reading"},
    "repair": {"truth", "claims", "calculation", "reading"},
    "diagnosis": {"repair", "updates", "findings", "truth", "claims", "calculation", "reading"},
    "unjudged": {"updates", "findings", "truth", "claims", "calculation", "reading"},
    "audited": {"unjudged", "updates", "findings", "truth", "claims", "calculation", "reading"},
    "run": {"audited", "diagnosis", "updates", "findings", "truth", "claims", "calculation", "reading"},
    "report": {"audited", "findings", "truth", "claims", "reading"},
    "__init__": set(),
}
FOREIGN = {  # third parties a room must not touch
    "spec": {"numpy", "openpyxl", "click", "ironcalc", "rich"},
    "graph": {"numpy", "openpyxl", "click", "ironcalc", "rich"},
    "model": {"openpyxl", "click", "ironcalc", "rich"},
    "reference": {"openpyxl", "click", "ironcalc", "rich"},
    "verification": {"openpyxl", "click", "ironcalc"},
    "lang": {"numpy", "openpyxl", "click"},
    "audit": {"click", "ironcalc"},
    "starter": {"numpy", "openpyxl", "click", "ironcalc", "rich"},
    "exercise": {"click", "ironcalc", "rich"},
    "marking": {"openpyxl", "click", "ironcalc", "rich"},
}


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


def imports(path: Path) -> set[str]:
    """Everything a module imports, anywhere in it, as dotted names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def law_breakers(path: Path) -> set[str]:
    """The imports of a module that its room forbids."""
    room = room_of(path)
    own = {name.split(".")[1] for name in imports(path) if name.startswith("xlbp.")}
    foreign = {name.split(".")[0] for name in imports(path)}
    return (own - MAY_IMPORT[room] - {room}) | (foreign & FOREIGN.get(room, set()))


def inner_law_breakers(path: Path) -> set[str]:
    """The imports within the audit that the module's room there forbids."""
    inner = path.relative_to(PACKAGE / "audit").parts
    room = inner[0] if len(inner) > 1 else path.stem
    taken = {name.split(".")[2] for name in imports(path) if name.startswith("xlbp.audit.")}
    return taken - MAY_IMPORT_IN_AUDIT[room] - {room}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    """No module imports what its room must not know."""
    assert law_breakers(path) == set()


@pytest.mark.parametrize("path", modules_of("audit"), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_within_the_audit_run_one_way(path: Path) -> None:
    """From the report down to the file, and never back up."""
    assert inner_law_breakers(path) == set()


def test_the_rooms_of_the_audit_stand_above_what_they_import() -> None:
    """The table itself allows no circle: each room may import only rooms that come before it."""
    known: set[str] = set()
    for room, below in MAY_IMPORT_IN_AUDIT.items():
        assert below <= known, room
        known.add(room)


def test_the_audit_takes_of_the_workbook_room_the_preflight_and_the_writing_alone() -> None:
    """What our own books look like must not shape what is found in others': no layout, no reader of ours.

    The copy with the findings is written as every book is.
    """
    taken = {path.stem: name for path in modules_of("audit") for name in imports(path) if "xlbp.workbook" in name}
    assert taken == {"contents": "xlbp.workbook.preflight.preflight", "annotate": "xlbp.workbook.in_memory.save"}


def test_the_law_can_be_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference that imported the graph would be caught, hidden in a function or not."""
    offender = tmp_path / "reference" / "cheat.py"
    offender.parent.mkdir()
    offender.write_text("def f():\n    from xlbp.graph.expr import ref\n    import openpyxl\n")
    monkeypatch.setattr("tests.test_architecture.PACKAGE", tmp_path)
    assert law_breakers(offender) == {"graph", "openpyxl"}


def test_the_law_within_the_audit_can_be_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of claims that looked into the truth would be caught."""
    offender = tmp_path / "audit" / "claims" / "cheat.py"
    offender.parent.mkdir(parents=True)
    offender.write_text("from xlbp.audit.truth.gradients import relative\n")
    monkeypatch.setattr("tests.test_architecture.PACKAGE", tmp_path)
    assert inner_law_breakers(offender) == {"truth"}


@pytest.mark.parametrize(
    "room", [*ROOMS, *(f"audit/{p.parent.name}" for p in (PACKAGE / "audit").glob("*/__init__.py"))]
)
def test_each_room_posts_its_law(room: str) -> None:
    """A room's docstring says what it must never know."""
    docstring = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8"))) or ""
    assert "must never" in docstring.lower()


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    """A module has at most 300 lines, a function at most 50: a longer one wants a room of its own."""
    text = path.read_text("utf-8")
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    too_long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= 50]
    assert (len(text.splitlines()) <= 300, too_long) == (True, [])


def test_no_machine_path_and_no_bare_pass() -> None:
    """No source names a path of some machine, and no error is swallowed."""
    for path in modules():
        tree = ast.parse(path.read_text("utf-8"))
        silent = [n for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and isinstance(n.body[0], ast.Pass)]
        assert silent == [], path
        assert "/home/" not in path.read_text("utf-8"), path
