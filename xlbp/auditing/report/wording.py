"""A finding, and what was not judged, in the reader's language."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from xlbp.auditing.explanations import explained, percent
from xlbp.auditing.findings import Finding
from xlbp.auditing.gaps import Unjudged
from xlbp.lang import Texts
from xlbp.lang.languages import DEFAULT
from xlbp.lang.sentences import said_in

ABOUT = re.compile(r" ?[（(][^（()）]*\{about\}[^（()）]*[)）]")  # what marking says besides, and the audit does not


def name_of(finding: Finding, texts: Texts) -> str:
    """What the finding is called: in English as the JSON has it, in other languages by the list of mistakes."""
    if texts.language == DEFAULT:
        return finding.kind
    return ABOUT.sub("", texts.words[f"mistake.{finding.reason.mistake.key}"])


def why(finding: Finding, texts: Texts) -> str:
    """The explanation."""
    return explained(finding.reason, texts.language)


def size_of(finding: Finding, texts: Texts) -> str:
    """The relative error in percent, or that it can't be told."""
    if not math.isfinite(finding.max_rel):
        return texts("audit.page_unknown")
    return texts.with_own_signs(percent(finding.max_rel)) if finding.max_rel else "0 %"


def gap(about: str, reason: str, texts: Texts) -> str:
    """A cell that was not read, or only in part, and why."""
    return texts("audit.told", about=about, reason=said_in(texts, reason))


def unjudged(each: Unjudged, texts: Texts, with_cell: bool = False) -> str:
    """What was not judged, why, and what to do about it."""
    what, reason, remedy = (said_in(texts, part) for part in (each.what, each.reason, each.remedy))
    about = texts("audit.with_brackets", what=what, inside=each.cell) if with_cell else what
    return texts("audit.told_with_remedy", about=about, reason=reason, remedy=remedy)


def few(names: Sequence[str], most: int, texts: Texts) -> str:
    """The names; of many the first."""
    listed = ", ".join(names[:most])
    return texts("audit.and_more", names=listed, count=len(names) - most) if len(names) > most else listed
