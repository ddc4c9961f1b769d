"""A model of a list that several instances change: actions happen to plain dicts, and are taken back.

It knows nothing of files, records or merging. What an instance must show follows from a log of actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

Fields = dict[str, Any]
Tasks = dict[str, Fields]


@dataclass(frozen=True)
class Step:
    """One thing that happens to one task: `add`, `purge`, `set` of a field, or `tags`."""

    what: str
    uid: str
    name: str = ""
    before: Any = None
    after: Any = None

    def inverse(self) -> Step:
        what = {"add": "purge", "purge": "add"}.get(self.what, self.what)
        return replace(self, what=what, before=self.after, after=self.before)


@dataclass(frozen=True)
class Action:
    """What a user did at once; `undoes` is the key of the action that it takes back."""

    key: str
    by: str
    steps: tuple[Step, ...]
    undoes: str = ""


def done(tasks: Tasks, action: Action) -> None:
    """Let `action` happen to `tasks`."""
    for step in action.steps:
        task = tasks.get(step.uid)
        if step.what == "add":
            tasks.setdefault(step.uid, dict(step.after))
        elif task is None:
            continue
        elif step.what == "purge":
            if not action.undoes or task == step.before:
                del tasks[step.uid]
        elif step.what == "tags":
            task["tags"] = (task["tags"] - step.before) | step.after
        elif not action.undoes or task[step.name] == step.before:
            task[step.name] = step.after


def after(actions: Iterable[Action]) -> Tasks:
    """What an empty list becomes."""
    tasks: Tasks = {}
    for action in actions:
        done(tasks, action)
    return tasks


def to_undo(known: Sequence[Action], ours: set[str]) -> str:
    """The key of the last action that stands."""
    undone: set[str] = set()
    by_key = {action.key: action for action in known}
    for action in known:
        if action.undoes:
            target = by_key.get(action.undoes)
            if target is not None and target.undoes:
                undone.discard(target.undoes)
            else:
                undone.add(action.undoes)
    standing = [action.key for action in known if not action.undoes and action.key in ours and action.key not in undone]
    return standing[-1] if standing else ""


def to_redo(known: Sequence[Action], ours: set[str]) -> str:
    """The key of the last undo that stands, unless something new was done since."""
    by_key = {action.key: action for action in known}
    stack: list[str] = []
    for action in known:
        if action.key not in ours:
            continue
        if not action.undoes or action.undoes not in by_key:
            stack.clear()
        elif by_key[action.undoes].undoes:
            stack = [key for key in stack if key != action.undoes]
        else:
            stack.append(action.key)
    return stack[-1] if stack else ""
