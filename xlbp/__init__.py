"""Backpropagation you can click on: training as a live workbook whose every cell is a formula, checked by NumPy.

>>> import xlbp
>>> made = xlbp.generate("mazur", "mazur.xlsx", iterations=10)
>>> xlbp.verify(made.path)
[Report(mazur.xlsx, ironcalc: agrees, 7,040 cells checked, max rel 0)]

Make and check books
    generate       a workbook from a template
    compare        several trainings side by side in one workbook
    verify         recalculate a workbook, and compare every cell with NumPy
    page           the same training as one HTML page that follows as one types

Look at numbers
    trace          every number of a training, as arrays by name
    explain        how one number comes about, along every path of the chain rule
    check          your own program's numbers beside the right ones: the first that departs, and why
    audit          find the mistakes in anybody's workbook

Begin, teach, go on
    templates      what comes with xlbp
    load_template  a template, checked
    new            a template for your own data
    exercise       a workbook with cells to fill in, for one student or a class
    mark           mark what comes back
    export         a training as a script of its own, or as ONNX
    from_torch     a template of a PyTorch module; from_keras, from_onnx likewise
    import_model   a template of a model's file, ONNX or Keras
    import_weights a template with the weights of a state dict

A template is a name, a path, a text of TOML, a dict, or what ``load_template`` returns; ``overrides`` changes it.  What
the verbs return has a short ``repr``, ``to_dict()``, and shows itself in a notebook.  More: ``help(xlbp.generate)``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlbp.checking.result import Checked as Checked
    from xlbp.errors import EngineError as EngineError
    from xlbp.errors import TemplateError as TemplateError
    from xlbp.errors import UnreadableError as UnreadableError
    from xlbp.errors import UsageError as UsageError
    from xlbp.errors import WriteError as WriteError
    from xlbp.errors import XlbpError as XlbpError
    from xlbp.livepage.make import MadePage as MadePage
    from xlbp.results import Made as Made
    from xlbp.results import MadeComparison as MadeComparison
    from xlbp.template.template import Template as Template
    from xlbp.traced import Trace as Trace
    from xlbp.verbs.anyones import audit as audit
    from xlbp.verbs.beginning import load_template as load_template
    from xlbp.verbs.beginning import new as new
    from xlbp.verbs.beginning import templates as templates
    from xlbp.verbs.books import compare as compare
    from xlbp.verbs.books import generate as generate
    from xlbp.verbs.books import page as page
    from xlbp.verbs.books import verify as verify
    from xlbp.verbs.classes import exercise as exercise
    from xlbp.verbs.classes import mark as mark
    from xlbp.verbs.code import export as export
    from xlbp.verbs.models import from_keras as from_keras
    from xlbp.verbs.models import from_onnx as from_onnx
    from xlbp.verbs.models import from_torch as from_torch
    from xlbp.verbs.models import import_model as import_model
    from xlbp.verbs.models import import_weights as import_weights
    from xlbp.verbs.numbers import check as check
    from xlbp.verbs.numbers import explain as explain
    from xlbp.verbs.numbers import trace as trace
    from xlbp.verification.compare import Report as Report

__version__ = "0.2.0"

_HOMES = {  # where each public name lives; the imports above tell the same to type checkers
    "generate": "xlbp.verbs.books",
    "compare": "xlbp.verbs.books",
    "verify": "xlbp.verbs.books",
    "page": "xlbp.verbs.books",
    "trace": "xlbp.verbs.numbers",
    "explain": "xlbp.verbs.numbers",
    "check": "xlbp.verbs.numbers",
    "audit": "xlbp.verbs.anyones",
    "templates": "xlbp.verbs.beginning",
    "load_template": "xlbp.verbs.beginning",
    "new": "xlbp.verbs.beginning",
    "exercise": "xlbp.verbs.classes",
    "mark": "xlbp.verbs.classes",
    "export": "xlbp.verbs.code",
    "from_torch": "xlbp.verbs.models",
    "from_keras": "xlbp.verbs.models",
    "from_onnx": "xlbp.verbs.models",
    "import_model": "xlbp.verbs.models",
    "import_weights": "xlbp.verbs.models",
    "Checked": "xlbp.checking.result",
    "Made": "xlbp.results",
    "MadeComparison": "xlbp.results",
    "MadePage": "xlbp.livepage.make",
    "Report": "xlbp.verification.compare",
    "Template": "xlbp.template.template",
    "Trace": "xlbp.traced",
    "EngineError": "xlbp.errors",
    "TemplateError": "xlbp.errors",
    "UnreadableError": "xlbp.errors",
    "UsageError": "xlbp.errors",
    "WriteError": "xlbp.errors",
    "XlbpError": "xlbp.errors",
}
__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - every key is a name

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used, so that ``import xlbp`` costs nothing."""
        if name not in _HOMES:
            raise AttributeError(f"module 'xlbp' has no attribute {name!r}")
        return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names alone."""
    return sorted(__all__)
