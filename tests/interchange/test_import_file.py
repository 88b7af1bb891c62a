"""``xlbp import``: models and weights from files."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
import pytest
from click.testing import CliRunner
from safetensors import numpy as safetensors

from tests.interchange.onnx_networks import exported, samples_of
from xlbp import from_keras
from xlbp.cli import cli
from xlbp.errors import EngineError, UnreadableError, UsageError, WriteError
from xlbp.interchange.drafted_text import Training
from xlbp.interchange.import_file import Columns, import_model, import_weights
from xlbp.interchange.keras_file import read_keras_file
from xlbp.interchange.state_dict import read_safetensors
from xlbp.interchange.toml_text import toml_of
from xlbp.interchange.torch_names import torch_names
from xlbp.reference.train import train
from xlbp.template.document import Document
from xlbp.template.load import load_template, parse_template
from xlbp.template.network import Network

NETWORK = """[network]
[[network.layers]]
units = 3
activation = "tanh"  # a comment stays
weights = { init = "he_normal", seed = 4 }
[[network.layers]]
units = 2
activation = "softmax"
"""
TABLE = "a,b,kind\n1,2,yes\n3,1,no\n2,2,yes\n0,1,no\n"
CLASSES = (
    f'{NETWORK}[data]\nfile = "marks.csv"\ninputs = ["a", "b"]\ntargets = ["kind"]\none_hot = true\n'
    "[training]\nlearning_rate = 0.5\niterations = 4\n"
)
CLASSES = CLASSES.replace("[network]\n", '[network]\nloss = "cross_entropy"\n', 1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a table, a template and its model, in which one stands."""
    monkeypatch.chdir(tmp_path)
    Path("marks.csv").write_text(TABLE, "utf-8")
    Path("marks.toml").write_text(CLASSES, "utf-8")
    onnx.save(exported(load_template("marks.toml"), 4), "model.onnx")
    return tmp_path


def test_a_model_with_a_table(folder: Path) -> None:
    """The last column is the target, of classes where each has an output; the table is named, not copied."""
    imported = import_model("model.onnx", "again.toml", "marks.csv")
    assert imported.path == Path("again.toml")
    assert 'file = "marks.csv"' in Path("again.toml").read_text("utf-8")
    again, history = load_template("again.toml"), train(load_template("marks.toml"))
    assert again.model.network.data.classes == ("no", "yes")
    assert train(again)["E"][0] == pytest.approx(history["E"][4], rel=1e-12)


def test_the_command(folder: Path) -> None:
    """It says what was read, and what to do next; options are the training's."""
    options = ["--data", "marks.csv", "--target", "kind", "--optimizer", "adam", "-n", "3", "-o", "c.toml"]
    result = CliRunner().invoke(cli, ["import", "model.onnx", *options], catch_exceptions=False)
    assert result.exit_code == 0
    assert result.output.splitlines()[:2] == ["c.toml", "  2 → 3 tanh → 2 softmax"]
    assert "xlbp generate c.toml" in result.output
    training = load_template("c.toml").training
    assert (training.optimizer, training.iterations) == ("adam", 3)


def test_without_data_samples_are_made_up(folder: Path) -> None:
    """The template can be made into a book at once, and says that its samples are none."""
    imported = import_model("model.onnx")
    assert imported.path == Path("model.toml")
    assert "two made-up samples" in imported.notes[-1]
    assert "[data]  # There were no data" in Path("model.toml").read_text("utf-8")
    assert len(load_template("model.toml").model.network.inputs) == 2


def test_existing_files_stay(folder: Path) -> None:
    """A template that is there is replaced with --force alone."""
    with pytest.raises(WriteError, match=r"marks\.toml exists"):
        import_model("model.onnx", "marks.toml")
    import_model("model.onnx", "marks.toml", force=True)


def test_columns_that_the_model_does_not_take(folder: Path) -> None:
    """How many it takes, how many there are, and the remedy."""
    with pytest.raises(
        UsageError, match=r"the model takes 2 numbers of each sample, but marks\.csv has 1 column besides"
    ):
        import_model("model.onnx", "x.toml", "marks.csv", Columns(("a",), ("kind",)))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".pkl", ".h5", ".joblib"])
def test_nothing_is_unpickled(suffix: str, tmp_path: Path) -> None:
    """A file that could run code is refused before it is opened, and the way to save it is told."""
    path = tmp_path / f"model{suffix}"  # which is not even there
    with pytest.raises(UsageError, match=f"a {suffix} file is not opened, since it may run code as it is read; "):
        import_model(path)
    with pytest.raises(UsageError, match="is not opened"):
        import_weights(path, "mazur")


def test_other_files_are_refused(tmp_path: Path) -> None:
    """Names that say nothing, files that are missing, and archives that hold something else."""
    with pytest.raises(UsageError, match=r"ends in \.onnx or \.keras"):
        import_model(tmp_path / "model.json")
    with pytest.raises(UnreadableError, match="no such file"):
        import_model(tmp_path / "model.onnx", tmp_path / "m.toml")


