"""Everything about a list that a look at its own files does not tell: its relations, copies, settings, jobs, place."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from core import archive, attachments, durable, jobs, profile, surroundings
from core.backups import Found, examine, find
from core.changes import Change, Record, edit
from core.errors import FileSafetyError, NamedErrors, TodurableError
from core.file_safety import SafeFileManager
from core.history import Gap, backwards
from core.instance_files import Owner
from core.profile import ProfileStore
from core.tasklist import TaskList
from core.unnamed import remove, unnamed

_MOST = 5
"""So many of a kind are named."""


class Remark(NamedTuple):
    """Something worth knowing. `damage`: it is wrong; `repair` says what putting it right would do, if that can be."""

    topic: str
    text: str
    damage: bool = False
    repair: str = ""


class Place(NamedTuple):
    """What is looked at: a list's files and tasks, the settings, further directories with ZIPs, and the time."""

    files: SafeFileManager
    tasks: TaskList
    profile: Path
    places: tuple[Path, ...]
    now: datetime


def checkup(place: Place) -> list[Remark]:
    """All remarks, also of what cannot be read. Writes nothing."""
    looks: dict[str, Callable[[Place], Iterable[Remark]]] = {
        "relations": _relations,
        "attachments": _attachments,
        "history": _history,
        "backups": _backups,
        "profile": _settings,
        "jobs": _jobs,
        "modes": _modes,
        "place": _surroundings,
    }
    return [remark for topic, look in looks.items() for remark in _as_far_as_it_goes(topic, look(place))]


def _as_far_as_it_goes(topic: str, remarks: Iterable[Remark]) -> Iterator[Remark]:
    """`remarks`, and at their end what could not be read, where that ended them."""
    try:
        yield from remarks
    except FileSafetyError as error:
        yield Remark(topic, str(error), damage=True)


def dangling(tasks: TaskList) -> list[Change]:
    """What takes the relations away that lead to no task."""
    known = tasks.tasks
    found = []
    for task in known.values():
        parent = task.parent if task.parent in known else None
        depends = tuple(uid for uid in task.depends if uid in known)
        change = edit(task, parent=parent, depends=depends)
        if change is not None:
            found.append(change)
    return found


def damaged_copies(place: Place) -> list[Found]:
    """The copies in `backups/` that could not be recovered from; ZIPs are the user's own and stay."""
    directory = archive.directory(place.files.path)
    found = (examine(path) for path in find(place.files) if path.parent == directory and path.suffix != ".zip")
    return [one for one in found if one is not None and one.problem]


def set_aside(found: Iterable[Found], now: datetime) -> list[Path]:
    """Give damaged copies a name that nothing takes for a copy. Raises FileSafetyError."""
    kept = []
    for one in found:
        with NamedErrors(one.path, "set aside"):
            kept.append(durable.set_aside(one.path, f"damaged-{now:%Y%m%dT%H%M%SZ}"))
        durable.discard(one.path)
    return kept


def unnamed_attachments(place: Place) -> list[Path]:
    """The attached files that nothing has named for a day: younger, the change that names one may still wait."""
    names = [name for task in place.tasks.tasks.values() for name in task.attachments]
    return unnamed(place.files.path, names, _a_day_before(place.now))


def remove_unnamed(found: Iterable[Path], now: datetime) -> None:
    """Remove what `unnamed_attachments` told. Raises FileSafetyError."""
    remove(found, _a_day_before(now))


def _a_day_before(now: datetime) -> float:
    return (now - timedelta(days=1)).timestamp()


def _relations(place: Place) -> Iterator[Remark]:
    changes = dangling(place.tasks)
    if changes:
        names = _some(f"{place.tasks.tasks[change.uid].id}" for change in changes)
        yield Remark(
            "relations",
            f"Parents or dependencies lead to no task: of {names}.",
            repair="take these relations away, as a change that can be undone",
        )


def _attachments(place: Place) -> Iterator[Remark]:
    file, tasks = place.files.path, place.tasks.tasks.values()
    lost = [f"{attachments.file_name(name)} of task {task.id}" for task, name in attachments.missing(file, tasks)]
    if lost:
        yield Remark("attachments", f"Attached files are missing: {_some(lost)}. A backup may have them.", damage=True)
    for name in dict.fromkeys(name for task in tasks for name in task.attachments):
        path = attachments.path_of(file, name)
        if path is not None and attachments.is_there(file, name):
            yield from _as_far_as_it_goes("attachments", _attached(path, name[:64]))
    if left := unnamed_attachments(place):
        text = f"No task and no change names {_some(path.name for path in left)}: what named it was never saved."
        yield Remark("attachments", text, repair="remove what nothing names")


def _attached(path: Path, digest: str) -> Iterator[Remark]:
    if attachments.digest_of(path) != digest:
        yield Remark("attachments", f"{path} is not what was attached. A backup may have it.", damage=True)


