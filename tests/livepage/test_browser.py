"""The page in Chromium, as a reader has it: typing, stepping, sharing, keyboard and screen reader, and the verdict.

What a press brings about is waited for (`expect`): a browser unfolds, scrolls and draws when it comes to it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.witnesses.chromium import launched, patient
from tests.witnesses.node import MODULES
from xlbp import pipeline
from xlbp.livepage import browser, machine
from xlbp.livepage.machine import asset
from xlbp.livepage.make import page_text
from xlbp.template.load import load_template

pytestmark = [pytest.mark.slow, pytest.mark.office]
TABS = ("training", "network", "steps", "charts", "learned", "landscape", "predict")
SIZES = {"laptop": (1366, 768), "phone": (390, 844)}
SHORT = ("training.iterations=20",)


@pytest.fixture(scope="module", autouse=True)
def _chromium() -> None:
    """Skip where there is no browser, and fail in a run that must have one."""
    needed = {"chromium": shutil.which("chromium"), "axe-core": (MODULES / "axe-core").exists()}
    missing = [name for name, there in needed.items() if not there]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{', '.join(missing)} are not installed; run `make office`, and pip install -e '.[dev]'")
    if missing:
        pytest.skip(f"{', '.join(missing)} are not installed; `make office` and pip install -e '.[dev]' do it")


@pytest.fixture(scope="module")
def chromium(_chromium: None) -> Iterator[Any]:
    """One browser for all."""
    with launched() as started:
        yield started


@cache
def text_of(name: str) -> str:
    """The page of a template."""
    return page_text(load_template(name, SHORT), "en")


def written(folder: Path, name: str) -> Path:
    """The page of a template as a file."""
    path = folder / f"{name}.html"
    path.write_text(text_of(name), "utf-8")
    return path


@pytest.fixture(scope="module")
def laptop(chromium: Any) -> Iterator[tuple[Any, list[str]]]:
    """A window on a laptop, and what pages in it complain of; one for all, since a page that is opened begins anew."""
    complaints: list[str] = []
    page = patient(chromium.new_page(viewport={"width": 1366, "height": 768}))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    yield page, complaints
    page.close()


@pytest.fixture
def mazur(laptop: tuple[Any, list[str]], tmp_path: Path) -> Iterator[Any]:
    """The page of mazur, opened from the disk; nothing in it may complain."""
    page, complaints = laptop
    complaints.clear()
    page.goto(written(tmp_path, "mazur").as_uri())
    yield page
    assert complaints == []


def seen(page: Any, row: int, column: int) -> Any:
    """A cell of the table, scrolled into sight: only what is in sight is there."""
    page.evaluate("column => { document.getElementById('grid').scrollLeft = 104 * (column - 4); }", column)
    return page.locator(f"#c{row}-{column}")


def test_a_number_is_typed_and_everything_follows(mazur: Any) -> None:
    """Table, loss, charts with the template's own run in grey, and the address; reset takes all of it back."""
    before = seen(mazur, 1, 21).text_content()
    assert before == "0.2910"
    mazur.fill(".settings input", "１０。０")  # the wide signs of a Chinese keyboard
    expect(mazur).to_have_url(re.compile("#eta=10$"))
    mazur.fill(".settings input", "10,0")
    expect(seen(mazur, 1, 21)).not_to_have_text(before)
    expect(mazur).to_have_url(re.compile("#eta=10$"))
    mazur.click("#tab-charts")
    expect(mazur.locator(".chart path.own").first).to_be_attached()
    mazur.click("text=Reset")
    expect(mazur.locator(".chart path.own")).to_have_count(0)
    mazur.click("#tab-training")
    expect(seen(mazur, 1, 21)).to_have_text(before)
    expect(mazur).to_have_url(re.compile(r"\.html$"))


def test_an_entry_that_is_no_number_is_marked(mazur: Any) -> None:
    """It is told, stays as it was typed, and the last number still counts; Escape takes it back."""
    before = seen(mazur, 1, 21).text_content()
    mazur.fill(".settings input", "0.5x")
    field = mazur.locator(".settings input")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(mazur.locator("[role=alert]")).to_contain_text("η: a number is needed")
    expect(field).to_have_value("0.5x")
    expect(seen(mazur, 1, 21)).to_have_text(before)
    field.press("Escape")
    expect(field).to_have_value("0.5")
    expect(field).to_have_attribute("aria-invalid", "false")


def test_the_address_gives_the_numbers_back(mazur: Any) -> None:
    """What is typed and chosen comes back where the link is opened."""
    mazur.fill(".settings input", "0.25")
    mazur.fill(".parameters input >> nth=4", "-1.5")
    mazur.fill("input[type=range]", "7")
    expect(mazur).to_have_url(re.compile("t=7$"))
    address, there = mazur.url, seen(mazur, 7, 21).text_content()
    mazur.goto("about:blank")
    mazur.goto(address)
    expect(mazur.locator(".parameters input >> nth=4")).to_have_value("-1.5")
    expect(mazur.locator("output")).to_have_text("7")
    expect(seen(mazur, 7, 21)).to_have_text(there)


def test_a_training_that_diverges_is_told(mazur: Any) -> None:
    """At which iteration, and which quantity is the first that is no number; charts hold the largest numbers."""
    mazur.fill(".parameters input >> nth=0", "1e300")
    mazur.fill(".inputs input >> nth=0", "1e300")
    expect(mazur.locator("[role=status]")).to_contain_text("From iteration 0 on net_h1 is no number")
    expect(seen(mazur, 0, 9)).to_have_text("#NUM!")
    for target in ("-1e308", "1e17"):
        mazur.fill(".targets input >> nth=0", target)
        mazur.click("#tab-charts")
        expect(mazur.locator(".chart .rule").first).to_be_attached()


