"""What a lesson's page says is the template's, in the reader's language, and text stays text."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.livepage.node import ran
from tools.site.__main__ import keep_unchanged
from tools.site.chinese import SPLITTER, cut
from tools.site.course import Course, Words
from tools.site.finish import finish
from tools.site.lesson_page import lesson_page
from tools.site.links import faults
from tools.site.made import Facts, Files
from tools.site.pages import write_pages
from tools.site.told import Told, told
from xlbp import load_template, trace
from xlbp.expectation.book import expect
from xlbp.expectation.contents import lay_out, lay_out_one
from xlbp.expectation.training import train_run

FEW = Course({"node": ("one-product",), "network": ("mazur",)})
HAN = st.text("反向传播学习率损失", min_size=1, max_size=9)


def put(files: Files, said: Told) -> None:
    """Files as they are when they have been made, empty but for what the page tells."""
    for path in (files.live, files.book, files.exercise, files.facts_file):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    files.notes.write_text(f"# {files.name}\n", "utf-8")
    files.facts_file.write_text(json.dumps(asdict(Facts("", 1234, asdict(said), "update"))), "utf-8")


def told_of(name: str, language: str) -> Told:
    """What a page tells of a template."""
    contents = lay_out(load_template(name), language)
    return told(contents, train_run(contents).facts)


@pytest.fixture(scope="module")
def mazur() -> Told:
    """The 2-2-2 example in Chinese."""
    return told_of("mazur", "zh-CN")


def test_what_is_worked_out_is_the_reference(mazur: Told) -> None:
    """The chain rule, its product and the step have the numbers of NumPy's training."""
    numbers = trace("mazur", iterations=1)
    assert f"{numbers['dW2'][0, 0, 0]:.5f}" == mazur.chain.value == mazur.chain.paths[0].value
    assert f"{numbers['W2'][1, 0, 0]:.4f}" == mazur.update.value
    assert f"{numbers.loss[0]:.4f}" == mazur.forward[-1].value
    assert mazur.chain.paths[0].formula == "∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5"


@pytest.mark.slow
def test_a_lesson_is_told_in_the_readers_language(mazur: Told, tmp_path: Path) -> None:
    """Title, question and answer, worked lines, what can be taken home, and the commands that make it."""
    files = Files(tmp_path / "zh-CN", "mazur")
    put(files, mazur)
    page = lesson_page(files, Words("zh-CN"))
    assert page.startswith("# 一步一步的反向传播示例（2-2-2）\n")
    assert page.count(mazur.questions[0][0]) == 2
    assert page.count(mazur.questions[0][1]) == 1
    assert "<dt>w5⁺</dt><dd>= w5 − η · ∂E_total/∂w5</dd>" in page
    home = ["../live/mazur.html", "../files/mazur.xlsx", "../files/mazur-exercise.xlsx", "mazur-notes.html"]
    assert home == re.findall(r'href="([^"]+)"', page)
    assert "xlbp exercise mazur --blank update --lang zh-CN\n" in page


def test_text_of_a_template_stays_text(mazur: Told, tmp_path: Path) -> None:
    """What a template says can neither be an element of the page nor Markdown."""
    files = Files(tmp_path / "en", "mazur")
    evil = "<script>x</script> [a](b) `c` {d}`e`"
    asked = ((evil, evil),)
    put(files, replace(mazur, title=evil, summary=evil, source=evil, remarks=(evil,), questions=asked))
    page = lesson_page(files, Words("en"))
    assert "<script" not in page.replace("\\<", "")
    assert "[a](b)" not in re.sub(r"<p>.*?</p>", "", page)


def test_german_numbers_have_a_comma() -> None:
    """Numbers are written as the language writes them, and arguments then parted by semicolons."""
    update = told_of("one-product", "de").update
    assert (update.numbers, update.value) == ("(−2,0000) + 0,0100 · 3,0000", "−1,9700")


def test_pages_link_to_one_another_and_to_their_files(mazur: Told, tmp_path: Path) -> None:
    """Home, list and lessons name each lesson, and no file that was not made."""
    made, pages = tmp_path / "made" / "zh-CN", tmp_path / "zh-CN"
    for name in FEW.templates:
        put(Files(made, name), mazur)
    write_pages(pages, made, FEW, Words("zh-CN"))
    listed = (pages / "lessons" / "index.md").read_text("utf-8")
    assert [f"{name}.md" for name in FEW.templates] == re.findall(r"\]\(([\w-]+\.md)\)", listed)
    for path in pages.rglob("*.md"):
        for address in re.findall(r'href="((?:\.\./)?(?:live|files|pictures)/[^"]+)"', path.read_text("utf-8")):
            place = path.relative_to(pages).parent / address
            assert (made / place.as_posix().replace("lessons/../", "")).is_file(), (path.name, address)


@pytest.mark.slow
def test_a_lesson_is_the_same_as_if_each_language_had_been_made_apart() -> None:
    """A book that takes over the row and the training of another language's has its own words and the same pages."""
    template = load_template("logistic-regression", iterations=3)
    first = expect(lay_out_one(template, "de"))
    taken = expect(lay_out_one(template, "zh-CN", like=first.layout), own=first)
    apart = expect(lay_out_one(template, "zh-CN"))
    cells = [[(page.title, page.fixed, page.formulas) for page in book.pages] for book in (taken, apart)]
    assert cells[0] == cells[1]
    assert taken.layout == apart.layout
    assert told(taken.first.contents, taken.first.facts) == told(apart.first.contents, apart.first.facts)


