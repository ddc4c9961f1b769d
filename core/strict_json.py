"""JSON that can always be read back: what `parse` accepts `dump` can write, and what `dump` writes `parse` accepts.

The standard decoder takes more than that (duplicate keys, NaN, 1e999, half characters) and overflows the stack on deep
nesting. Imported here only where it is used: the fast paths of the store need none of this.
"""

from __future__ import annotations

import math
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from core.display import literal

if TYPE_CHECKING:
    from json import JSONDecodeError

JsonValue: TypeAlias = "dict[str, JsonValue] | list[JsonValue] | str | int | float | bool | None"

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 100
# Where Python stops by default too: turning digits into an integer takes quadratic time.
MAX_DIGITS = 4300

_INTEGER_END = 10**MAX_DIGITS
_LONGEST_EXCERPT = 40
_BOM = b"\xef\xbb\xbf"
_BLANK = " \t\n\r"
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
# As signed bytes: +1 for what opens, -1 for what closes.
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")


class StrictJsonError(ValueError):
    """Not JSON as we accept it. Its text completes the sentence "tasks.json is damaged: ..."."""


def parse(raw: bytes, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> JsonValue:
    """The value of the one JSON text that `raw` holds, in UTF-8, with or without a byte order mark.

    Raises StrictJsonError for everything else: also for duplicate keys, numbers and characters that could not be
    written again, and more than `max_bytes` bytes or `max_depth` nested lists and objects.
    """
    if len(raw) > max_bytes:
        raise StrictJsonError(f"it has {len(raw):,} bytes, more than the {max_bytes:,} that are read")
    text = _decode_utf8(raw)
    if not text.strip(_BLANK):
        raise StrictJsonError("it is empty")
    if not text.strip("\0"):
        raise StrictJsonError("it holds nothing but zero bytes")
    if _depth(raw) > max_depth:
        raise _too_deep(max_depth)
    try:
        value: JsonValue = _decode(text, len(raw))
        if _SURROGATE_ESCAPE.search(raw):
            _encode(value, indent=None)
    except RecursionError as error:
        # The caller stands almost at the end of its stack, or asked for more levels than that has.
        raise _too_deep(max_depth) from error
    return value


def dump(value: JsonValue, indent: int | None) -> bytes:
    """`value` as UTF-8 with a newline at the end, compact where `indent` is None.

    `parse` gives an equal value of the same types for the result. Raises StrictJsonError for what it would refuse:
    also for keys that are not texts, tuples and other types, cycles, and what `indent` makes larger than MAX_BYTES.
    """
    try:
        _check(value, 0)
        raw = _encode(value, indent) + b"\n"
    except RecursionError as error:
        raise _too_deep(MAX_DEPTH) from error
    if len(raw) > MAX_BYTES:
        raise StrictJsonError(f"it would have {len(raw):,} bytes, more than the {MAX_BYTES:,} that are read")
    return raw


def _decode_utf8(raw: bytes) -> str:
    start = len(_BOM) if raw.startswith(_BOM) else 0
    try:
        return raw[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"it is not UTF-8 text at byte {start + error.start}") from error


def _depth(raw: bytes) -> int:
    """How deep lists and objects nest, up to the first error in `raw` at least: there the decoder stops."""
    unescaped = _ESCAPE.sub(b"", raw) if b"\\" in raw else raw
    outside_texts = unescaped.translate(None, _NOT_STRUCTURE).split(b'"')[::2]
    steps = b"".join(outside_texts).translate(_STEPS)
    return max(accumulate(memoryview(steps).cast("b")), default=0)


def _decode(text: str, size: int) -> Any:
    import json

    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
    )
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise StrictJsonError(_syntax_problem(error, size)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise StrictJsonError(f"the key {_quoted(twice)} stands twice")
    return found


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise _too_many_digits()
    try:
        return int(digits)
    except ValueError as error:  # PYTHONINTMAXSTRDIGITS sets a lower limit
        raise _too_many_digits() from error


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise StrictJsonError(f"the number {_shortened(digits)} is too large")
    return number


def _constant(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} stands in it, which is not a JSON number")


def _syntax_problem(error: JSONDecodeError, size: int) -> str:
    text, position = error.doc, error.pos
    rest = text[position:].strip(_BLANK)
    cut_short = any(word.startswith(rest) for word in ("true", "false", "null", "-"))
    if cut_short or error.msg.startswith("Unterminated string"):
        return f"the JSON ends early at byte {size}"
    byte = size - len(text[position:].encode("utf-8"))
    if error.msg == "Extra data":
        return f"something follows the end of the JSON at byte {byte}"
    return f"the JSON is not valid at byte {byte} (line {error.lineno})"


def _check(value: object, depth: int) -> None:
    """Refuse what the standard encoder would fail on, or would write as something else than it is."""
    if isinstance(value, dict | list):
        if depth == MAX_DEPTH:
            raise _too_deep(MAX_DEPTH)
        if isinstance(value, dict):
            _check_keys(value)
        for child in value.values() if isinstance(value, dict) else value:
            _check(child, depth + 1)
    elif not (value is None or isinstance(value, str)):
        _check_number(value)


def _check_keys(value: dict[Any, Any]) -> None:
    for key in value:
        if not isinstance(key, str):
            raise StrictJsonError(f"the key {_quoted(repr(key))} is not a text")


def _check_number(value: object) -> None:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise StrictJsonError(f"{value} stands in it, which is not a JSON number")
    elif not isinstance(value, int):
        raise StrictJsonError(f"a value of type {type(value).__name__} cannot be written as JSON")
    elif not -_INTEGER_END < value < _INTEGER_END:
        raise _too_many_digits()


def _encode(value: JsonValue, indent: int | None) -> bytes:
    import json

    separators = (",", ":") if indent is None else (",", ": ")
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)
    except ValueError as error:  # of a checked value only an integer can cause it: see _integer
        raise _too_many_digits() from error
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        around = text[max(error.start - 10, 0) : error.end + 10]
        raise StrictJsonError(f"a text in it holds half a character, near {_quoted(around)}") from error


def _too_deep(max_depth: int) -> StrictJsonError:
    return StrictJsonError(f"its lists and objects nest deeper than {max_depth} levels")


def _too_many_digits() -> StrictJsonError:
    return StrictJsonError("an integer in it has too many digits")


def _quoted(text: str) -> str:
    return f"“{_shortened(literal(text))}”"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[: _LONGEST_EXCERPT - 1]}…"
