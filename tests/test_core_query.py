"""What a query finds, in which order, and that nothing but a QueryError comes of a faulty one."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core import facts
from core.query import QueryError, parse, text_of
from core.task import Priority, Status, Task
from tests.instances import a_task as task
from tests.valid_tasks import tasks as any_tasks

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=ZONE)  # a Saturday

TASKS = [
    task(1, "Pay the rent", project="home", tags=("Finance",), due="2026-11-21", priority=Priority.HIGH, estimate=30),
    task(2, "Mow the lawn", project="home/garden", tags=("@phone", "later"), due="2026-11-21T17:00", estimate=90),
    task(3, "Homework", project="homework", due="2026-11-29", status=Status.ACTIVE, started="2026-11-20T23:30:00Z"),
    task(4, "Buy Milk (and bread)", comment="from the farm", due="2026-11-22", priority=Priority.LOW),
    task(5, "Straße fegen", description="before the\nsnow", wait="2026-12-01", recur="FREQ=WEEKLY"),
    task(6, "Done thing", status=Status.DONE, completed="2026-11-20T23:30:00Z", due="2026-11-01"),
    task(7, "Trashed milk", status=Status.DELETED),
    task(8, "Given up", status=Status.CANCELLED, parent=task(1).uid),
    task(9, "Read chapter 4", depends=(task(3).uid,), scheduled="2026-11-23", parent=task(1).uid),
    task(10, "Book a flight", due="2026-11-20", until="2026-12-31", priority=Priority.MEDIUM),
]
KNOWN = {one.uid: one for one in TASKS}


def found(text: str) -> list[int]:
    query = parse(text, now=NOW)
    found = query.select(TASKS, KNOWN)
    assert query.select(TASKS, KNOWN, [text_of(one) for one in TASKS]) == found
    return [one.id for one in found]


def refused(text: str) -> QueryError:
    with pytest.raises(QueryError) as raised:
        parse(text, now=NOW)
    return raised.value


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [1, 2, 3, 4, 9, 10]),
        ("milk", [4]),
        ("MILK bread", [4]),
        ("farm", [4]),
        ("garden", [2]),
        ("finance", [1]),
        ('"the rent"', [1]),
        ('"rent the"', []),
        ("(and", "error"),
        ('"(and"', [4]),
        ("is:waiting strasse", [5]),
        ("is:waiting snow", [5]),
        ("/r(ea|en)[dt]/", [1, 4, 9]),
        ("/^read/ or /milk \\(/", [4, 9]),
        ("#home", [1, 2]),
        ("#HOME/", [1, 2]),
        ("project=home", [1]),
        ("project!=home has:project", [2, 3]),
        ("-#home due<=eow", [4, 10]),
        ("+finance", [1]),
        ("@phone", [2]),
        ("context:phone", [2]),
        ("tag:later,finance", [1, 2]),
        ("tag!=later has:tag", [1]),
        ("p1", [1]),
        ("priority:high,low", [1, 4]),
        ("priority:1..2", [1, 10]),
        ("priority<3", [1, 10]),
        ("priority>1", [4, 10]),
        ("priority>=p2", [4, 10]),
        ("priority!=1 #home", [2]),
        ("priority:none due:..", "error"),
        ("no:priority has:due", [2, 3]),
        ("due:today", [1, 2]),
        ("due=today", [1, 2]),
        ("due!=today", [3, 4, 9, 10]),
        ("due<today", [10]),
        ("due<=today", [1, 2, 10]),
        ("due>today", [3, 4]),
        ("due>=today", [1, 2, 3, 4]),
        ("due:today..sun", [1, 2, 4]),
        ("due:..today", [1, 2, 10]),
        ("due:sun..", [3, 4]),
        ("due:yesterday,tomorrow", [4, 10]),
        ("due<today 17:00", [10]),
        ("due<=today 17:00", [2, 10]),
        ("due:today 17:00", [2]),
        ("due>today 17:00", [1, 3, 4]),
        ("due:next sunday", [3]),
        ('due<="next sunday"', [1, 2, 3, 4, 10]),
        ("scheduled>=mon", [9]),
        ("scheduled>=mon 00:00", [9]),
        ("scheduled<mon 09:00", [9]),
        ("wait>today is:waiting", [5]),
        ("until:eoy", [10]),
        ("started:today", [3]),
        ("is:done completed:today", [6]),
        ("is:done completed:yesterday", []),
        ("completed>=2026-11-21 00:30 is:done", [6]),
        ("completed:2026-11-21 00:30 is:done", [6]),
        ("completed>2026-11-21 00:30 is:done", []),
        ("created<-1m", [1, 2, 3, 4, 9, 10]),
        ("estimate<1h", [1]),
        ("est:1h30", [2]),
        ("estimate>30", [2]),
        ("estimate:30m..2h", [1, 2]),
        ("name=homework", [3]),
        ("name!=homework #homework", []),
        ("name:rent,lawn", [1, 2]),
        ("notes:snow is:waiting", [5]),
        ("recur:weekly is:waiting", [5]),
        ("status:done,cancelled", [6, 8]),
        ("status!=done", [1, 2, 3, 4, 5, 8, 9, 10]),
        ("is:active", [3]),
        ("is:open", [1, 2, 3, 4, 5, 9, 10]),
        ("is:done or is:cancelled", [6, 8]),
        ("is:deleted", [7]),
        ("status:deleted", [7]),
        ("-is:open", [6, 8]),
        ("-is:waiting no:due", [9]),
        ("is:waiting", [5]),
        ("is:overdue", [10]),
        ("is:today", [1, 2, 10]),
        ("is:upcoming", [3, 4, 9]),
        ("is:scheduled", [9]),
        ("is:blocked", [9]),
        ("is:ready", [1, 2, 3, 4, 10]),
        ("is:recurring is:waiting", [5]),
        ("is:overdue,blocked", [9, 10]),
        ("parent:1", [9]),
        ("parent:1 is:cancelled", [8]),
        (f"parent:{task(1).uid}", [9]),
        ("has:parent", [9]),
        ("depends:3,4", [9]),
        ("depends!=3 has:depends", []),
        ("id:3,9..10", [3, 9, 10]),
        ("id>=9", [9, 10]),
        ("id:999999999999999999999", "error"),
        (f"uid:{task(4).uid}", [4]),
        ("has:due,recur no:project", [4, 10]),
        ("no:due,project", [9]),
        ("no:context has:tags", [1]),
        ("limit:2", [1, 2]),
        ("sort:due", [10, 1, 2, 4, 3, 9]),
        ("sort:due-", [3, 4, 2, 1, 10, 9]),
        ("sort:priority", [1, 10, 4, 2, 3, 9]),
        ("sort:priority- limit:2", [4, 10]),
        ("sort:project,due-", [1, 2, 3, 4, 10, 9]),
        ("sort:name limit:3", [10, 4, 3]),
        ("sort:id-", [10, 9, 4, 3, 2, 1]),
        ("sort:status sort:id-", [10, 9, 4, 2, 1, 3]),
        ("#home or milk sort:id-", [4, 2, 1]),
        ("#home -(+finance or nothing)", [2]),
        ("not (not #home)", [1, 2]),
    ],
)
def test_what_is_found(text: str, ids: list[int] | str) -> None:
    if ids == "error":
        refused(text)
    else:
        assert found(text) == ids


@pytest.mark.parametrize(
    ("text", "implied"),
    [
        ("", "is:open -is:waiting"),
        ("milk is:overdue", "is:open -is:waiting"),
        ("is:waiting", "is:open"),
        ("-is:waiting", "is:open"),
        ("is:done", ""),
        ("status!=done", ""),
        ("milk or -is:OPEN", ""),
    ],
)
def test_what_holds_besides_is_told(text: str, implied: str) -> None:
    assert parse(text, now=NOW).implied == implied


def test_words_to_highlight_are_those_that_a_match_has() -> None:
    query = parse('milk -bread "two words" name:rent,lawn comment:no /re/ #home milk', now=NOW)
    assert query.words == ("milk", "two words", "rent", "lawn")


def test_sort_and_limit_are_told_and_the_filter_is_without_them() -> None:
    query = parse("#home sort:due-,name limit:1 limit:3", now=NOW)
    assert (query.sort, query.limit) == ((("due", True), ("name", False)), 1)
    assert [one.id for one in query.filter(TASKS, KNOWN)] == [1, 2]


def test_a_search_takes_all_tasks_in_any_order_and_leaves_out_the_trash() -> None:
    shuffled = {one.uid: one for one in sorted(TASKS, key=lambda one: one.name)}
    for text, ids in (
        ("", [1, 2, 3, 4, 9, 10]),
        ("-is:open", [6, 8]),
        ("sort:name limit:2", [10, 4]),
        ("is:deleted", [7]),
    ):
        assert [one.id for one in parse(text, now=NOW).search(shuffled)] == ids


def test_the_week_begins_where_its_user_says() -> None:
    for week_start, ids in ((0, [1, 2, 4]), (6, [1, 2])):
        query = parse("due:today..eow", now=NOW, week_start=week_start)
        assert [one.id for one in query.select(TASKS, KNOWN)] == ids


@pytest.mark.parametrize(
    ("text", "position", "length", "suggestion"),
    [
        ("milk duo:today", 5, 9, "due:today"),
        ("prioritty<2", 0, 11, "priority<2"),
        ("see http://x.org/a", 4, 14, '"http://x.org/a"'),
        ("is:overdeu", 3, 7, "overdue"),
        ("status:don", 7, 3, "done"),
        ("has:projct", 4, 6, "project"),
        ("due:tomorow", 4, 7, "tomorrow"),
        ("due:3d", 4, 2, "+3d"),
        ("due:..3d", 4, 4, "+3d"),
        ("sort:duee", 5, 4, "due"),
        ("priority:hihg", 9, 4, "high"),
        ("due:", 0, 4, ""),
        ("tag<a", 0, 5, ""),
        ("name:a..b", 5, 4, ""),
        ("due<a,b", 4, 1, ""),
        ("due<today,sun", 0, 13, ""),
        ("limit:0", 0, 7, ""),
        ("limit:x", 0, 7, ""),
        ("limit:", 0, 6, ""),
        ("est:soon", 4, 4, ""),
        ("id:x", 3, 1, ""),
        ("/(/", 1, 1, ""),
        ("a or sort:due", 5, 8, ""),
        ("-limit:3", 1, 7, ""),
        ("-(sort:due)", 2, 8, ""),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_could_stand_there(
    text: str, position: int, length: int, suggestion: str
) -> None:
    error = refused(text)
    assert (error.position, error.length, error.suggestion) == (position, length, suggestion)
    assert str(error).endswith(f"Did you mean {suggestion}?" if suggestion else ".")


_SIGNS = [*'()|"/!-#+@:=<>,. \\\n', "..", " and ", " or ", " not "]
_FIELDS = ["due:", "due<=", "is:", "has:", "no:", "sort:", "limit:", "id:", "priority>", "every:", "created>"]
_WORDS = ["next ", "in 3 days", "today", "open", "p1", "17:00", "/a+/", '"a b"', "home", "9999-12-31", "0001-01-01"]
_PARTS = st.sampled_from(_SIGNS) | st.sampled_from(_FIELDS) | st.sampled_from(_WORDS)


def fault_of(text: str, now: datetime) -> QueryError | None:
    """Why `text` is refused; where it is not, it was asked."""
    try:
        parse(text, now=now).select(TASKS, KNOWN)
    except QueryError as error:
        return error
    return None


@example("/" + "(" * 2000 + "a/")
@example("/a{99999999999999}/")
@example("/[[a]/")
@example("created>9999-12-31 created<0001-01-01")
@example("-" * 3000 + "a")
@example("(-" * 40 + "a" + ")" * 40)
@example("a or " * 700 + "b")
@given(st.text(max_size=40) | st.lists(_PARTS, max_size=14).map("".join))
def test_a_faulty_query_is_a_query_error_and_any_other_can_be_asked(text: str) -> None:
    for now in (NOW, NOW.replace(tzinfo=None)):
        error = fault_of(text, now)
        assert error is None or 0 <= error.position <= error.position + error.length <= len(text)


def by_hand(text: str, one: Task) -> bool:
    """What the terms of the property below mean, said in another way."""
    moment = facts.moment(NOW)
    day = NOW.date().isoformat()
    end = (NOW.date() + timedelta(days=1)).isoformat()
    meanings: dict[str, Any] = {
        "due<=today": one.due is not None and one.due < end,
        "due>today": one.due is not None and one.due[:10] > day,
        "has:tag": bool(one.tags),
        "no:wait": one.wait is None,
        "priority<3": one.priority in (1, 2),
        "is:overdue": facts.is_overdue(one, moment),
        "a": "a" in f"{one.name} {one.comment} {one.description} {one.project} {' '.join(one.tags)}".casefold(),
        "name:/": "/" in one.name,
    }
    return bool(meanings[text])


TERMS = ("due<=today", "due>today", "has:tag", "no:wait", "priority<3", "is:overdue", "a", "name:/")


@given(any_tasks(), st.lists(st.sampled_from(TERMS), min_size=3, max_size=3))
def test_joining_terms_is_joining_what_they_mean(one: Task, parts: list[str]) -> None:
    first, second, third = parts
    query = parse(f"-({first} or not {second}) or {third}", now=NOW)
    expected = (not (by_hand(first, one) or not by_hand(second, one))) or by_hand(third, one)
    hidden = not facts.is_open(one) or facts.is_waiting(one, facts.moment(NOW))
    assert query.select([one], {}) == ([one] if expected and not hidden else [])


@given(st.lists(any_tasks(), max_size=6), st.sampled_from(["due", "priority", "project", "estimate", "tag", "name"]))
def test_any_order_is_stable_and_has_those_without_a_value_last(tasks: list[Task], field: str) -> None:
    held = attrgetter({"tag": "tags"}.get(field, field))
    for reverse in ("", "-"):
        ordered = parse(f"sort:{field}{reverse} status!=deleted", now=NOW).select(tasks, {})
        having = [
            one for one in ordered if held(one) not in (None, "", (), 0) or (field == "estimate" and held(one) == 0)
        ]
        assert ordered[: len(having)] == having
        without = [one for one in ordered if one not in having]
        assert without == [one for one in tasks if one in without and one.status is not Status.DELETED]


def test_a_regular_expression_that_would_take_for_ever_is_given_up() -> None:
    endless = task(1, "a" * 200 + "b")
    with pytest.raises(QueryError, match="takes too long"):
        parse("/(a|aa)+$/", now=NOW).select([endless], {endless.uid: endless})