def test_only_what_has_changed_is_set_anew(tmp_path: Path) -> None:
    """A page that is the same keeps its time, by which Sphinx tells; one that is gone goes."""
    kept, fresh = tmp_path / "kept", tmp_path / "fresh"
    for folder, files in ((kept, {"same": "1", "gone": "1", "new": "1"}), (fresh, {"same": "1", "new": "2"})):
        (folder / "in").mkdir(parents=True)
        for name, text in files.items():
            (folder / "in" / name).write_text(text, "utf-8")
    os.utime(kept / "in" / "same", (1, 1))
    keep_unchanged(fresh, kept)
    assert {path.name: path.read_text("utf-8") for path in (kept / "in").iterdir()} == {"same": "1", "new": "2"}
    assert (kept / "in" / "same").stat().st_mtime == 1


PLANTED = {
    '<a href="nowhere.html">': "leads to no file",
    '<a href="other.html#nowhere">': "names no place",
    '<a href="/other.html">': "server's root",
    '<a href="../../outside.html">': "leads out of the site",
    '<script src="https://example.org/a.js"></script>': "loads https://example.org/a.js",
    '<img src="//example.org/a.png">': "loads //example.org/a.png",
    '<link rel="stylesheet" href="missing.css">': "leads to no file",
    "<script>x()</script>": "has a script in it",
}
RIGHT = (
    '<a href="other.html#here"><a href="https://example.org"><a href="mailto:a@b"><img src="data:image/gif;base64,AA">'
)


@pytest.mark.parametrize("planted", PLANTED)
def test_a_broken_link_is_found(planted: str, tmp_path: Path) -> None:
    """Each kind of fault is named with its page; links that lead somewhere are no faults."""
    (tmp_path / "other.html").write_text('<h2 id="here">', "utf-8")
    (tmp_path / "page.html").write_text(RIGHT + planted, "utf-8")
    [fault] = faults(tmp_path)
    assert fault.startswith("page.html")
    assert PLANTED[planted] in fault


def test_a_script_that_runs_text_is_found(tmp_path: Path) -> None:
    """A policy may forbid that, and the page would then stop half way."""
    (tmp_path / "a.js").write_text('f = new Function("n", "return n")', "utf-8")
    assert list(faults(tmp_path)) == ["a.js runs text as a program: new Function("]


def test_links_that_lead_somewhere_are_no_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place of this page or another, an address of elsewhere, a picture within; the folder may be relative."""
    (tmp_path / "other.html").write_text('<h2 id="here"><a href="#here">', "utf-8")
    (tmp_path / "page.html").write_text(RIGHT, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert list(faults(tmp_path)) == list(faults(Path())) == []


def test_a_finished_page_speaks_its_language(tmp_path: Path) -> None:
    """The theme's words are translated, its drawers have names, its script stands in a file; content stays."""
    theme = "<script>\n document.body.dataset.theme = 1;\n</script>"
    drawer = '<aside class="sidebar-drawer"><a title="Toggle navigation of 甲">Next</a></aside>'
    page = tmp_path / "lessons" / "a.html"
    page.parent.mkdir()
    (tmp_path / "_static").mkdir()
    script = tmp_path / "_static" / "doctools.js"
    script.write_text('f = new Function(\n "n",\n `return (${catalog.plural_expr})`,\n);', "utf-8")
    page.write_text(f"{theme}{drawer}<p>Next to it</p><pre>x</pre>", "utf-8")
    finish(tmp_path, Words("zh-CN"))
    expected = (
        '<script src="../_static/appearance.js"></script>'
        '<aside class="sidebar-drawer" aria-label="全站导航"><a title="展开或收起：甲">下一页</a></aside>'
        '<p>Next to it</p><pre tabindex="0">x</pre>'
    )
    assert expected == page.read_text("utf-8")
    assert (tmp_path / "_static" / "appearance.js").read_text("utf-8") == "document.body.dataset.theme = 1;\n"
    assert list(faults(tmp_path)) == []


def test_a_picture_is_small_and_has_its_size(tmp_path: Path) -> None:
    """It loses nothing, and waits until it is near what is seen; the search's index waits until something is asked."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / "doctools.js").touch()
    (tmp_path / "_images").mkdir()
    drawn = Image.effect_mandelbrot((60, 40), (-2, -1, 1, 1), 50).convert("RGB")
    drawn.save(tmp_path / "_images" / "a-b.png")
    (tmp_path / "search.html").write_text('<img src="_images/a-b.png"><script src="searchindex.js"></script>', "utf-8")
    finish(tmp_path, Words("en"))
    page = (tmp_path / "search.html").read_text("utf-8")
    assert page.startswith('<img loading="lazy" src="_images/a-b.webp" width="60" height="40">')
    assert "searchindex" not in page
    [picture] = (tmp_path / "_images").iterdir()
    with Image.open(picture) as found:
        assert found.convert("RGB").tobytes() == drawn.tobytes()


@pytest.mark.slow
@given(HAN, HAN, HAN)
def test_what_stands_in_a_chinese_page_is_found(before: str, query: str, after: str) -> None:
    """Every pair of characters of a query that a page has is a word of that page, wherever words may begin."""
    pairs = {query[n : n + 2] for n in range(len(query) - 1)} or {query}
    assert pairs <= set(cut(f"{before}{query}{after}"))


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_browser_cuts_a_query_as_the_page_was_cut() -> None:
    """Chinese in pairs, a single character alone, Latin words whole."""
    queries = ["反向传播", "损", "学习率 eta", "用Adam优化", "dE_total, 梯度"]
    found = json.loads(ran(f"{SPLITTER} console.log(JSON.stringify({json.dumps(queries)}.map(splitQuery)));"))
    assert found[0] == ["反向", "向传", "传播"]
    assert found[1] == ["损"]
    for query, words in zip(queries, found, strict=True):
        assert set(words) <= set(cut(query))
