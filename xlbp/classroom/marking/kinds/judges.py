"""By the name of a kind whose answers have a sheet: who judges them."""

from __future__ import annotations

from xlbp.classroom.exercise.kinds.find import FIND
from xlbp.classroom.exercise.kinds.predict import PREDICT
from xlbp.classroom.exercise.kinds.rate import RATE
from xlbp.classroom.marking.kinds.found import judge_found
from xlbp.classroom.marking.kinds.predictions import judge_predictions
from xlbp.classroom.marking.kinds.rates import judge_rates
from xlbp.classroom.marking.kinds.reading import JudgeTask

JUDGES: dict[str, JudgeTask] = {
    PREDICT.name: judge_predictions,
    FIND.name: judge_found,
    RATE.name: judge_rates,
}
