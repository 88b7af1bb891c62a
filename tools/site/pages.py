"""The home, the list of lessons and the manual's contents in one language, as Markdown for Sphinx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from tools.site.course import Course, Words
from tools.site.lesson_page import lesson_page, notes_page, shown_view
from tools.site.made import VIEWS, Files
from tools.site.manual import Manual
from tools.site.markup import element, plain

OPENING = "mazur"  # the lesson that the home opens


def write_pages(folder: Path, made: Path, course: Course, words: Words) -> None:
    """Every page of a language into ``folder``; ``made`` holds its files."""
    lessons = folder / "lessons"
    lessons.mkdir(parents=True)
    for name in course.templates:
        files = Files(made, name)
        (lessons / f"{name}.md").write_text(lesson_page(files, words), "utf-8")
        (lessons / f"{name}-notes.md").write_text(notes_page(files, words), "utf-8")
    titles = {name: Files(made, name).facts.told for name in course.templates}
    (lessons / "index.md").write_text(lessons_page(course, words, titles), "utf-8")
    manual = Manual(words)
    manual.write(folder / "docs")
    (folder / "index.md").write_text(home_page(Files(made, OPENING), course, words, manual), "utf-8")


def home_page(opening: Files, course: Course, words: Words, manual: Manual) -> str:
    """What it is, a picture, three ways in, the lessons in order."""
    live = f"live/{opening.live.name}"
    ways = {"live": live, "get": manual.address("install"), "teach": manual.address("exercises")}
    lines = [
        f"# {words('home.title')}",
        "",
        words("home.lead"),
        "",
        f"## {words('home.ways')}",
        "",
        '<div class="ways">',
        *(_way(words, key, address) for key, address in ways.items()),
        "</div>",
        *shown_view(opening, VIEWS[0], words("home.picture")),
        f"## {words('lesson.all')}",
        "",
        words("home.lessons_text", count=len(course.templates)),
        "",
        *_parts(course, words),
        "",
        "```{toctree}",
        ":hidden:",
        "lessons/index",
        "docs/index",
        "```",
    ]
    return "\n".join(lines) + "\n"


def _way(words: Words, key: str, address: str) -> str:
    """One way in, as a card: what for, and a button."""
    heading, text = element("h3", words(f"home.{key}")), element("p", words(f"home.{key}_text"))
    button = element("a", words(f"home.{key}_button"), class_="button first", href=address)
    return f'<div class="way">{heading}{text}{button}</div>'


def _parts(course: Course, words: Words) -> Iterator[str]:
    """The parts of the course, each with a link to its place in the list."""
    yield '<ol class="parts">'
    for key, names in course.parts.items():
        yield f'<li><a href="lessons/index.html#{key}">{escape(words(f"part.{key}"))}</a> ({len(names)})</li>'
    yield "</ol>"


def lessons_page(course: Course, words: Words, told: Mapping[str, Mapping[str, str]]) -> str:
    """Every lesson in order, part by part, with its first sentence."""
    lines = [f"# {words('lesson.all')}", "", words("lesson.lead"), ""]
    for key, names in course.parts.items():
        lines += [f"({key})=", f"## {words(f'part.{key}')}", ""]
        lines += [f"- [{plain(told[name]['title'])}]({name}.md)<br>{plain(told[name]['summary'])}" for name in names]
        lines += ["", "```{toctree}", ":hidden:", f":caption: {words(f'part.{key}')}", *names, "```", ""]
    return "\n".join(lines) + "\n"
