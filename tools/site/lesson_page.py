"""The page of one template: its question, what to open and to take home, pictures, one iteration worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from tools.site.course import Words
from tools.site.made import VIEWS, Files
from tools.site.markup import element, opened, picture_size, plain, size_of

UP = "../"  # from a lesson's page to the files of its language


def lesson_page(files: Files, words: Words) -> str:
    """The page as Markdown."""
    return "\n".join(_LessonPage(files, words).lines()) + "\n"


def notes_page(files: Files, words: Words) -> str:
    """The teacher's notes as a page of the site, which no list names but their lesson does."""
    text = files.notes.read_text("utf-8")
    title, _, rest = text.partition("\n")
    links = [
        f"[{words('lesson.back')}]({files.name}.md)",
        f'<a href="{UP}files/{files.notes.name}" download>{escape(words("lesson.notes_download"))}</a>',
    ]
    return f"---\norphan: true\n---\n{title}\n\n{' · '.join(links)}\n{rest}"


def shown_view(files: Files, view: str, said: str, up: str = "") -> Iterator[str]:
    """A picture of a view of the live page, which leads to it; ``up`` leads to the folder of the language's files."""
    path = files.picture(view)
    if not path.exists():
        return
    width, height = map(str, picture_size(path))
    image = opened("img", src=f"{up}pictures/{path.name}", alt=said, width=width, height=height, decoding="async")
    yield from ("", f'<a class="view" href="{up}live/{files.live.name}">{image}</a>', "")


class _LessonPage:
    """Writes the parts one after the other."""

    def __init__(self, files: Files, words: Words) -> None:
        facts = files.facts
        self.files, self.words, self.cells, self.blank = files, words, facts.cells, facts.blank
        self.told: Mapping[str, Any] = facts.told

    def lines(self) -> Iterator[str]:
        told, words = self.told, self.words
        yield f"# {plain(told['title'])}"
        yield from ("", plain(told["summary"]), "")
        if told["questions"]:
            label = element("strong", words("lesson.question"))
            yield from (f'<div class="question">{label}<p>{escape(told["questions"][0][0])}</p></div>', "")
        yield from self.buttons()
        yield from self.picture(VIEWS[0])
        yield from self.worked()
        yield from self.picture(VIEWS[1])
        yield from self.predictions()
        yield from self.remarks()

    def buttons(self) -> Iterator[str]:
        """The live page, which is loaded on a click only, and what can be taken home."""
        words, files = self.words, self.files
        live = element("a", words("lesson.open"), class_="button first", href=f"{UP}live/{files.live.name}")
        saved = [(words("lesson.book"), files.book), (words("lesson.exercise"), files.exercise)]
        downloads = [
            f'<a class="button" href="{UP}files/{path.name}" download>'
            f"{escape(label)} <small>.xlsx, {size_of(path)}</small></a>"
            for label, path in saved
        ]
        notes = element("a", words("lesson.notes"), class_="button", href=f"{files.name}-notes.html")
        yield from (f'<div class="buttons">{"".join([live, *downloads, notes])}</div>', "")
        yield from (plain(words("lesson.files_text", cells=f"{self.cells:,}")), "")

    def picture(self, view: str) -> Iterator[str]:
        """A view of the live page, where it has that."""
        yield from shown_view(self.files, view, self.words(f"lesson.{view}", title=self.told["title"]), UP)

    def worked(self) -> Iterator[str]:
        """The forward pass, the chain rule of a gradient, and the step."""
        told, words, chain = self.told, self.words, self.told["chain"]
        yield from ("", f"## {words('lesson.worked')}", "")
        yield from (words("lesson.worked_sample" if told["samples"] > 1 else "lesson.worked_text"), "")
        yield from (f"### {words('lesson.forward')}", "")
        if told["left_out"]:
            yield from (words("lesson.more", count=told["left_out"]), "")
        yield from _block([row for line in told["forward"] for row in _rows(line["symbol"], line)])
        yield from ("", f"### {plain(words('lesson.gradient', symbol=chain['parameter']))}", "")
        yield from _block(list(self.chain(chain)))
        yield from ("", f"### {words('lesson.update')}", "")
        yield from _block(_rows(told["update"]["symbol"], told["update"]))

    def chain(self, chain: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Each path as symbols, numbers and product; then their sum, and the mean of a batch."""
        paths, words = chain["paths"], self.words
        several = len(paths) > 1
        for number, path in enumerate(paths, 1):
            yield from _rows(words("lesson.path", number=number) if several else chain["symbol"], path)
        if several:
            yield words("lesson.sum"), f"= {chain['total']}"
        if chain["samples"] > 1 or not paths:
            yield chain["symbol"], f"= {chain['value']}   ({words('lesson.mean', count=chain['samples'])})"

    def predictions(self) -> Iterator[str]:
        """Every question, with its answer folded beneath."""
        words, questions = self.words, self.told["questions"]
        if not questions:
            return
        yield from ("", f"## {words('lesson.predict')}", "", words("lesson.predict_text"), "")
        yield '<ol class="predictions">'
        for question, answer in questions:
            summary = element("summary", words("lesson.answer"))
            folded = f"<details>{summary}<p>{escape(answer)}</p></details>"
            yield f"<li><p>{escape(question)}</p>{folded}</li>"
        yield from ("</ol>", "")

    def remarks(self) -> Iterator[str]:
        """What the template says besides, its source, and the command that makes the same."""
        words, told = self.words, self.told
        if told["remarks"]:
            yield from ("", f"## {words('lesson.remarks')}", "")
            yield from (f"- {plain(remark)}" for remark in told["remarks"])
        if told["source"]:
            yield from ("", plain(words("lesson.source", source=told["source"])))
        name, language = self.files.name, words.language
        yield from ("", f"## {words('lesson.by_hand')}", "", "```sh")
        yield f"xlbp generate {name} --lang {language}"
        yield f"xlbp page {name} --lang {language}"
        yield f"xlbp exercise {name} --blank {self.blank} --lang {language}"
        yield "```"


def _rows(label: str, line: Mapping[str, str]) -> list[tuple[str, str]]:
    """A worked quantity: the formula after its label, numbers and value below it."""
    shown = dict.fromkeys(filter(None, (line["formula"], line["numbers"], line["value"])))
    return [(label if number == 0 else "", f"= {piece}") for number, piece in enumerate(shown)]


def _block(rows: list[tuple[str, str]]) -> Iterator[str]:
    """Rows of a derivation, set as on paper; each label is a heading of its rows for who hears the page."""
    yield '<dl class="worked">'
    for label, text in rows:
        yield (element("dt", label) if label else "") + element("dd", text)
    yield from ("</dl>", "")
