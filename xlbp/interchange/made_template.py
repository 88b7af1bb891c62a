"""From a model as it was read to a template that is checked: it must answer to the samples as the model did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from xlbp.errors import XlbpError
from xlbp.interchange.asked import must_be_known
from xlbp.interchange.draft import Draft, Value
from xlbp.interchange.drafted_text import About, Samples, Training, data_of, finished, suited, text_of
from xlbp.reference.train import answers
from xlbp.template.load import parse_template
from xlbp.template.template import Template


def _as_they_are(numbers: Any) -> Any:
    return numbers


@dataclass(frozen=True)
class Read:
    """A model that was read on some samples.

    ``samples`` are as its first layer takes them.  ``answered`` is what it answers to these, None where nobody knows,
    and ``alike`` how far off the template's answers may be, as a share of the largest.  ``before`` makes of targets,
    or answers, what they are before the model brings them back into the units of the data.
    """

    draft: Draft
    output: Value
    samples: Any
    answered: Any = None
    alike: float = 1e-10
    before: Callable[[Any], Any] = _as_they_are


def template_of(read: Read, given: Samples, training: Training, about: About) -> Template:
    """The template of a model with samples that are ``given``, as the model's user has them.

    Raises TemplateError, which points into the text that was made, for what a template can't have.
    """
    draft, output = read.draft, read.output
    must_be_known(training)
    training = suited(output, np.asarray(given.targets), training)
    ready = finished(draft, output, training)
    data = data_of(draft, output, given, read.samples, read.before(np.asarray(given.targets)), training)
    text = text_of(draft, ready, data, training, about)
    template = parse_template(text, f"the template of {about.name}", about.name, read_file=given.read_file)
    if read.answered is not None:
        theirs = read.before(read.answered)
        theirs = np.exp(theirs) if ready.is_log else np.asarray(theirs)
        whats = [what for what in draft.own_axes(output) if what in output.whats]
        theirs = theirs.transpose([0, *(1 + output.whats.index(what) for what in whats)])
        must_answer_alike(template, theirs, read.alike, before_last=ready.is_added)
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
    read_answers = np.stack([own[name] for name in called], axis=1)
    expected = answered.reshape(read_answers.shape)
    largest = max(float(np.abs(expected).max()), 1e-300)
    difference = float(np.abs(expected - read_answers).max())
    if not difference <= alike * largest:
        what = f"what was read of {template.name} answers {difference:.3g} off the model itself"
        raise XlbpError(f"{what}; this is a fault of xlbp, please report it with the model")