def _history(place: Place) -> Iterator[Remark]:
    newest, oldest, count, gaps = None, None, 0, []
    for entry in backwards(place.files.sibling(".journal")):
        if isinstance(entry, Gap):
            gaps.append(str(entry))
            continue
        newest, oldest, count = newest or entry, entry, count + 1
    if newest is None and place.tasks.seq:
        said = f"None of its {place.tasks.seq} changes can be read, for there is no journal"
        yield Remark("history", f"{said}: the list is whole, its past is not.")
        return
    yield Remark("history", f"{count} changes can be read.")
    if gaps:
        yield Remark("history", f"{_some(gaps)} cannot: the list is whole, its past is not.")
    if oldest is not None and oldest.seq > 1:
        yield Remark("history", f"It begins with change {oldest.seq}: what was before is in none of these files.")
    if newest is not None:
        yield from _clock(newest, place.now)


def _clock(newest: Record, now: datetime) -> Iterator[Remark]:
    try:
        ahead = datetime.fromisoformat(newest.at) - now
    except ValueError:
        return
    if ahead > timedelta(minutes=5):
        yield Remark("clock", f"The last change is dated {newest.at}: that clock, or this one, is wrong.")


def _backups(place: Place) -> Iterator[Remark]:
    beside = set(place.files.backup_paths)
    found = (examine(path) for path in find(place.files, place.places) if path not in beside)
    kept = [one for one in found if one is not None and one.kind != "set aside"]
    good = [one for one in kept if not one.problem]
    newest = max((one.at for one in good), default=None)
    told = f", the newest of {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
    yield Remark("backups", f"{len(good)} good copies and ZIPs{told}.")
    for second in place.places:
        if not os.path.isdir(second):
            yield Remark("backups", f"The second place {second} is not there: no daily ZIP is made until it is.")
    for one in kept:
        if one.problem:
            repair = "set it aside" if one.kind == "copy" else ""
            lost = one.kind == "zip" and one.damaged  # one that only cannot be read now may be good
            advice = f" {one.path} can be deleted, for nothing else depends on it." if lost else ""
            yield Remark("backups", f"{one.path.name} is not good: {one.problem}.{advice}", damage=True, repair=repair)


def _settings(place: Place) -> Iterator[Remark]:
    try:
        store = ProfileStore(place.profile)
        problems = store.load_usable()[1]
    except TodurableError as error:
        yield Remark("profile", str(error), damage=True)
        return
    for wrong in problems:
        yield Remark("profile", f"{wrong} Mend it with: todurable profile edit", damage=True)
    if store.report is not None:
        repair = "" if problems else "write it anew, and keep what is damaged under another name"
        yield Remark("profile", str(store.report), damage=True, repair=repair)
    for path in store.paths[1:]:
        yield from _as_far_as_it_goes("profile", _backup_of_settings(path, "" if problems else "set it aside"))


def _backup_of_settings(path: Path, repair: str) -> Iterator[Remark]:
    read = durable.read_file(path, follow=False)
    if read is not None and (problem := profile.examine(read[0], path)[1]):
        yield Remark("profile", f"{path.name} is not good: {problem.rstrip('.')}.", damage=True, repair=repair)


def _jobs(place: Place) -> Iterator[Remark]:
    found = jobs.all_of(place.files.path, Owner.this_process())
    for job in (*jobs.at_work(found), *jobs.ended_badly(found)):
        yield Remark("jobs", jobs.sentence(job))


def _modes(place: Place) -> Iterator[Remark]:
    wide = list(surroundings.readable_by_others(dict.fromkeys(_private(place))))
    for path, mode in wide[:_MOST]:
        yield Remark("modes", f"{path} can be read by others (mode {mode:04o}).")
    if len(wide) > _MOST:
        yield Remark("modes", f"So can {len(wide) - _MOST} more files and folders.")
    if wide:
        yield Remark("modes", "Unless you want that: chmod go= takes it away.")


def _private(place: Place) -> Iterator[Path]:
    """All that belongs to the list and the settings: for their user's eyes only."""
    for file in dict.fromkeys((place.files.path, place.profile)):
        yield file.parent
        with suppress(OSError):  # what is not there, or cannot be listed, shows by its mode or elsewhere
            names = sorted(os.listdir(file.parent))
            yield from (
                file.parent / name for name in names if f".{name}.".startswith((f".{file.name}.", f"..{file.name}."))
            )
    for folder in ("backups", "attachments", "instances", "jobs", "logs"):
        for directory, _folders, names in os.walk(place.files.path.parent / folder):
            yield Path(directory)
            yield from (Path(directory, name) for name in sorted(names))


def _surroundings(place: Place) -> Iterator[Remark]:
    directory = place.files.path.parent
    for text in (surroundings.little_space(directory), surroundings.unsafe_place(directory)):
        if text:
            yield Remark("place", text)


def _some(texts: Iterable[str]) -> str:
    named = list(texts)
    more = f" and {len(named) - _MOST} more" if len(named) > _MOST else ""
    return ", ".join(named[:_MOST]) + more
