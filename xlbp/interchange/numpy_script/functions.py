"""The functions that scripts define on top, each only where it is used."""

from __future__ import annotations

from collections.abc import Iterable

FUNCTIONS: dict[str, str] = {
    "sigmoid": '''
def sigmoid(z):
    """1 / (1 + e^-z), computed from e^-|z|, so that nothing overflows."""
    power = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, power) / (1 + power)
''',
    "softplus": '''
def softplus(z):
    """log(1 + e^z)."""
    return np.maximum(z, 0) + np.log(1 + np.exp(-np.abs(z)))
''',
    "softmax": '''
def softmax(z, axis=-1):
    """e^z / sum of e^z along an axis, from the largest z down."""
    powers = np.exp(z - np.max(z, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)
''',
    "logsumexp": '''
def logsumexp(z, axis=-1):
    """log of the sum of e^z along an axis, which stays, from the largest z down."""
    largest = np.max(z, axis=axis, keepdims=True)
    return largest + np.log(np.sum(np.exp(z - largest), axis=axis, keepdims=True))
''',
    "first_largest": '''
def first_largest(numbers):
    """1 for the first of the largest numbers along the last axis, 0 for the others."""
    places = np.arange(numbers.shape[-1])
    return (places == np.argmax(numbers, axis=-1)[..., None]).astype(float)
''',
    "split_heads": '''
def split_heads(x, heads):
    """(B, steps, size) to (B, heads, steps, size / heads)."""
    B, steps, size = x.shape
    return x.reshape(B, steps, heads, size // heads).swapaxes(1, 2)
''',
    "join_heads": '''
def join_heads(x):
    """(B, heads, steps, width) to (B, steps, heads * width)."""
    B, heads, steps, width = x.shape
    return x.swapaxes(1, 2).reshape(B, steps, heads * width)
''',
    "lehmer": '''
def lehmer(r):
    """Random whole numbers: r = 16807 r mod (2^31 - 1)  (Lehmer; Park and Miller, 1988)."""
    while True:
        r = 16807 * r % (2**31 - 1)
        yield r
''',
}


def defined(used: Iterable[str]) -> list[str]:
    """The lines of the functions that are used, in the order of the table, two blank lines before each."""
    names = set(used)
    chosen = [text for name, text in FUNCTIONS.items() if name in names]
    return [line for text in chosen for line in ("", *text.rstrip().splitlines())][1:] if chosen else []
