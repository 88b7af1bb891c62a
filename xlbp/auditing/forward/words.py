"""A finding of the forward pass in words, in any language: why it is sure, and what it amounts to."""

from __future__ import annotations

import math
import re

from xlbp.auditing.findings import Reason, percent
from xlbp.lang import load_texts
from xlbp.lang.languages import DEFAULT

ABOUT = re.compile(r" ?[（(][^（()）]*\{about\}[^（()）]*[)）]")  # what marking says besides, and the audit does not
SAME = 1e-12


def explained(reason: Reason, language: str = DEFAULT) -> str:
    """The finding's explanation in a language."""
    texts = load_texts(language)
    error = reason.values.get("error", math.nan)
    size = ""
    if isinstance(error, float) and not math.isnan(error):
        size = texts("audit.why_no_difference")
        if error > SAME:
            size = texts("audit.why_off", percent=texts.with_own_signs(percent(error)))
    parts = (texts(f"audit.why_{reason.key}", **reason.values), size)
    return ("；" if texts.facts.full_width else "; ").join(filter(None, parts))
