"""Words of an alphabet as samples: a letter of them is one-hot at its step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.template.samples.shaped import EACH_STEP, RNN, must_refuse, network

HELLO = 'alphabet = "helo"\ninputs = ["hell"]\n'


def test_each_letter_is_one_hot_at_its_step() -> None:
    """Of shape (steps, letters), in the order of the alphabet; targets too, and accuracy is counted."""
    model = network(f'{HELLO}targets = ["ello"]', EACH_STEP, 4)
    assert (model.input_shape, model.target_shape) == ((4, 4), (4, 4))
    assert model.inputs == ((1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0),)
    assert model.targets == ((0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1),)
    assert (model.data.input_letters, model.data.target_letters) == (tuple("helo"), tuple("helo"))
    assert (model.data.accuracy, model.data.classes, model.stored) == (True, (), False)
    assert not network(f'{HELLO}targets = ["ello"]\naccuracy = false', EACH_STEP, 4).data.accuracy


def test_a_target_of_one_letter_belongs_to_the_whole_word() -> None:
    """Many to one: of shape (letters)."""
    model = network(f'{HELLO}targets = ["o"]', RNN, 4)
    assert (model.target_shape, model.targets) == ((4,), ((0, 0, 0, 1),))


def test_words_may_aim_at_numbers() -> None:
    """Targets are then those of any data, and are not counted as right or wrong."""
    model = network(f"{HELLO}targets = [[0.5]]")
    assert (model.targets, model.data.target_letters, model.data.accuracy) == (((0.5,),), (), False)


@pytest.mark.parametrize("inputs", ['[["the", "cat"], ["a", "cat"]]', '["the cat", "a  cat"]'])
def test_the_letters_may_be_texts(inputs: str) -> None:
    """A word is then a list of them, or a text with blanks between them."""
    data = f'alphabet = ["the", "cat", "a"]\ninputs = {inputs}\ntargets = ["cat", "the"]'
    model = network(data, RNN, 3)
    assert model.inputs == ((1, 0, 0, 0, 1, 0), (0, 0, 1, 0, 1, 0))
    assert model.targets == ((0, 1, 0), (1, 0, 0))


@pytest.mark.slow
@given(st.lists(st.text("xyz", min_size=3, max_size=3), min_size=2, max_size=5))
def test_the_words_can_be_read_off_again(words: list[str]) -> None:
    """Wherever a number is 1, its name tells the step and the letter, of the samples for testing as well."""
    listed = ", ".join(f'"{word}"' for word in words[1:])
    data = f'alphabet = "zyx"\ninputs = [{listed}]\ntargets = [{listed}]\n'
    model = network(f'{data}test_inputs = ["{words[0]}"]\ntest_targets = ["{words[0]}"]', EACH_STEP, 3)
    for row, word in zip(model.inputs, (*words[1:], words[0]), strict=True):
        ones = [name.indices for name, value in zip(model.each_input(), row, strict=True) if value]
        assert "".join(model.data.input_letters[letter - 1] for _, letter in ones) == word
        assert [step for step, _ in ones] == [1, 2, 3]


O = 'targets = ["o"]'  # noqa: E741
WORDS = 'alphabet = "helo"\n'


@pytest.mark.parametrize(
    ("data", "message", "under"),
    [
        (
            f'{WORDS}inputs = ["hell", "hel"]\n{O}',
            "inputs is ragged: sample 1 has 4 letters, sample 2 has 3; "
            "cut the longer words, or fill up the shorter ones",
            '"hel"]',
        ),
        (f'{WORDS}inputs = ["hell", "help"]\n{O}', "inputs: sample 2 has 'p', which is not in the alphabet", '"help"'),
        (f'{WORDS}inputs = ["hell", 3]\n{O}', 'inputs: sample 2 must be a word of the alphabet, as in "hell"', "3]"),
        (f'{WORDS}inputs = ["", "h"]\n{O}', 'inputs: sample 1 must be a word of the alphabet, as in "hell"', '"",'),
        (
            f'alphabet = ["o", "the"]\ninputs = [["the"], [3]]\n{O}',
            'inputs: sample 2 must be a word of the alphabet, as in ["the", "cat"]',
            "[3]",
        ),
        (
            f'{WORDS}inputs = ["hell", "hell"]\n{O}',
            "targets has 1 row, but inputs has 2: one row per sample",
            "targets",
        ),
        (f'{WORDS}inputs = ["hell"]\n{O}', "targets has 4 letters, but the last layer has 1 unit", "targets"),
        (
            f'{WORDS}inputs = ["hell"]\n{O}\nscale = "minmax"',
            "inputs are letters of an alphabet, which minmax can't scale; leave scale out",
            "scale",
        ),
        (
            f"{WORDS}inputs = [[1], [2]]\ntargets = [[1], [2]]",
            "there is an alphabet, but neither inputs nor targets are words of it",
            "alphabet",
        ),
        (f'alphabet = "hello"\ninputs = ["hell"]\n{O}', "alphabet has 'l' twice; name each letter once", "alphabet"),
        (f'alphabet = "h"\ninputs = ["hh"]\n{O}', "alphabet must have at least 2 letters, not 1", "alphabet"),
        (
            f'alphabet = ["a b", "o"]\ninputs = ["o"]\n{O}',
            "alphabet has 'a b'; a text in it may be neither empty nor hold blanks",
            "alphabet",
        ),
        (f'alphabet = 3\ninputs = ["hh"]\n{O}', "alphabet must be a text, not 3", "alphabet"),
        (
            f'inputs = ["hell"]\n{O}',
            "inputs holds the text 'hell': name its letters, as in alphabet = \"helo\"; columns of a CSV need its "
            'name, as in file = "data.csv"',
            '"hell"',
        ),
    ],
)
def test_words_that_are_wrong_are_refused(data: str, message: str, under: str) -> None:
    """The sample and the letter are named."""
    must_refuse(data, message, under)
