"""xlbp/xlsx/font_widths.json: how wide each character is, measured in the fonts.

Run by ``make fonts``.  Liberation Sans has the widths of Arial, character by character.  The Latin letters of Noto Sans
CJK stand for those of the Chinese fonts of Windows; its Chinese characters are all as wide as they are high.  DejaVu
Sans is what many systems take for a font they have not, and for signs that no other has.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "xlbp" / "xlsx" / "font_widths.json"
FONTS = {  # as fontconfig knows them: family and weight
    "latin": "Liberation Sans:style=Regular",
    "latin bold": "Liberation Sans:style=Bold",
    "chinese": "Noto Sans CJK SC:style=Regular",
    "chinese bold": "Noto Sans CJK SC:style=Bold",
    "fallback": "DejaVu Sans:style=Book",
    "fallback bold": "DejaVu Sans:style=Bold",
}
FIRST, LAST = 0x20, 0x2E7F  # what comes after is Chinese
OTHER_SCRIPTS = range(0x0400, 0x1E00)  # no text of a book is Cyrillic, Hebrew or Arabic


def file_of(pattern: str) -> tuple[str, int]:
    """The file that fontconfig has for a name, and the number of the font in it.  Raises SystemExit if it has none."""
    shown = "%{family}\t%{file}\t%{index}"
    said = subprocess.run(["fc-match", "-f", shown, pattern], check=True, capture_output=True, text=True).stdout
    families, path, index = said.split("\t")
    if pattern.partition(":")[0] not in families.split(","):
        raise SystemExit(f"please install {pattern}: fontconfig has {families} only")
    return path, int(index)


def widths_of(pattern: str) -> dict[str, int]:
    """The width of each character of a font in thousandths of the font's size."""
    path, number = file_of(pattern)
    with TTFont(path, fontNumber=number, lazy=True) as font:
        size, advances = font["head"].unitsPerEm, font["hmtx"].metrics
        return {
            chr(code): round(1000 * advances[glyph][0] / size)
            for code, glyph in font.getBestCmap().items()
            if FIRST <= code <= LAST and code not in OTHER_SCRIPTS
        }


def by_width(widths: dict[str, int]) -> dict[str, str]:
    """Each width with all characters that have it, in order."""
    found: dict[int, list[str]] = {}
    for character in sorted(widths):
        found.setdefault(widths[character], []).append(character)
    return {str(width): "".join(found[width]) for width in sorted(found)}


def main() -> None:
    """Write the table."""
    fonts = {name: widths_of(pattern) for name, pattern in FONTS.items()}
    table = {name: by_width(widths) for name, widths in fonts.items()}
    TARGET.write_text(json.dumps(table, ensure_ascii=True, indent=1) + "\n", "ascii")
    print(f"{TARGET.name}: {sum(map(len, fonts.values()))} widths")


if __name__ == "__main__":
    main()