def test_a_cell_tells_how_it_comes_about(mazur: Any) -> None:
    """Formula in symbols, with numbers, its value; what stands in it can be unfolded likewise."""
    seen(mazur, 0, 21).click()
    expect(mazur.locator("#card")).to_contain_text("= E_o1 + E_o2 = 0.2748 + 0.02356 = 0.2984")
    mazur.click("#card summary >> nth=0")
    expect(mazur.locator("#card .operands").first).to_contain_text("error_o1² / 2")


def test_the_table_is_walked_with_the_keyboard(mazur: Any) -> None:
    """Arrows move the chosen cell and scroll it into sight; a screen reader is told which it is."""
    seen(mazur, 0, 9).click()
    mazur.focus("#grid")
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "End"):
        mazur.keyboard.press(key)
    expect(mazur.locator("#grid")).to_have_attribute("aria-activedescendant", "c2-51")
    expect(mazur.locator("#c2-51")).to_be_in_viewport()
    expect(mazur.locator("output")).to_have_text("2")


def test_the_network_is_walked_with_the_keyboard(mazur: Any) -> None:
    """Tab leads to one unit, which says what it is; arrows lead to the others, and each tells how it comes about."""
    mazur.click("#tab-network")
    expect(mazur.locator('.unit[tabindex="0"]')).to_have_count(1)
    mazur.focus('.unit[tabindex="0"]')
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        mazur.keyboard.press(key)
    expect(mazur.locator(":focus")).to_have_attribute("aria-label", "out_h1 = 0.5933, ∂E_total/∂net_h1 = 0.008771")
    expect(mazur.locator("#card h2")).to_have_text("out_h1")


def test_a_training_is_broken_at_one_press(mazur: Any) -> None:
    """Each press begins from the template's own numbers; with parameters of 0 the units of a layer stay alike."""
    mazur.click("text=Break it")
    mazur.click("text=η × 100")
    expect(mazur).to_have_url(re.compile("#eta=50$"))
    mazur.click("text=All parameters 0 at the start")
    expect(mazur).to_have_url(re.compile(r"#(?!.*eta)([^=]+=0(&|$)){8}$"))
    mazur.fill("input[type=range]", "20")
    mazur.click("#tab-network")
    out_h1, out_h2 = (mazur.locator(".unit .number").nth(n) for n in (2, 3))
    expect(out_h1).to_have_text(out_h2.text_content())


def test_the_landscape_is_that_of_the_loss(mazur: Any, tmp_path: Path) -> None:
    """Two parameters can be chosen; where each iteration takes other samples, it says whose loss is drawn."""
    mazur.fill("input[type=range]", "7")
    mazur.click("#tab-landscape")
    expect(mazur.locator("#view-landscape")).to_contain_text("all else is as in iteration 7")
    mazur.select_option("#axis-1", label="w1")
    expect(mazur.locator("#view-landscape figcaption")).to_contain_text("w1), iteration 7")
    expect(mazur.locator("#view-landscape")).not_to_contain_text("Each iteration takes other samples")
    mazur.goto(f"{written(tmp_path, 'iris').as_uri()}#@t=7")
    mazur.click("#tab-landscape")
    expect(mazur.locator("#view-landscape")).to_contain_text("Each iteration takes other samples")


@pytest.mark.parametrize(("name", "size"), [("mazur", "phone"), ("iris", "laptop"), ("self-attention", "phone")])
def test_everybody_can_read_it(chromium: Any, tmp_path: Path, name: str, size: str) -> None:
    """axe finds nothing in any view, none is wider than its screen; how a touched number comes about is in sight."""
    width, height = SIZES[size]
    context = chromium.new_context(bypass_csp=True, viewport={"width": width, "height": height})
    page = patient(context.new_page())
    page.goto(written(tmp_path, name).as_uri())
    page.evaluate((MODULES / "axe-core" / "axe.min.js").read_text("utf-8"))
    for tab in TABS:
        if page.locator(f"#tab-{tab}").count():
            page.click(f"#tab-{tab}")
            of = "document" if tab == TABS[0] else f"'#view-{tab}'"  # what stands around the views is the same
            found = page.evaluate(f"axe.run({of}, {{ resultTypes: ['violations'] }})")["violations"]
            assert [(tab, each["id"], each["nodes"][0]["html"]) for each in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#tab-steps")
    page.locator(".factors button").first.click()
    expect(page.locator("#card h2")).to_be_in_viewport()
    context.close()


def test_the_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every quantity agrees, as the page opens and edited; one wrong operation in its script is found."""
    made = pipeline.page("xor", tmp_path / "xor.html", SHORT, "en", check_it=True)
    assert made.ok
    assert [report.engine for report in made.reports] == ["chromium", "chromium, edited"]
    right, wrong = "return 1 / (1 + exp(-x))", "return 1 / (1 + exp(-x * 1.0000000001))"
    monkeypatch.setattr(machine, "asset", lambda name: asset(name).replace(right, wrong))
    spoilt = pipeline.page("xor", tmp_path / "spoilt.html", SHORT, "en", check_it=True)
    assert not spoilt.ok
    assert spoilt.reports[0].first is not None


def test_a_script_that_fails_is_no_agreement(tmp_path: Path) -> None:
    """What the page complains of is in the report."""
    path = written(tmp_path, "mazur")
    opened = browser.rows_of(path, 52, [{}])
    assert (len(opened.rows), opened.complaints) == (1, [])
    path.write_text(path.read_text("utf-8").replace("<main", "<script>alert(1)</script><main"), "utf-8")
    assert any("Content Security Policy" in text for text in browser.rows_of(path, 52, [{}]).complaints)
