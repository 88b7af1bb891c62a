"""From a template to what its book is made from: the row as symbols, and a cell for every quantity."""

from __future__ import annotations

from xlbp.lang import load_texts
from xlbp.model.compile import compile_template
from xlbp.system.memory import must_fit_memory
from xlbp.template.template import Template
from xlbp.workbook.layout.contents import Contents
from xlbp.workbook.layout.layout import make_layout, refuse_too_wide


def lay_out(template: Template, language: str) -> Contents:
    """Compile a template and give every quantity its cell."""
    refuse_too_wide(template)
    texts = load_texts(language)
    program = compile_template(template)
    layout = make_layout(template, program, texts("sheet.data"))
    must_fit_memory((layout.iterations + 1) * len(layout.columns))
    return Contents(template, program, layout, texts)
