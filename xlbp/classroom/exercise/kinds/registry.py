"""All kinds of task, by the names that ``--kind`` takes."""

from __future__ import annotations

from xlbp.classroom.exercise.front import front_page
from xlbp.classroom.exercise.kinds.complete import COMPLETE
from xlbp.classroom.exercise.kinds.find import FIND
from xlbp.classroom.exercise.kinds.kind import Kind
from xlbp.classroom.exercise.kinds.predict import PREDICT
from xlbp.classroom.exercise.kinds.rate import RATE

BLANKS = Kind("blanks", 1, front_page)
KINDS = {kind.name: kind for kind in (BLANKS, PREDICT, FIND, COMPLETE, RATE)}
