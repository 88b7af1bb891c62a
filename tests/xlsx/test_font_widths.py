"""The table of widths is what the fonts say."""

from __future__ import annotations

import json
import string

import pytest

from tools import font_widths

GREEK = "αβγδεηλσΣ∂−·"


@pytest.mark.office
@pytest.mark.parametrize("name", sorted(font_widths.FONTS))
def test_the_table_has_the_widths_of_the_installed_fonts(name: str) -> None:
    """Letters, digits and signs, to a thousandth of the font's size: later versions of a font may add others."""
    measured = font_widths.widths_of(font_widths.FONTS[name])
    table = json.loads(font_widths.TARGET.read_text("ascii"))[name]
    known = {character: int(width) for width, characters in table.items() for character in characters}
    shown = [c for c in string.printable[:95] + GREEK if c in measured]
    assert {c: known.get(c) for c in shown} == {c: measured[c] for c in shown}
    assert len(shown) > 95


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fontconfig always has some font; widths of another are not taken for those that were asked for."""
    monkeypatch.setattr("subprocess.run", lambda *_, **__: type("Said", (), {"stdout": "DejaVu Sans\tf.ttf\t0"})())
    with pytest.raises(SystemExit, match="please install Liberation Sans"):
        font_widths.file_of("Liberation Sans:style=Regular")
