"""Small templates of each way to train, for tests of the rows and of whole books."""

from __future__ import annotations

from pathlib import Path

from xlbp.template.load import parse_template
from xlbp.template.network import Network
from xlbp.template.template import Template

LAYERS = """[network]
{network}
[[network.layers]]
units = 3
activation = "tanh"
weights = [[0.5, -0.4], [0.3, 0.8], [-0.6, 0.2]]
bias = [0.1, -0.2, 0.05]
{layer}
[[network.layers]]
units = {outputs}
weights = {{ init = "uniform", seed = 4, digits = 2 }}
{last}
"""
INLINE = """[data]
inputs = [[0.5, -1], [1.5, 0.25], [-0.75, 2], [0.1, 0.9], [-1.2, -0.4]]
targets = [[1], [0], [0.5], [-1], [0.25]]
{data}
"""
FILED = """[data]
file = "flowers.csv"
inputs = ["length", "width"]
targets = ["kind"]
one_hot = true
{data}
"""
CSV = "length,width,kind\n5.1,3.5,rose\n4.9,3,lily\n6.2,2.2,rose\n5.5,2.6,iris\n6.7,3.1,lily\n5.8,2.7,iris\n"
TRAINING = """[training]
iterations = {iterations}
learning_rate = 0.1
{training}
"""


def text(
    training: str = "", layer: str = "", data: str = "", network: str = "", filed: bool = False, iterations: int = 6
) -> str:
    """A 2-3-1 network on five samples, or with classes a 2-3-3 one on six flowers, with these lines put in."""
    last = 'activation = "softmax"' if filed else ""
    network = f'loss = "cross_entropy"\n{network}' if filed else network
    head = LAYERS.format(network=network, layer=layer, last=last, outputs=3 if filed else 1)
    samples = (FILED if filed else INLINE).format(data=data)
    return head + samples + TRAINING.format(iterations=iterations, training=training)


def written(of: str, folder: Path) -> Path:
    """The template of such a text as a file, with the flowers beside it."""
    (folder / "flowers.csv").write_text(CSV, "utf-8")
    (folder / "flowers.toml").write_text(of, "utf-8")
    return folder / "flowers.toml"


def load(of: str) -> Template:
    """The template of such a text."""
    return parse_template(of, "t", "t", read_file=lambda name: CSV)


def network(of: str) -> Network:
    """Its network."""
    model = load(of).model
    assert isinstance(model, Network)
    return model
