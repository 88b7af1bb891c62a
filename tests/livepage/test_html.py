"""The page as a text: whole in itself, safe, and with a word for everything it says."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from tests.templates import TINY
from xlbp.lang.languages import LANGUAGES
from xlbp.livepage.html import VIEWS
from xlbp.livepage.machine import asset
from xlbp.livepage.make import page_of, page_text
from xlbp.template.load import load_template

SHORT = ("training.iterations=2",)
HOSTILE = """
[template]
title = "</script><script>alert(1)</script> & <b>"
summary = "</title>"
"""


@pytest.fixture(scope="module")
def mazur() -> str:
    """A page."""
    return page_text(load_template("mazur", SHORT), "en")


def parts(page: str, tag: str) -> list[str]:
    """What stands in the elements of this name."""
    return re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", page, re.DOTALL)


def test_its_policy_lets_run_what_it_has_and_nothing_else(mazur: str) -> None:
    """The hashes are those of its own script and style; nothing is fetched, and no text becomes a program."""
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', mazur)
    assert policy is not None
    script, style = parts(mazur, "script")[-1], parts(mazur, "style")[0]
    for kind, text in (("script", script), ("style", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r"\beval\(|new Function|innerHTML|https?://(?!www\.w3\.org/2000/svg)", script)
    assert not re.search(r'(?:src|href)="(?!data:)', mazur)


def test_a_template_cannot_speak_for_the_page() -> None:
    """Texts with HTML in them are texts, in the head, in the data and in the title."""
    page = page_text(load_template(HOSTILE + TINY), "en")
    assert "<script>alert" not in page
    assert len(parts(page, "script")) == 2
    assert json.loads(parts(page, "script")[0])["iterations"] == 2


def test_every_word_is_there_in_every_language() -> None:
    """What the script asks for by name is among the words of each language's page."""
    scripts = "".join(asset(f"{name}.js") for name in VIEWS)
    asked = set(re.findall(r"words\.(\w+)|word\('(\w+)'", scripts))
    wanted = {one or other for one, other in asked} | {
        "legend",
        "legend_plain",
        "legend_graph",
        "training",
        "network",
        "steps",
        "charts",
        "learned",
        "predict",
    }
    for language in LANGUAGES:
        known = set(page_of(load_template("into-backprop", SHORT), language).data["words"])
        assert wanted <= known


def test_no_number_of_numpys_is_in_a_page(mazur: str) -> None:
    """The loss that NumPy computes stands nowhere: the script computes it."""
    assert "0.298371" not in mazur
