"""`xlbp new --kind rnn` and `cnn`: sequences and pictures of a person's file become a network that trains at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.starter.test_make import EN, data, made, refusal
from xlbp.lang import LANGUAGES
from xlbp.starter.make import written_text
from xlbp.starter.plan import LAST_COLUMN

SHIPPED = Path(__file__).resolve().parent.parent.parent / "templates" / "data"
PIXELS = [f"p{n}" for n in range(1, 17)]


def pictures(samples: int = 6, width: int = 16) -> str:
    """4 x 4 pixels, the first of them always 0, and one of two kinds."""
    rows = [[(n * k * k) % 7 if n else 0 for n in range(width)] for k in range(1, samples + 1)]
    lines = [",".join([*map(str, row), "ab"[n % 2]]) for n, row in enumerate(rows)]
    return "\n".join([",".join([*PIXELS[:width], "kind"]), *lines]) + "\n"


def steps(sequences: int = 6, length: int = 3) -> str:
    """Sequences whose target is their sum so far."""
    places = [(k, t) for k in range(sequences) for t in range(1, length + 1)]
    rows = [f"s{k},{t},{k * t},{sum(k * u for u in range(1, t + 1))}" for k, t in places]
    return "\n".join(["series,t,value,sum", *reversed(rows)]) + "\n"


def options(kind: str, **wishes: Any) -> dict[str, Any]:
    """Wishes as the command line makes them."""
    usual = {"cnn": {"hidden": (2,), "activation": "relu", "shape": (4, 4)}, "rnn": {"hidden": (4,)}}
    return {"kind": kind, **usual[kind], **wishes}


def test_a_picture_is_convolved_pooled_and_classified(tmp_path: Path) -> None:
    """Two filters of 3 x 3, relu, the largest of each 2 x 2, and a softmax; pixels that never change stay in place."""
    written, template, network = made(data(tmp_path, pictures()), **options("cnn"))
    assert network.outline() == "4×4 → 2×2×2 convolution relu → 2×1×1 max_pool → 2 flatten → 2 softmax"
    assert (network.input_shape, network.data.scale, network.loss) == ((4, 4), "minmax", "cross_entropy")
    assert 'inputs = ["p1..p16"]\n' in template.text
    assert "shape = [4, 4]\n" in template.text
    assert network.outline() in written_text(written, EN)


def test_a_small_picture_is_not_pooled(tmp_path: Path) -> None:
    """Nothing would be left to choose from; few columns are named one by one."""
    _, template, network = made(data(tmp_path, pictures(width=4)), **options("cnn", shape=(2, 2)))
    assert network.outline() == "2×2 → 2×1×1 convolution relu → 2 flatten → 2 softmax"
    assert 'inputs = ["p1", "p2", "p3", "p4"]\n' in template.text


def test_channels_of_a_picture(tmp_path: Path) -> None:
    """Before its rows and columns."""
    _, _, network = made(data(tmp_path, pictures()), **options("cnn", shape=(4, 2, 2)))
    assert (network.input_shape, network.features) == ((4, 2, 2), 4)


@pytest.mark.slow
def test_rows_that_are_sequences(tmp_path: Path) -> None:
    """Folded into steps, and scaled only if every feature varies."""
    _, template, network = made(data(tmp_path, pictures()), **options("rnn", steps=4))
    assert (network.input_shape, network.data.scale) == ((4, 4), "standard")
    assert network.outline() == "4×4 → 4 rnn → 2 softmax"
    assert "shape = [4, 4]\n" in template.text
    assert made(data(tmp_path, pictures()), **options("rnn", steps=1))[2].data.scale == "none"


@pytest.mark.parametrize("step", ["t", ""])
def test_rows_that_are_steps(tmp_path: Path, step: str) -> None:
    """The columns that order them are no inputs; the target is that of a sequence's last step, or of its last row."""
    wishes = options("rnn", sequence="series", step=step, test=2, inputs=() if step else ("value",))
    written, template, network = made(data(tmp_path, steps()), **wishes)
    assert (network.input_shape, network.data.test, network.samples) == ((3, 1), 2, 4)
    last = {k * 6.0 if step else float(k) for k in range(6)}
    assert {target for (target,) in network.targets} == last
    assert 'inputs = ["value"]\n' in template.text
    assert "4 sequences to train on, 2 kept for testing" in written_text(written, EN)
    assert "18 rows of data" in template.text


