r"""The terminal's and the pipe's own encoding, which may know no ∂ and no 中.

On Windows a pipe has the code page of the country (cp1252, gbk).  What that lacks is spelled in plain letters, else as
\u4e2d, so that nothing a command says can end it.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
import unicodedata

SPELLED = {  # beside these, what Unicode itself takes apart: ² is 2, é is e
    **{"∂": "d", "∇": "grad ", "∑": "sum", "Σ": "sum", "∏": "prod", "Π": "prod", "√": "sqrt", "∞": "inf"},
    **{"×": "*", "·": "*", "⋅": "*", "⊙": "*", "÷": "/", "⁄": "/", "±": "+-", "⁺": "+", "⁻": "-", "−": "-"},
    **{"→": "->", "←": "<-", "⇒": "=>", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "∈": "in", "‖": "||"},
    **{"–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "。": ".", "✓": "ok", "✗": "x"},
}
HANDLER = "xlbp.spelled"


def spell(error: UnicodeError) -> tuple[str, int]:
    """What stands for the characters that an encoding lacks, and where to go on: a handler of codecs."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelled, error.object[error.start : error.end])), error.end


def _spelled(character: str) -> str:
    if character in SPELLED:
        return SPELLED[character]
    name = unicodedata.name(character, "").split()
    if name[:1] == ["GREEK"] and "LETTER" in name:  # eta for η
        letter = name[name.index("LETTER") + 1].lower()
        return letter.capitalize() if "CAPITAL" in name else letter
    if unicodedata.combining(character):  # the hat of ŵ
        return ""
    apart = "".join(SPELLED.get(c, c) for c in unicodedata.normalize("NFKD", character))
    return (
        "".join(c for c in apart if c.isascii() and c.isprintable())
        or character.encode("ascii", "backslashreplace").decode()
    )


def speak_plainly() -> None:
    """Let both streams spell what their encoding lacks; one that was closed before we began leads nowhere."""
    codecs.register_error(HANDLER, spell)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=HANDLER)


def _nowhere() -> io.TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")  # as long as the process lasts


def json_for(stream: object, text: str) -> str:
    """JSON for a stream; where that has no room for all of Unicode, in ASCII, which loses nothing."""
    encoding = codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    if encoding.startswith("utf"):
        return text
    return re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text)
