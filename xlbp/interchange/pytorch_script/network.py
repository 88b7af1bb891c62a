"""The network: an nn.Sequential where it is a chain, else a module of its own; and the numbers it starts from."""

from __future__ import annotations

from textwrap import wrap

import numpy as np

from xlbp.interchange import described
from xlbp.interchange.held import Names
from xlbp.interchange.literals import INDENT, WIDTH, with_comment
from xlbp.interchange.numbers import running_starts
from xlbp.interchange.pytorch_script import activations
from xlbp.interchange.pytorch_script.layers import attributes_of, forward_lines, module_alone
from xlbp.interchange.pytorch_script.placed import TorchPlaced
from xlbp.interchange.pytorch_script.tensors import tensor
from xlbp.interchange.source import Source
from xlbp.interchange.torch_names import is_sequential, torch_names
from xlbp.interchange.used import used_nodes
from xlbp.template.blocks.block import Role
from xlbp.template.network import Network
from xlbp.template.quantity import Quantity

DROPOUT = '''\
class Dropout(nn.Module):
    """Leaves out a share of its inputs, by random numbers that are those of the sheet (Park and Miller, 1988)."""

    number = 69621 * ({seed} + 31337) % 2147483647  # from the seed, {seed}

    def __init__(self, share):
        super().__init__()
        self.share = share

    def forward(self, x):
        if not self.training:
            return x
        drawn = []
        for _ in range(x.numel()):  # one unit after the other, each for all samples
            Dropout.number = 16807 * Dropout.number % 2147483647
            drawn.append(Dropout.number)
        drawn = torch.tensor(drawn).reshape(*x.shape[1:], len(x)).movedim(-1, 0)
        stays = drawn + 1 - self.share * 2147483647 > 0
        return x * (stays / (1 - self.share))
'''


def placed_nodes(source: Source) -> list[TorchPlaced]:
    """The nodes in the order of computation, but for a last activation that the loss computes itself."""
    return [TorchPlaced(source, node) for node in used_nodes(source.template.model.network)]


def helper_classes(source: Source) -> list[str]:
    """Modules that PyTorch has not, or has otherwise."""
    each = placed_nodes(source)
    kinds = {placed.node.block.kind for placed in each}
    alone = is_sequential(source.template.model.network)
    found = [DROPOUT.format(seed=int(source.numbers["$seed"] // 1))] if "dropout" in kinds else []
    found += [activations.MAXOUT] if alone and "maxout" in kinds else []
    named = {placed.node.block.activation for placed in each}
    return found + ([activations.HARD_SIGMOID] if alone and "hard_sigmoid" in named else [])


def network_lines(source: Source) -> list[str]:
    """``model``, with the numbers that the sheet starts from."""
    network = source.template.model.network
    lines = _sequential(source) if is_sequential(network) else _module(source)
    return [*lines, *_state(source), *_untrained(source)]


def _sequential(source: Source) -> list[str]:
    return ["model = nn.Sequential(", *(f"    {module_alone(placed)}," for placed in placed_nodes(source)), ")"]


def _module(source: Source) -> list[str]:
    each = placed_nodes(source)
    attributes = {key: made for placed in each for key, made in attributes_of(placed).items()}
    outline = wrap(f'"""{source.template.model.network.outline()}."""', WIDTH - len(INDENT))
    computing = [line for placed in each for line in forward_lines(placed)]
    lines = [
        *("", "", "class Network(nn.Module):"),
        *(f"{INDENT}{line}" for line in outline),
        "",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        self.{attribute} = {made}" for attribute, made in attributes.items()),
        "",
        "    def forward(self, x):",
        *(f"        {line}" for line in computing),
        f"        return {each[-1].made if each else 'x'}",
    ]
    return [*lines, "", "", "model = Network()"]


def _state(source: Source) -> list[str]:
    """The initial parameters, and what running statistics start from, by their keys in the state dict."""
    network = source.template.model.network
    numbers = {**source.numbers, **running_starts(source)}
    lines: list[str] = []
    for key, called in torch_names(network).items():
        each = [name for name in called.ravel().tolist() if name is not None]
        array = np.array([0.0 if name is None else numbers[name] for name in called.ravel()]).reshape(called.shape)
        comment = described.parameters(source, each) if each else "PyTorch has a second bias, the sheet one"
        lines += tensor(f'"{key}": ', array, ",", comment, indent="        ")
    return ["model.load_state_dict(", "    {", *lines, "    }", ")"] if lines else []


def expression_of(network: Network, key: str) -> str:
    """A key of the state dict as Python writes the parameter: ``model[0].weight``, ``model.lstm.weight_ih_l0``."""
    if not is_sequential(network):
        return f"model.{key}"
    place, _, rest = key.partition(".")
    return f"model[{place}].{rest}"


def _untrained(source: Source) -> list[str]:
    """What training leaves as it is: what the template says, and biases that only PyTorch has."""
    network, trained = source.template.model.network, source.template.model.parameters()
    frozen: list[str] = []
    partly: list[str] = []
    for key, called in torch_names(network).items():
        each = called.ravel().tolist()
        learned = [name in trained for name in each]
        if _is_running(network, each):
            continue
        if not any(learned):
            frozen.append(expression_of(network, key))
        elif not all(learned):
            partly += _hook(expression_of(network, key), learned)
    if len(frozen) == 1:
        return [*with_comment(f"{frozen[0]}.requires_grad_(False)", "training leaves it as it is"), *partly]
    if frozen:
        lines = [f"for parameter in ({', '.join(frozen)}):"]
        return [*lines, "    parameter.requires_grad_(False)  # training leaves these as they are", *partly]
    return partly


def _is_running(network: Network, each: list[Quantity | None]) -> bool:
    tensors = (network.tensor(name) for name in each if name is not None)
    return any(tensor is not None and tensor.role is Role.RUNNING for tensor in tensors)


def _hook(parameter: str, learned: list[bool]) -> list[str]:
    """Of PyTorch's second bias of all gates the sheet has that of the last one."""
    count = learned.index(True)
    keeping = f"lambda gradient: torch.cat([torch.zeros({count}), gradient[{count}:]])"
    return with_comment(f"{parameter}.register_hook({keeping})", "the sheet has no others than the last")


def weights_of(source: Source) -> list[str]:
    """The weights that penalties apply to, as Python writes them."""
    network = source.template.model.network

    def is_weight(called: Names) -> bool:
        tensors = [network.tensor(name) for name in called.ravel() if name is not None]
        return bool(tensors) and all(tensor is not None and tensor.role is Role.WEIGHT for tensor in tensors)

    return [expression_of(network, key) for key, called in torch_names(network).items() if is_weight(called)]
