"""Where keys stand in a TOML text."""

from __future__ import annotations

import pytest

from xlbp.errors import TemplateError
from xlbp.template.document import Document

TEXT = """top = "x"
[plain]
dotted.key = 1
"quoted.key" = 2
  indented = 3  # a comment = 4
[[table.list]]
k = 1
[[table.list]]
  k = 2
[table.list.sub]
m = 3
[[table.list.deep]]
z = 1
[[table.list.deep]]
z = 2
inline = { u = 1, uu = 2, "q" = 3 }
rows = [
  [1, 2],
  [3, 4]
]
after = 5
"""
DEEP = ("table", "list", 1, "deep", 1)
PLACES = [
    (("top",), (1, 1)),
    (("plain",), (2, 1)),
    (("plain", "dotted", "key"), (3, 1)),
    (("plain", "quoted.key"), (4, 1)),
    (("plain", "indented"), (5, 3)),
    (("table", "list", 0), (6, 1)),
    (("table", "list", 0, "k"), (7, 1)),
    (("table", "list", 1), (8, 1)),
    (("table", "list", 1, "k"), (9, 3)),
    (("table", "list", 1, "sub"), (10, 1)),
    (("table", "list", 1, "sub", "m"), (11, 1)),
    (("table", "list", 1, "deep", 0, "z"), (13, 1)),
    (DEEP, (14, 1)),
    ((*DEEP, "z"), (15, 1)),
    ((*DEEP, "inline"), (16, 1)),
    ((*DEEP, "inline", "u"), (16, 12)),
    ((*DEEP, "inline", "uu"), (16, 19)),
    ((*DEEP, "inline", "q"), (16, 27)),
    ((*DEEP, "rows"), (17, 1)),
    ((*DEEP, "rows", 1, 0), (19, 4)),
    ((*DEEP, "after"), (21, 1)),
    ((*DEEP, "absent"), (14, 1)),
    (("nowhere",), (0, 0)),
]


def place(path, offset=None):
    """The line and column at which a complaint about ``path`` points."""
    with pytest.raises(TemplateError, match="wrong") as caught:
        Document(TEXT, "x.toml").fail(path, "wrong", offset)
    return caught.value.line, caught.value.column


@pytest.mark.parametrize(("path", "expected"), PLACES)
def test_a_key_is_pointed_at_where_it_stands(path, expected):
    """Keys of tables, arrays of tables, inline tables and dotted keys all have their place."""
    assert expected == place(path)


def test_a_complaint_may_point_inside_a_text():
    """``offset`` counts from the first character behind the quotes."""
    with pytest.raises(TemplateError) as caught:
        Document("steps = ['a = 1', \"b = $\"]\n", "x.toml").fail(("steps", 1), "wrong", 4)
    expected = 19 + 1 + 4
    assert expected == caught.value.column


@pytest.mark.parametrize("key", ["u", "s"])
def test_a_key_of_an_inline_table_is_not_sought_in_other_words(key):
    """The place of ``u`` in an inline table is not the end of another key that ends in u."""
    text = f"thus = {{ bus = 1, menu = 1, {key} = 2 }}\n"
    with pytest.raises(TemplateError) as caught:
        Document(text, "x.toml").fail(("thus", key), "wrong")
    assert text.index(f" {key} = 2") + 2 == caught.value.column


def test_headers_inside_texts_are_no_headers():
    """A text of many lines may hold what looks like a table."""
    text = 'about = """\n[a]\nb = 1\n"""\n[a]\nb = 2\n'
    with pytest.raises(TemplateError) as caught:
        Document(text, "x.toml").fail(("a", "b"), "wrong")
    expected = 6
    assert expected == caught.value.line


def test_the_data_are_those_of_toml():
    """What is read is plain TOML."""
    data = Document(TEXT, "x.toml").data
    expected = {"key": 1}
    assert expected == data["plain"]["dotted"]
    assert data["table"]["list"][1]["deep"][1]["rows"] == [[1, 2], [3, 4]]


def test_an_overridden_key_is_blamed_on_its_override():
    """A complaint about a value from --set names that one, in the words of whoever gave it, and no line."""
    document = Document(TEXT, "x.toml", ("plain.indented=5",))
    with pytest.raises(TemplateError) as caught:
        document.fail(("plain", "indented"), "wrong")
    expected = "--set plain.indented=5: wrong"
    assert expected == caught.value.at_the_command_line
    assert str(caught.value) == "overrides={'plain.indented': 5}: wrong"


def test_a_long_line_is_cut_around_the_caret():
    """The printed line is at most 100 characters wide, and the caret still stands under its text."""
    text = "x = { " + ", ".join(f"k{i} = {i}" for i in range(100)) + " }"
    with pytest.raises(TemplateError) as caught:
        Document(text, "x.toml").fail(("x", "k77"), "wrong")
    _, shown, caret = str(caught.value).splitlines()
    expected = "k77 = 77"
    assert expected == shown[len(caret) - 1 :][: len(expected)]
    assert len(shown) <= 104


def test_a_decimal_comma_is_named() -> None:
    """A number with a decimal comma, which TOML does not have, is shown with the point that it needs."""
    with pytest.raises(TemplateError, match=r"0,05 has a decimal comma; write 0\.05") as caught:
        Document("[training]\nlearning_rate = 0,05  # slow\n", "x.toml")
    assert (caught.value.line, caught.value.column) == (2, 17)
