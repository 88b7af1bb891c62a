"""What a reader sees of a template in another language: texts, and what the data call their columns and classes.

A translation is a file called as its template, in a folder beside it that is called as the language: ``de/iris.toml``
beside ``iris.toml``.  It has ``title``, ``summary``, ``source`` and ``notes``, and a table ``[names]`` with what
columns and classes are called in that language.  It extends the texts that stand in the template itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from xlbp.lang import Texts
from xlbp.lang.languages import DEFAULT, LANGUAGES
from xlbp.template.document import Document
from xlbp.template.model import Category, Samples
from xlbp.template.notation import UNSCALED_MARK
from xlbp.template.table import Table
from xlbp.template.template import Template

UNSCALED = "data.unscaled"  # the key of the words for UNSCALED_MARK


def translations_beside(template: Path, read_text: Callable[[Path], str]) -> dict[str, str]:
    """The translations of a template, as they are written, by language."""
    paths = {code: template.parent / code / template.name for code in LANGUAGES if code != DEFAULT}
    return {code: read_text(path) for code, path in paths.items() if path.is_file()}


def in_language(template: Template, texts: Texts) -> Template:
    """The template as a book in this language shows it.  Raises TemplateError if its translation is malformed."""
    code = texts.language
    table = _translation(template, code)
    if table is None:
        return template if code == DEFAULT else _renamed(template, {}, texts)
    said = {key: table.text(key) for key in ("title", "summary", "source") if table.has(key)}
    notes = table.texts("notes", ())
    named = table.table("names")
    names = {name: named.text(name) for name in named.data}
    table.close()
    return replace(
        _renamed(template, names, texts),
        title=template.title | _of(code, said.get("title")),
        summary=template.summary | _of(code, said.get("summary")),
        source=template.source | _of(code, said.get("source")),
        notes=template.notes | ({code: notes} if notes else {}),
        translations={code: template.translations[code]},
    )


def _translation(template: Template, code: str) -> Table | None:
    """The template's translation, if there is one; a whole template that stands in its place is none."""
    if code not in template.translations:
        return None
    document = Document(template.translations[code], f"{code}/{template.name}.toml")
    is_template = any(key in document.data for key in ("network", "expression"))
    return None if is_template else Table(document.data, (), document)


def _of(code: str, text: str | None) -> dict[str, str]:
    return {} if text is None else {code: text}


def _renamed(template: Template, names: Mapping[str, str], texts: Texts) -> Template:
    """The template whose columns and classes are called otherwise: in its data, and in the symbols made from them.

    It stays as it is where a symbol would stand for two quantities then.
    """
    symbols = _symbols(template.symbols, names, texts(UNSCALED))
    if len(set(symbols.values())) != len(set(template.symbols.values())):
        return template
    data = _data(template.model.data, names)
    model = template.model if data == template.model.data else replace(template.model, data=data)
    return replace(template, model=model, symbols=symbols)


def _symbols(symbols: Mapping[str, str], names: Mapping[str, str], unscaled: str) -> dict[str, str]:
    called = {name: text for name, text in names.items() if name}
    whole = re.compile("|".join(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])" for name in called) or r"(?!)")

    def renamed(symbol: str) -> str:
        return whole.sub(lambda name: called[name[0]], symbol).replace(UNSCALED_MARK, unscaled)

    return {name: renamed(symbol) for name, symbol in symbols.items()}


def _data(data: Samples, names: Mapping[str, str]) -> Samples:
    def called(those: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(name, name) for name in those)

    def category(column: Category) -> Category:
        numbers = {names.get(text, text): values for text, values in column.numbers.items()}
        return replace(column, name=names.get(column.name, column.name), numbers=numbers)

    classes, target_names = called(data.classes), called(data.target_names)
    return replace(data, classes=classes, target_names=target_names, categories=tuple(map(category, data.categories)))
