"""A first look: what it shows is what the whole list begins with, or it shows nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import checkpoint, glance
from core.facts import Moment
from core.glance import Glance
from core.task import Status, Task
from core.tasklist import TaskList
from tests.instances import Instance, a_task, opened, uid
from ui.board import Shown, build, sort_into_views
from ui.rows import Rows
from ui.views import ALL, View, views_of

NOW = Moment("2026-01-01", "2026-01-01T12:00:00")
COUNT = 5


def looked(file: Path, view: View = ALL, count: int = COUNT) -> Glance | None:
    return glance.glance(file, lambda task: view in views_of(task, NOW), count)


def rows(tasks: dict[str, Task]) -> Rows:
    found = build(Shown(), tasks.values(), NOW, sort_into_views(tasks.values(), NOW)).rows
    assert isinstance(found, Rows)
    return found


def lines(shown: Rows) -> list[tuple[object, int]]:
    return [(item, shown.depth(item)) for item in shown.items if isinstance(item, Task)]


def write(file: Path, *tasks: Task) -> None:
    file.write_bytes(checkpoint.encode(TaskList(1, len(tasks) + 1, {task.uid: task for task in tasks}), "now"))


def many(count: int, **fields: object) -> list[Task]:
    """So many tasks that they are not looked at all at once."""
    return [a_task(number, f"task {number} {'x' * 400}", **fields) for number in range(1, count + 1)]


@pytest.mark.parametrize("count", [0, 1, 300])
def test_the_first_tasks_of_lists_of_all_sizes(tmp_path: Path, count: int) -> None:
    tasks = many(count)
    write(tmp_path / "tasks.json", *tasks)
    found = looked(tmp_path / "tasks.json")
    assert found is not None
    assert sorted(found.tasks, key=lambda task: task.id) == tasks[: len(found.tasks)]
    assert (len(found.tasks) == count) == found.whole == (count < 300)
    assert len(found.tasks) >= min(count, COUNT)
    assert found.next_id == count + 1


def _act(instance: Instance, chance: random.Random) -> None:
    state = instance.state
    tasks = [*state.tasks, *state.trash]
    chosen = chance.sample(tasks, min(len(tasks), chance.randint(1, 2)))
    other = chance.choice(tasks)
    actions: list[Callable[[], object]] = [
        lambda: state.add_task("new"),
        lambda: state.complete(chosen),
        lambda: state.trash_tasks(chosen),
        lambda: state.add_tasks([{"name": "beneath", "parent": other.uid}]),
        lambda: state.edit(chosen, "out", parent=None),
        lambda: state.edit(chosen, "arrange", order=chance.choice(["a0", "a1V", "b0c", "Zz"])),
        lambda: state.rename(chosen[0], "another"),
        lambda: state.undo() if state.pending else None,
    ]
    chance.choice(actions)()
    instance.commit()


def _put_beneath(instance: Instance, chance: random.Random) -> None:
    """What a look cannot take in, where it came after the file was written."""
    tasks = [*instance.state.tasks, *instance.state.trash]
    instance.state.edit([chance.choice(tasks)], "move", parent=chance.choice(tasks).uid)
    instance.commit()


@given(st.integers(0, 10**9), st.integers(1, 60), st.integers(0, 8))
def test_it_is_what_the_whole_list_begins_with(seed: int, size: int, after: int) -> None:
    """Whatever was arranged, put beneath another, completed or added since the file was written."""
    chance = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as directory:
        patch.setattr(glance, "_CHUNK", 1000)
        here = opened(Path(directory) / "tasks.json")
        here.state.add_tasks([{"name": f"task {number}"} for number in range(size)])
        here.commit()
        for _ in range(chance.randint(0, 12)):
            _act(here, chance)
            _put_beneath(here, chance)
        here.checkpoint()
        for _ in range(after):
            _act(here, chance)
        found = looked(here.store.files.path)
        known = dict(here.state.known)
        here.store.close()
    assert found is not None
    expected, shown = lines(rows(known)), lines(rows({task.uid: task for task in found.tasks}))
    assert shown == expected[: len(shown)]
    assert len(shown) >= min(COUNT, len(expected))
    assert found.next_id == here.state.next_id
    if found.whole:
        assert len(shown) == len(expected)


def test_a_link_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "real.json", *many(2))
    (tmp_path / "link.json").symlink_to("real.json")
    opened(tmp_path / "real.json").add("three")
    found = looked(tmp_path / "link.json")
    assert found is not None
    assert len(found.tasks) == 3


class TestNoAnswer:
    def test_where_there_is_nothing(self, tmp_path: Path) -> None:
        assert looked(tmp_path / "tasks.json") is None

    def test_where_the_file_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "tasks.json").mkdir()
        assert looked(tmp_path / "tasks.json") is None

    def test_where_a_bit_is_wrong(self, tmp_path: Path) -> None:
        file = tmp_path / "tasks.json"
        write(file, *many(3))
        assert looked(file) is not None
        file.write_bytes(file.read_bytes().replace(b"task 3", b"task 2"))
        assert looked(file) is None

    def test_where_a_newer_program_wrote_it(self, tmp_path: Path) -> None:
        file = tmp_path / "tasks.json"
        write(file, *many(3))
        raw = file.read_bytes().replace(b'"schema_version":1', b'"schema_version":2')
        file.write_bytes(raw)
        assert looked(file) is None

    def test_where_a_change_cannot_be_read(self, tmp_path: Path) -> None:
        here = opened(tmp_path / "tasks.json")
        here.add("one")
        for name in ("two", "three"):
            here.state.add_task(name)
            here.commit()
        journal = here.store.journal.path
        assert looked(here.store.files.path) is not None
        journal.write_bytes(journal.read_bytes().replace(b"two", b"tow"))
        assert looked(here.store.files.path) is None

    def test_where_a_task_has_fields_of_another_program(self, tmp_path: Path) -> None:
        write(tmp_path / "tasks.json", *many(3, extra={"colour": "red"}))
        assert looked(tmp_path / "tasks.json") is None

    def test_where_a_change_may_be_refused_for_what_is_not_looked_at(self, tmp_path: Path) -> None:
        here = opened(tmp_path / "tasks.json")
        here.add("one", "two")
        one, two = here.state.tasks
        here.state.edit([one], "block", depends=(two.uid,))
        here.commit()
        assert looked(here.store.files.path) is None

    @pytest.mark.parametrize(
        ("limit", "fields"),
        [("MOST", {"order": "a0"}), ("MOST", {"parent": uid(0, 1)}), ("MOST_CHILDREN", {"parent": uid(0, 1)})],
        ids=str,
    )
    def test_where_many_are_arranged(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, fields: dict[str, object]
    ) -> None:
        monkeypatch.setattr(glance, limit, 10)
        write(tmp_path / "few.json", a_task(1), *(a_task(number, "x", **fields) for number in range(2, 12)))
        write(tmp_path / "many.json", a_task(1), *(a_task(number, "x", **fields) for number in range(2, 13)))
        assert [looked(tmp_path / name) is None for name in ("few.json", "many.json")] == [False, True]

    def test_where_much_was_changed_since(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(glance, "MOST", 2)
        here = opened(tmp_path / "tasks.json")
        here.add("one")
        for _ in range(2):
            here.state.add_task("more")
            here.commit()
        assert looked(here.store.files.path) is not None
        here.state.add_task("more")
        here.commit()
        assert looked(here.store.files.path) is None


def test_what_was_arranged_behind_the_first_tasks_is_not_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glance, "_CHUNK", 1)
    tasks = [a_task(number) for number in range(1, 31)]
    tasks[COUNT - 1] = a_task(COUNT, order="c0")
    tasks[20] = a_task(21, order="b0")
    write(tmp_path / "tasks.json", *tasks)
    found = looked(tmp_path / "tasks.json")
    assert found is not None
    assert sorted(task.id for task in found.tasks) == [1, 2, 3, 4, 6]


def test_children_anywhere_in_the_list_are_found(tmp_path: Path) -> None:
    """Beneath first tasks, however deep; one whose parent is done stands where its own id puts it."""
    tasks = many(300)
    tasks[0] = a_task(1, "above")
    tasks[1] = a_task(2, "done", status=Status.DONE)
    tasks[2] = a_task(3, "no child any more", parent=uid(0, 299))
    tasks[250] = a_task(251, "beneath", parent=uid(0, 1))
    tasks[251] = a_task(252, "deeper", parent=uid(0, 251))
    tasks[252] = a_task(253, "of one that is done", parent=uid(0, 2))
    tasks[298] = a_task(299, "done too", status=Status.DONE)
    write(tmp_path / "tasks.json", *tasks)
    found = looked(tmp_path / "tasks.json")
    assert found is not None
    shown = lines(rows({task.uid: task for task in found.tasks}))
    assert shown == lines(rows({task.uid: task for task in tasks}))[: len(shown)]
    assert [(item.id, depth) for item, depth in shown if isinstance(item, Task)][:4] == [
        (1, 0),
        (251, 1),
        (252, 2),
        (3, 0),
    ]


def test_what_was_purged_since_is_not_shown(tmp_path: Path) -> None:
    here = opened(tmp_path / "tasks.json")
    here.add("one", "two")
    task = here.state.tasks[0]
    here.state.trash_tasks([task])
    here.state.purge([task])
    here.commit()
    found = looked(here.store.files.path)
    assert found is not None
    assert [task.name for task in found.tasks] == ["two"]
    assert all(task.status is not Status.DELETED for task in found.tasks)
