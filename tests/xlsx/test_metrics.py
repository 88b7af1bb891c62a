"""What the widths of the fonts say of a text: pixels, lines, heights."""

from __future__ import annotations

import pytest

from xlbp.xlsx.metrics import (
    column_pixels,
    column_width,
    lines_needed,
    longest_word,
    row_height,
    shortened,
    text_width,
)

NARROW = 60.0  # pixels


def test_a_digit_of_arial_is_as_wide_as_in_the_font() -> None:
    """Arial's digits are 0.556 of its size: 7.4 pixels at 10 points."""
    assert text_width("0") == pytest.approx(0.556 * 10 * 96 / 72, abs=0.01)


def test_chinese_characters_are_as_wide_as_they_are_high() -> None:
    """Four characters of 12 points take 64 pixels, bold or not."""
    assert text_width("反向传播", 12, language="zh-CN") == 64
    assert text_width("反向传播", 12, bold=True, language="zh-TW") == 64


def test_latin_letters_in_a_chinese_book_are_reckoned_in_the_widest_font_that_may_take_over() -> None:
    """Few systems have the Chinese fonts of Windows, and what they take instead is wider than Arial."""
    assert text_width("learning_rate", language="zh-CN") > text_width("learning_rate")


def test_a_column_of_excels_own_width_has_64_pixels() -> None:
    """By ECMA-376: 8.43 digits and the padding are stored as 9.14, and are 64 pixels."""
    assert column_pixels(9.140625) == 64


@pytest.mark.parametrize("text", ["w1", "∂E_total/∂net_h1", "learning_rate", "各组相同的部分"])
def test_a_column_made_for_a_text_has_room_for_it(text: str) -> None:
    """The text and five pixels of padding fit."""
    assert column_pixels(column_width(text_width(text))) >= text_width(text) + 5


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 1),
        ("one", 1),
        ("one\ntwo", 2),
        ("one two three", 2),
        ("incomprehensibilities", 3),
        ("学习率", 1),
        ("学习率很大", 2),
    ],
)
def test_lines_break_between_words_and_at_chinese_characters(text: str, lines: int) -> None:
    """60 pixels hold four Chinese characters, or eight letters; a longer word breaks anywhere."""
    assert lines_needed(text, NARROW, language="en") == lines


def test_no_line_begins_with_a_closing_sign() -> None:
    """A comma takes the character before it along, so that what would fill two lines exactly takes three."""
    assert lines_needed("四个汉字五个汉字", 54) == 2
    assert lines_needed("四个汉字，个汉字", 54) == 3


def test_no_line_ends_with_an_opening_sign() -> None:
    """A bracket goes along with the character after it."""
    assert lines_needed("四个字（四个字）", 54) == 3


def test_the_longest_word_is_what_does_not_break() -> None:
    """Of Chinese it is one character with its signs."""
    assert longest_word("a learning_rate of 1") == text_width("learning_rate")
    assert longest_word("学习率。", language="zh-CN") == text_width("率。", language="zh-CN")


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_rows_are_as_high_as_excels_lines(language: str) -> None:
    """Excel gives a line of Arial 1.275 of its size, one of YaHei 1.32, and Noto Sans CJK needs 1.45."""
    least = 1.275 if language == "en" else 1.45
    assert row_height(3, 10, language) >= 30 * least


def test_a_long_formula_ends_with_an_ellipsis_where_its_lines_end() -> None:
    """No more lines than there are, and no term less than fits."""
    formula = "= " + " + ".join(f"w{n} · x{n}" for n in range(40))
    brief = shortened(formula, 3, 80, 9)
    longer = " ".join(formula.split(" ")[: len(brief.split(" "))]) + " …"
    assert brief.endswith(" …")
    assert lines_needed(brief, 80, 9) == 3
    assert lines_needed(longer, 80, 9) == 4
    assert shortened("= a · b", 3, 80, 9) == "= a · b"
