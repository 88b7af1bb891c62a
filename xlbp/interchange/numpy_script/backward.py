"""The way back of a network's script: from the loss to every parameter that is trained."""

from __future__ import annotations

from xlbp.interchange.numpy_script.blocks import rule_of
from xlbp.interchange.numpy_script.facts import Facts
from xlbp.interchange.numpy_script.losses import Outputs, start
from xlbp.interchange.numpy_script.node import At, Passes
from xlbp.interchange.numpy_script.terms import added, as_factor
from xlbp.template.layer import INPUT
from xlbp.template.losses import LOSSES as RECORDS

OF_SAMPLES = "backward: of each sample's own loss; the mean comes with the parameters"
PENALTY_SLOPES = {"l1": "l1 * np.sign({})", "l2": "l2 * {}"}


def put_backward(facts: Facts, passes: Passes, outputs: Outputs) -> None:
    """All lines from the loss to the gradients; a loss that takes the logits passes the last activation by."""
    network = facts.network
    passes.lines.heading(OF_SAMPLES if network.batch > 1 else "backward")
    last = len(network.nodes) - 1
    first = network.nodes[last].inputs[0] if RECORDS[network.loss].logits_of else last
    passes.flows[first] = [start(network, outputs)]
    for place in range(first, INPUT, -1):
        if place in facts.needed and place in passes.flows:
            _put_node(facts, passes, place)


def _put_node(facts: Facts, passes: Passes, place: int) -> None:
    """Back through a node: the derivative by what it passes on, then its own lines, then its gradients."""
    node, terms, flow = facts.network.nodes[place], passes.flows[place], f"d{passes.outputs[place]}"
    at, rule = At(passes, node, flow, facts.needed), rule_of(node.block)
    if terms != [flow]:
        letter = "" if node.block.is_view else node.block.output(*at.shapes).letter
        at.line(f"{flow} = {added(terms)}", f"d{letter}" if letter else "")
    passes.lines.lines += [f"# {rule.title_back}"] if rule.title_back else []
    rule.backward(at)
    for name in facts.trained:
        if facts.first_users[name] == place:
            _put_gradient(facts, passes, name)


def _put_gradient(facts: Facts, passes: Passes, name: str) -> None:
    """A parameter's gradient: the mean over the batch, with the slopes of the penalties."""
    gradient, text = f"d{name}", added(passes.gradients[name])
    if facts.network.batch > 1:
        text = f"{as_factor(text)} / {passes.batch}"
    if name in facts.weights:
        text = added([text, *(PENALTY_SLOPES[kind].format(name) for kind in facts.network.penalties)])
    if text != gradient:
        passes.lines.add(f"{gradient} = {text}", facts.sheet.about([e.gradient for e in facts.elements(name)]))
