"""The shape of a query: its terms, where each stands, and how `and`, `or`, `not` and parentheses join them.

    query := or
    or    := and {("or" | "|") and}
    and   := not {["and"] not}
    not   := ("not" | "!" | "-") not | "(" or ")" | term
    term  := word | "phrase" | /regex/ | +tag | @context | #project | p1 | field op value
    op    := ":" | "=" | "!=" | "<" | "<=" | ">" | ">="
    value := item {"," item};  item := text | [text] ".." [text]

What a term means is the business of `core.query_terms`. Each text of a value may stand in quotes. A date takes the
words after it that belong to it (`due:next friday 17:00`), as in a quick-add line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from core.errors import TodurableError


class QueryError(TodurableError):
    """A query cannot be understood: what is wrong stands at `position`, and is `length` characters long (may be 0).

    `suggestion` is what could stand there instead; empty where there is nothing to suggest.
    """

    def __init__(self, problem: str, position: int, length: int, suggestion: str = "") -> None:
        super().__init__(f"{problem} Did you mean {suggestion}?" if suggestion else problem)
        self.problem = problem
        self.position = position
        self.length = length
        self.suggestion = suggestion


class Item(Struct, frozen=True):
    """One of the alternatives of a value: from `low` to `high`, which are the same where it is no range."""

    low: str
    high: str
    start: int
    end: int


class Term(Struct, frozen=True):
    """What a query asks of a task. `field` is a name as it was typed, or `word`, `regex`; `text` the term itself."""

    field: str
    op: str
    items: tuple[Item, ...]
    text: str
    start: int

    @property
    def value(self) -> str:
        """The value of a term that takes a single one."""
        return self.items[0].low

    def error(self, problem: str, suggestion: str = "", item: Item | None = None) -> QueryError:
        """Why this term, or that item of it, cannot be understood."""
        start, end = (item.start, item.end) if item else (self.start, self.start + len(self.text))
        return QueryError(problem, start, end - start, suggestion)


class Not(Struct, frozen=True):
    """What `part` does not match."""

    part: Node


class Group(Struct, frozen=True):
    """What all of `parts` match, or any of them."""

    all: bool
    parts: tuple[Node, ...]


Node = Term | Not | Group

LONGEST = 4_000
"""Characters of a query: beyond that it is no query, but a file that was pasted."""
_DEEPEST = 40

_DATES = "due|scheduled|wait|until|created|modified|started|completed"
_QUOTED = r'"(?:\\.|[^"\\])*"'
_TIME = r"(?:\s+(?:at\s+)?(?:t?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|[0-9]{1,2}(?::[0-9]{2})?[ap]m)(?![^\s()|]))?"
_DATE_VALUE = rf"(?:next\s+\w+|in\s+\w+\s+\w+|[0-9]+\s+\w+\s+ago|[^\s()|\"]+){_TIME}(?![^\s()|])"
_VALUE = rf'(?:{_QUOTED}|[^\s()|"])*'
_FIELD = r"[^\W\d_]+"
_OP = r"<=|>=|!=|[:=<>]"
# Texts: `re` compiles each when it is needed first, and keeps it.
_TOKEN = rf"""(?xi)
    (?P<mark>[()|])
    | (?P<either>![1-3](?![^\s()|]))
    | (?P<not>[!-])(?![!-]*(?:[\s)|]|$)) | (?P<joint>(?:and|or|not)(?![^\s()|]))
    | (?P<phrase>{_QUOTED})
    | (?P<regex>/(?:\\.|[^/\\])+/)(?![^\s()|])
    | (?P<sign>[+@\#])(?P<label>[^\s()|"+@\#][^\s()|"]*)
    | (?P<date>{_DATES})(?P<date_op>{_OP})(?P<date_value>{_DATE_VALUE})
    | (?P<field>{_FIELD})(?P<op>{_OP})(?P<value>{_VALUE})
    | [pP](?P<priority>[1-3])(?![^\s()|])
    | (?P<word>[^\s()|"]+)"""
_PIECE = rf"(?s)({_QUOTED})|\.\.(?!\.)|,|[^\",.]+|."
_SIGNS = {"+": "tag", "@": "tag", "#": "project"}


class _Token(Struct, frozen=True):
    kind: str  # ( ) | not and or, or "term"
    term: Term


def parse_tree(text: str) -> Node | None:
    """How `text` is built; None where there is nothing in it. Raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(f"A query has at most {LONGEST:,} characters.", LONGEST, len(text) - LONGEST)
    parser = _Parser(list(_tokens(text)), len(text))
    return parser.whole()


def terms(node: Node | None, *, positive: bool = True) -> Iterator[tuple[Term, bool]]:
    """The terms of `node`, each with whether a task has to match it, not to fail it."""
    match node:
        case Term():
            yield node, positive
        case Not():
            yield from terms(node.part, positive=not positive)
        case Group():
            for part in node.parts:
                yield from terms(part, positive=positive)


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._next = 0
        self._depth = 0

    def whole(self) -> Node | None:
        if not self._tokens:
            return None
        node = self._or()
        if self._next < len(self._tokens):
            raise self._tokens[self._next].term.error("This “)” closes nothing.")
        return node

    def _kind(self) -> str:
        return self._tokens[self._next].kind if self._next < len(self._tokens) else ""

    def _or(self) -> Node:
        parts = [self._and()]
        while self._kind() == "or":
            self._next += 1
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Group(all=False, parts=tuple(parts))

    def _and(self) -> Node:
        parts = [self._not()]
        while (kind := self._kind()) not in ("", "or", ")"):
            self._next += kind == "and"
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else Group(all=True, parts=tuple(parts))

    def _not(self) -> Node:
        kind, start = self._kind(), self._next
        self._next += 1
        if kind == "term":
            return self._tokens[start].term
        if kind not in ("not", "("):
            raise self._missing(start)
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._tokens[start].term.error("This is nested too deeply.")
        node = Not(self._not()) if kind == "not" else self._closed(start)
        self._depth -= 1
        return node

    def _closed(self, start: int) -> Node:
        node = self._or()
        if self._kind() != ")":
            raise self._tokens[start].term.error("This “(” is never closed.")
        self._next += 1
        return node

    def _missing(self, index: int) -> QueryError:
        """That there should be a term at `index`."""
        if index < len(self._tokens):
            found = self._tokens[index].term
            return found.error(f"Something to look for is missing before “{found.text}”.")
        last = self._tokens[-1].term
        return QueryError(f"Something to look for is missing after “{last.text}”.", self._end, 0)


def _tokens(text: str) -> Iterator[_Token]:
    begin, token, position = re.compile(r"\S"), re.compile(_TOKEN), 0
    while start := begin.search(text, position):
        found = token.match(text, start.start())
        if found is None:
            raise QueryError("This quote is never closed.", start.start(), 1)
        if found["either"]:
            problem = f"“{found[0]}” can be a priority, or “not {found[0][1]}”."
            raise QueryError(problem, found.start(), len(found[0]), f"p{found[0][1]}")
        position = found.end()
        yield _token(found)


def _token(found: re.Match[str]) -> _Token:
    if found["mark"] or found["not"] or found["joint"]:
        kind = {"|": "or", "!": "not", "-": "not"}.get(found[0], found[0].lower())
        return _Token(kind, Term("word", ":", (), found[0], found.start()))
    return _Token("term", _term(found))


def _term(found: re.Match[str]) -> Term:
    text, start = found[0], found.start()
    if found["field"] or found["date"]:
        group = "field" if found["field"] else "date"
        value = "value" if found["field"] else "date_value"
        name, op = found[group].lower(), found["op"] or found["date_op"]
        return Term(name, op, tuple(_items(found[value], found.start(value), name)), text, start)
    if found["sign"]:
        name = _SIGNS[found["sign"]]
        label, at = (text, start) if found["sign"] == "@" else (text[1:], start + 1)
        return Term(name, ":", tuple(_items(label, at, name)), text, start)
    if found["priority"]:
        return Term("priority", ":", (Item(text[1], text[1], start, found.end()),), text, start)
    if found["regex"]:
        return Term("regex", ":", (Item(text[1:-1], "", start + 1, found.end() - 1),), text, start)
    if text.startswith("/") and "/" not in text[1:]:
        raise QueryError("This regular expression is never closed.", start, len(text), f"{text}/")
    word = _unquoted(text)
    return Term("word", ":", (Item(word, word, start, found.end()),), text, start)


def _items(value: str, start: int, field: str) -> Iterator[Item]:
    """The alternatives of a value. Only what is in quotes may hold a comma or two dots."""
    if '"' not in value and "," not in value and ".." not in value:
        if value:
            yield Item(value, value, start, start + len(value))
        return
    pieces = [(found[0], found.start(), found.end()) for found in re.finditer(_PIECE, value)]
    first = last = -1
    for group in _split(pieces, ","):
        sides = ["".join(_unquoted(text) for text, _start, _end in side) for side in _split(group, "..")]
        first = last + 1  # behind the comma
        last = group[-1][2] if group else first
        if not any(sides) or len(sides) > 2:  # noqa: PLR2004 - from and to
            raise QueryError(f"“{field}” needs a value, or two with two dots between.", start + first, last - first)
        yield Item(sides[0], sides[-1], start + first, start + last)


_Piece = tuple[str, int, int]


def _split(pieces: Iterable[_Piece], separator: str) -> list[list[_Piece]]:
    parts: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece[0] == separator:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _unquoted(text: str) -> str:
    """`text` without its quotes, if it has any."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if text.startswith('"') else text
