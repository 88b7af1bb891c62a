"""Any name of a template becomes a defined name that every program takes, and can be told back from it."""

from __future__ import annotations

import unicodedata
from keyword import iskeyword
from typing import NoReturn

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.package_lints.lint_names import is_fit
from tests.teaching import expected_of
from tests.workbook.layout.test_layout import TEMPLATES, layout_of, with_constants
from xlbp.expectation.contents import lay_out
from xlbp.template.expressions import RESERVED
from xlbp.workbook.layout.defined_names import defined_name, is_own
from xlbp.workbook.layout.layout import defined_names
from xlbp.workbook.layout.runs import CEILING

pytestmark = pytest.mark.slow  # whole books, or many processes

LETTERS = st.characters(categories=("Lu", "Ll", "Lt", "Lm", "Lo", "Nl"))
NEAR_MISSES = (
    *("R", "c", "R1C1", "rc", "A1", "xfd1048576", "e1", "TRUE", "false", "show_t", "Print_Area", "_", "__"),
    *("z1s1", "L1C1", "F", "wk", "O", "Vrai", "c1_x", "W1_2"),
)


def fits(name: str) -> bool:
    """Whether every program takes it for a name, and no teaching sheet has it for one of its own."""
    return is_fit(name) and not is_own(name.lower())


identifiers = st.one_of(
    st.sampled_from(NEAR_MISSES),
    st.from_regex(r"[RrCcZzSsLlFf]\d{0,3}([RrCcSsKkOo]\d{0,3})?|[A-Za-z]{1,3}\d{1,7}|[Xx]_+\d?", fullmatch=True),
    st.builds(lambda first, rest: first + rest, LETTERS, st.text(LETTERS | st.characters(categories=("Nd", "Mn")))),
).filter(lambda name: name.isidentifier() and not iskeyword(name) and name not in RESERVED)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text(), max_size=8))
@example(["x[1]@1", "x[1]@1", "X[1]@1", "x_1_1", "b1", "B1", "b_1", "R", "r", "", "é", "è", "1", "2e5"])
def test_any_text_makes_a_defined_name_of_its_own(texts: list[str]) -> None:
    """Whatever the text, and however often: the name is fit, and no two differ in case alone."""
    taken: set[str] = set()
    made = [defined_name(text, taken) for text in texts]
    assert [name for name in made if not fits(name)] == []
    assert len({name.lower() for name in made}) == len(made)


def test_a_name_does_not_copy_those_that_are_taken() -> None:
    """Of 16,000 cells on the panel each would take the time of all: looking up is enough."""

    class Taken(set[str]):
        def __or__(self, _: object) -> NoReturn:
            raise AssertionError("all names are copied")

    taken = Taken({"x_1"})
    assert defined_name("x[1]", taken) == "x_1_"
    assert taken == {"x_1", "x_1_"}


@settings(deadline=None, max_examples=100)
@given(st.lists(identifiers, min_size=1, max_size=6, unique_by=lambda name: unicodedata.normalize("NFKC", name)))
def test_a_defined_name_tells_which_quantity_it_stands_for(names: list[str]) -> None:
    """In the scripts of the world: each constant has a cell and a name, and from the name the way leads back."""
    normal = [unicodedata.normalize("NFKC", name) for name in names]
    if {"w", "f"} & set(normal) or len(set(normal)) < len(names) or any(map(iskeyword, normal)) or RESERVED & {*normal}:
        return  # the quantities of the template itself
    layout = layout_of(with_constants(tuple(names)))
    found = dict(defined_names(layout))
    assert [defined for defined in found if not fits(defined)] == []
    back = {place: name for name, place in layout.panel.items()}
    assert {back[place] for place in found.values()} >= set(normal)
    assert len(found) == len({defined.lower() for defined in found}) == len(layout.panel)


@pytest.mark.parametrize("name", ["mazur", "xor", "into-backprop"])
def test_the_sheets_own_names_are_kept_for_them(name: str) -> None:
    """Every name that a teaching sheet defines is one that no quantity of a template gets."""
    pages = expected_of(lay_out(TEMPLATES[name], "en")).pages
    own = {defined for page in pages for defined in page.names}
    assert own
    assert [defined for defined in {*own, CEILING} if not is_own(defined)] == []
