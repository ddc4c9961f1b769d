"""The list as it was at any moment, and tasks made again as they were: over a long random run, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from core import archive, checkpoint
from core.archive import copies
from core.changes import Record
from core.errors import NothingToUndoError
from core.history import GapError, forwards
from core.jobs import CancelledError
from core.state import AppState
from core.store import TaskStore
from core.task import SET_FIELDS, Status, Task
from core.tasklist import TaskList
from core.timeline import NoSuchMomentError, Timeline
from tests.crash.enumeration import unsynced
from tests.instances import START, Instance, opened

CHANGES = 2_000
Tasks = dict[str, Task]


def said(tasks: Tasks) -> Tasks:
    """`tasks` without what no restoring brings back: the time of the last change, and an order of what has none."""
    return {
        uid: replace(task, modified="", **{name: tuple(sorted(getattr(task, name))) for name in SET_FIELDS})
        for uid, task in tasks.items()
    }


def shown(tasks: Tasks) -> Tasks:
    return {uid: task for uid, task in tasks.items() if task.status is not Status.DELETED}


class RandomRun:
    """A user who does anything at random, and remembers every state of the list."""

    def __init__(self, file: Path, seed: int) -> None:
        self.here = Instance(file)
        self.here.load()
        self.random = Random(seed)
        self.states: list[Tasks] = [{}]

    def act(self) -> None:
        state, random = self.here.state, self.random
        everything = [*state.tasks, *state.trash]
        some = random.sample(everything, min(len(everything), random.choice([1, 1, 1, 3])))
        actions = (
            lambda: state.add_task(f"task {random.random()}", tags=random.sample("abcd", 2)),
            lambda: state.edit(
                some, due=random.choice([None, "2026-12-24", "2027-01-01"]), priority=random.randrange(4)
            ),
            lambda: state.edit(some, tags=random.sample("abcdef", random.randrange(4))),
            lambda: state.edit(some[:1], parent=random.choice([None, *[task.uid for task in everything[:5]]])),
            lambda: state.edit(some[:1], depends=[task.uid for task in everything[:3]][: random.randrange(4)]),
            lambda: state.complete(some),
            lambda: state.reopen(some),
            lambda: state.trash_tasks(some),
            lambda: state.purge(some[:1]) if random.random() < 0.3 else None,
            state.undo,
            state.redo,
        )
        try:
            random.choice(actions)()
        except (NothingToUndoError, IndexError):
            state.add_task("instead")

    def run(self, changes: int) -> None:
        while self.here.state.seq < changes:
            self.act()
            if not self.here.state.pending:
                continue
            self.here.save()
            assert self.here.state.seq == len(self.states)
            self.states.append(dict(self.here.state._list.tasks))


@contextmanager
def small_journals() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.store.LARGE_JOURNAL", 50_000)
        patch.setattr("core.compaction.KEPT", 20)
        yield


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Tasks]]:
    """A list after a long random run, with copies made on the way, and what it was after each change."""
    file = tmp_path_factory.mktemp("lived") / "tasks.json"
    run = RandomRun(file, 6)
    with small_journals(), unsynced():
        for end in range(100, CHANGES + 1, 100):
            run.run(end)
            archive.write(file, file.read_bytes())
    assert len(list(file.parent.glob("backups/history-*"))) > 2
    return file, run.states


def test_the_list_at_any_moment_is_made_again_exactly(lived: tuple[Path, list[Tasks]]) -> None:
    file, states = lived
    timeline = Timeline(TaskStore(file).files)
    random = Random(1)
    moments = [CHANGES, CHANGES - 1, CHANGES - 5, 0, 1, 2, *random.sample(range(CHANGES), 25), 700, 699, 650, 705]
    for seq in moments:
        found = timeline.at(seq)
        assert found.seq == seq
        assert found.tasks == states[seq]


def test_only_the_last_steps_are_remembered(lived: tuple[Path, list[Tasks]], monkeypatch: pytest.MonkeyPatch) -> None:
    file, states = lived
    remembered: list[int] = []

    def watched(journal: Path, after: int, until: int) -> Iterator[Record]:
        for record in forwards(journal, after, until):
            yield record
            remembered.append(len(timeline._steps))

    monkeypatch.setattr("core.timeline._REMEMBERED", 5)
    monkeypatch.setattr("core.timeline.forwards", watched)
    timeline = Timeline(TaskStore(file).files)
    for seq in (190, 186, 180, 199):
        assert timeline.at(seq).tasks == states[seq]
    assert max(remembered) == 5


def test_restoring_any_copy_gives_the_list_of_that_moment(lived: tuple[Path, list[Tasks]]) -> None:
    file, states = lived
    here = opened(file)
    before = said(here.state._list.tasks)
    random = Random(2)
    found = copies(file)
    assert len(found) == CHANGES // 100
    for copy in random.sample(found, 12):
        then = checkpoint.decode(archive.content(copy.path), copy.path).tasks.tasks
        assert then == states[copy.seq]
        here.state.restore(then, f"restore {copy.seq}")
        now = said(here.state._list.tasks)
        assert shown(now) == shown(said(then))
        assert {uid: now[uid] for uid in then} == said(then)
        assert all(task.status is Status.DELETED for uid, task in now.items() if uid not in then)
        here.state.undo()
        assert said(here.state._list.tasks) == before


def test_without_copies_the_first_change_serves(tmp_path: Path) -> None:
    run = RandomRun(tmp_path / "tasks.json", 3)
    with small_journals(), unsynced():
        run.run(150)
    timeline = Timeline(run.here.store.files)
    for seq in (0, 75, 149, 10):
        assert timeline.at(seq).tasks == run.states[seq]


def test_a_long_way_is_told_can_be_given_up_and_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RandomRun(tmp_path / "tasks.json", 7)
    with small_journals(), unsynced():
        run.run(150)
    monkeypatch.setattr("core.timeline._TOLD", 40)
    timeline = Timeline(run.here.store.files)
    told: list[tuple[int, int]] = []
    assert timeline.at(140, lambda done, total: told.append((done, total))).tasks == run.states[140]
    assert told == [(40, 140), (80, 140), (120, 140)]

    def give_up(_done: int, _total: int) -> None:
        raise CancelledError

    timeline = Timeline(run.here.store.files)
    with pytest.raises(CancelledError):
        timeline.at(140, give_up)
    told.clear()
    assert timeline.at(141, lambda done, total: told.append((done, total))).tasks == run.states[141]
    assert told == [(40, 101), (80, 101)]
    assert timeline.at(20).tasks == run.states[20]


def test_only_so_many_steps_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.timeline._REMEMBERED", 10)
    run = RandomRun(tmp_path / "tasks.json", 8)
    with unsynced():
        run.run(60)
    most = [0]

    def count(_done: int, _total: int) -> None:
        most.append(len(timeline._steps))

    monkeypatch.setattr("core.timeline._TOLD", 1)
    timeline = Timeline(run.here.store.files)
    for seq in (55, 50, 45, 3):
        assert timeline.at(seq, count).tasks == run.states[seq]
    assert max(most) == 10


def test_what_cannot_be_made_again_is_refused(tmp_path: Path) -> None:
    run = RandomRun(tmp_path / "tasks.json", 4)
    with small_journals(), unsynced():
        run.run(400)
    oldest = min(tmp_path.glob("backups/history-*"), key=lambda path: int(path.name.split("-")[2]))
    oldest.unlink()
    timeline = Timeline(run.here.store.files)
    assert timeline.at(400).tasks == run.states[400]
    with pytest.raises(NoSuchMomentError):
        timeline.at(5)
    for _attempt in range(2):
        with pytest.raises(NoSuchMomentError, match=r"There is no change 401: the last one is 400\. Nothing"):
            timeline.at(401)
        assert timeline.at(400).tasks == run.states[400]


def test_a_gap_is_passed_from_a_copy_behind_it(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    run = RandomRun(file, 5)
    with unsynced():
        run.run(30)
        archive.write(file, file.read_bytes())
        run.run(60)
    journal = file.with_name("tasks.json.journal")
    raw = journal.read_bytes()
    journal.write_bytes(raw.replace(b'{"seq":20,', b'{"seq":2O,'))
    timeline = Timeline(run.here.store.files)
    assert timeline.at(45).tasks == run.states[45]
    with pytest.raises(GapError, match="change 20 could not be read"):
        timeline.at(25)
    assert timeline.at(19).tasks == run.states[19]


def test_a_migrated_list_has_its_beginning_too(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    file.write_bytes(b'[{"id":3,"name":"old"}]')
    here = opened(file)
    here.add("a", "b", "c", "d", "e", "f")
    timeline = Timeline(here.store.files)
    assert [task.name for task in timeline.at(0).tasks.values()] == ["old"]
    assert [task.name for task in timeline.at(1).tasks.values()] == ["old", "a"]


def test_a_list_whose_first_file_was_empty_has_its_beginning_once(tmp_path: Path) -> None:
    file = tmp_path / "tasks.json"
    file.write_bytes(checkpoint.encode(TaskList(), "2026-11-21T12:00:00.000000Z"))
    here = opened(file)
    here.add("a", "b")
    timeline = Timeline(here.store.files)
    assert [len(timeline.at(seq).tasks) for seq in (0, 1, 2)] == [0, 1, 2]


def test_a_moment_is_found_by_its_time(tmp_path: Path) -> None:
    here = opened(tmp_path / "tasks.json")
    here.add("a", "b", "c")
    times = [record.at for record in here.store.history()]
    timeline = Timeline(here.store.files)
    assert [timeline.last_before(at) for at in times] == [1, 2, 3]
    assert timeline.last_before(f"{START + timedelta(days=400):%Y-%m-%d}") == 3
    assert timeline.last_before("2020-01-01") == 0


# Restoring a part


def test_one_field_one_task_and_one_that_was_purged(tmp_path: Path) -> None:
    here = opened(tmp_path / "tasks.json")
    here.add("a", "b", "c")
    then = Timeline(here.store.files).at(3).tasks
    first, second, third = here.state.tasks
    here.state.edit([first], name="A", due="2026-12-24", tags=["x"])
    here.state.purge([second])
    here.state.add_task("d")
    here.save()
    here.state.restore(then, "restore", [first.uid], ["due"])
    now = here.state.find(first.uid)
    assert (now.name, now.due, now.tags) == ("A", None, ("x",))
    here.state.restore(then, "restore", [first.uid, second.uid])
    here.save()
    again = opened(tmp_path / "tasks.json")
    assert [(task.id, task.name) for task in again.state.tasks] == [(1, "a"), (2, "b"), (3, "c"), (4, "d")]
    assert again.state.find(1).tags == ()
    assert again.state.find(3) == third
    again.state.undo()
    assert [task.name for task in again.state.tasks] == ["A", "c", "d"]


def test_an_id_that_somebody_else_has_is_not_given_again() -> None:
    here, elsewhere = AppState(), AppState()
    ours, theirs = here.add_task("ours"), elsewhere.add_task("theirs")
    many = [elsewhere.add_task(f"task {number}") for number in range(2, 7)]
    here.restore({task.uid: task for task in (ours, theirs, many[0], many[4])}, "restore", ours=False)
    assert {task.name: task.id for task in here.tasks} == {"ours": 1, "theirs": 2, "task 2": 3, "task 6": 6}
    assert here.next_id == 7
    assert here.add_task("next").id == 7


def test_an_id_that_was_free_and_was_given_meanwhile_is_not_given_twice(tmp_path: Path) -> None:
    here, there = opened(tmp_path / "tasks.json"), opened(tmp_path / "tasks.json")
    elsewhere = AppState()
    tasks = [elsewhere.add_task(f"old {number}") for number in (1, 2, 3)]
    here.state.restore({task.uid: task for task in tasks}, "restore", ours=False)
    there.add("faster")
    here.save()
    found = {task.name: task.id for task in opened(tmp_path / "tasks.json").state.tasks}
    assert found == {"faster": 1, "old 1": 2, "old 2": 3, "old 3": 4}
    assert found == {task.name: task.id for task in here.state.tasks}


def test_relations_that_turned_round_turn_back(tmp_path: Path) -> None:
    here = opened(tmp_path / "tasks.json")
    here.add("a", "b")
    a, b = here.state.tasks
    here.state.edit([b], parent=a.uid, depends=[a.uid])
    here.save()
    then = Timeline(here.store.files).at(here.state.seq).tasks
    here.state.edit([b], parent=None, depends=[])
    here.state.edit([a], parent=b.uid, depends=[b.uid])
    here.save()
    outcome = here.state.restore(then, "restore")
    assert not outcome.conflicts
    assert said(here.state._list.tasks) == said(then)
    here.state.undo()
    assert here.state.find(a.uid).parent == b.uid
