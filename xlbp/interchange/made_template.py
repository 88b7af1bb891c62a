"""From a draft to a template that is checked: it must answer to the samples as the model did."""

from __future__ import annotations

from typing import Any

import numpy as np

from xlbp.errors import XlbpError
from xlbp.interchange.draft import Draft, Value
from xlbp.interchange.drafted_text import About, Training, data_of, finished, text_of
from xlbp.reference.train import answers
from xlbp.template.load import parse_template
from xlbp.template.template import Template


def template_of(
    draft: Draft,
    output: Value,
    inputs: Any,
    targets: Any,
    training: Training,
    about: About,
    answered: Any = None,
    alike: float = 1e-10,
) -> Template:
    """The template of a draft with its samples.

    ``answered`` is what the model answers to the inputs, where that is known, and ``alike`` how far off the template's
    own answers may be, as a share of the largest.  Raises TemplateError, which points into the text that was made, for
    what a template can't have.
    """
    data, ready = data_of(draft, output, inputs, targets, training), finished(draft, output, training)
    text = text_of(draft, ready, data, training, about)
    template = parse_template(text, f"the template of {about.name}", about.name)
    if answered is not None:
        theirs = np.exp(answered) if ready.is_log else np.asarray(answered)
        whats = [what for what in draft.own_axes(output) if what in output.whats]
        theirs = theirs.transpose([0, *(1 + output.whats.index(what) for what in whats)])
        must_answer_alike(template, theirs, alike, before_last=ready.is_added)
    return template


def must_answer_alike(template: Template, answered: Any, alike: float, before_last: bool) -> None:
    """Make sure that the model was read as it was meant; ``answered`` has the axes in our own order.

    With ``before_last``, it is what goes into the last activation.  Raises XlbpError where it is not alike.
    """
    network = template.model.network
    points = np.array(network.inputs).reshape(len(network.inputs), *network.input_shape)
    own = answers(template, template.inputs(), template.model.parameters(), points)
    last = len(network.nodes) - 1
    called = network.passed(network.nodes[last].inputs[0] if before_last else last, "")
    found = np.stack([own[name] for name in called], axis=1)
    expected = answered.reshape(found.shape)
    largest = max(float(np.abs(expected).max()), 1e-300)
    difference = float(np.abs(expected - found).max())
    if not difference <= alike * largest:
        what = f"what was read of {template.name} answers {difference:.3g} off the model itself"
        raise XlbpError(f"{what}; this is a fault of xlbp, please report it with the model")
