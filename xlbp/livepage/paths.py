"""The chain rule of each parameter for the page: its paths, each a product of derivatives that are computed there."""

from __future__ import annotations

from functools import cached_property

from xlbp.livepage.code import Places
from xlbp.livepage.dialect import writer
from xlbp.symbols.expr import topological
from xlbp.workbook.page.chain import ChainRule, Factor
from xlbp.workbook.page.lens import Lens

MOST_FACTORS = 12_000  # of all paths together; a page of more tells those of the first parameters


class Paths:
    """Collects paths; a factor is the text of a derivative, a function and the places of what it takes."""

    def __init__(self, lens: Lens, places: Places) -> None:
        self.lens, self.places = lens, places
        self.texts: dict[str, int] = {}
        self.functions: dict[str, int] = {}
        self.factors = 0

    @cached_property
    def data(self) -> list[list[list[list[int]]]]:
        """By parameter its paths, by path its factors: text, function, then pairs of array and number."""
        chain, found = ChainRule(self.lens), []
        for name in self.lens.contents.template.parameter_order:
            paths = chain.paths(name) if self.factors < MOST_FACTORS else []
            found.append([[self.factor(factor) for factor in path] for path in paths])
        return found

    def factor(self, factor: Factor) -> list[int]:
        """One derivative of a product."""
        self.factors += 1
        leaves = [node for node in topological(factor.value) if node.op == "ref"]
        names = {str(leaf.payload): f"v[{n}]" for n, leaf in enumerate(leaves)}
        function = writer(names.__getitem__)(factor.value)
        text = self.texts.setdefault(factor.symbol, len(self.texts))
        number = self.functions.setdefault(function, len(self.functions))
        places = [self.places[str(leaf.payload)] for leaf in leaves]
        return [text, number, *(place.number if place.array == "R" else -1 - place.number for place in places)]

    @property
    def script(self) -> str:
        """``factors``: a function for each form that a derivative of the paths has."""
        assert self.data is not None  # which collects them
        return f"const factors=[{','.join(f'v=>{text}' for text in self.functions)}];\n"
