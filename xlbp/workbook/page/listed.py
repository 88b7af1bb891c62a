"""What stands in a list from which a person chooses: texts that MATCH finds again."""

from __future__ import annotations

from collections.abc import Sequence

NO_WILDCARDS = str.maketrans("*?~", "∗？∼")


def listed(symbols: Sequence[str]) -> list[str]:
    """The symbols, numbered where two differ in case only, as MATCH sees none.

    Nor does it see * ? ~ as such, but as any letters: signs that look the same stand in their places.
    """
    plain = [symbol.translate(NO_WILDCARDS) for symbol in symbols]
    folded = [symbol.casefold() for symbol in plain]
    return [s if folded.count(s.casefold()) == 1 else f"{s} ({n})" for n, s in enumerate(plain, start=1)]
