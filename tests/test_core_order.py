from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.order import OrderError, keys_between
from core.task import Status, Task
from core.tasklist import place


def _task(number: int, order: str = "") -> Task:
    time = "2026-01-01T00:00:00Z"
    return Task(f"{number:08}-0000-4000-8000-000000000000", number, "x", Status.PENDING, time, time, order=order)


@pytest.mark.parametrize(("before", "after"), [(None, None), (None, 1), (1, None), (1, 2), (61, 62), (3905, 3906)])
def test_keys_fit_between_tasks_that_were_never_moved(before: int | None, after: int | None) -> None:
    low, high = (_task(number) if number else None for number in (before, after))
    keys = keys_between(low, high, 3)
    assert keys == sorted(set(keys))
    assert low is None or place(low) < (keys[0], 0)
    assert high is None or (keys[-1], 10**6) < place(high)


def test_keys_are_those_of_the_algorithm() -> None:
    """Examples of its author."""
    for low, high, key in [
        ("a0", None, "a1"),
        (None, "a0", "Zz"),
        (None, "Zz", "Zy"),
        ("a0", "a1", "a0V"),
        ("a0V", "a1", "a0k"),
        ("Zz", "a0", "ZzV"),
        ("Zz", "a01", "a0"),
        ("az", None, "b00"),
        ("bzz", None, "c000"),
        (None, "Y00", "Xzzz"),
        ("a1", "a2", "a1V"),
        ("a0", "a0V", "a0F"),
    ]:
        ends = (_task(1, low) if low else None, _task(2, high) if high else None)
        assert keys_between(*ends, 1) == [key]


def test_below_the_first_of_all_there_is_no_place() -> None:
    with pytest.raises(OrderError):
        keys_between(None, _task(1, "A" + "0" * 26), 1)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40))
def test_any_moves_give_the_order_that_was_asked_for(moves: list[tuple[int, int]]) -> None:
    tasks = [_task(number) for number in range(1, 11)]
    for source, target in moves:
        moved = tasks.pop(source)
        before = tasks[target - 1] if target else None
        after = tasks[target] if target < len(tasks) else None
        (key,) = keys_between(before, after, 1)
        tasks.insert(target, replace(moved, order=key))
    assert sorted(tasks, key=place) == tasks


def test_two_with_the_same_key_leave_the_decision_to_their_ids() -> None:
    assert keys_between(_task(1, "a5"), _task(2, "a5"), 2) == ["a5", "a5"]


@pytest.mark.parametrize("order", ["!", "zzz", "a", "é", "a10"])
def test_a_key_that_is_none_is_told(order: str) -> None:
    with pytest.raises(OrderError, match="no key of ours"):
        keys_between(_task(1, order), None, 1)
