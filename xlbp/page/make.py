"""From a training to its page."""

from __future__ import annotations

from xlbp.expectation.contents import lay_out
from xlbp.expectation.training import Trained, train_run
from xlbp.page.contents import PageContents
from xlbp.page.html import html
from xlbp.template.template import Template


def page_of(template: Template, language: str, given: dict[str, float] | None = None) -> PageContents:
    """What a template's page has, which opens with the numbers ``given``, the template's own by default."""
    contents = lay_out(template, language)
    return contents_of(train_run(contents), given)


def contents_of(trained: Trained, given: dict[str, float] | None = None) -> PageContents:
    """The same of a training that has been done, on the template's own inputs."""
    return PageContents(trained.contents, trained.facts, given or trained.contents.template.inputs())


def page_text(template: Template, language: str, given: dict[str, float] | None = None) -> str:
    """The page as the text of an HTML file."""
    return html(page_of(template, language, given))
