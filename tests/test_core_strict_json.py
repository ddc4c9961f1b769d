from __future__ import annotations

import copy
import json
import math
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.strict_json import MAX_DEPTH, MAX_DIGITS, JsonValue, StrictJsonError, dump, parse

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**300, max_value=10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
_VALUES: st.SearchStrategy[Any] = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)
# Pieces that meet in the ways that matter far more often than random bytes do.
_TOKENS = (
    rb"""[ ] { } , : " "a" "b" \ \" \ud83d \ude00 \uD800 0 - 1 1.5 e9 1e999 true null NaN -Infinity {"a":1, "a":2}"""
)
_BYTES = [b" ", b"\n", b"\0", b"\xef\xbb\xbf", b"\xc3\xa9", b"\xed\xa0\x80", b"\xff"]
_PIECES = st.lists(st.sampled_from([*_TOKENS.split(), *_BYTES]), max_size=12).map(b"".join)


def _same(one: object, other: object) -> bool:
    """Equal, and of the same types all the way down: 1, 1.0 and True are three values, and so are 0.0 and -0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return one == other


def _nested(depth: int) -> JsonValue:
    value: JsonValue = []
    for _ in range(depth - 1):
        value = [value]
    return value


@given(_VALUES, st.sampled_from([None, 0, 1, 4]))
def test_whatever_is_dumped_parses_to_the_same_value(value: JsonValue, indent: int | None) -> None:
    raw = dump(value, indent)
    assert raw.endswith(b"\n")
    assert _same(parse(raw), value)


@given(st.binary() | _PIECES)
@example(b'{"a":{"b":1,"b":2}}')
@example(b'"\\ud83d\\ude00"')
@example(b'"\\\\ud83d"')
@example(b"-0")
@example(b"-0.0")
@example(b"1E400")
@example(b"1e-999")
def test_any_bytes_are_refused_with_a_sentence_or_can_be_saved_again(raw: bytes) -> None:
    try:
        value = parse(raw)
    except StrictJsonError as error:
        words = str(error)
        assert words.isprintable()
        assert words[0].isalnum() or words[0] == "-"
        assert not words.endswith(".")
        assert len(words) < 120
        return
    assert _same(parse(dump(value, None)), value)
    assert _same(value, json.loads(raw.decode("utf-8-sig")))


@given(_VALUES)
def test_every_prefix_of_a_document_is_refused(value: JsonValue) -> None:
    raw = dump([value], None).rstrip()
    for end in range(len(raw)):
        with pytest.raises(StrictJsonError):
            parse(raw[:end])


@given(_VALUES)
def test_neither_side_changes_the_value(value: JsonValue) -> None:
    before = copy.deepcopy(value)
    dump(value, 4)
    assert _same(value, before)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "it is empty"),
        (b" \r\n\t", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (b"\0" * 4096, "it holds nothing but zero bytes"),
        (b'{"a": 1', "the JSON ends early at byte 7"),
        (b'["abc', "the JSON ends early at byte 5"),
        (b"[1, tr", "the JSON ends early at byte 6"),
        (b"[-", "the JSON ends early at byte 2"),
        (b"\xef\xbb\xbf[1,", "the JSON ends early at byte 6"),
        (b'{"a": 1, "a": 1}', "the key “a” stands twice"),
        (b'{"\\u001b": 1, "\x7f": 1, "\\u001b": 1}', "the key “\ufffd” stands twice"),
        (b'{"%b": 1, "%b": 1}' % (b"k" * 99, b"k" * 99), f"the key “{'k' * 39}…” stands twice"),
        (b"[1] [2]", "something follows the end of the JSON at byte 4"),
        (b"[1]\n\0", "something follows the end of the JSON at byte 4"),
        (b'["\xc3\xa9",\n x]', "the JSON is not valid at byte 8 (line 2)"),
        (b"\xef\xbb\xbf[x]", "the JSON is not valid at byte 4 (line 1)"),
        (b"\xef\xbb\xbf\xef\xbb\xbf[]", "the JSON is not valid at byte 3 (line 1)"),
        (b"[1 2]", "the JSON is not valid at byte 3 (line 1)"),
        (b'["a\nb"]', "the JSON is not valid at byte 3 (line 1)"),
        (b"[01]", "the JSON is not valid at byte 2 (line 1)"),
        (b"['a']", "the JSON is not valid at byte 1 (line 1)"),
        ("[\u0661]".encode(), "the JSON is not valid at byte 1 (line 1)"),
        (b'["\xff"]', "it is not UTF-8 text at byte 2"),
        (b'\xef\xbb\xbf["\xed\xa0\x80"]', "it is not UTF-8 text at byte 5"),
        ("[1]".encode("utf-16"), "it is not UTF-8 text at byte 0"),
        (b"[NaN]", "NaN stands in it, which is not a JSON number"),
        (b"[-Infinity]", "-Infinity stands in it, which is not a JSON number"),
        (b"[1e999]", "the number 1e999 is too large"),
        (b'["\\ud800"]', 'a text in it holds half a character, near “["\ufffd"]”'),
        (b'{"\\uDFFF": 1}', 'a text in it holds half a character, near “{"\ufffd":1}”'),
        (b"[%b]" % (b"9" * (MAX_DIGITS + 1)), "an integer in it has too many digits"),
        (b"-" + b"9" * (MAX_DIGITS + 1), "an integer in it has too many digits"),
    ],
)
def test_what_is_refused_and_why(raw: bytes, problem: str) -> None:
    with pytest.raises(StrictJsonError) as refusal:
        parse(raw)
    assert str(refusal.value) == problem


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"\xef\xbb\xbf[1]\r\n", [1]),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\\\\ud800"', "\\ud800"),
        (b'{"": null, "A": 1, "a": 2}', {"": None, "A": 1, "a": 2}),
        (b"[%b]" % (b"9" * MAX_DIGITS), [10**MAX_DIGITS - 1]),
        (b"[-%b]" % (b"9" * MAX_DIGITS), [1 - 10**MAX_DIGITS]),
        (b"1e308", 1e308),
        (b"1e-999", 0.0),
        (b"-0.0", -0.0),
    ],
)
def test_what_is_accepted(raw: bytes, value: JsonValue) -> None:
    assert _same(parse(raw), value)
    assert _same(parse(dump(value, 4)), value)


# Depth and size


def test_depth_is_counted_exactly() -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) == _nested(MAX_DEPTH)
    with pytest.raises(StrictJsonError, match="nest deeper than 100 levels"):
        parse(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    assert parse(b'[{"a":[]}]', max_depth=3) == [{"a": []}]
    with pytest.raises(StrictJsonError, match="nest deeper than 2 levels"):
        parse(b'[{"a":[]}]', max_depth=2)


@pytest.mark.parametrize("text", ["[{" * 500, '"' + "[{" * 500, '\\"' + "[{" * 500, '\\\\"' + "[{" * 500, "é\n[" * 500])
def test_brackets_in_texts_and_siblings_are_no_depth(text: str) -> None:
    value: JsonValue = [{"[{" * 300: [text, text]}] * 300
    assert parse(dump(value, None)) == value


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"":', b'\xef\xbb\xbf[["\\"",'])
def test_a_million_levels_are_refused_before_the_stack_overflows(opening: bytes) -> None:
    with pytest.raises(StrictJsonError, match="nest deeper"):
        parse(opening * 1_000_000)


@pytest.mark.parametrize("before", [b"\\", b'"\\', b"]" * 2_000_000, b'"\n', b'"\\"', b'x"'])
def test_no_garbage_hides_depth_from_the_count(before: bytes) -> None:
    with pytest.raises(StrictJsonError):
        parse(before + b"[" * 1_000_000)
    with pytest.raises(StrictJsonError):
        parse(before + b'"' + b"[" * 1_000_000)


def test_a_higher_limit_than_the_stack_has_is_refused_too() -> None:
    with pytest.raises(StrictJsonError, match="nest deeper"):
        parse(b"[" * 500_000 + b"]" * 500_000, max_depth=1_000_000)


def test_at_the_end_of_the_stack_both_sides_refuse() -> None:
    raw, value = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, _nested(MAX_DEPTH)
    outcomes: list[str] = []

    def descend() -> None:
        for act in (lambda: parse(raw), lambda: dump(value, 4)):
            try:
                act()
                outcomes.append("done")
            except StrictJsonError:
                outcomes.append("refused")
        descend()

    with pytest.raises(RecursionError):
        descend()
    assert set(outcomes) == {"done", "refused"}


def test_a_file_that_is_too_large_is_refused() -> None:
    assert parse(b"[1234567]", max_bytes=9) == [1234567]
    with pytest.raises(StrictJsonError, match="it has 9 bytes, more than the 8 that are read"):
        parse(b"[1234567]", max_bytes=8)


def test_a_document_that_could_not_be_read_for_its_size_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.strict_json.MAX_BYTES", 4)
    assert dump([1], None) == b"[1]\n"
    with pytest.raises(StrictJsonError, match="it would have 5 bytes, more than the 4 that are read"):
        dump([10], None)


# What dump refuses


def _cycle() -> list[Any]:
    cycle: list[Any] = [1]
    cycle += [{"a": cycle}, {"b": cycle}]
    return cycle


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([math.nan], "nan stands in it"),
        ({"a": -math.inf}, "-inf stands in it"),
        (["\ud800"], "half a character"),
        (["\ud83d\ude00"], "half a character"),
        ({"\udfff": 1}, "half a character"),
        ({1: "a"}, "the key “1” is not a text"),
        ({"a": [{None: 1}]}, "the key “None” is not a text"),
        ({True: 1}, "the key “True” is not a text"),
        ([(1, 2)], "a value of type tuple cannot be written"),
        ({"a": {1}}, "a value of type set cannot be written"),
        (b"a", "a value of type bytes cannot be written"),
        (1j, "a value of type complex cannot be written"),
        (object(), "a value of type object cannot be written"),
        ([10**MAX_DIGITS], "an integer in it has too many digits"),
        ([-(10**MAX_DIGITS)], "an integer in it has too many digits"),
        (_cycle(), "nest deeper than 100 levels"),
        (_nested(MAX_DEPTH + 1), "nest deeper than 100 levels"),
    ],
)
def test_what_cannot_be_written_and_why(value: Any, problem: str) -> None:
    for indent in (None, 4):
        with pytest.raises(StrictJsonError, match=problem):
            dump(value, indent)


def test_a_value_that_is_used_twice_is_no_cycle() -> None:
    shared: JsonValue = [1]
    assert dump([shared, shared], None) == b"[[1],[1]]\n"


def test_texts_are_written_as_people_read_them() -> None:
    assert dump({"é": ["日本 😀", 1.0, True, None]}, None) == '{"é":["日本 😀",1.0,true,null]}\n'.encode()
    assert dump({"a": [1]}, 2) == b'{\n  "a": [\n    1\n  ]\n}\n'


@pytest.mark.parametrize(("limit", "digits"), [(640, 641), (0, MAX_DIGITS + 1)])
def test_another_limit_of_digits_in_the_environment_is_refused_in_the_same_words(limit: int, digits: int) -> None:
    program = (
        "from core.strict_json import parse, dump, StrictJsonError\n"
        f"digits = {digits}\n"
        "for act in (lambda: parse(b'1' * digits), lambda: dump(10 ** (digits - 1), None),\n"
        "            lambda: parse(b'-' + b'1' * digits), lambda: dump(-(10 ** (digits - 1)), None)):\n"
        "    try: act()\n"
        "    except StrictJsonError as error: print(error)\n"
    )
    command = [sys.executable, "-X", f"int_max_str_digits={limit}", "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["an integer in it has too many digits"] * 4


def test_importing_it_does_not_import_json() -> None:
    program = "import sys, core.strict_json; print('json' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
