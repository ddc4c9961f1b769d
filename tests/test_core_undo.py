"""Which record is taken back next, against a plain stack."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.changes import Record
from core.undo import redoable, undoable


def record(key: str, undoes: str = "", by: str = "me") -> Record:
    return Record(1, "2026-01-01T00:00:00Z", by, key, 1, (), key, undoes)


def mine(record: Record) -> bool:
    return record.by == "me"


def key_of(record: Record | None) -> str | None:
    return record.key if record else None


def test_nothing_is_taken_back_where_nothing_was_done() -> None:
    assert undoable([], mine) is None
    assert redoable([], mine) is None
    assert undoable([record("a", by="they")], mine) is None
    assert redoable([record("a"), record("u", "a", by="they")], mine) is None


def test_the_work_of_others_is_stepped_over() -> None:
    known = [record("a"), record("x", by="they"), record("y", by="they")]
    assert key_of(undoable(known, mine)) == "a"
    assert key_of(redoable([*known, record("u", "a"), record("z", by="they")], mine)) == "u"


def test_what_others_took_back_is_not_taken_back_twice() -> None:
    assert key_of(undoable([record("a"), record("b"), record("u", "b", by="they")], mine)) == "a"


def test_a_record_without_a_key_cannot_be_taken_back() -> None:
    assert undoable([record("")], mine) is None


def test_what_takes_back_something_unknown_is_neither_undone_nor_done_again() -> None:
    assert undoable([record("u", "long ago")], mine) is None
    assert redoable([record("u", "long ago")], mine) is None


@given(st.lists(st.sampled_from(["do", "undo", "redo", "they do"]), max_size=25))
def test_undo_and_redo_are_two_stacks(actions: list[str]) -> None:
    known: list[Record] = []
    done: list[str] = []
    taken_back: list[str] = []
    undos: dict[str, str] = {}
    for number, action in enumerate(actions):
        key = f"{number}"
        if action == "they do":
            known.append(record(key, by="they"))
        elif action == "do":
            known.append(record(key))
            done.append(key)
            taken_back.clear()
        elif action == "undo" and done:
            last = done.pop()
            assert key_of(undoable(known, mine)) == last
            known.append(record(key, last))
            taken_back.append(last)
            undos[last] = key
        elif action == "redo" and taken_back:
            last = taken_back.pop()
            assert key_of(redoable(known, mine)) == undos[last]
            known.append(record(key, undos[last]))
            done.append(last)
    assert key_of(undoable(known, mine)) == (done[-1] if done else None)
    assert key_of(redoable(known, mine)) == (undos[taken_back[-1]] if taken_back else None)
