"""The words of the workbook."""

from __future__ import annotations

import locale

import pytest

from xlbp.errors import UsageError
from xlbp.lang import default_language, load_texts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("en_US", "en"), ("de_DE", "de"), ("German_Austria", "de"), ("deX", "en"), ("fr_FR", "en"), ("C", "en"),
        (None, "en"), ("zh_CN", "zh-CN"), ("zh_SG", "zh-CN"),
        ("zh_TW", "zh-TW"), ("zh_HK", "zh-TW"), ("zh_Hant_TW", "zh-TW"),
        ("Chinese (Simplified)_China", "zh-CN"), ("Chinese (Traditional)_Taiwan", "zh-TW"),
    ],
)  # fmt: skip
def test_the_locale_decides(monkeypatch: pytest.MonkeyPatch, name: str | None, expected: str):
    """Chinese where the locale is Chinese, in the script of the place; English elsewhere."""
    monkeypatch.setattr(locale, "getlocale", lambda: (name, "UTF-8"))
    assert expected == default_language()


def test_a_locale_that_python_does_not_know_is_no_fault(monkeypatch: pytest.MonkeyPatch):
    """Windows and macOS have names of which Python says ValueError: then it is English."""

    def unknown() -> None:
        raise ValueError("unknown locale: en-150")

    monkeypatch.setattr(locale, "getlocale", unknown)
    assert default_language() == "en"


def test_an_unknown_language_is_refused():
    """The error names the languages there are."""
    with pytest.raises(UsageError, match="zh-TW"):
        load_texts("fr")


def test_texts_are_filled_in():
    """What stands in braces is replaced."""
    assert load_texts("zh-CN")("training.layer", number=2) == "第 2 层"


def test_a_template_falls_back_to_english():
    """A text that a template gives in English only is shown in English."""
    assert load_texts("zh-TW").of({"en": "a title"}) == "a title"
