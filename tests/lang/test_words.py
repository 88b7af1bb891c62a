"""How every text is written, in each language: those of the package, and those of the shipped templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.templates import ALL
from xlbp.lang import load_texts
from xlbp.lang.languages import DEFAULT, LANGUAGES
from xlbp.template.load import load_template
from xlbp.template.translation import in_language

TRANSLATED = [code for code in LANGUAGES if code != DEFAULT]
CHINESE = [code for code in TRANSLATED if LANGUAGES[code].full_width]
CODE = re.compile(r"--\w+ ('[^']*'|\S+)|-n \d+|\{[^{}]*\}|'[^']*'|\w+\[[^\]]*\]")  # commands, names, what is filled in
HAN = r"[\u4e00-\u9fff]"
ASCII_BRACKETS = re.compile(rf"\([^()]*{HAN}[^()]*\)")
HYPHEN_FOR_MINUS = re.compile(r"(?<![\w.⁺⁻-])-\d")
OTHER_DECIMAL = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")
LATIN = re.compile(r"(?<![\w'’])[A-Za-z][a-z]{2,}(?![\w'’/.])")
ENGLISH = re.compile(r"(?i)\b(the|of|and|with|weights?|layers?|learning|rate|loss|forward|backward|units?|raw|pass)\b")
NAMED = re.compile(r"《([^《》]+)》（([\w-]+)）")
# Words that a Chinese sentence keeps: names of people, programs, functions and forms of networks, and data.
KEPT = set(
    """
    Adadelta adadelta adagrad Adam adam adamw approximate bhn Canvas Chen Chia Cho constants cos delta Derek Dozat Duchi
    emma Enter epoch Excel exercise exp False Fisher generate green hard hello Hinge Hinton Huber Hutter Karim Keras key
    Kingma Leaky leaky like Linux lion Lion log logit Loshchilov lse makemore max Maxout micrograd momentum Moodle nadam
    name Nesterov new nesterov Nielsen out Polyak PowerShell Python query relu rmse rmsprop rnn set sgd sigmoid sign
    sin softmax softplus standard state swish tanh tea templates Transformer True variables verify wave Windows xlbp
    Zeiler
    """.split()  # noqa: SIM905 - a list of words is easier to read and to add to
)


def package_texts(language: str) -> Iterator[tuple[str, str]]:
    """The words of the workbook; those of ``new`` are lines of a template, which is code."""
    return ((key, text) for key, text in load_texts(language).words.items() if not key.startswith("new."))


def template_texts(language: str, names: tuple[str, ...] = ALL) -> Iterator[tuple[str, str]]:
    """What the shipped templates say besides their sources."""
    for name in names:
        shown = in_language(load_template(name), load_texts(language))
        texts = (shown.title[language], shown.summary.get(language, ""), *shown.notes.get(language, ()))
        yield from ((f"{name} {place}", text) for place, text in enumerate(texts))


def all_texts(language: str) -> Iterator[tuple[str, str]]:
    """Every text of a language, by where it stands, without commands and what is filled in."""
    for where, text in (*package_texts(language), *template_texts(language)):
        yield where, CODE.sub(" ", text)


@pytest.mark.slow
@pytest.mark.parametrize("language", CHINESE)
def test_brackets_round_chinese_are_full_width(language: str):
    """No ASCII bracket stands round Chinese."""
    assert [(where, text) for where, text in all_texts(language) if ASCII_BRACKETS.search(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", tuple(LANGUAGES))
def test_a_minus_is_no_hyphen(language: str):
    """A negative number has the minus sign, U+2212."""
    assert [(where, text) for where, text in all_texts(language) if HYPHEN_FOR_MINUS.search(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", [code for code in LANGUAGES if LANGUAGES[code].decimal == ","])
def test_decimals_have_the_languages_sign(language: str):
    """No number in a sentence has a point where the language writes a comma."""
    assert [(where, text) for where, text in all_texts(language) if OTHER_DECIMAL.search(text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", CHINESE)
def test_no_english_is_left_in_chinese(language: str):
    """All Latin words in Chinese texts are names, functions or data."""
    found = {
        word for _, text in all_texts(language) for word in LATIN.findall(names_left_out(NAMED.sub(r"《\1》", text)))
    }
    assert found - KEPT == set()


@pytest.mark.slow
def test_no_english_is_left_in_german():
    """The commonest words of an English sentence stand in no German one."""
    assert [(where, text) for where, text in all_texts("de") if ENGLISH.search(names_left_out(text))] == []


def names_left_out(text: str) -> str:
    """A text without what is English for good: titles, names of templates, of files and of a framework's functions."""
    return re.sub(
        r"Weight Decay|Layer Norm|Deep Learning|Illustrated: [\w-]+|GRU units|\w+(?:[-_./]\w+)+|RATE", "", text
    )


@pytest.mark.slow
@pytest.mark.parametrize("language", CHINESE)
def test_one_word_for_one_thing(language: str):
    """A unit is a unit, and a neuron a neuron, as in the English text."""
    neuron, english = (
        {"zh-CN": "神经元", "zh-TW": "神經元"}[language],
        dict((*package_texts("en"), *template_texts("en"))),
    )
    translated = (*package_texts(language), *template_texts(language))
    assert [where for where, text in translated if neuron in text and "neuron" not in english[where].lower()] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", CHINESE)
def test_templates_are_named_by_their_titles(language: str):
    """What stands in 《》 before the name of a template begins its title."""
    texts = (*template_texts(language),)
    named = [(title, name) for _, text in texts for title, name in NAMED.findall(text)]
    titles = {name: in_language(load_template(name), load_texts(language)).title[language] for _, name in named}
    assert named
    assert [(title, name) for title, name in named if not titles[name].startswith(title)] == []


def test_forms_go_by_something_that_is_filled_in():
    """Each choice between one and many counts a number that the English text is given."""
    english = load_texts(DEFAULT).words
    for language in LANGUAGES:
        for key, text in load_texts(language).words.items():
            counted = set(re.findall(r"\{(\w+):[^{}|]*\|", text))
            assert counted <= set(re.findall(r"\{(\w+)", english[key])), key


def test_one_is_counted_as_one():
    """The form of a noun goes by the number, and thousands are many."""
    texts = load_texts(DEFAULT)
    said = [texts("new.read_skipped", count=count) for count in (1, 2, "1", "1,001")]
    assert [text.split(" above")[0] for text in said] == ["1 line", "2 lines", "1 line", "1,001 lines"]


def test_numbers_have_the_languages_signs():
    """A count and a decimal number in a sentence."""
    assert [load_texts("de").number(*value) for value in ((5252,), (0.05, "g"))] == ["5.252", "0,05"]
    assert load_texts("en").number(5252) == "5,252"