def test_a_keras_file_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no archive; and without h5py nothing of it can be read."""
    path = tmp_path / "m.keras"
    path.write_bytes(b"no archive")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(EngineError, match=r"reading a \.keras file needs the package h5py"):
        from_keras(path, [[1]], [[1]])
    monkeypatch.setitem(sys.modules, "h5py", io)  # anything that is there
    with pytest.raises(UnreadableError, match="the Keras model can't be read"):
        from_keras(path, [[1]], [[1]])


def test_a_keras_file_of_another_kind(tmp_path: Path) -> None:
    """Layers whose code would have to be run are refused: only the configuration is read."""
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [
        {"class_name": "Lambda", "config": {"name": "code", "function": "import os"}}]}}  # fmt: skip
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file.create_group("layers")
    keras_file(tmp_path / "m.keras", config, weights)
    with pytest.raises(UsageError, match="code: Lambda: a template has no such layer; code is not read from a file"):
        from_keras(tmp_path / "m.keras", [[1.0]], [[1.0]])


def keras_file(path: Path, config: Mapping[str, Any], weights: io.BytesIO) -> None:
    """A .keras file of a configuration and of an HDF5 file."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights.getvalue())


def dense(name: str) -> dict[str, Any]:
    """A layer's configuration, as far as its arrays are concerned."""
    return {"class_name": "Dense", "config": {"name": name}}


def test_arrays_that_a_keras_file_only_declares_are_not_made(tmp_path: Path) -> None:
    """A file of a few bytes may declare gigabytes: all arrays together are weighed before the first is read."""
    config = {"class_name": "Sequential", "config": {"name": "s", "layers": [dense("dense"), dense("dense_1")]}}
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        for layer in ("dense", "dense_1"):
            file.create_dataset(f"layers/{layer}/vars/0", (15_000, 1_000), "f4", chunks=(1_000, 1_000))
    keras_file(tmp_path / "m.keras", config, weights)
    assert (tmp_path / "m.keras").stat().st_size < 20_000
    with pytest.raises(UnreadableError, match="its arrays have 240 MB; no model for a workbook"):
        read_keras_file(tmp_path / "m.keras")


