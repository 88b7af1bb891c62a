"""From a PyTorch module to a template: traced by torch.fx, run once on the samples, and read layer by layer.

The module itself is not touched; a copy of it is.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from xlbp.errors import UsageError, counted
from xlbp.interchange.asked import array_of
from xlbp.interchange.draft import Draft, Value
from xlbp.interchange.drafted_text import About, Samples, Training
from xlbp.interchange.made_template import Read, template_of
from xlbp.interchange.packages import needed
from xlbp.interchange.torch_functions import FUNCTIONS, Constant, plain
from xlbp.interchange.torch_layers import MODULES, WITHOUT, Last, Place
from xlbp.interchange.torch_training import loss_of, optimizer_of, trained_by
from xlbp.interchange.written_attention import Scores
from xlbp.template.template import Template

WHAT = "reading a PyTorch module"
WIDTHS = {  # what tells how many numbers, or maps, a layer takes, and what these are
    "in_features": "feature",
    "in_channels": "channel",
    "input_size": "feature",
    "num_features": "feature",
    "embed_dim": "feature",
}
FACTORIES = ("ones", "zeros", "full", "eye")  # of tensors, which torch.fx does not trace
ALIKE = {"float64": 1e-10, "float32": 1e-4}  # how far the template's answers may be off the module's, by its precision


def template_of_module(module: Any, inputs: Any, targets: Any, training: Training, about: About) -> Template:
    """A template of a PyTorch module, with its weights as they are now; see :func:`xlbp.from_torch`.

    The loss and the optimizer of ``training`` may be PyTorch's.
    """
    torch = needed("torch", WHAT)
    must_be_module(torch, module)
    loss = loss_of(training.loss)
    rule, rate = optimizer_of(training.optimizer)
    reader = _Reader(torch, module, trained_by(training.optimizer))
    x = reader.tensor(inputs)
    draft, output, answers = reader.read(x)
    told = replace(
        training,
        loss=loss.name,
        optimizer=rule,
        learning_rate=training.learning_rate if training.learning_rate is not None else rate,
        class_weights=loss.class_weights,
        takes_logits=loss.takes_logits,
    )
    about = replace(about, title=about.title or f"{type(module).__name__} of PyTorch")
    alike = ALIKE["float64" if answers.dtype == torch.float64 else "float32"]
    read = Read(draft, output, x.cpu().numpy(), answers.double().numpy(), alike)
    return template_of(read, Samples(array_of(inputs, "inputs"), array_of(targets, "targets")), told, about)


@contextmanager
def _traced_factories(torch: Any, fx: Any) -> Iterator[None]:
    """While it lasts, ``torch.ones(steps, steps)`` and the like can be traced where the sizes are a tensor's own."""
    originals = {name: getattr(torch, name) for name in FACTORIES}

    def traced(function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            parts = (inner for part in args for inner in (part if isinstance(part, tuple | list) else (part,)))
            proxy = next((part for part in parts if isinstance(part, fx.Proxy)), None)
            if proxy is None:
                return function(*args, **kwargs)
            return proxy.tracer.create_proxy("call_function", function, args, kwargs)

        return call

    try:
        for name, function in originals.items():
            setattr(torch, name, traced(function))
        yield
    finally:
        for name, function in originals.items():
            setattr(torch, name, function)


def must_be_module(torch: Any, module: Any) -> None:
    """Refuse what is no module: a state dict, a path, a class."""
    if isinstance(module, torch.nn.Module):
        return
    if isinstance(module, type):
        raise UsageError(f"{module.__name__} is a class; give a module of it, {module.__name__}(...)")
    what = "a state dict has weights but no layers" if isinstance(module, Mapping) else f"it is {type(module).__name__}"
    raise UsageError(f"from_torch takes a module of PyTorch, but {what}; give the nn.Module itself")


class _Reader:
    """Reads a copy of a module."""

    def __init__(self, torch: Any, module: Any, moved: set[int] | None) -> None:
        self.torch = torch
        self.module = copy.deepcopy(module)
        originals = dict(module.named_parameters(remove_duplicate=False))
        self.trained = {
            id(parameter): parameter.requires_grad and (moved is None or id(originals[name]) in moved)
            for name, parameter in self.module.named_parameters(remove_duplicate=False)
        }
        self.active = {name: part.training for name, part in self.module.named_modules()}
        self.graph = self._traced()
        self.results: dict[Any, Any] = {}  # of each node what PyTorch computes

    def _traced(self) -> Any:
        """The graph of its computation; a module of a single layer is put into a row of one."""
        fx, module = needed("torch.fx", WHAT), self.module
        if type(module).__name__ in (*MODULES, *WITHOUT) and type(module).__module__.startswith("torch.nn"):
            module = self.torch.nn.Sequential(module)
            self.active["0"] = self.active[""]
        try:
            with _traced_factories(self.torch, fx):
                return fx.symbolic_trace(module)
        except Exception as error:
            said = " ".join(str(error).split())[:200]
            raise UsageError(
                f"torch.fx can't trace {type(module).__name__} ({said}); write its forward without branches and loops "
                "that depend on values, or make it an nn.Sequential"
            ) from None

    def tensor(self, inputs: Any) -> Any:
        """The samples as the module takes them: tokens as whole numbers, all else in the module's precision."""
        torch, [first, *_] = self.torch, [node for node in self.graph.graph.nodes if node.op == "placeholder"]
        users = (self.graph.get_submodule(n.target) for n in first.users if n.op == "call_module")
        is_token = any(isinstance(user, torch.nn.Embedding) for user in users)
        kind = next((p.dtype for p in self.module.parameters() if p.is_floating_point()), torch.float64)
        try:
            given = inputs if isinstance(inputs, torch.Tensor) else array_of(inputs, "inputs")
            return torch.as_tensor(given).detach().to(torch.long if is_token else kind)
        except (TypeError, ValueError, RuntimeError) as error:
            raise UsageError(f"inputs are no samples that PyTorch takes: {error}") from None

    def read(self, x: Any) -> tuple[Draft, Value, Any]:
        """The draft, its output, and what the module answers to the samples."""
        self._run(x)
        draft = Draft(x.shape[1:])
        draft.keeps_names = True
        read: dict[Any, Any] = {}
        for node in self.graph.graph.nodes:
            if node.op == "output":
                output = self._output(read, node)
                return draft, output, self._answers(self.results[node])
            read[node] = self._read(draft, read, node, len(x))
        raise UsageError(f"{type(self.module).__name__} returns nothing; let its forward return the outputs")

    def _run(self, x: Any) -> None:
        """Compute it once, as in testing, and keep what each node gives."""
        fx, results = needed("torch.fx", WHAT), self.results
        reached: list[Any] = []

        class Keeping(fx.Interpreter):  # type: ignore[name-defined,misc]
            def run_node(self, node: Any) -> Any:
                reached.append(node)
                results[node] = super().run_node(node)
                return results[node]

        self.graph.eval()
        fast = self.torch.backends.mha.get_fastpath_enabled()
        self.torch.backends.mha.set_fastpath_enabled(False)  # which takes the exact GELU where the other is meant
        try:
            with self.torch.no_grad():
                Keeping(self.graph).run(x)
        except Exception as error:
            what = f"the module can't take inputs of {_sizes(x)}"
            raise UsageError(f"{what}: {self._why_not(reached[-1], error)}") from None
        finally:
            self.torch.backends.mha.set_fastpath_enabled(fast)

    def _why_not(self, node: Any, error: Exception) -> str:
        """Which layer does not take what comes in; of other operations what PyTorch says of them."""
        module = self.graph.get_submodule(node.target) if node.op == "call_module" else None
        entering = self.results.get(node.args[0]) if module is not None and node.args else None
        attribute = next((attribute for attribute in WIDTHS if hasattr(module, attribute)), "")
        if attribute and isinstance(entering, self.torch.Tensor):
            layer, width = f"its layer {node.target}, {type(module).__name__},", getattr(module, attribute)
            return f"{layer} takes {counted(width, WIDTHS[attribute])}, but {_sizes(entering)} come in"
        said = str(error).partition("While executing")[0]
        return " ".join(said.split())[:200]

    def _read(self, draft: Draft, read: dict[Any, Any], node: Any, samples: int) -> Any:
        """What a node is: a value, a constant, several of these."""
        result = self.results[node]
        if node.op == "placeholder":
            is_first = not any(isinstance(value, Value) for value in read.values())
            return draft.entering() if is_first else Constant(result)
        if node.op == "get_attr":
            is_parameter = isinstance(result, self.torch.nn.Parameter)
            return Constant(result, result if is_parameter else None)
        given, more = (_filled(part, read) for part in (node.args, node.kwargs))
        if not _has_value((given, more)) or not self._is_tensor(result):
            return self._constant(node, given, result)
        at = self._place(draft, node, samples, result)
        if node.op == "call_module":
            return self._of_module(at, self.graph.get_submodule(node.target), given, more)
        name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
        if name not in FUNCTIONS:
            at.refuse("a template has no such layer; write it with layers of its own, or leave it out")
        return FUNCTIONS[name](at, given, more)

    def _constant(self, node: Any, given: Any, result: Any) -> Any:
        """What depends on no input's values; a parameter turned round is still that parameter."""
        if not self._is_tensor(result) or isinstance(result, tuple | list):
            return result
        of = next((part for part in given if isinstance(part, Constant)), None)
        name = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "")
        is_turned = name in ("t", "transpose") or (name == "getattr" and node.args[1] in ("T", "mT"))
        if is_turned and of is not None and of.parameter is not None and result.dim() == 2:
            return Constant(result, of.parameter, not of.is_turned)
        if node.op == "call_module":  # positions that an embedding looks up
            weight = getattr(self.graph.get_submodule(node.target), "weight", None)
            return Constant(result.detach().requires_grad_(self.trained.get(id(weight), False)))
        return Constant(result)

    def _is_tensor(self, result: Any) -> bool:
        parts = result if isinstance(result, tuple | list) else (result,)
        return any(isinstance(part, self.torch.Tensor) for part in parts)

    def _place(self, draft: Draft, node: Any, samples: int, result: Any) -> Place:
        is_module = node.op == "call_module"
        name = str(node.target) if is_module else node.name
        called = getattr(node.target, "__name__", str(node.target))
        what = type(self.graph.get_submodule(node.target)).__name__ if is_module else called
        sizes = tuple(result.shape[1:]) if isinstance(result, self.torch.Tensor) else ()
        is_active = self.active.get(name, True) if is_module else self.active[""]
        return Place(draft, name, what, self.trained, is_active, samples, sizes)

    def _of_module(self, at: Place, module: Any, given: Any, more: Any) -> Any:
        kind = type(module).__name__
        if kind not in MODULES:
            remedy = WITHOUT.get(kind, f"choose among {', '.join(list(MODULES)[:10])} and the like")
            at.refuse(f"nn.{kind} has no layer in a template; {remedy}")
        return MODULES[kind](at, module, plain(given), {key: plain(value) for key, value in more.items()})

    def _output(self, read: dict[Any, Any], node: Any) -> Value:
        """What the module returns: one value, or of a recurrent layer the states of all steps."""
        output = _filled(node.args[0], read)
        if isinstance(output, tuple) and isinstance(output[0], Value) and _is_rest(output[1:]):
            output = output[0]
        if not isinstance(output, Value):
            raise UsageError(
                f"{type(self.module).__name__} returns {_called(output)}; let its forward return the outputs alone"
            )
        return output

    def _answers(self, result: Any) -> Any:
        return result[0] if isinstance(result, tuple) else result


