"""How a query is built, and where it is wrong."""

from __future__ import annotations

import pytest
from msgspec.structs import astuple

from core.query_syntax import LONGEST, Group, Node, Not, QueryError, Term, parse_tree, terms


def shape(node: Node | None) -> object:
    """`node` as nested tuples: `("and", "a", ("not", "b"))`."""
    match node:
        case None:
            return None
        case Term():
            return node.text
        case Not():
            return ("not", shape(node.part))
        case Group():
            return ("and" if node.all else "or", *map(shape, node.parts))


def only(text: str) -> Term:
    found = parse_tree(text)
    assert isinstance(found, Term)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("  \t\n", None),
        ("milk", "milk"),
        ("a b", ("and", "a", "b")),
        ("a and b AND c", ("and", "a", "b", "c")),
        ("a b or c | d", ("or", ("and", "a", "b"), "c", "d")),
        ("a (b or c)", ("and", "a", ("or", "b", "c"))),
        ("a(b)c", ("and", "a", "b", "c")),
        ("not a b", ("and", ("not", "a"), "b")),
        ("-a !b not not c", ("and", ("not", "a"), ("not", "b"), ("not", ("not", "c")))),
        ("-(a or b)", ("not", ("or", "a", "b"))),
        ("-#home -@phone", ("and", ("not", "#home"), ("not", "@phone"))),
        ("e-mail 5-6 - a", ("and", "e-mail", "5-6", "-", "a")),
        ("orange android nothing", ("and", "orange", "android", "nothing")),
        ('"or" "a b" "(" ', ("and", '"or"', '"a b"', '"("')),
        ("/a b(c|d)/ /usr/bin", ("and", "/a b(c|d)/", "/usr/bin")),
        ("due:next friday 17:00 x", ("and", "due:next friday 17:00", "x")),
        ("due<=in 3 days at 5pm", "due<=in 3 days at 5pm"),
        ("(due:3 days ago)", "due:3 days ago"),
        ("due:today milk", ("and", "due:today", "milk")),
        ("wait:today 17:00)", "error"),
        ("# + @ 100% a@b.c C#", ("and", "#", "+", "@", "100%", "a@b.c", "C#")),
    ],
)
def test_how_terms_are_joined(text: str, expected: object) -> None:
    if expected == "error":
        with pytest.raises(QueryError):
            parse_tree(text)
    else:
        assert shape(parse_tree(text)) == expected


@pytest.mark.parametrize(
    ("text", "field", "op", "items"),
    [
        ("#home/garden", "project", ":", [("home/garden", "home/garden", 1, 12)]),
        ("+urgent", "tag", ":", [("urgent", "urgent", 1, 7)]),
        ("@phone", "tag", ":", [("@phone", "@phone", 0, 6)]),
        ("P2", "priority", ":", [("2", "2", 0, 2)]),
        ("Status!=done,active", "status", "!=", [("done", "done", 8, 12), ("active", "active", 13, 19)]),
        ("due:today..eow", "due", ":", [("today", "eow", 4, 14)]),
        ("due:24.12...31.12.", "due", ":", [("24.12.", "31.12.", 4, 18)]),
        ("id:3,5..8,..2,9..", "id", ":", [("3", "3", 3, 4), ("5", "8", 5, 9), ("", "2", 10, 13), ("9", "", 14, 17)]),
        ('name="a, b..c"', "name", "=", [("a, b..c", "a, b..c", 5, 14)]),
        (r'name:"say \"hi\""', "name", ":", [('say "hi"', 'say "hi"', 5, 17)]),
        ('due:"next fri".."in 2 weeks"', "due", ":", [("next fri", "in 2 weeks", 4, 28)]),
        ("due:", "due", ":", []),
    ],
)
def test_what_a_term_says(text: str, field: str, op: str, items: list[object]) -> None:
    term = only(text)
    assert (term.field, term.op, [astuple(item) for item in term.items]) == (field, op, items)


@pytest.mark.parametrize(
    ("text", "position", "length", "suggestion"),
    [
        ("a (b", 2, 1, ""),
        ("a ) b", 2, 1, ""),
        ("()", 1, 1, ""),
        ("a or", 4, 0, ""),
        ("or a", 0, 2, ""),
        ("a and or b", 6, 2, ""),
        ("not", 3, 0, ""),
        ('say "milk', 4, 1, ""),
        ("x /milk", 2, 5, "/milk/"),
        ("!1 milk", 0, 2, "p1"),
        ("a due:..", 6, 2, ""),
        ("id:1,,2", 5, 0, ""),
        ("id:1..2..3", 3, 7, ""),
        ("(" * 60 + "a" + ")" * 60, 40, 1, ""),
        ("x" * (LONGEST + 5), LONGEST, 5, ""),
    ],
)
def test_a_fault_has_a_place(text: str, position: int, length: int, suggestion: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse_tree(text)
    error = raised.value
    assert (error.position, error.length, error.suggestion) == (position, length, suggestion)
    assert str(error).endswith(("?", "."))


def test_terms_tell_which_a_task_has_to_match() -> None:
    found = [(term.text, positive) for term, positive in terms(parse_tree("a -(b or -c) d"))]
    assert found == [("a", True), ("b", False), ("c", True), ("d", True)]
