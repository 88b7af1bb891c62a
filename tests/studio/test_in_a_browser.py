"""Each story of the studio, played through in Chromium, as somebody without a terminal would."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile

import pytest
from playwright.sync_api import expect

from tests.witnesses.chromium import launched, patient
from tests.witnesses.node import MODULES

pytestmark = [pytest.mark.slow, pytest.mark.whole_pictures, pytest.mark.office, pytest.mark.xdist_group("studio")]
SCREENS = ((1366, 768), (390, 844))
AXE = """
() => axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] })
    .then(found => found.violations.map(each => each.id + ": " + each.nodes.map(node => node.html).join(" | ")))
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The folder that what is made is put into as well."""
    return tmp_path_factory.mktemp("studio") / "kept"


@pytest.fixture(scope="module")
def address(kept):
    """A studio in a process of its own, as `xlbp studio` starts it; the address that it shows."""
    command = [sys.executable, "-m", "xlbp", "studio", "--no-open", str(kept)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.terminate()
        process.wait(30)
    assert process.returncode in {0, 130}


@pytest.fixture(scope="module")
def browser():
    """Chromium, without a window."""
    with launched() as chromium:
        yield chromium


@pytest.fixture
def page(browser, address):
    """A page of the studio, on a screen of 1366 x 768; whatever its scripts complain of is a failure."""
    complaints = []
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="en", accept_downloads=True)
    page = patient(context.new_page())
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


def downloaded(page, name, folder):
    """A file that the page offers, saved."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=name).first.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def test_an_evening_from_an_idea_to_marks(page, tmp_path):
    """A network is composed, seen live, changed, made; an exercise is set for a class; what comes back is marked."""
    page.get_by_role("link", name="Compose").first.click()
    live = page.frame_locator("#live")
    expect(live.get_by_role("heading", name="My network")).to_be_visible()
    page.locator("#training-iterations").fill("5")
    page.locator("#layer-0-units").fill("3")
    page.locator("#layer-0-units").press("Tab")
    expect(live.get_by_text("b1[3]").first).to_be_attached()
    page.get_by_role("button", name="Make the workbook").click()
    expect(page.locator("#status")).to_contain_text("all agree with NumPy")
    assert zipfile.is_zipfile(downloaded(page, "my-book.xlsx", tmp_path))

    page.get_by_role("link", name="Set an exercise with it").click()
    roster = tmp_path / "class.csv"
    roster.write_text("name\nAnna Müller\n王小明\n", encoding="utf-8")
    page.get_by_label("Class list").set_input_files(roster)
    expect(page.locator("output.command")).to_contain_text("--roster=class.csv")
    page.get_by_role("button", name="Make the exercise").click()
    expect(page.locator(".right")).to_contain_text(re.compile(r"2 workbooks, one for each student, with \d+ blanks"))
    expect(page.get_by_role("link", name="Once more")).to_have_attribute("href", re.compile("job="))
    books = downloaded(page, re.compile("2 files"), tmp_path)
    record = downloaded(page, re.compile(r"exercise\.json"), tmp_path)

    page.get_by_role("main").get_by_role("link", name="Mark a class").click()
    page.get_by_label("What was handed in").set_input_files(books)
    page.get_by_label("The record of the exercise").set_input_files(record)
    page.get_by_label("Class list").set_input_files(roster)
    page.get_by_role("button", name="Mark", exact=True).click()
    expect(page.locator("pre.said")).to_contain_text("2 marked")
    expect(page.get_by_role("link", name="marks-feedback")).to_have_count(1)  # the one that platforms take
    assert zipfile.is_zipfile(downloaded(page, "marks.xlsx", tmp_path))


def test_one_s_own_data_live(page, tmp_path, kept):
    """A table that is dropped in becomes a network that one sees train, and a workbook with the same data."""
    data = tmp_path / "trees.csv"
    data.write_text("height,width,kind\n" + "".join(f"{n % 5},{n % 3},{'ab'[n % 2]}\n" for n in range(6)))
    page.get_by_role("link", name="Your own data").first.click()
    page.get_by_label("Your file").set_input_files(data)
    page.get_by_text("More choices").click()
    page.get_by_label("Iterations").fill("5")
    page.get_by_role("button", name="Write the template").click()
    page.get_by_role("link", name="See it live").click()
    expect(page.frame_locator("#live").get_by_role("heading").first).to_be_visible()
    expect(page.locator("#form")).to_contain_text("trees.csv")
    page.get_by_role("button", name="Make the workbook").click()
    expect(page.locator("#status")).to_contain_text("all agree with NumPy")
    assert zipfile.is_zipfile(downloaded(page, "my-book.xlsx", tmp_path))
    assert {"my-template.toml", "my-book.xlsx", "my-book-notes.md"} <= {path.name for path in kept.iterdir()}


def test_a_sheet_and_numbers_are_judged(page, tmp_path, graph):
    """A book that agrees is called so; a book whose gradient is wrong is audited, with the cell shown in place."""
    page.get_by_role("link", name="Verify a book").first.click()
    page.get_by_label("Workbooks").set_input_files(graph)
    page.get_by_role("button", name="Verify").click()
    expect(page.locator(".right")).to_contain_text("agree with NumPy")
    page.get_by_role("link", name="Audit a sheet").first.click()
    page.get_by_label("Workbook", exact=True).set_input_files(graph)
    page.get_by_role("button", name="Audit").click()
    expect(page.locator("iframe.report")).to_be_visible()


def test_every_page_is_for_everybody(page, address):
    """Axe finds nothing, nothing is wider than a screen or a phone, and the page is in the language that was chosen."""
    page.get_by_role("combobox").first.select_option("zh-CN")
    page.locator("header form button").click()
    for path in ("/", "/compose", "/do/mark"):
        page.goto(address.partition("/?")[0] + path)
        page.evaluate((MODULES / "axe-core" / "axe.min.js").read_text("utf-8"))
        assert page.evaluate(AXE) == []
        assert page.locator("html").get_attribute("lang") == "zh-CN"
        for width, height in reversed(SCREENS):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
