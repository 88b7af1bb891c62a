"""PyTorch modules as templates: trained in the sheet's reference, they have the losses that PyTorch's own loop has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xlbp
from parity.modules import CASES, Case, Frozen, random_module
from xlbp import from_torch
from xlbp.errors import UsageError
from xlbp.interchange.state_dict import numbers_of
from xlbp.reference.train import train
from xlbp.template.network import Network

RTOL = 1e-12
STEPS = 6
Optimizer = Callable[[Iterator[nn.Parameter]], torch.optim.Optimizer]


def descent(parameters: Iterator[nn.Parameter]) -> torch.optim.Optimizer:
    """Plain gradient descent."""
    return torch.optim.SGD(parameters, lr=0.1)


def outputs_of(module: nn.Module, x: Tensor) -> Tensor:
    """What a module answers; of a recurrent layer the states of all steps."""
    answered = module(x)
    return answered[0] if isinstance(answered, tuple) else answered


def drawn(case: Case, module: nn.Module) -> tuple[Tensor, Tensor]:
    """Samples, and targets that the loss takes."""
    samples = 5
    x = torch.randint(0, case.tokens, (samples, *case.inputs)) if case.tokens else torch.randn(samples, *case.inputs)
    shape = outputs_of(module, x).shape
    if isinstance(case.loss, nn.CrossEntropyLoss | nn.NLLLoss):
        return x, torch.randint(0, shape[-1], shape[:-1])
    if isinstance(case.loss, nn.BCELoss | nn.BCEWithLogitsLoss):
        return x, torch.randint(0, 2, shape).double()
    return x, torch.randn(shape)


def loss_of(case: Case, outputs: Tensor, targets: Tensor) -> Tensor:
    """PyTorch's loss, whose classes stand behind the samples."""
    classes = isinstance(case.loss, nn.CrossEntropyLoss | nn.NLLLoss)
    loss: Tensor = case.loss(outputs.movedim(-1, 1) if classes else outputs, targets)
    return loss


def must_agree(case: Case, optimizer: Optimizer = descent) -> None:
    """The losses of each row are those of a training loop as everybody writes it."""
    torch.manual_seed(3)
    module = case.build()
    x, targets = drawn(case, module)
    moved = optimizer(p for p in module.parameters() if p.requires_grad)
    template = from_torch(module, x, targets, loss=case.loss, optimizer=moved, iterations=STEPS)
    losses = []
    for _ in range(STEPS + 1):
        moved.zero_grad()
        loss = loss_of(case, outputs_of(module, x), targets)
        loss.backward()
        losses.append(loss.item())
        moved.step()
    np.testing.assert_allclose(train(template)["E"], losses, rtol=RTOL)


@pytest.mark.parametrize("name", CASES)
def test_every_layer(name: str) -> None:
    """Modules, functions and methods; sequences, signals and maps; axes that are turned; shared and frozen weights."""
    must_agree(CASES[name])


@pytest.mark.parametrize("seed", range(20))
def test_modules_that_nobody_has_drawn_up(seed: int) -> None:
    """Any stack of layers that fit together."""
    must_agree(random_module(seed))


OPTIMIZERS: dict[str, Optimizer] = {
    "nesterov": lambda p: torch.optim.SGD(p, 0.05, momentum=0.8, nesterov=True, weight_decay=0.01),
    "momentum": lambda p: torch.optim.SGD(p, 0.05, momentum=0.8),
    "adam": lambda p: torch.optim.Adam(p, 0.02, betas=(0.8, 0.99), weight_decay=0.1),
    "adamw": lambda p: torch.optim.AdamW(p, 0.02, eps=1e-6),
    "nadam": lambda p: torch.optim.NAdam(p, 0.02),
    "adagrad": lambda p: torch.optim.Adagrad(p, 0.05, initial_accumulator_value=0.1),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.01, momentum=0.5),
    "adadelta": lambda p: torch.optim.Adadelta(p, 1.0),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name: str) -> None:
    """The settings of torch.optim's optimizers are the template's."""
    must_agree(CASES["residual"], OPTIMIZERS[name])


def test_only_what_the_optimizer_has_is_trained() -> None:
    """Parameters that an optimizer was not given are frozen."""
    module = CASES["classes"].build()
    template = from_torch(module, torch.randn(3, 3), [0, 1, 2], optimizer=torch.optim.SGD(module[2].parameters(), 0.1))
    assert {name.partition("[")[0] for name in template.parameter_order} == {"W2", "b2"}


def test_the_module_stays_as_it_was() -> None:
    """Neither its parameters nor its running statistics, nor its mode, are touched."""
    module = CASES["batch norm"].build()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    from_torch(module, torch.randn(4, 3), torch.randn(4, 2))
    assert module.training
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())


class Branching(nn.Module):
    """What torch.fx can't trace."""

    def forward(self, x: Tensor) -> Tensor:
        return x if x.sum() > 0 else -x


