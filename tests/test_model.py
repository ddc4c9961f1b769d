"""Three instances on one file, in any order of actions, crashes and edits by others, against a model of plain dicts.

What an instance must show follows from a log of actions in the order in which they were acknowledged, from how far it
has read that, and from what waits. The model itself is in `tests/model.py`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import compaction, store
from core.changes import OUTSIDE, Record
from core.checkpoint import verify
from core.errors import NothingToUndoError
from core.opened import News
from core.task import Status, Task
from tests import proof
from tests.instances import Instance
from tests.model import Action, Fields, Step, Tasks, after, to_redo, to_undo

if TYPE_CHECKING:
    import pytest

STEPS = 30
FIELDS = ("name", "project", "due", "status", "completed", "tags")
# No two of them are a single bit apart, which would be taken for damage and not for an edit.
WORDS = ("a", "two", "three words here", "Ünïcödé ✓", "[/] \x1b[31m", "x" * 40)


@dataclass
class Twin:
    """What the model knows of an instance."""

    real: Instance
    read: int = 0
    opened_at: int = 0
    waiting: list[Action] = field(default_factory=list)


def fields_of(task: Task) -> Fields:
    return {name: set(task.tags) if name == "tags" else getattr(task, name) for name in FIELDS}


def shown_by(real: Instance) -> Tasks:
    return {task.uid: fields_of(task) for task in (*real.state.tasks, *real.state.trash)}


class Machine(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.file = Path(self.directory.name) / "tasks.json"
        self.log: list[Action] = []
        self.edits: dict[str, Action] = {}
        self.ids: dict[int, str] = {}
        self.started = 0
        self.twins: list[Twin] = []

    @initialize()
    def start(self) -> None:
        first = self._reopened()
        for name in WORDS[:3]:
            task = first.real.state.add_task(name, tags=["x"])
            self._note(first, [Step("add", task.uid, after=fields_of(task))])
        self._save(first)
        self.twins = [first, self._reopened(), self._reopened()]

    def teardown(self) -> None:
        if self.twins:
            self._compare_with_fresh()
        for twin in self.twins:
            twin.real.store.close()
        self.directory.cleanup()

    # Actions

    instances = st.integers(0, 2)
    picks = st.integers(0, 2)
    saving = st.booleans()
    words = st.sampled_from(WORDS)

    @rule(number=instances, name=words, tags=st.sets(st.sampled_from("xyz")), save=saving)
    def add(self, number: int, name: str, tags: set[str], *, save: bool) -> None:
        twin = self.twins[number]
        task = twin.real.state.add_task(name, tags=sorted(tags))
        self._note(twin, [Step("add", task.uid, after=fields_of(task))], save=save)

    @rule(number=instances, pick=picks, name=words, save=saving)
    def rename(self, number: int, pick: int, name: str, *, save: bool) -> None:
        self._edit(number, pick, save=save, name=name)

    @rule(
        number=instances, pick=picks, project=st.sampled_from(("", "home")), due=st.sampled_from((None, "2026-05-05"))
    )
    def plan(self, number: int, pick: int, project: str, due: str | None) -> None:
        self._edit(number, pick, save=False, project=project, due=due)

    @rule(number=instances, pick=picks, tags=st.sets(st.sampled_from("xyz")), save=saving)
    def tag(self, number: int, pick: int, tags: set[str], *, save: bool) -> None:
        self._edit(number, pick, save=save, tags=tuple(sorted(tags)))

    @rule(number=instances, pick=picks, what=st.sampled_from(("complete", "trash_tasks", "reopen")), save=saving)
    def move(self, number: int, pick: int, what: str, *, save: bool) -> None:
        twin, task = self._pick(number, pick)
        if task is not None:
            before = fields_of(task)
            getattr(twin.real.state, what)([task])
            now = fields_of(twin.real.state._list.tasks[task.uid])
            self._note(twin, self._changed(task.uid, before, now), save=save)

    @rule(number=instances, pick=picks, save=saving)
    def purge(self, number: int, pick: int, *, save: bool) -> None:
        twin, task = self._pick(number, pick)
        if task is not None:
            twin.real.state.purge([task])
            self._note(twin, [Step("purge", task.uid, before=fields_of(task))], save=save)

    @rule(number=instances, save=saving)
    def undo(self, number: int, *, save: bool) -> None:
        self._take_back(self.twins[number], redo=False, save=save)

    @precondition(lambda self: any(action.undoes for twin in self.twins for action in (*self.log, *twin.waiting)))
    @rule(number=instances, save=saving)
    def redo(self, number: int, *, save: bool) -> None:
        self._take_back(self.twins[number], redo=True, save=save)

    def _take_back(self, twin: Twin, *, redo: bool, save: bool) -> None:
        known = [*self._history(twin), *twin.waiting]
        ours = {action.key for action in twin.waiting}
        for seq, action in enumerate(self.log, 1):
            if action.by in (twin.real.state.by, OUTSIDE) or seq <= twin.opened_at:
                ours.add(action.key)
        key = (to_redo if redo else to_undo)(known, ours)
        try:
            (twin.real.state.redo if redo else twin.real.state.undo)()
        except NothingToUndoError:
            assert key == ""
            return
        taken_back = next(action for action in known if action.key == key)
        self._note(twin, [step.inverse() for step in reversed(taken_back.steps)], undoes=key, save=save)

    # Saving and reading

    @rule(number=instances)
    def save(self, number: int) -> None:
        self._save(self.twins[number])

    def _save(self, twin: Twin) -> None:
        self._received(twin, twin.real.store.commit(twin.real.state.pending))
        if twin.real.store.checkpoint_due:
            self._received(twin, twin.real.store.checkpoint())

    @rule(number=instances)
    def commit(self, number: int) -> None:
        twin = self.twins[number]
        self._received(twin, twin.real.store.commit(twin.real.state.pending))

    @rule(number=instances)
    def refresh(self, number: int) -> None:
        twin = self.twins[number]
        self._received(twin, twin.real.store.refresh())

    @rule(number=instances)
    def checkpoint(self, number: int) -> None:
        twin = self.twins[number]
        self._received(twin, twin.real.store.checkpoint())

    @rule(name=words)
    def script(self, name: str) -> None:
        """A command that adds a task without reading the list."""
        script = Twin(Instance(self.file, self._new_instance_name()))
        task = script.real.state.add_task(name)
        self._note(script, [Step("add", task.uid, after=fields_of(task))])
        self._acknowledge(script, script.real.store.commit(script.real.state.pending).own)
        script.real.store.close()

    @rule(number=instances, saved=st.booleans())
    def crash(self, number: int, saved: bool) -> None:
        """It ends, perhaps right after a commit, and is started again."""
        twin = self.twins[number]
        if saved:
            self._acknowledge(twin, twin.real.store.commit(twin.real.state.pending).own)
        twin.real.store.close()
        self.twins[number] = self._reopened()

    # What others do to the files

    def _edits_possible(self) -> bool:
        """An edit on top of one that is committed, but still in the file, cannot be told from both at once."""
        return self.file.exists() and verify(self.file.read_bytes())

    @precondition(_edits_possible)
    @rule(pick=picks, name=words, what=st.sampled_from(("rename", "add", "delete", "reformat")))
    def edit_outside(self, pick: int, name: str, what: str) -> None:
        document = json.loads(self.file.read_bytes())
        known = after(self.log[: document["seq"]])
        entries = document["tasks"]
        steps = []
        if what == "add":
            entries.insert(pick % (len(entries) + 1), {"name": name})
            steps = [Step("add", "", after=_by_hand(name))]
        elif entries and what != "reformat":
            entry = entries[pick % len(entries)]
            if what == "rename":
                entry["name"] = name
                steps = self._changed(entry["uid"], known[entry["uid"]], known[entry["uid"]] | {"name": name})
            else:
                entries.remove(entry)
                trashed = known[entry["uid"]] | {"status": Status.DELETED}
                steps = self._changed(entry["uid"], known[entry["uid"]], trashed)
        raw = json.dumps(document, indent=pick or None, ensure_ascii=False).encode()
        self.file.write_bytes(raw)
        key = sha256(raw).hexdigest()[:16]
        self.edits[key] = Action(key, OUTSIDE, tuple(steps))

    @precondition(lambda self: bool(self.log))
    @rule()
    def tear_journal(self) -> None:
        """A writer dies in the middle of a line."""
        with self.file.with_name("tasks.json.journal").open("ab") as journal:
            journal.write(b'{"seq":%d,"at":"2026-0' % (len(self.log) + 1))

    @precondition(_edits_possible)
    @rule(how=st.sampled_from(("half", "empty", "missing", "bit")), pick=picks)
    def damage(self, how: str, pick: int) -> None:
        raw = self.file.read_bytes()
        if how == "missing":
            self.file.unlink()
        elif how == "bit":
            at = len(raw) * (pick + 1) // 7
            self.file.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << pick]) + raw[at + 1 :])
        else:
            self.file.write_bytes(raw[: len(raw) // 2] if how == "half" else b"")

    # What must hold

    @invariant()
    def each_shows_what_it_must(self) -> None:
        for twin in self.twins:
            expected = after([*self.log[: twin.read], *twin.waiting])
            assert shown_by(twin.real) == expected
            tasks = twin.real.state._list.tasks.values()
            assert len({task.id for task in tasks}) == len(tasks)
            assert [record.key for record in twin.real.state.pending] == [action.key for action in twin.waiting]

    @invariant()
    def who_has_read_the_same_holds_the_same(self) -> None:
        held: dict[int, object] = {}
        for twin in self.twins:
            if not twin.waiting:
                held_by_it = (twin.real.state._list.tasks, twin.real.state.next_id, twin.real.state.seq)
                assert held.setdefault(twin.read, held_by_it) == held_by_it

    # Steps

    def _compare_with_fresh(self) -> None:
        """All that was acknowledged is there for whoever comes new, and again after that one saved."""
        fresh = self._reopened()
        self._received(fresh, fresh.real.store.commit(()))
        self._received(fresh, fresh.real.store.checkpoint())
        assert shown_by(fresh.real) == after(self.log)
        again = self._reopened()
        assert again.real.state._list.tasks == fresh.real.state._list.tasks
        assert again.real.state.next_id == fresh.real.state.next_id
        self.twins += [fresh, again]
        for twin in self.twins:
            twin.waiting = [action for action in twin.waiting if action.by != OUTSIDE]
            self._received(twin, twin.real.store.refresh())
        self.who_has_read_the_same_holds_the_same()
        self.each_shows_what_it_must()

    def _new_instance_name(self) -> str:
        self.started += 1
        return f"here:{self.started}:-"

    def _reopened(self) -> Twin:
        twin = Twin(Instance(self.file, self._new_instance_name()))
        opened = twin.real.load()
        assert opened.tasks.seq == len(self.log)
        twin.read = twin.opened_at = len(self.log)
        self._see_edit(twin)
        return twin

    def _pick(self, number: int, pick: int) -> tuple[Twin, Task | None]:
        twin = self.twins[number]
        tasks = sorted(twin.real.state._list.tasks.values(), key=lambda task: task.id)
        return twin, tasks[pick % len(tasks)] if tasks else None

    def _edit(self, number: int, pick: int, *, save: bool, **fields: Any) -> None:
        twin, task = self._pick(number, pick)
        if task is not None:
            before = fields_of(task)
            twin.real.state.edit([task], "edit", **fields)
            self._note(twin, self._changed(task.uid, before, before | fields), save=save)

    @staticmethod
    def _changed(uid: str, before: Fields, new: Fields) -> list[Step]:
        steps = []
        for name in FIELDS:
            if name == "tags" and set(new["tags"]) != before["tags"]:
                tags = set(new["tags"])
                steps.append(Step("tags", uid, name, before["tags"] - tags, tags - before["tags"]))
            elif name != "tags" and new[name] != before[name]:
                steps.append(Step("set", uid, name, before[name], new[name]))
        return steps

    def _note(self, twin: Twin, steps: Sequence[Step], undoes: str = "", *, save: bool = False) -> None:
        """What the instance just did, and perhaps saves at once."""
        if steps:
            record = twin.real.state.pending[-1]
            assert record.undoes == undoes
            twin.waiting.append(Action(record.key, twin.real.state.by, tuple(steps), undoes))
        if save:
            self._save(twin)

    def _history(self, twin: Twin) -> list[Action]:
        """What the instance still knows of the log: a part at its end, without what a compaction took away."""
        keys = [record.key for record in twin.real.state._history]
        known = [action.key for action in self.log[: twin.read]]
        assert keys == known[len(known) - len(keys) :]
        return self.log[twin.read - len(keys) : twin.read]

    def _received(self, twin: Twin, news: News) -> None:
        twin.real.state.receive(news)
        self._acknowledge(twin, news.own)
        twin.read = len(self.log)
        assert twin.real.state.seq == len(self.log)
        twin.waiting = [action for action in twin.waiting if action.by != OUTSIDE]
        self._see_edit(twin)

    def _see_edit(self, twin: Twin) -> None:
        """An edit of the file that the instance shows on top, but that is not committed yet."""
        for record in twin.real.state.pending:
            if record.by == OUTSIDE:
                twin.waiting.insert(0, self._as_action(record))

    def _as_action(self, record: Record) -> Action:
        """The edit that `record` was made of; for a line by hand, with the uid that was given to it."""
        edit = self.edits[record.key]
        made = [change.uid for change in record.changes if change.creates]
        assert len(made) == sum(step.what == "add" for step in edit.steps)
        return replace(edit, steps=tuple(replace(step, uid=step.uid or made[0]) for step in edit.steps))

    def _acknowledge(self, twin: Twin, records: Sequence[Record]) -> None:
        for record in records:
            if record.by == OUTSIDE:
                assert record.key not in {action.key for action in self.log}
                self.log.append(self._as_action(record))
            else:
                own = next(action for action in twin.waiting if action.by != OUTSIDE)
                assert own.key == record.key
                twin.waiting.remove(own)
                self.log.append(own)
            assert record.seq == len(self.log)
            for change in record.changes:
                if change.creates and change.after:
                    assert self.ids.setdefault(change.after["id"], change.uid) == change.uid
        proof.count("model commits", bool(records))


def _by_hand(name: str) -> Fields:
    return {"name": name, "project": "", "due": None, "status": Status.PENDING, "completed": None, "tags": set()}


def test_instances_against_a_model(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SMALL_FILE", 700)
    monkeypatch.setattr(store, "LONG_TAIL", 5)
    monkeypatch.setattr(store, "LARGE_JOURNAL", 2500)
    monkeypatch.setattr(compaction, "KEPT", 5)
    examples = request.config.getoption("--model-examples")
    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, stateful_step_count=STEPS))
    proof.count("model steps", examples * STEPS)
