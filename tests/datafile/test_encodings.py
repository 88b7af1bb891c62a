"""The code page of a text is told where the text proves it, and asked for where it does not."""

from __future__ import annotations

import pytest

from xlbp.datafile.encodings import decoded, recognised

GERMAN = "Größe;Länge;Art\n5,1;2;süß\n"
CHINESE = "长度,宽度,品种\n1,2,甲\n"


@pytest.mark.parametrize(
    ("text", "written", "encoding"),
    [
        (GERMAN, "utf-8", ""),
        (GERMAN, "utf-8-sig", ""),
        (GERMAN, "utf-16", ""),
        (GERMAN, "utf-32", ""),
        (GERMAN, "utf-16-le", "utf-16-le"),
        (GERMAN, "utf-16-be", "utf-16-be"),
        (GERMAN, "cp1252", "cp1252"),
        ("prix €,qualité\n1,2\n", "cp1252", "cp1252"),
        ("T °C,m²\n1,2\n", "cp1252", "cp1252"),
        ("año,señal,niño\n1,2,3\n", "latin-1", "cp1252"),
        (CHINESE, "gb18030", "gb18030"),
        ("花瓣长度,萼片宽度,种类\n1,2,3\n", "gbk", "gb18030"),
        ("面积,价格\n1,2\n", "gbk", "gb18030"),
        ("姓名,成绩,是否及格\n1,2,3\n", "gbk", "gb18030"),
        ("長度,寬度,品種\n1,2,甲\n", "big5", "big5"),
        ("年齡,收入,是否購買\n1,2,3\n", "big5", "big5"),
        ("長さ,幅,種類\n1,2,a\n", "cp932", "cp932"),
        ("身長,体重,性別\n1,2,3\n", "shift_jis", "cp932"),
        ("długość,szerokość\n1,2\n", "cp1250", "cp1250"),
        ("šířka,třída\n1,2\n", "cp1250", "cp1250"),
        ("œuvre,élève,créée\n1,2,3\n", "cp1252", "cp1252"),
        ("Длина,Ширина\n1,2\n", "cp1251", "cp1251"),
    ],
)
def test_a_text_that_proves_its_encoding(text: str, written: str, encoding: str) -> None:
    """The text is read as it was written; the encoding is named where a template needs it."""
    assert recognised(text.encode(written)) == (text, encoding)
    assert decoded(text.encode(written), encoding) == text


def test_what_two_code_pages_read_is_asked_for() -> None:
    """Both readings are shown, each with the option that takes it."""
    with pytest.raises(ValueError, match=r"choose .--encoding cp1252.* \('èas'\) or .--encoding cp1250.* \('čas'\)"):
        recognised("čas\n".encode("cp1250"))


def test_what_no_code_page_makes_sense_of() -> None:
    """The remedy is named, with the encodings that are usual."""
    with pytest.raises(ValueError, match=r"is not UTF-8 text: save it as CSV UTF-8, or name its encoding, as in .--e"):
        recognised(b"a,b\n\x81\xff\xfe,\x8d\n")


def test_an_encoding_that_is_none_or_not_that_of_the_file() -> None:
    """The name, or the first byte at fault, is told."""
    with pytest.raises(ValueError, match="there is no encoding 'cp12'"):
        decoded(b"a", "cp12")
    with pytest.raises(ValueError, match="is no text in ascii: byte 3 fits"):
        decoded("Größe".encode(), "ascii")
    with pytest.raises(ValueError, match="is not UTF-8 text; save it as CSV UTF-8, or name its encoding"):
        decoded(GERMAN.encode("cp1252"))


def test_line_ends_of_windows() -> None:
    """Carriage returns before line feeds are gone."""
    assert decoded(b"a,b\r\n1,2\r\n") == "a,b\n1,2\n"
