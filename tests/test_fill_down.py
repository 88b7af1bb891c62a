"""Training is fill-down: row 2's formulas, dragged to row n, are row n's."""

from __future__ import annotations

from random import Random

import pytest
from openpyxl.formula.translate import Translator

from tests.random_templates import random_expression, random_network
from tests.templates import FEWER, REPRESENTATIVES
from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import train_run
from xlbp.template.load import load_template, parse_template
from xlbp.template.template import Template
from xlbp.verification.compare import Block

NINE = ("training.iterations=9",)


def block_of(name: str) -> Block:
    """The training sheet of a template as plain data."""
    if name in TEXTS:
        template: Template = parse_template(TEXTS[name], "t", "t", NINE)
    else:
        template = load_template(name, (*NINE, *FEWER.get(name, ())))
    return train_run(lay_out(template, "en")).block


def dragged(block: Block, formula: str, column: int, row: int) -> str:
    """What a person gets who fills a formula of iteration 1 down to ``row``."""
    letter, first = block.letters[column], block.first_row
    return str(Translator(formula, f"{letter}{first + 1}").translate_formula(f"{letter}{first + row}"))


TEXTS = {f"network-{seed}": random_network(Random(seed)) for seed in range(8)}
TEXTS |= {f"expression-{seed}": random_expression(Random(seed)) for seed in range(8)}


@pytest.mark.slow
@pytest.mark.parametrize("name", [*REPRESENTATIVES, *TEXTS])
def test_fill_down(name: str) -> None:
    """Every formula of row 1 filled down to rows 2 and 9 is the formula that stands there."""
    block = block_of(name)
    first = block.formulas(1)
    for row in (2, 9):
        for column, formula in enumerate(block.formulas(row)):
            assert dragged(block, first[column] or "", column, row) == formula, block.names[column]


def test_a_row_without_start_values_is_like_all_others() -> None:
    """Row 0 differs from later rows in the parameters and the iteration number only."""
    block = block_of("mazur")
    inputs = [name for name, pattern in zip(block.names, block.start, strict=True) if pattern is None]
    assert inputs == ["iteration", *(f"W{layer}[{i},{j}]" for layer in (1, 2) for i in (1, 2) for j in (1, 2))]
