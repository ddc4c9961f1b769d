"""Keys that place tasks between others, so that a move changes the one task that moves.

They are those of fractional indexing (https://observablehq.com/@dgreensp/implementing-fractional-indexing), which
`core.tasklist.place` continues for tasks that were never moved: an integer whose first letter tells its length
(`a0`, `b00`; `Zz` is the one below `a0`), then a fraction, which never ends with a zero. The one library that makes
them in Python needs setuptools when it runs.
"""

from __future__ import annotations

from core.errors import TodurableError
from core.task import Task
from core.tasklist import ALPHABET, place

_ZERO, _LAST = ALPHABET[0], ALPHABET[-1]


class OrderError(TodurableError):
    """No key can be made beside one that another program wrote."""

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no place beside a task whose order is “{key[:40]}”, which is no key of ours.")
        self.key = key


def keys_between(before: Task | None, after: Task | None, count: int) -> list[str]:
    """`count` keys, in order, for tasks to stand between `before` and `after`; None is the beginning or the end.

    Where two instances gave both of them the same key, that is given once more: ids decide there. Raises OrderError.
    """
    low = place(before)[0] if before is not None else None
    high = place(after)[0] if after is not None else None
    keys: list[str] = []
    for _ in range(count):
        keys.append(low if low is not None and low == high else _between(low, high))
        low = keys[-1]
    return keys


def _between(low: str | None, high: str | None) -> str:
    lower = _split(low) if low is not None else None
    upper = _split(high) if high is not None else None
    if lower is None:
        return _below(*upper) if upper is not None else f"a{_ZERO}"
    integer, fraction = lower
    if upper is not None and upper[0] == integer:
        return integer + _midpoint(fraction, upper[1])
    following = _stepped(integer, 1)
    if following is not None and (high is None or following < high):
        return following
    return integer + _midpoint(fraction, None)


def _below(integer: str, fraction: str) -> str:
    if fraction:
        return integer
    below = _stepped(integer, -1)
    if below is None:
        raise OrderError(integer)
    return below


def _split(key: str) -> tuple[str, str]:
    """The integer and the fraction of `key`."""
    head = key[:1]
    length = ord(head) - ord("a") + 2 if "a" <= head <= "z" else ord("Z") - ord(head) + 2 if "A" <= head <= "Z" else 0
    whole = length and length <= len(key) and all(letter in ALPHABET for letter in key)
    if not whole or (len(key) > length and key.endswith(_ZERO)):
        raise OrderError(key)
    return key[:length], key[length:]


def _midpoint(low: str, high: str | None) -> str:
    """A fraction between two; an empty `low` is nought, None is one."""
    if high is not None:
        padded = low.ljust(len(high), _ZERO)
        same = next((place for place, digit in enumerate(high) if digit != padded[place]), len(high))
        if same:
            return high[:same] + _midpoint(low[same:], high[same:])
    first = ALPHABET.index(low[0]) if low else 0
    last = ALPHABET.index(high[0]) if high else len(ALPHABET)
    if last - first > 1:
        return ALPHABET[(first + last) // 2]
    if high is not None and len(high) > 1:
        return high[0]
    return ALPHABET[first] + _midpoint(low[1:], None)


def _stepped(integer: str, step: int) -> str | None:
    """The integer after (1) or before (-1) `integer`; None where there is none."""
    head, digits = integer[0], list(integer[1:])
    full, empty = (_LAST, _ZERO) if step > 0 else (_ZERO, _LAST)
    for position in reversed(range(len(digits))):
        if digits[position] != full:
            digits[position] = ALPHABET[ALPHABET.index(digits[position]) + step]
            return head + "".join(digits)
        digits[position] = empty
    if head == ("z" if step > 0 else "A"):
        return None
    if head == ("Z" if step > 0 else "a"):
        return f"a{_ZERO}" if step > 0 else f"Z{_LAST}"
    longer = (head >= "a") == (step > 0)
    return chr(ord(head) + step) + (empty * (len(digits) + 1) if longer else empty * (len(digits) - 1))
