"""The audit as one page of HTML to send to the book's author: every finding with its cells in place.

Whatever comes from the book is escaped: its author may be hostile, or have a sheet called ``<script>``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from xlbp import __version__
from xlbp.auditing.explanations import extent
from xlbp.auditing.findings import Finding
from xlbp.auditing.reading.syntax import Cell, Turned, address, in_book, title
from xlbp.auditing.report.excerpt import Shown, excerpt
from xlbp.auditing.report.page_style import STYLE
from xlbp.auditing.report.wording import gap, name_of, size_of, unjudged, why
from xlbp.auditing.result import Audit
from xlbp.lang import Texts, load_texts
from xlbp.lang.languages import DEFAULT

MOST_FINDINGS, MOST_UNREAD, FIRST_FEW = 200, 50, 8
MOST_FORMULAS = 50_000  # of a book in which is looked for what follows
Followers = dict[Cell, list[Cell]]


def page(audit: Audit, language: str = DEFAULT) -> str:
    """The whole page."""
    texts = load_texts(language)
    name = Path(audit.book).name
    followers = _followers(audit)
    heading = escape(texts("audit.page_title", book=name))
    body = [f"<h1>{heading}</h1>", f"<p>{escape(_summary(audit, texts, name))}</p>", *_how(audit, texts)]
    body += [
        _finding(audit, finding, n, texts, followers) for n, finding in enumerate(audit.findings[:MOST_FINDINGS], 1)
    ]
    body += _unread(audit, texts)
    body.append(f"<footer>{escape(texts('audit.page_made', version=__version__))}</footer>")
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{heading}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _summary(audit: Audit, texts: Texts, name: str) -> str:
    count = len(audit.findings)
    return texts("audit.page_counts", count=count, book=name) if count else texts("audit.page_none")


def _how(audit: Audit, texts: Texts) -> Iterator[str]:
    """What was compared with what, and what was noted of the book."""
    parameters = sum(len(sheet.layout.parameters) for sheet in audit.sheets)
    if parameters:
        steps = max(sheet.layout.steps for sheet in audit.sheets)
        yield f"<p>{escape(texts('audit.page_how_gradients', parameters=parameters, steps=steps))}</p>"
    if audit.forward is not None:
        yield f"<p>{escape(texts('audit.page_how_forward', formulas=audit.forward.formulas))}</p>"
    for note in audit.notes:
        yield f"<p>{escape(gap(texts('audit.note'), note, texts))}</p>"


def _finding(audit: Audit, finding: Finding, n: int, texts: Texts, followers: Followers | None) -> str:
    """One finding: its name and place, the cells around it, both formulas, and why."""
    place = texts("audit.page_in", cell=finding.place)
    return "\n".join(
        [
            f'<section aria-labelledby="f{n}">',
            f'<h2 id="f{n}">{n}. {escape(name_of(finding, texts))} <small>{escape(place)}</small></h2>',
            f"<p>{escape(why(finding, texts))}</p>",
            _table(audit, finding, texts),
            _formulas(finding, texts),
            _folded(finding, texts, followers),
            "</section>",
        ]
    )


def _formulas(finding: Finding, texts: Texts) -> str:
    """What stands, what should stand, and how far the number is off."""
    pairs = (
        ("stands", f"<code>{escape(finding.found)}</code>" if finding.found else ""),
        ("expected", f"<code>{escape(finding.expected)}</code>" if finding.expected else ""),
        ("size", escape(size_of(finding, texts))),
    )
    rows = (f"<dt>{escape(texts(f'audit.page_{key}'))}</dt><dd>{value}</dd>" for key, value in pairs if value)
    return f"<dl>{''.join(rows)}</dl>"


def _table(audit: Audit, finding: Finding, texts: Texts) -> str:
    """The cells around the finding; '' where it is of no cell."""
    centre = in_book(finding.cell)
    if min(centre[1:]) < 1:
        return ""
    wrong = {in_book(cell) for cell in finding.cells or [finding.cell]}
    part = excerpt(audit.cells, centre, wrong, texts)
    head = "".join(f'<th scope="col">{letters}</th>' for letters in part.columns)
    rows = "".join(_row(number, row, texts) for number, row in part.rows)
    caption = escape(texts("audit.told", about=title(centre[0]), reason=texts("audit.page_around")))
    head = f"<caption>{caption}</caption><thead><tr><td></td>{head}</tr></thead>"
    return f'<div class="sheet"><table>{head}<tbody>{rows}</tbody></table></div>'


def _row(number: int, row: Iterable[Shown], texts: Texts) -> str:
    cells = "".join(_cell(each.text, each.is_wrong, each.is_number, texts) for each in row)
    return f'<tr><th scope="row">{number}</th>{cells}</tr>'


def _cell(text: str, is_wrong: bool, is_number: bool, texts: Texts) -> str:
    kinds = " ".join(name for name, holds in (("wrong", is_wrong), ("number", is_number)) if holds)
    spoken = f'<span class="spoken">{escape(texts("audit.page_wrong_cell"))}: </span>' if is_wrong else ""
    return f'<td class="{kinds}">{spoken}{escape(text)}</td>' if kinds else f"<td>{escape(text)}</td>"


def _folded(finding: Finding, texts: Texts, followers: Followers | None) -> str:
    """What is computed from the cell, and the other cells of the finding."""
    parts: list[str] = []
    if followers is not None and min(finding.cell[1:]) > 0:
        after = _after(in_book(finding.cell), followers)
        named = ", ".join(address(cell, in_book(finding.cell)[0]) for cell in after[:FIRST_FEW])
        words = (
            texts("audit.page_followers", count=len(after), cells=named) if after else texts("audit.page_no_followers")
        )
        parts.append(
            f"<details><summary>{escape(texts('audit.page_follows'))}</summary><p>{escape(words)}</p></details>"
        )
    if len(finding.cells) > 1:
        cells = extent([in_book(cell) for cell in finding.cells], in_book(finding.cell)[0], texts)
        parts.append(
            f"<details><summary>{escape(texts('audit.page_all_cells'))}</summary><p>{escape(cells)}</p></details>"
        )
    return "".join(parts)


def _followers(audit: Audit) -> Followers | None:
    """The formulas that read each cell; None of a book that is too large to be looked through."""
    contents = audit.cells.contents
    formulas = [cell for cell in (*contents.formulas, *contents.arrays) if not isinstance(cell[0], Turned)]
    if not audit.findings or len(formulas) > MOST_FORMULAS:
        return None
    found: Followers = defaultdict(list)
    for cell in dict.fromkeys(formulas):
        for argument in audit.cells.arguments(cell):
            found[argument].append(cell)
    return found


def _after(cell: Cell, followers: Followers) -> list[Cell]:
    """All cells that are computed from one, the nearest first."""
    seen, waiting = {cell}, [cell]
    for current in waiting:
        new = [other for other in followers.get(current, ()) if other not in seen]
        seen.update(new)
        waiting += new
    return waiting[1:]


def _unread(audit: Audit, texts: Texts) -> Iterator[str]:
    """What was not read or not judged, with the reasons."""
    count = len(audit.unreadable) + len(audit.unjudged)
    if count:
        told = [gap(each.cell, each.reason, texts) for each in audit.unreadable[:MOST_UNREAD]]
        told += [unjudged(each, texts, with_cell=True) for each in audit.unjudged[: MOST_UNREAD - len(told)]]
        lines = "".join(f"<li>{escape(line)}</li>" for line in dict.fromkeys(told))
        summary = escape(texts("audit.with_brackets", what=texts("audit.page_unread"), inside=count))
        yield f"<details><summary>{summary}</summary><ul>{lines}</ul></details>"
