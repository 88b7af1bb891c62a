"""The predictions of a book: those that its network or formula has something to say to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice

from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.lesson.lab import Lab, NoTrialLeftError
from xlbp.workbook.lesson.predictions.alike import alike
from xlbp.workbook.lesson.predictions.attention import rows, scale
from xlbp.workbook.lesson.predictions.bias import bias
from xlbp.workbook.lesson.predictions.divergence import could_diverge
from xlbp.workbook.lesson.predictions.first_step import first_step
from xlbp.workbook.lesson.predictions.half import half
from xlbp.workbook.lesson.predictions.inputs import batch, kernel, mask, pool
from xlbp.workbook.lesson.predictions.layers import layers
from xlbp.workbook.lesson.predictions.line import no_line
from xlbp.workbook.lesson.predictions.memory import gate, parts
from xlbp.workbook.lesson.predictions.paths import sign, turning
from xlbp.workbook.lesson.predictions.rate import rate
from xlbp.workbook.lesson.predictions.settings import without
from xlbp.workbook.lesson.predictions.zero import zero
from xlbp.workbook.lesson.record import Prediction
from xlbp.workbook.page.facts import Facts

MOST = 6
MOST_COLUMNS = 6_000  # of all trials together
Asking = Callable[[Lab], Prediction | None]
OF_NETWORK: tuple[Asking, ...] = (  # what is special about a network comes first
    *(rate, could_diverge, gate, parts, scale, mask, kernel, pool, batch, rows, no_line),
    *(layers, turning, alike, without, bias, sign, first_step, half),
)
OF_EXPRESSION: tuple[Asking, ...] = (rate, could_diverge, sign, zero, without, first_step, half)
KINDS = {"network": OF_NETWORK, "expression": OF_EXPRESSION}


def predictions(contents: Contents, facts: Facts, lab: type[Lab] = Lab) -> list[Prediction]:
    """The first that make sense, in the order in which a book asks them; of the template's own inputs, all of them.

    The kind of ``lab`` tells in whose words: a book's, or those of another place where a reader tries them.
    """
    key = f"predictions, {lab.__name__}, {contents.texts.language}"
    return facts.trials.once(key, lambda: list(islice(_asked(contents, facts, lab), MOST)))


def _asked(contents: Contents, facts: Facts, lab: type[Lab]) -> Iterator[Prediction]:
    left = MOST_COLUMNS // len(contents.program.columns)
    for asking in KINDS[contents.template.kind]:
        with suppress(NoTrialLeftError):
            prediction = asking(lab(contents, facts, left))
            if prediction is not None:
                left -= len(prediction.trials)
                yield prediction
