"""Points: weights of parts and cells, credit for what follows a slip and for single mistakes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.classes import plan
from xlbp.classroom.exercise.blanks import Blank
from xlbp.classroom.exercise.credit import PLAIN, Credit, said_of_credit
from xlbp.classroom.exercise.record import Record, read_record, write_record
from xlbp.classroom.marking.answers import Answer
from xlbp.classroom.marking.result import MARKED, Result
from xlbp.classroom.marking.scheme import Scheme, scheme_of
from xlbp.classroom.marking.table import as_csv, grade_of, marks_rows
from xlbp.classroom.marking.verdict import EMPTY, FOLLOWS, RIGHT, WRONG, Verdict
from xlbp.classroom.order import Order
from xlbp.errors import UsageError
from xlbp.mistakes import Mistake

RECORD = Record("mazur", "", "gradients")


def scheme(*weights: str, partial: object = None, credit: tuple[str, ...] = (), blank: str = "gradients") -> Scheme:
    """What cells of the example count."""
    return scheme_of(plan("mazur", blank, marked=False), said_of_credit(partial, credit, weights).of(RECORD))


def verdict(name: str, status: str, mistake: Mistake | None = None, further: Mistake | None = None) -> Verdict:
    """On a cell of the first row."""
    return Verdict(Blank(name, 0), status, Answer(1.0), 1.0, mistake, further=(further, "") if further else None)


def test_a_cell_is_a_point_where_nothing_is_said() -> None:
    """As ever: right, and right given an earlier slip."""
    plain = scheme()
    assert plain.credit == PLAIN
    statuses = (RIGHT, FOLLOWS, WRONG, EMPTY)
    assert [plain.points(verdict("dW1[1,1]", status)) for status in statuses] == [1, 1, 0, 0]
    assert plain.maximum == 16


def test_partial_credit_and_that_of_mistakes_are_exact() -> None:
    """Fractions of a cell's own points; two mistakes in a cell cost both."""
    own = scheme("w5=3", partial="1/3", credit=("sign=0,5", "no_half=0.1"))
    assert own.points(verdict("dW2[1,1]", FOLLOWS)) == 1
    assert own.points(verdict("dW2[1,1]", WRONG, Mistake.SIGN)) == Fraction(3, 2)
    assert own.points(verdict("dW2[1,1]", WRONG, Mistake.NO_HALF, Mistake.SIGN)) == Fraction(3, 20)
    assert own.points(verdict("dW2[1,1]", WRONG, Mistake.TRANSPOSED)) == 0
    assert own.points(verdict("dW1[1,1]", WRONG, Mistake.SIGN)) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("weights", "maximum"),
    [
        (("gradients=2",), 32), (("w5=3",), 20), (("dE_total/dw5=3",), 20), (("dW2[1,1]=3",), 20), (("W2=0",), 8),
        (("w5=3", "gradients=2"), 32), (("gradients=2", "w5=3"), 34), (("gradients=0.5",), 8), (("dW2=2",), 24),
    ],
)  # fmt: skip
def test_what_is_weighed_is_a_part_a_symbol_a_parameter_or_a_tensor(weights: tuple[str, ...], maximum: int) -> None:
    """The last that fits a cell counts."""
    assert scheme(*weights).maximum == maximum


def test_cells_are_weighed_by_their_addresses() -> None:
    """Of the book that is generated, one or a block."""
    contents = plan("mazur", "gradients", marked=False).contents
    cell = contents.layout.cell("dW2[1,1]", 0)
    assert scheme(f"{cell}=5").maximum == 20
    assert scheme(f"{cell}:{cell}=5").maximum == 20


