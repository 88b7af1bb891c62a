"""The verb: where a page is written, what it takes, and what it says of itself."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

import xlbp
from tests.conftest import MakeBook


def data_of(path: Path) -> dict[str, object]:
    """What a page says to its script."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


def test_a_page_is_written(tmp_path: Path) -> None:
    """It says what it is; a page that exists is not replaced unless that is asked for."""
    path = tmp_path / "chain.html"
    made = xlbp.page("chain-rule-1", path, language="en", iterations=2)
    assert repr(made).endswith("8 quantities in 3 rows, not verified)")
    assert made.to_dict() == {
        **{"path": str(path), "bytes": path.stat().st_size, "quantities": 8},
        **{"iterations": 2, "verified": None, "reports": []},
    }
    before = path.read_bytes()
    with pytest.raises(xlbp.WriteError, match="exists"):
        xlbp.page("chain-rule-2", path)
    assert path.read_bytes() == before
    assert xlbp.page("chain-rule-2", path, force=True).quantities == 11


def test_a_page_is_called_html(tmp_path: Path) -> None:
    """Another ending is refused before any work."""
    with pytest.raises(xlbp.UsageError, match=r"must end in \.html"):
        xlbp.page("chain-rule-1", tmp_path / "chain.xlsx")


@pytest.mark.slow
def test_the_page_of_a_book_has_its_numbers_and_its_language(make_book: MakeBook, tmp_path: Path) -> None:
    """It opens with what stands in the book's cells, and knows the template's own, to which it can be reset."""
    from openpyxl import load_workbook

    path = make_book("chain-rule-1", 3, language="zh-CN")
    book = load_workbook(path)
    sheet, cell = book.defined_names["eta"].attr_text.replace("'", "").replace("$", "").split("!")
    own = book[sheet][cell].value
    book[sheet][cell] = own * 2
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    data = data_of(xlbp.page(changed, tmp_path / "changed.html").path)
    place = data["own"].index(own)  # type: ignore[attr-defined]
    assert data["given"] == [[place, own * 2]]
    assert data["language"] == "zh-CN"


def test_without_a_browser_the_verdict_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Playwright is not installed, that is said with the remedy, and the exit code is 5."""
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(xlbp.EngineError, match=r"pip install 'xlbp\[page\]'") as error:
        xlbp.page("chain-rule-1", tmp_path / "chain.html", verify=True)
    assert error.value.exit_code == 5
