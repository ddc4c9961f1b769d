"""What the app says of what happened. The text of tasks is in it as it is: whoever shows it makes it literal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import FileSafetyError
from core.state import Outcome
from core.task import Status, Task, name_of
from core.tasklist import Conflict

if TYPE_CHECKING:
    from core.jobs import Job
    from ui.views import View

_KILO, _ROUND = 1000, 10
_UNITS = ("kB", "MB", "GB", "TB")
_AGES = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def undone(outcome: Outcome) -> str:
    """What an undo did."""
    return _reversed("Undone", outcome)


def done_again(outcome: Outcome) -> str:
    """What a redo did."""
    return _reversed("Done again", outcome)


def _reversed(how: str, outcome: Outcome) -> str:
    left = sum(conflict.reason == "changed" for conflict in outcome.conflicts)
    if not left:
        return f"{how}: {outcome.label}."
    values = "a value that was" if left == 1 else f"{left} values that were"
    if not outcome.changed:
        return f"Not {how.lower()}: {outcome.label}. It gave {values} changed elsewhere since."
    return f"{how}: {outcome.label}, except for {values} changed elsewhere since."


def renamed_meanwhile(name: str) -> str:
    """That a rename replaced a name that its author had not seen."""
    return f"The name had become “{name}” meanwhile; u brings that back."


def conflict(met: Conflict, task: Task | None) -> str:
    """How a change of ours met one of somebody else."""
    who = name_of({"id": task.id, "name": task.name}) if task else "A task that is gone"
    if met.reason == "overtaken":
        return (
            f"{who}: you wrote “{met.other}” as its {met.field}, and it became “{met.kept}” elsewhere at the same time."
        )
    if met.reason == "cycle":
        return f"{who}: its {met.field} stays, for the one that you gave would lead back to it."
    if met.reason == "changed":
        return f"{who}: its {met.field} was changed elsewhere since, and stays."
    if met.reason == "unrepeated":
        return f"{who} does not come again: its rule “{met.kept}” names no next date for it."
    return f"{who}: its {met.field} cannot be what you gave, and stays."


def failure(doing: str, error: FileSafetyError) -> str:
    """That `doing` failed; a commit is tried again for as long as the app is open."""
    return f"{error} Your change is kept, and saved as soon as that works." if doing == "commit" else str(error)


def defect(error: Exception) -> str:
    """That todurable did something wrong itself."""
    return (
        f"Something went wrong in todurable itself ({type(error).__name__}). Your list is safe, and you can go on; "
        "what happened is written in logs/todurable.log beside it."
    )


def why(error: FileSafetyError) -> str:
    """What is wrong, in the few words that fit beside a list's name."""
    text = str(error)
    for end in ("; ", ". "):
        text = text.partition(end)[0]
    return (
        text.removeprefix(f"{error.path.name} could not be saved: ").removeprefix(f"{error.path.name} is ").rstrip(".")
    )


def ended_badly(jobs: Sequence[Job]) -> str:
    """How the newest of `jobs` ended, and what to do about it."""
    from core.jobs import sentence

    newest, *others = jobs
    more = f" {count(len(others), 'more job')} ended badly; todurable doctor tells." if others else ""
    return f"{sentence(newest)} {_AGAIN.get(newest.kind, '')}{more}"


_AGAIN = {
    "backup": "Make it again with gb b.",
    "restore": "All of it was restored, or nothing: gh or gb do it again.",
    "import": "Import the file again: nothing is added twice.",
    "export": "Its file is what it was: export again.",
    "compaction": "Nothing is lost, and it is done again by itself.",
    "move": "The list is where it was.",
}


def contents(statuses: Iterable[Status]) -> str:
    """How many tasks of each kind there are."""
    counts = Counter(statuses)
    open_ = counts[Status.PENDING] + counts[Status.ACTIVE]
    closed, trash = counts[Status.DONE] + counts[Status.CANCELLED], counts[Status.DELETED]
    return f"{open_} open, {closed} done or cancelled, {trash} in the trash"


def count(number: int, noun: str) -> str:
    """`number` and `noun`, in the plural where there is not one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def empty_view(view: View, *, new: bool) -> list[str]:
    """What to say in place of tasks: what it means that there are none, and what to do."""
    if new:
        return ["Nothing to do.", "Press a to add your first task."]
    if view.kind in ("search", "filter"):
        return ["Nothing matches.", "Change the search with /, or leave it with esc."]
    return list(_EMPTY.get(view.kind, ("Nothing to do here.", "Press a to add a task.")))


_EMPTY = {
    "all": ("Nothing to do.", "Press a to add a task."),
    "inbox": ("The inbox is empty.", "What has no project and no date yet waits here; press a to add a task."),
    "today": ("Nothing is due today.", "Give a task a date with w d, or see what comes: press 4."),
    "upcoming": ("Nothing is planned.", "Give a task a date with w d."),
    "overdue": ("Nothing is late.", "Press 1 for all tasks."),
    "someday": ("Nothing waits.", "Hide a task until a day with w w, or tag it +someday."),
    "done": ("Nothing is done yet.", "x marks a task as done."),
    "trash": ("The trash is empty.", "dd moves a task here; u brings it back."),
}


def not_remembered(error: Exception) -> str:
    """That a setting, such as how the screen is divided, could not be saved."""
    return f"Your settings are not saved: {error} They hold until you quit, and saving them is tried again."


def size(number: int) -> str:
    """So many bytes, in three digits or so."""
    if number < _KILO:
        return f"{number} B"
    amount, unit = float(number), 0
    while amount >= _KILO and unit < len(_UNITS):
        amount, unit = amount / _KILO, unit + 1
    return f"{amount:.{0 if amount >= _ROUND else 1}f} {_UNITS[unit - 1]}"


def age(at: datetime, now: datetime) -> str:
    """How long ago `at` was, in its largest unit; what is to come, for clocks differ, is now."""
    seconds = max(0.0, (now - at).total_seconds())
    for unit, length in _AGES:
        if seconds >= length:
            return f"{count(int(seconds // length), unit)} ago"
    return "just now"


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was: the time of the day, or how many days."""
    then, now = then.astimezone(), now.astimezone()
    days = (now.date() - then.date()).days
    return f"{then:%H:%M}" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"