@pytest.mark.parametrize(
    ("weights", "credit", "partial", "said"),
    [
        (("w55=2",), (), None, "did you mean w5"), (("gradients=0",), (), None, "has any points"),
        (("forward=2",), (), None, "it has none of these"), (("w5",), (), None, "NAME=NUMBER"),
        (("w5=-1",), (), None, "points from 0"),
        ((), ("roundin=1",), None, "did you mean rounding"), ((), ("sign=2",), None, "from 0 to 1"),
        ((), (), "half", "from 0 to 1"), ((), (), "nan", "from 0 to 1"), ((), ("nowhere.toml",), None, "can't read"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused(
    weights: tuple[str, ...], credit: tuple[str, ...], partial: object, said: str
) -> None:
    """In a sentence that names the nearest."""
    with pytest.raises(UsageError, match=said):
        scheme(*weights, partial=partial, credit=credit)


def test_a_file_says_the_same_and_options_go_before_it(tmp_path: Path) -> None:
    """TOML with three parts, and none that is not known."""
    file = tmp_path / "credit.toml"
    file.write_text('partial = 0.5\n[mistakes]\nrounding = 0.5\n[weights]\ngradients = 2\n"w5" = 3\n', "utf-8")
    half = Fraction(1, 2)
    said = said_of_credit(None, (str(file), "rounding=1"), ()).of(RECORD)
    assert said == Credit(half, {"rounding": Fraction(1)}, {"gradients": Fraction(2), "w5": Fraction(3)})
    file.write_text("partly = 1\n", "utf-8")
    with pytest.raises(UsageError, match=r"credit\.toml: there is no 'partly'"):
        said_of_credit(credit=file).of(RECORD)


def test_the_record_keeps_what_was_said_and_what_is_said_later_counts(tmp_path: Path) -> None:
    """A record in which nothing was said is as it was."""
    assert '"credit"' not in write_record(Order("mazur", "gradients").record(1))
    order = Order("mazur", "gradients", credit=said_of_credit("0.5", ("sign=1",), ("w5=3",)))
    path = tmp_path / "monday.exercise.json"
    path.write_text(write_record(order.record(1)), "utf-8")
    record = read_record(path)
    half, three = Fraction(1, 2), Fraction(3)
    assert said_of_credit().of(record) == Credit(half, {"sign": Fraction(1)}, {"w5": three})
    assert said_of_credit(1, (), ("w6=2",)).of(record).weights == {"w5": three, "w6": Fraction(2)}
    with pytest.raises(UsageError, match="w99"):
        Order("mazur", "gradients", credit=said_of_credit(weights=("w99=3",))).record(1)


def test_tables_and_json_tell_the_same_points() -> None:
    """With the most that there are, each cell's own where a word does not tell it, and those of the scale."""
    own = scheme("w5=3", partial="0.5")
    contents = plan("mazur", "gradients", marked=False).contents
    blanks = [Blank("dW1[1,1]", 0), Blank("dW2[1,1]", 0)]
    verdicts = own.credited([verdict("dW1[1,1]", RIGHT), verdict("dW2[1,1]", FOLLOWS)])
    result = Result(MARKED, None, verdicts=verdicts, maximum=own.maximum)
    [heading, row] = marks_rows(contents, blanks, [result], Fraction(10))
    table = dict(zip(map(str, heading), row, strict=True))
    assert (table["points"], table["of"], table["points of 10"]) == (2.5, 20, 1.25)
    assert row[-2:] == ["right", "right, given an earlier slip (1.5 of 3)"]
    told = result.to_dict()
    assert (told["points"], told["of"], grade_of(result, Fraction(10))) == (2.5, 20, 1.25)
    assert [(cell["points"], cell["of"]) for cell in told["cells"]] == [(1, 1), (1.5, 3)]


def test_a_table_has_the_decimal_sign_of_its_language() -> None:
    """In quotes where it is a comma, so that no column is shifted; whole numbers are plain."""
    rows = [["Anna; =1", 2.5, 16.0]]
    assert as_csv(rows, ",") == '\ufeff"Anna; =1","2,5",16\r\n'
    assert as_csv(rows) == '\ufeff"Anna; =1",2.5,16\r\n'
