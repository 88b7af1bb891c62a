"""From a template to the row it trains by."""

from __future__ import annotations

from collections.abc import Callable

from xlbp.model.compile_arrays import compile_arrays
from xlbp.model.compile_graph import compile_graph
from xlbp.model.compile_network import compile_network
from xlbp.symbols.program import Program
from xlbp.template.template import Template

COMPILERS: dict[str, Callable[..., Program]] = {
    "network": compile_network,
    "scalars": compile_graph,
    "arrays": compile_arrays,
}


def compile_template(template: Template) -> Program:
    """The training row of any template.  Raises ProgramError if it makes no row."""
    return COMPILERS[template.model.computed_as](template.model, template.training, template.parameter_order)
