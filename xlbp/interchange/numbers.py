"""Numbers of a training by other names than a person types them under."""

from __future__ import annotations

from xlbp.interchange.source import Source


def running_starts(source: Source) -> dict[str, float]:
    """What running statistics are entered with in the first row, by their own names."""
    network = source.template.model.network
    starts: dict[str, float] = {}
    for node in network.nodes:
        tensors = {tensor.letter: tensor for tensor in network.tensors_of(node)}
        parameters = {parameter.letter: parameter for parameter in network.parameters_of(node)}
        for letter, start in node.block.running.items():
            called = zip(tensors[letter].elements(node.layer), parameters[start].elements(node.layer), strict=True)
            starts |= {name: source.numbers[first] for name, first in called}
    return starts
