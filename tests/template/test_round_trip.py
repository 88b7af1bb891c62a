"""Templates out and in again: the same problem.  Templates spoiled in any way: one line that says what is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest

from tests.fuzzing import _spoiled_text
from tests.random_templates import random_expression, random_network
from xlbp.errors import TemplateError, UsageError
from xlbp.model.compile import compile_template
from xlbp.template.graph import Graph
from xlbp.template.load import parse_template, shipped
from xlbp.template.network import Network
from xlbp.template.template import Template

FUNCTION = "{0} = {1}({2})"
OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}


def dumped(template: Template) -> str:
    """A template's text in one canonical form, from what was understood of it."""
    training = template.training
    model = _network(template.model) if isinstance(template.model, Network) else _graph(template.model)
    tail = f"[training]\niterations = {training.iterations}\nlearning_rate = {training.learning_rate!r}\n"
    return model + tail


def _network(network: Network) -> str:
    layers = []
    for layer in network.layers:
        lines = [f"units = {layer.units}", f"activation = {json.dumps(layer.activation)}"]
        start, width = layer.nodes[0].start, layer.sources
        lines.append(f"weights = {[list(start['W'][i : i + width]) for i in range(0, len(start['W']), width)]}")
        if not layer.biases:
            lines.append("bias = false")
        else:
            lines.append(f"bias = {list(start['b'])}")
            lines += ["bias_shared = true"] if layer.shares_bias else []
            lines += [] if layer.trains_bias else ["bias_trainable = false"]
        layers.append("[[network.layers]]\n" + "\n".join(lines) + "\n")
    data = f"[data]\ninputs = {list(map(list, network.inputs))}\ntargets = {list(map(list, network.targets))}\n"
    return f"[network]\nloss = {json.dumps(network.loss)}\n{''.join(layers)}{data}"


def _graph(graph: Graph) -> str:
    def step(name: str, operation: str, arguments: tuple[str | float, ...]) -> str:
        texts = [a if isinstance(a, str) else f"({a!r})" for a in arguments]
        if operation in OPERATORS:
            return f"{name} = {texts[0]} {OPERATORS[operation]} {texts[1]}"
        if operation in ("neg", "copy"):
            return f"{name} = {'-' if operation == 'neg' else ''}{texts[0]}"
        return FUNCTION.format(name, operation, ", ".join(texts))

    steps = [step(one.name, one.operation, one.arguments) for one in graph.steps]
    tables = [
        f"{key} = {{ {', '.join(f'{json.dumps(name)} = {value!r}' for name, value in group.items())} }}\n"
        for key, group in (("variables", graph.variables), ("constants", graph.fixed))
    ]
    goal = "maximize" if graph.maximize else "minimize"
    return f'[expression]\n{"".join(tables)}steps = {steps}\nobjective = "{graph.objective}"\ngoal = "{goal}"\n'


@pytest.mark.parametrize("make", [random_network, random_expression])
def test_what_was_understood_is_understood_again(make: object) -> None:
    """Text, template, canonical text, template: the two templates are one, and so are the two canonical texts."""
    for seed in range(30):
        template = parse_template(make(Random(seed)), "t", "t")
        text = dumped(template)
        again = parse_template(text, "t", "t")
        assert replace(again, text=template.text, files=template.files) == template, (seed, text)
        assert dumped(again) == text


SPOILED = ("mazur", "into-backprop", "xor", "softmax-three-classes")


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_template_is_read_or_told(name: str) -> None:
    """Whatever was spoiled, a template is a problem that can be laid out, or an error of its own with a line."""
    text = shipped()[name].read_text("utf-8")
    outcomes: dict[str, list[str]] = {"read": [], "told": []}
    for seed in range(60):
        draw, spoiled = Random(seed), text
        for _ in range(draw.choice((1, 1, 2, 4))):
            spoiled = _spoiled_text(spoiled, draw)
        try:
            template = parse_template(spoiled, "wrong.toml", "wrong")
            if len(template.model.parameters()) < 200:
                compile_template(template)
            outcomes["read"].append("")
        except TemplateError as error:
            outcomes["told"].append(str(error))
        except UsageError as error:
            outcomes["told"].append(f"wrong.toml: {error}")
    assert all(outcomes.values())
    told = list(map(str.splitlines, outcomes["told"]))
    assert [lines for lines in told if len(lines) not in (1, 3) or not lines[0].startswith("wrong.toml")] == []
