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
    pairs = [lab.before_and_after(objective, t, trial) for t in (0, last // 2, last)]
    (old_start, new_start), (old_middle, new_middle), (old, new) = pairs
    start = {"old_start": old_start, "new_start": new_start}
    middle = {"middle": last // 2, "old_middle": old_middle, "new_middle": new_middle}
    answer = lab.text("without_answer", **start, **middle, old=old, new=new)
    return lab.prediction(
        "without", question, lab.sentences(answer, lab.text(f"without_{key}_why")), lab.place(names[0])
    )


def _is(lab: Lab, name: str, key: str) -> bool:
    quantity = lab.quantity(name)
    return quantity.is_setting and quantity.key == key
