"""A finding in the reader's language: its name, why it is one, how large it is."""

from __future__ import annotations

import math

from xlbp.auditing.findings import Finding, mistake_of, percent
from xlbp.auditing.forward.words import ABOUT, explained
from xlbp.lang import Texts
from xlbp.lang.languages import DEFAULT


def name_of(finding: Finding, texts: Texts) -> str:
    """What the finding is called: in English as the JSON has it, in other languages by the list of mistakes."""
    if texts.language == DEFAULT:
        return finding.kind
    mistake = finding.reason.mistake if finding.reason else mistake_of(finding.kind)
    return ABOUT.sub("", texts.words[f"mistake.{mistake.key}"])


def why(finding: Finding, texts: Texts) -> tuple[str, bool]:
    """The explanation, and whether it is in the reader's language: some of gradients are told in English alone."""
    if finding.reason is not None and texts.language != DEFAULT:
        return explained(finding.reason, texts.language), True
    return finding.explanation, texts.language == DEFAULT


def size_of(finding: Finding, texts: Texts) -> str:
    """The relative error in percent, or that it can't be told."""
    if not math.isfinite(finding.max_rel):
        return texts("audit.page_unknown")
    return texts.with_own_signs(percent(finding.max_rel)) if finding.max_rel else "0 %"
