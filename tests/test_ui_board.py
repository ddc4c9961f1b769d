"""The view model: what it keeps up to date by changes is what it would be if it were made anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.facts import Moment
from core.task import Priority, Status, Task
from ui.board import Board, Shown, build, build_found, sort_into_views
from ui.rows import Rows
from ui.views import ALL, DONE, FIXED, INBOX, OPEN, OVERDUE, SOMEDAY, TODAY, TRASH, UPCOMING, Heading, View, views_of

NOW = Moment("2026-11-21", "2026-11-21T12:00:00")
_UIDS = [f"{number:08}-0000-4000-8000-000000000000" for number in range(8)]


def _task(number: int, **fields: object) -> Task:
    time = "2026-01-01T00:00:00Z"
    return replace(Task(_UIDS[number], number + 1, f"task {number}", Status.PENDING, time, time), **fields)


def _board(tasks: Sequence[Task], shown: Shown) -> Board:
    board = Board(NOW)
    board.install(build(shown, tasks, NOW, sort_into_views(tasks, NOW)))
    return board


def _lines(board: Board) -> list[str]:
    """Names, indented by depth, and headings."""
    rows = board.rows
    return [
        f"= {item.text}" if isinstance(item, Heading) else "  " * rows.depth(item) + item.name for item in rows.items
    ]


def _shown_tasks(board: Board) -> list[Task]:
    return [item for item in board.rows.items if isinstance(item, Task)]


@pytest.mark.parametrize(
    ("fields", "views"),
    [
        ({}, {ALL, INBOX}),
        ({"tags": ("red", "someday")}, {ALL, SOMEDAY, View("tag", "red"), View("tag", "someday")}),
        ({"project": "home/garden"}, {ALL, View("project", "home"), View("project", "home/garden")}),
        ({"due": "2026-11-21"}, {ALL, TODAY}),
        ({"due": "2026-11-21T11:00"}, {ALL, TODAY, OVERDUE}),
        ({"due": "2026-11-20"}, {ALL, TODAY, OVERDUE}),
        ({"due": "2026-11-22"}, {ALL, UPCOMING}),
        ({"scheduled": "2026-11-21", "due": "2026-11-25"}, {ALL, TODAY, UPCOMING}),
        ({"wait": "2026-11-22", "due": "2026-11-20"}, {SOMEDAY}),
        ({"status": Status.DONE, "due": "2026-11-20"}, {DONE}),
        ({"status": Status.CANCELLED}, {DONE}),
        ({"status": Status.DELETED}, {TRASH}),
    ],
)
def test_the_views_of_a_task(fields: dict[str, object], views: set[View]) -> None:
    found = views_of(_task(0, **fields), NOW)
    assert {view for view in found if view in FIXED or view.name} == views
    assert (OPEN in found) == (fields.get("status") is None)


def test_children_stand_beneath_their_parents_and_move_with_them() -> None:
    tasks = [_task(0), _task(1, parent=_UIDS[3]), _task(2, parent=_UIDS[1]), _task(3)]
    board = _board(tasks, Shown())
    assert _lines(board) == ["task 0", "task 3", "  task 1", "    task 2"]
    known = {task.uid: task for task in tasks} | {_UIDS[3]: replace(tasks[3], order="a0")}
    board.update([_UIDS[3]], known)
    assert _lines(board) == ["task 3", "  task 1", "    task 2", "task 0"]
    known[_UIDS[3]] = replace(known[_UIDS[3]], status=Status.DELETED)
    board.update([_UIDS[3]], known)
    assert _lines(board) == ["task 0", "task 1", "  task 2"]


def test_what_comes_is_grouped_by_day() -> None:
    tasks = [_task(0, due="2026-11-25"), _task(1, due="2026-11-22"), _task(2, scheduled="2026-11-22T09:00"), _task(3)]
    board = _board(tasks, Shown(UPCOMING))
    days = ["= Tomorrow · Sunday 22 November", "task 1", "task 2", "= Wednesday 25 November", "task 0"]
    assert _lines(board) == days
    known = {task.uid: task for task in tasks} | {_UIDS[0]: replace(tasks[0], due=None)}
    board.update([_UIDS[0]], known)
    assert _lines(board) == days[:3]
    assert board.counts[UPCOMING] == 2


def test_what_was_completed_stays_until_the_view_is_opened_again() -> None:
    tasks = [_task(0), _task(1)]
    board = _board(tasks, Shown())
    known = {task.uid: task for task in tasks} | {_UIDS[0]: replace(tasks[0], status=Status.DONE)}
    board.update([_UIDS[0]], known)
    assert _lines(board) == ["task 0", "task 1"]
    assert (board.counts[ALL], board.counts[DONE]) == (1, 1)
    board.install(build(Shown(), known.values(), NOW, board.sorting))
    assert _lines(board) == ["task 1"]


def test_what_is_due_at_a_time_becomes_late_then() -> None:
    tasks = [_task(0, due="2026-11-21T13:00"), _task(1, wait="2026-11-21T13:00")]
    board, known = _board(tasks, Shown()), {task.uid: task for task in tasks}
    assert board.tick(Moment("2026-11-21", "2026-11-21T12:59:00"), known)
    assert (board.counts[OVERDUE], board.counts[ALL]) == (0, 1)
    assert board.tick(Moment("2026-11-21", "2026-11-21T13:00:01"), known)
    assert (board.counts[OVERDUE], board.counts[ALL]) == (1, 2)
    assert _lines(board) == ["task 0", "task 1"]
    assert not board.tick(Moment("2026-11-22", "2026-11-22T00:00:00"), known)


def test_what_a_query_found_is_kept_in_its_order() -> None:
    tasks = [_task(number) for number in range(4)]
    known = {task.uid: task for task in tasks}
    board = Board(NOW)
    sorting = sort_into_views(tasks, NOW)
    shown = Shown(View("search", "x"))
    found = build_found(shown, [tasks[2], tasks[0]], NOW, sorting, lambda task: task.due is not None)
    board.install(found)
    assert _lines(board) == ["task 2", "task 0"]
    known |= {_UIDS[0]: _task(0, due="2026-12-01"), _UIDS[3]: _task(3, due="2026-12-01"), _UIDS[1]: _task(1, name="no")}
    board.update([_UIDS[0], _UIDS[1], _UIDS[3]], known)
    assert _lines(board) == ["task 2", "task 0", "task 3"]
    board.update([_UIDS[2]], known)
    assert _lines(board) == ["task 0", "task 3"]
    assert [board.rows.row_of(_UIDS[3]), board.rows.row_of(_UIDS[2])] == [1, None]


_days = st.sampled_from([None, "2026-11-20", "2026-11-21", "2026-11-21T09:00", "2026-11-21T18:00", "2026-11-25"])


@st.composite
def _tasks(draw: st.DrawFn, number: int) -> Task:
    parent = draw(st.sampled_from([None, *_UIDS[:number]]))  # a parent before its child: no cycles
    return _task(
        number,
        status=draw(st.sampled_from(Status)),
        due=draw(_days),
        wait=draw(_days),
        priority=draw(st.sampled_from(Priority)),
        project=draw(st.sampled_from(["", "home", "home/garden"])),
        scheduled=draw(_days),
        tags=draw(st.sampled_from([(), ("red",), ("red", "@someday")])),
        parent=parent,
        order=draw(st.sampled_from(["", "a0", "a1V"])),
    )


_shown = st.sampled_from([Shown(view) for view in (*FIXED, View("project", "home"))] + [Shown(ALL, "due")])


@given(st.data(), _shown, st.booleans())
def test_changes_lead_where_building_anew_leads(data: st.DataObject, shown: Shown, many: bool) -> None:
    known = {task.uid: task for task in (data.draw(_tasks(number)) for number in range(8))}
    board = _board(list(known.values()), shown)
    if many:
        board.rows.update(dict.fromkeys([f"no such task {number}" for number in range(100)]))
    for _ in range(3):
        changed = data.draw(st.lists(st.integers(0, 7), max_size=8, unique=True))
        for number in changed:
            if data.draw(st.integers(0, 5)):
                known[_UIDS[number]] = data.draw(_tasks(number))
            else:
                known.pop(_UIDS[number], None)
        board.update([_UIDS[number] for number in changed], known)
    lingering = {task.uid for task in _shown_tasks(board)} - {
        uid for uid, views in sort_into_views(known.values(), NOW).views.items() if shown.view in views
    }
    assert all(known[uid].status in (Status.DONE, Status.CANCELLED) for uid in lingering)
    board.rows.update(dict.fromkeys(lingering))
    anew = _board(list(known.values()), shown)
    assert _lines(board) == _lines(anew)
    assert +board.counts == +anew.counts
    assert all(board.rows.items[board.rows.row_of(task.uid) or 0] is task for task in _shown_tasks(board))


@given(st.data())
def test_all_at_once_are_sorted_as_one_by_one(data: st.DataObject) -> None:
    """Also where tasks share dates, labels or what follows from them: then they share the answer."""
    tasks = [data.draw(_tasks(number), label="task") for number in range(len(_UIDS))]
    sorting = sort_into_views(tasks, NOW)
    assert sorting.views == {task.uid: views_of(task, NOW) for task in tasks}
    assert sorting.counts == Counter(view for task in tasks for view in views_of(task, NOW))


@given(st.permutations(range(8)))
def test_many_changes_at_once_do_what_they_do_one_by_one(order: list[int]) -> None:
    tasks = [_task(number, due=f"2026-12-{10 + place}") for number, place in enumerate(order)]
    built = build(Shown(UPCOMING), tasks, NOW, sort_into_views(tasks, NOW)).rows
    assert isinstance(built, Rows)
    one_by_one = build(Shown(UPCOMING), (), NOW, sort_into_views((), NOW)).rows
    for task in tasks:
        one_by_one.update({task.uid: task})
    many = build(Shown(UPCOMING), (), NOW, sort_into_views((), NOW)).rows
    many.update({**{f"none {number}": None for number in range(100)}, **{task.uid: task for task in tasks}})
    assert one_by_one.items == built.items == many.items
