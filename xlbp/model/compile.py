"""From a template to the row it trains by."""

from __future__ import annotations

from xlbp.model.compile_graph import compile_graph
from xlbp.model.compile_network import compile_network
from xlbp.symbols.program import Program
from xlbp.template.graph import Graph
from xlbp.template.network import Network
from xlbp.template.template import Template


def compile_template(template: Template) -> Program:
    """The training row of any template.  Raises ProgramError if it makes no row."""
    if isinstance(template.model, Graph):
        return compile_graph(template.model, template.training)
    assert isinstance(template.model, Network)
    return compile_network(template.model, template.training, template.parameter_order)
