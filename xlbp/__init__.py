"""xlbp: backpropagation you can click on.

>>> import xlbp
>>> made = xlbp.generate("mazur")                        # doctest: +SKIP
>>> [report.ok for report in xlbp.verify(made.path)]     # doctest: +SKIP
[True]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlbp.errors import XlbpError
    from xlbp.pipeline import compare, generate, verify
    from xlbp.template.load import load_template
    from xlbp.verification.compare import Report

__version__ = "0.2.0"
__all__ = ["Report", "XlbpError", "__version__", "compare", "generate", "load_template", "verify"]

_HOMES = {
    "compare": "xlbp.pipeline",
    "generate": "xlbp.pipeline",
    "verify": "xlbp.pipeline",
    "load_template": "xlbp.template.load",
    "Report": "xlbp.verification.compare",
    "XlbpError": "xlbp.errors",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that ``import xlbp`` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'xlbp' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
