"""Writes docs/api.md, the reference of Python's functions, from their docstrings, so that it can't drift.

Run by ``make docs``; a test fails where the page differs.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import xlbp

PAGE = Path(__file__).resolve().parent.parent / "docs" / "api.md"
HEAD = """# xlbp in Python

Made by `make docs` from the docstrings. [notebook.ipynb](notebook.ipynb) shows it at work.

"""
RESULTS = {  # what the verbs return, with the methods and properties of each that a reader needs
    "Made": ("ok", "trace", "picture", "to_dict"),
    "MadePage": ("ok", "to_dict"),
    "MadeComparison": ("best", "ok", "picture", "to_dict"),
    "Report": ("ok", "first", "to_dict"),
    "Checked": ("ok", "to_dict"),
    "Trace": (
        "template",
        "iterations",
        "columns",
        "symbols",
        "rows",
        "loss",
        "to_dataframe",
        "to_dict",
        "picture",
        "learned",
    ),
    "Template": ("kind", "picture", "to_dict"),
}
UNDERLINE = re.compile(r"^(\w+)\n-+\n", re.MULTILINE)
Entries = list[tuple[str, str]]


def sections_of(docstring: str) -> dict[str, Entries]:
    """The sections of a docstring as NumPy writes them: of each its entries, names with what is said of them."""
    parts = UNDERLINE.split(docstring)
    return {title: _entries(body) for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def _entries(body: str) -> Entries:
    """Lines that are not indented name what the indented ones below tell of."""
    found: Entries = []
    for line in body.strip("\n").split("\n"):
        if line.startswith("    ") and found:
            name, said = found[-1]
            found[-1] = (name, f"{said} {line.strip()}".strip())
        elif line.strip():
            found.append((line.strip(), ""))
    return found


def verb_page(name: str) -> str:
    """One function: how it is called, what it takes, returns and raises, and an example."""
    function = getattr(xlbp, name)
    docstring = inspect.getdoc(function) or ""
    summary = UNDERLINE.split(docstring)[0].strip()
    parts = [f"## xlbp.{name}", f"```python\n{signature_of(name)}\n```", _linked(summary)]
    for title, entries in sections_of(docstring).items():
        if title != "Examples":
            parts.append(f"**{title}**\n\n" + "\n".join(_line(key, said) for key, said in entries))
    if example := docstring.partition("Examples\n--------\n")[2]:
        parts.append(f"```python\n{example.strip()}\n```")
    return "\n\n".join(parts)


def signature_of(name: str) -> str:
    """How a function is called, a parameter in each line."""
    signature = inspect.signature(getattr(xlbp, name))
    lines, is_behind_star = [], False
    for parameter in signature.parameters.values():
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY and not is_behind_star:
            lines.append("    *,")
            is_behind_star = True
        lines.append(f"    {_written(parameter)},")
    returned = signature.return_annotation
    inside = "\n".join(lines)
    return f"xlbp.{name}(\n{inside}\n) -> {returned}" if lines else f"xlbp.{name}() -> {returned}"


def _written(parameter: inspect.Parameter) -> str:
    """A parameter as in Python's own text: its annotation, which is a text already, and the repr of its default."""
    default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
    return f"{parameter.name}: {parameter.annotation}{default}"


def result_page(name: str) -> str:
    """What a verb returns: its docstring, and its members."""
    kind = getattr(xlbp, name)
    lines = [_line(member, said) for member in RESULTS[name] if (said := _said_of(kind, member))]
    docstring = inspect.getdoc(kind) or ""
    fields = [_line(key, said) for key, said in sections_of(docstring).get("Attributes", [])]
    return f"## xlbp.{name}\n\n{_blocks(UNDERLINE.split(docstring)[0].strip())}\n\n" + "\n".join([*fields, *lines])


def _said_of(kind: type, member: str) -> str:
    """The first sentence of a member that has a docstring."""
    value = inspect.getattr_static(kind, member, None)
    docstring = inspect.getdoc(value) if callable(value) or hasattr(value, "__get__") else None
    return "" if docstring is None else docstring.partition("\n\n")[0].replace("\n", " ")


def _blocks(docstring: str) -> str:
    """A docstring whose tables stay as they are."""
    blocks = docstring.split("\n\n")
    return "\n\n".join(f"```text\n{each}\n```" if each.startswith("===") else _linked(each) for each in blocks)


def _line(key: str, said: str) -> str:
    return f"- `{key}`: {_linked(said)}" if said else f"- `{key}`"


def _linked(text: str) -> str:
    """References to functions as links, code as code, paragraphs as lines."""
    text = re.sub(r":(?:func|class):`(?:xlbp\.)?(\w+)`", lambda m: f"[{m[1]}](#xlbp{m[1].lower()})", text)
    return "\n\n".join(" ".join(part.split()) for part in text.replace("``", "`").split("\n\n"))


def page() -> str:
    """The whole page: the front page of help(xlbp), every verb, every result, every error."""
    verbs = [name for name in xlbp.__all__ if inspect.isfunction(getattr(xlbp, name))]
    front = inspect.getdoc(xlbp) or ""
    errors = [name for name in xlbp.__all__ if name.endswith("Error")]
    lines = [_line(f"xlbp.{name}", (inspect.getdoc(getattr(xlbp, name)) or "").partition("\n")[0]) for name in errors]
    parts = [f"```text\n{front}\n```", *map(verb_page, verbs), *map(result_page, RESULTS)]
    return HEAD + "\n\n".join([*parts, "## Errors", "\n".join(lines)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
