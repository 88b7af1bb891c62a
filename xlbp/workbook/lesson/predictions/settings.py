"""A setting of the panel that is switched off: dropout, momentum, a penalty."""

from __future__ import annotations

from xlbp.workbook.lesson.lab import Lab
from xlbp.workbook.lesson.record import Prediction

SWITCHED_OFF = ("drop", "momentum", "beta1", "l1", "l2", "weight_decay")  # settings that may be 0, by their keys


def without(lab: Lab) -> Prediction | None:
    """What becomes of the training where the first of these settings is 0; None where there is none."""
    of_key = {key: [name for name in lab.inputs if _is(lab, name, key)] for key in SWITCHED_OFF}
    key = next((key for key, names in of_key.items() if names and all(lab.inputs[name] for name in names)), "")
    if not key:
        return None
    names = of_key[key]
    changes = dict.fromkeys(names, 0.0)
    trial = lab.change(changes)
    objective, last = lab.contents.objective, lab.last
    question = lab.text(f"without_{key}", changes=lab.typing(changes))
    answer = lab.text(
        "without_answer",
        new_start=lab.tell(objective, 0, trial),
        old_start=lab.tell(objective, 0),
        middle=last // 2,
        new_middle=lab.tell(objective, last // 2, trial),
        old_middle=lab.tell(objective, last // 2),
        new=lab.tell(objective, last, trial),
        old=lab.tell(objective, last),
    )
    return lab.prediction(
        "without", question, lab.sentences(answer, lab.text(f"without_{key}_why")), lab.place(names[0])
    )


def _is(lab: Lab, name: str, key: str) -> bool:
    quantity = lab.quantity(name)
    return quantity.is_setting and quantity.key == key