def _sizes(tensor: Any) -> str:
    """The shape of a tensor, samples first."""
    return " x ".join(map(str, tensor.shape)) or "one number"


def _is_rest(parts: tuple[Any, ...]) -> bool:
    """Whether these are what recurrent layers and attention return besides their outputs."""
    return all(part is None or isinstance(part, Last) or (isinstance(part, tuple) and _is_rest(part)) for part in parts)


def _called(output: Any) -> str:
    """What a module returned, for people."""
    if isinstance(output, tuple | list):
        return f"{len(output)} things"
    return "what does not depend on its inputs" if isinstance(output, Constant) else f"a {type(output).__name__}"


def _filled(part: Any, read: Mapping[Any, Any]) -> Any:
    """Arguments of a node with what other nodes are in their place."""
    if type(part).__name__ == "Node":
        return read[part]
    if isinstance(part, tuple | list):
        return type(part)(_filled(inner, read) for inner in part) if type(part) in (tuple, list) else [
            _filled(inner, read) for inner in part
        ]  # fmt: skip
    if isinstance(part, dict):
        return {key: _filled(inner, read) for key, inner in part.items()}
    if isinstance(part, slice):
        return slice(*(_filled(inner, read) for inner in (part.start, part.stop, part.step)))
    return part


def _has_value(part: Any) -> bool:
    """Whether there is a value of the draft among arguments."""
    if isinstance(part, tuple | list):
        return any(map(_has_value, part))
    if isinstance(part, dict):
        return any(map(_has_value, part.values()))
    return isinstance(part, Value | Last | Scores)
