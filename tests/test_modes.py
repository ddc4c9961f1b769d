"""Whatever we make is for its user alone, whatever the umask; and little room is told before it hurts."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import drafts, log, presence, surroundings
from core.drafts import Draft
from core.instance_files import InstanceFiles, Owner
from core.presence import Presence
from tests.app_driver import opened, saved_list
from tests.in_process import call
from tests.instances import START


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """A umask for this process."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_all_that_is_made_is_for_its_user_alone(home: Path, tmp_path: Path) -> None:
    directory = home / "todurable"
    (tmp_path / "a.txt").write_text("hello")
    for name in ("one", "two", "three", "four"):
        call("add", name)
        call("profile", "set", "name", name)
    call("attach", "1", str(tmp_path / "a.txt"))
    call("backup", "mine")
    (home / "elsewhere").mkdir()
    call("backup", "--to", str(home / "elsewhere"))
    (directory / "tasks.json").write_bytes((directory / "tasks.json").read_bytes()[:-9])
    (directory / "profile.json").write_text("{")
    assert call("doctor", "--repair").code == 5
    here = InstanceFiles(directory / "tasks.json", Owner.this_process())
    presence.announce(here, Presence("here:1:-", ""))
    drafts.keep(here, (Draft("add", "", {"name": "half"}),))
    log.append(directory / "logs", ["odd"], START)
    call("path", "--move", str(home / "moved"))
    made = [path for place in ("todurable", "elsewhere", "moved") for path in (home / place).rglob("*")]
    kinds = {path.parent.name for path in made}
    assert kinds >= {"backups", "jobs", "instances", "logs", "attachments", "elsewhere", "moved"}
    assert [path for path in made if ".damaged-" in path.name]
    wide = [path for path in made if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert wide == []
    wrong = [path for path in made if path.is_file() and stat.S_IMODE(path.stat().st_mode) != 0o600]
    assert wrong == []


def test_a_command_tells_that_there_is_little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "free_space", lambda _directory: 5_000_000)
    ended = call("add", "one")
    assert (ended.code, ended.out) == (0, "1\n")
    assert "Only 5.0 MB are free where the list is" in ended.err


async def test_the_app_tells_it_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved_list(tmp_path / "tasks.json", "one")
    free = [5_000_000]
    monkeypatch.setattr(surroundings, "free_space", lambda _directory: free[0])
    async with opened(tmp_path / "tasks.json") as app:
        await app.until(
            lambda: app.says("Only 5.0 MB are free where the list is: make room before it cannot be saved.")
        )
        free[0] = 50_000_000
        await app.add("two")
        await app.until(lambda: not app.says("are free where"))
