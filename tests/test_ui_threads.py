"""The thread of the screen does no file input or output and waits for no lock."""

from __future__ import annotations

import builtins
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.store import TaskStore
from tests.app_driver import opened, saved_list

if TYPE_CHECKING:
    import pytest

_CALLS = [
    *("open", "read", "write", "lseek", "fsync", "fdatasync", "ftruncate", "close", "stat", "lstat", "fstat"),
    *("link", "rename", "replace", "unlink", "mkdir", "listdir", "scandir", "readlink", "access"),
]


class Recorder:
    """Notes which thread made which call on a file below `directory`, by name or by descriptor."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, str]] = []
        self._directory = str(directory)
        self._descriptors: set[int] = set()
        for name in _CALLS:
            monkeypatch.setattr(os, name, self._recording(name, getattr(os, name)))
        monkeypatch.setattr(builtins, "open", self._recording("builtins.open", builtins.open))

    def of(self, thread: str) -> list[str]:
        """What the thread of that name did."""
        return [call for name, call in list(self.calls) if name == thread]

    def _recording(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            result = real(*arguments, **options)
            if any(self._concerns(argument) for argument in arguments[:2]):
                self.calls.append((threading.current_thread().name, name))
                if name == "open":
                    self._descriptors.add(result)
                elif name == "close":
                    self._descriptors.discard(arguments[0])
            return result

        return call

    def _concerns(self, argument: object) -> bool:
        if isinstance(argument, int):
            return argument in self._descriptors
        return isinstance(argument, str | os.PathLike) and str(argument).startswith(self._directory)


async def test_the_screen_never_touches_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tasks.json"
    elsewhere = saved_list(file, "one", "two")
    main = threading.main_thread().name
    recorder = Recorder(tmp_path, monkeypatch)
    async with opened(file) as app:
        await app.add("three")
        await app.press("x", "i", "!", "enter", "g", "g", "d", "d", "u", "ctrl+r", "u", "j")
        await app.until_saved()
        for keys in ("e ! escape", ". enter", "w d down enter", "A h a l f escape", "c"):
            await app.press(*keys.split())
            await app.until(lambda: app.app.main.is_active)
        await app.until_saved()
        await app.until(lambda: {"open", "write", "replace"} <= set(recorder.of("side")))
        assert recorder.of(main) == []
        assert {"open", "read", "write"} <= set(recorder.of("store"))
        elsewhere.add_task("from elsewhere")
        elsewhere.save_to_file(file)  # in this very thread: that is noted, so the recorder works
        assert {"open", "write", "replace", "fsync"} <= set(recorder.of(main))
        recorder.calls.clear()
        await app.until(lambda: "from elsewhere" in app.names)
        await app.press("?", "escape", "ctrl+p", "escape", "q")
        await app.until(lambda: app.app._exit)
    assert recorder.of(main) == []


async def test_a_commit_in_the_thread_of_the_screen_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(tmp_path, monkeypatch)
    store = TaskStore(tmp_path / "tasks.json")
    async with opened(tmp_path / "tasks.json") as app:
        monkeypatch.setattr(app.app.worker, "offer", store.commit)
        await app.add("one")
    store.close()
    assert "write" in recorder.of(threading.main_thread().name)