def test_several_recurrent_layers(tmp_path: Path) -> None:
    """All but the last pass on every step."""
    _, _, network = made(data(tmp_path, steps()), **options("rnn", sequence="series", step="t", hidden=(3, 2)))
    assert network.outline() == "3×1 → 3×3 rnn → 2 rnn → 1 identity"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "wishes"),
    [
        ("digits", options("cnn", shape=(8, 8))),
        ("waves", options("rnn", sequence="wave", step="step")),
    ],
)
def test_the_shipped_data_make_books_that_fit(tmp_path: Path, name: str, wishes: dict[str, Any], language: str) -> None:
    """In each language, with small batches and few samples for testing."""
    file = data(tmp_path, (SHIPPED / f"{name}.csv").read_text("utf-8"))
    written, template, network = made(file, language, **wishes)
    assert written.columns * (template.training.iterations + 1) <= 200_000
    assert written.columns < LAST_COLUMN / 4
    assert (2 < network.batch < 10, 2 < network.data.test < 10) == (True, True)


CNN, RNN = options("cnn"), options("rnn", sequence="series", step="t")


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({**CNN, "shape": ()}, "--kind cnn needs the shape of a picture, as in --shape 8x8: row by row in 64 columns"),
        ({**CNN, "shape": (16,)}, "--shape 16: give rows and columns, as in 8x8, or channels before them, as in 3x8x8"),
        ({**CNN, "shape": (1, 16)}, "--shape 1x16: give rows and columns"),
        ({**CNN, "shape": (4, 5)}, "--shape 4x5: that is 20 numbers, but {path} has 16 columns for them; choose"),
        ({**CNN, "hidden": (2, 2)}, "--hidden: a first cnn has one layer of filters; add others by hand"),
        ({**CNN, "steps": 2}, "--steps goes with --kind rnn, but the kind is cnn"),
        (
            {**RNN, "sequence": "", "step": ""},
            "--kind rnn needs either --steps N, if each row of the file is a sequence",
        ),
        ({**RNN, "steps": 4}, "--kind rnn needs either --steps N"),
        ({**RNN, "sequence": ""}, "--kind rnn needs either --steps N"),
        ({**RNN, "sequence": "", "steps": 4}, "--step goes with --sequence COLUMN"),
        ({**RNN, "hidden": ()}, "--hidden 0: --kind rnn needs a recurrent layer; give it 1 unit or more"),
        ({**RNN, "shape": (4, 4)}, "--shape goes with --kind cnn, but the kind is rnn"),
        (
            options("rnn", steps=5),
            "--steps 5: the 16 columns of {path} that are inputs can't be shared out",
        ),
        ({"sequence": "series"}, "--sequence goes with --kind rnn, but the kind is dense"),
        ({**RNN, "sequence": "serie"}, "--sequence: {path} has no column 'serie'"),
    ],
)
def test_what_makes_no_shape_is_refused(tmp_path: Path, wishes: dict[str, Any], message: str) -> None:
    """By the option at fault, with what it needs."""
    path = data(tmp_path, pictures())
    code, said = refusal(path, **wishes)
    assert (code, said[: len(message.format(path=path))]) == (2, message.format(path=path))


def test_sequences_of_unequal_length_are_refused(tmp_path: Path) -> None:
    """The sequence is named."""
    code, said = refusal(data(tmp_path, steps() + "s1,4,1,1\n"), **RNN)
    assert (code, said.startswith("the sequence 's5' of 'd.csv' has 3 steps, 's1' has 4; cut the longer")) == (2, True)
