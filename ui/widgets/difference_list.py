"""What is different between a list and an earlier state of it: a row for each task or field that can be restored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.content import Content
from textual.widgets.option_list import Option

from core.display import literal
from core.restoring import changed_fields, differences
from core.task import Status, Task, task_name
from core.tasklist import in_order
from ui.told_changes import FOLLOWS, told_value
from ui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.binding import BindingType

MOST = 500
"""Rows that are shown: whoever restores more takes the whole list."""


class Difference(NamedTuple):
    """A row: a field of the task `uid`, or all of it where `field` is empty, and what it was."""

    uid: str
    field: str
    task: str
    then: str
    now: str


class DifferenceList(RowList):
    """Rows can be marked; what is chosen are the marked ones, else the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [("space", "mark", "Mark")]

    def __init__(self, **settings: str) -> None:
        super().__init__(**settings)
        self._rows: list[Difference] = []
        self._marked: set[int] = set()

    @property
    def chosen(self) -> list[Difference]:
        """What an action is for."""
        if self._marked:
            return [self._rows[index] for index in sorted(self._marked)]
        return [self._rows[self.highlighted]] if self.highlighted is not None and self._rows else []

    def show(self, rows: Sequence[Difference], *, stay: bool = False) -> None:
        """Show `rows` in place of what there was, with the cursor on the first, or to `stay` at its place."""
        place = self.highlighted or 0 if stay else 0
        self._rows, self._marked = list(rows[:MOST]), set()
        self.clear_options()
        self.add_options([Option(self._prompt(index)) for index in range(len(self._rows))])
        if len(rows) > MOST:
            self.add_option(Option(Content.styled(f"… and {len(rows) - MOST} more", "$text-muted"), disabled=True))
        if self._rows:
            self.highlighted = min(place, len(self._rows) - 1)

    def action_mark(self) -> None:
        """Mark or unmark the row, and go on to the next."""
        index = self.highlighted
        if index is not None and index < len(self._rows):
            self._marked ^= {index}
            self.replace_option_prompt_at_index(index, self._prompt(index))
            self.action_cursor_down()

    def _prompt(self, index: int) -> Content:
        row = self._rows[index]
        mark = ("● ", "$text-accent") if index in self._marked else ("  ", "")
        if not row.field:
            return Content.assemble(mark, literal(row.task), (f"  {literal(row.then)}", "$text-muted"))
        change = (f"  {row.field}: ", "$text-muted")
        return Content.assemble(
            mark,
            literal(row.task),
            change,
            (literal(row.then), "$text-success"),
            (f"  now {literal(row.now)}", "$text-muted"),
        )


def rows_of(now: Mapping[str, Task], then: Mapping[str, Task]) -> list[Difference]:
    """What is different, in the order of the tasks' numbers; the fields that follow from others have no row."""
    pairs = sorted(differences(now, then).values(), key=_number)
    either = {**then, **now}
    return [row for was, is_now in pairs for row in _rows(was, is_now, either)]


def all_rows(now: Mapping[str, Task], then: Mapping[str, Task]) -> list[Difference]:
    """Every task that was in the list then, in its order, the trash left out; each can be restored as a whole."""
    shown = in_order(task for task in then.values() if task.status is not Status.DELETED)
    return [Difference(task.uid, "", _as_then(task), _compared(task, now.get(task.uid)), "") for task in shown]


def _as_then(task: Task) -> str:
    mark = {Status.DONE: "x", Status.ACTIVE: ">", Status.CANCELLED: "-"}.get(task.status, " ")
    return f"{task.id:>4} {mark} {task.name}"


def _compared(then: Task, now: Task | None) -> str:
    if now is None:
        return "(gone now)"
    if now.status is Status.DELETED:
        return "(in the trash now)"
    return "(different now)" if changed_fields(then, now) else ""


def _rows(then: Task | None, now: Task | None, known: Mapping[str, Task]) -> Iterator[Difference]:
    if then is None:
        if now is not None and now.status is not Status.DELETED:
            yield Difference(now.uid, "", task_name(now), "was not there", "")
        return
    if now is None:
        yield Difference(then.uid, "", task_name(then), "was there, and was removed for good", "")
        return
    for field in changed_fields(then, now):
        if field not in FOLLOWS:
            values = (told_value(field, getattr(task, field), known) for task in (then, now))
            yield Difference(now.uid, field, task_name(now), *values)


def _number(pair: tuple[Task | None, Task | None]) -> int:
    task = pair[1] or pair[0]
    return task.id if task else 0