def test_an_array_of_a_keras_file_is_no_link(tmp_path: Path) -> None:
    """An array that lies in another file is not followed there."""
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["numbers"] = [[1.0]]
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file["layers/dense/vars/0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "numbers")
    keras_file(tmp_path / "m.keras", {"config": {"layers": [dense("dense")]}}, weights)
    with pytest.raises(UnreadableError, match="vars/0 is a link to somewhere else"):
        read_keras_file(tmp_path / "m.keras")


def state_of_numbers(network: Network, numbers: Mapping[str, float]) -> dict[str, np.ndarray]:
    """The state dict that has these numbers, by our names; 0 where PyTorch has a number that the sheet has not."""
    return {
        key: np.array([0.0 if name is None else numbers[str(name)] for name in called.ravel()]).reshape(called.shape)
        for key, called in torch_names(network).items()
    }


def test_weights_into_a_template(folder: Path) -> None:
    """Tensors by PyTorch's names take the place of the template's numbers; all else of its text stays."""
    template = load_template("marks.toml")
    history = train(template)
    moved = {name: float(history[name][4]) for name in template.parameter_order}
    safetensors.save_file(state_of_numbers(template.model.network, {**template.inputs(), **moved}), "w.safetensors")
    imported = import_weights("w.safetensors", "marks.toml", "trained.toml")
    text = Path("trained.toml").read_text("utf-8")
    assert 'activation = "tanh"  # a comment stays' in text
    assert 'init = "he_normal"' not in text
    assert imported.template.model.network.inputs == template.model.network.inputs
    assert train(imported.template)["E"][0] == pytest.approx(history["E"][4], rel=1e-12)


@pytest.mark.parametrize("written", ['"marks.csv"', "'marks.csv'"])
def test_data_are_named_from_the_folder_of_the_new_template(written: str, folder: Path) -> None:
    """Only the file of the data is named anew, however it is quoted; a title that is called alike stays."""
    text = '[template]\ntitle = "marks.csv"\n' + CLASSES.replace('"marks.csv"', f"{written}  # the marks")
    Path("marks.toml").write_text(text, "utf-8")
    template = load_template("marks.toml")
    network = template.model.network
    Path("trained").mkdir()
    import_weights(state_of_numbers(network, template.inputs()), "marks.toml", "trained/w.toml")
    moved = Path("trained/w.toml").read_text("utf-8")
    assert 'title = "marks.csv"' in moved
    assert 'file = "../marks.csv"  # the marks' in moved
    assert load_template("trained/w.toml").model.network.inputs == network.inputs


def test_a_template_is_called_as_its_weights(folder: Path) -> None:
    """By default it has the name of their file, blanks and all; of a state dict, which has none, one without blanks."""
    template = load_template("marks.toml")
    state = state_of_numbers(template.model.network, template.inputs())
    safetensors.save_file(state, "my net.safetensors")
    assert import_weights("my net.safetensors", "marks.toml").path == Path("my net.toml")
    assert import_weights(state, "marks.toml").path == Path("the_state_dict.toml")


def test_every_kind_of_parameter_goes_into_a_template(tmp_path: Path) -> None:
    """Kernels, gates, scales and running statistics: what the state dict has is what the template starts from."""
    text = (
        '[network]\n[[network.layers]]\nkind = "conv1d"\nfilters = 2\nkernel = 2\n[[network.layers]]\n'
        'kind = "batch_norm"\n[[network.layers]]\nkind = "lstm"\nunits = 2\n[[network.layers]]\nunits = 1\n'
        "[data]\ninputs = [[[1, 2, 4]], [[0, 1, 3]]]\ntargets = [[1], [0]]\n[training]\nlearning_rate = 0.1\n"
    )
    path = tmp_path / "t.toml"
    path.write_text(text, "utf-8")
    template = parse_template(text, "t", "t")
    network = template.model.network
    numbers = {str(name): float(n) for n, name in enumerate((*template.inputs(), *template.model.carried), start=1)}
    safetensors.save_file(state_of_numbers(network, numbers), tmp_path / "w.safetensors")
    made = import_weights(tmp_path / "w.safetensors", str(path), tmp_path / "o.toml").template
    parameters = made.model.parameters()
    assert parameters == {name: numbers[name] for name in parameters}
    assert made.inputs()["rmstart2[1]"] == numbers["rm2[1]"]


SEQUENCE = (
    '[network]\n[[network.layers]]\nkind = "rnn"\nunits = 2\n{more}[[network.layers]]\nunits = 1\n'
    "[data]\ninputs = [[[1], [2]], [[0], [3]]]\ntargets = [[1], [0]]\n[training]\nlearning_rate = 0.1\n"
)


def test_a_module_of_another_name_is_the_one_that_is_left(tmp_path: Path) -> None:
    """``head`` of a person's own module is ``linear`` of ours; of two that are alike nobody knows which is which."""
    for more, heads in (("", ["linear"]), ("[[network.layers]]\nunits = 2\n" * 2, ["linear2", "linear3", "linear4"])):
        path = tmp_path / "t.toml"
        path.write_text(SEQUENCE.format(more=more), "utf-8")
        template = parse_template(path.read_text("utf-8"), "t", "t")
        state = state_of_numbers(template.model.network, template.inputs())
        own = {key.replace("linear", "head"): array + 1 for key, array in state.items() if "bias_hh" not in key}
        own |= {key: array for key, array in state.items() if "bias_hh" in key}
        if len(heads) > 1:
            with pytest.raises(UsageError, match=r"head2\.weight \(2 x 2\) is not in the template"):
                import_weights(own, str(path), tmp_path / "o.toml", force=True)
        else:
            made = import_weights(own, str(path), tmp_path / "o.toml").template
            assert made.inputs()["W2[1,2]"] == pytest.approx(template.inputs()["W2[1,2]"] + 1)


def test_weights_that_do_not_match(tmp_path: Path) -> None:
    """All that is missing, left over or of another shape is told at once, and nothing is written."""
    arrays = {"0.weight": np.zeros((2, 3)), "fc.bias": np.zeros(2)}
    safetensors.save_file(arrays, tmp_path / "w.safetensors")
    with pytest.raises(UsageError) as refused:
        import_weights(tmp_path / "w.safetensors", "mazur", tmp_path / "o.toml")
    message = str(refused.value)
    assert "fc.bias (2) is not in the template" in message
    assert "2.weight (2 x 2) is not in the file" in message
    assert "0.weight is 2 x 3, but 2 x 2 in the template" in message
    assert not (tmp_path / "o.toml").exists()


def test_weights_that_are_damaged(tmp_path: Path) -> None:
    """Exit code 3."""
    (tmp_path / "w.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    with pytest.raises(UnreadableError, match="the weights can't be read"):
        read_safetensors(tmp_path / "w.safetensors")


def test_options_of_the_wrong_kind_of_file(folder: Path) -> None:
    """Weights need a template, a model takes none; a sentence says so."""
    run = CliRunner().invoke
    safetensors.save_file({"a": np.zeros(1)}, "w.safetensors")
    assert "name the template they go into with --into" in str(run(cli, ["import", "w.safetensors"]).exception)
    wrong = run(cli, ["import", "w.safetensors", "--into", "marks.toml", "--loss", "mse"])
    assert "--loss goes with a model" in str(wrong.exception)
    assert "--into and --set go with weights" in str(run(cli, ["import", "model.onnx", "--into", "mazur"]).exception)


def test_a_loss_is_taken_from_our_own_model(folder: Path) -> None:
    """A model that xlbp has exported says what it was trained with; told words go before."""
    half = load_template("mazur")
    onnx.save(exported(half, 0), "mazur.onnx")
    assert import_model("mazur.onnx").template.model.network.loss == "half_squared_error"
    told = import_model("mazur.onnx", "b.toml", training=Training("mse"))
    assert told.template.model.network.loss == "mse"
    assert samples_of(half).shape == (1, 2)


def test_keys_of_any_text_are_written() -> None:
    """A key that TOML has no bare form of stands in quotes."""
    table = {"a b": 1, 'say "x"': 2, "plain": 3}
    assert Document(f"t = {toml_of(table)}", "t").data == {"t": table}