class Product(nn.Module):
    """What no layer of a template does."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x) * torch.sigmoid(x)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Sequential(nn.Linear(3, 3), nn.Mish()), r"1: Mish: nn\.Mish has no layer in a template; take SiLU"),
        (nn.Sequential(nn.Linear(3, 3), nn.GELU()), r"1: GELU: GELU is the exact one with erf"),
        (nn.Sequential(nn.Linear(3, 3), nn.Softplus(beta=2)), "1: Softplus: beta is 2"),
        (Branching(), "torch.fx can't trace Branching"),
        (Product(), "mul: mul: a template has no such product or quotient of layers"),
        (nn.Sequential(nn.Linear(4, 3)), "2 x 3: its layer 0, Linear, takes 4 features, but 2 x 3 come in$"),
        (nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(5)), r"^the module can't take inputs of 2 x 3: Given normalized"),
        (Frozen, "Frozen is a class; give a module of it"),
        ({"0.weight": torch.zeros(1)}, "a state dict has weights but no layers"),
    ],
)
def test_what_is_not_to_be_had_is_named_with_its_place(module: Any, message: str) -> None:
    """The layer, where it stands in the module, and the remedy."""
    with pytest.raises(UsageError, match=message) as caught:
        from_torch(module, torch.ones(2, 3), torch.ones(2, 3))
    assert "While executing" not in str(caught.value)


class Reading(nn.Module):
    """A recurrence with two layers of one shape behind it, called as people call them."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(2, 3, batch_first=True)
        self.body = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
        self.head = nn.Linear(3, 3)

    def forward(self, x: Tensor) -> Tensor:
        states, _ = self.rnn(x)
        return self.head(self.body(states[:, -1]))


def test_layers_are_called_as_the_modules() -> None:
    """What a module logs is known by its names: each gradient is its own layer's, and the weights come back."""
    torch.manual_seed(1)
    module, x, t = Reading().double(), torch.randn(4, 3, 2).double(), torch.randn(4, 3).double()
    template = from_torch(module, x, t, loss=nn.MSELoss(), iterations=1)
    assert [line for line in template.text.splitlines() if line.startswith("name")] == [
        'name = "rnn"',
        'name = "body_0"',
        'name = "head"',
    ]
    nn.functional.mse_loss(module(x), t).backward()
    log = {f"{key}.grad": parameter.grad.numpy() for key, parameter in module.named_parameters()}  # type: ignore[union-attr]
    checked = xlbp.check(template, dict(reversed(log.items())))
    assert (checked.ok, dict(checked.unknown)) == (True, {})
    assert not xlbp.check(template, log | {"head.weight.grad": log["body.0.weight.grad"]}).ok
    state = {key: array.numpy() for key, array in Reading().double().state_dict().items()}
    assert isinstance(template.model, Network)
    numbers = numbers_of(template.model, state, "both")
    assert numbers["W3[2,1]"] == state["head.weight"][1, 0]
    assert numbers["W2[2,1]"] == state["body.0.weight"][1, 0]


@pytest.mark.parametrize("numbers", [None, "x", [["a", "b", "c"]], [[1], [1, 2]], 5, object()])
def test_what_are_no_samples_is_said_without_the_frameworks_words(numbers: Any) -> None:
    """Inputs and targets that are no array of numbers are refused alike."""
    for inputs, targets, what in ((numbers, torch.ones(2, 1), "inputs"), (torch.ones(2, 3), numbers, "targets")):
        with pytest.raises(UsageError, match=f"^{what} are no array of numbers; give a tensor, an array or lists"):
            from_torch(nn.Linear(3, 1), inputs, targets)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"loss": nn.MSELoss(reduction="sum")}, "MSELoss has reduction='sum'"),
        ({"loss": nn.CTCLoss()}, "the loss CTCLoss is not to be had; choose one of MSELoss"),
        ({"loss": nn.CrossEntropyLoss(label_smoothing=0.1)}, "label_smoothing is not to be had"),
        ({"loss": nn.BCELoss()}, "the loss takes what a sigmoid gives, but the model ends without one"),
        ({"loss": "msee"}, "unknown loss 'msee'"),
        ({"loss": "crossentropy"}, r"^loss: unknown loss 'crossentropy' \(did you mean 'cross_entropy'\?\)$"),
        ({"optimizer": {"lr": 0.1}}, "^optimizer: give a name, or a dict with name and settings, not dict$"),
        ({"optimizer": torch.optim.Adamax([nn.Parameter(torch.ones(1))])}, "the optimizer Adamax is not to be had"),
        ({"optimizer": torch.optim.Adam([nn.Parameter(torch.ones(1))], amsgrad=True)}, "Adam has amsgrad=True"),
        ({"iterations": 0}, "iterations=0: give a whole number of at least 1"),
    ],
)
def test_trainings_that_are_not_to_be_had(keywords: dict[str, Any], message: str) -> None:
    """Losses and optimizers are refused by their names and settings."""
    with pytest.raises(UsageError, match=message):
        from_torch(nn.Linear(3, 1), torch.ones(2, 3), torch.ones(2, 1), **keywords)
