from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import platformdirs
import platformdirs.windows
import pytest

from core.errors import AccessDeniedError, DiskFullError, NotAFileError
from core.paths import (
    NoCurrentDirectoryError,
    NoHomeError,
    NoInputError,
    data_directory,
    input_file,
    make_private_directory,
    profile_file,
    task_file,
)

_HOME = {"HOME": "/home/ada"}


def _on(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)


# Where


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (_HOME, "/home/ada/.local/share/todurable"),
        ({**_HOME, "XDG_DATA_HOME": "/data"}, "/data/todurable"),
        ({"XDG_DATA_HOME": "/data"}, "/data/todurable"),
        ({**_HOME, "XDG_DATA_HOME": ""}, "/home/ada/.local/share/todurable"),
        ({**_HOME, "XDG_DATA_HOME": "data"}, "/home/ada/.local/share/todurable"),
        ({**_HOME, "XDG_DATA_HOME": "~/data"}, "/home/ada/.local/share/todurable"),
        ({**_HOME, "XDG_DATA_HOME": "/data", "TODURABLE_HOME": "/mine"}, "/mine"),
        ({"TODURABLE_HOME": "/mine"}, "/mine"),
        ({**_HOME, "TODURABLE_HOME": "~/mine"}, "/home/ada/mine"),
        ({**_HOME, "TODURABLE_HOME": ""}, "/home/ada/.local/share/todurable"),
    ],
)
def test_data_directory_on_linux(environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _on("linux", monkeypatch)
    assert data_directory(environ) == Path(expected)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (_HOME, "/home/ada/Library/Application Support/todurable"),
        ({**_HOME, "XDG_DATA_HOME": "/data"}, "/home/ada/Library/Application Support/todurable"),
        ({**_HOME, "TODURABLE_HOME": "/mine"}, "/mine"),
    ],
)
def test_data_directory_on_macos(environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _on("darwin", monkeypatch)
    assert data_directory(environ) == Path(expected)


def test_data_directory_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    _on("win32", monkeypatch)
    monkeypatch.setattr(platformdirs, "PlatformDirs", platformdirs.windows.Windows)
    monkeypatch.setattr(platformdirs.windows, "get_win_folder", {"CSIDL_APPDATA": "/Users/ada/Roaming"}.__getitem__)
    assert data_directory({}) == Path("/Users/ada/Roaming/todurable")
    assert data_directory({"TODURABLE_HOME": "/mine"}) == Path("/mine")


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}, {"HOME": "ada"}, {"XDG_DATA_HOME": "data"}])
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_without_a_home_there_is_a_clear_answer(
    platform: str, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _on(platform, monkeypatch)
    for named in (None, "~", "~/work.json"):
        with pytest.raises(NoHomeError, match=r"HOME is not set .* TODURABLE_HOME") as refusal:
            task_file(environ, named)
        assert refusal.value.variable == "HOME"


def test_on_windows_a_tilde_is_the_user_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    _on("win32", monkeypatch)
    assert task_file({"USERPROFILE": "/Users/ada", "HOME": "/elsewhere"}, "~/a.json") == Path("/Users/ada/a.json")
    with pytest.raises(NoHomeError, match="USERPROFILE"):
        task_file(_HOME, "~/a.json")


def test_the_task_file_is_in_the_data_directory_or_where_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {**_HOME, "TODURABLE_HOME": "/mine"}
    assert task_file(environ, None) == Path("/mine/tasks.json")
    assert task_file(environ, "/other/work.json") == Path("/other/work.json")
    assert task_file(environ, "work.json") == tmp_path / "work.json"
    assert task_file({}, "work.json") == tmp_path / "work.json"
    assert task_file(environ, "~/work.json") == Path("/home/ada/work.json")
    assert task_file(environ, "~//work.json") == Path("/home/ada/work.json")
    assert task_file(environ, "~") == Path("/home/ada")
    assert task_file(environ, "./~/work.json") == tmp_path / "~" / "work.json"
    assert task_file(environ, "a~/work.json") == tmp_path / "a~" / "work.json"
    assert task_file(environ, "~no-such-user/work.json") == tmp_path / "~no-such-user" / "work.json"


def test_another_users_home_can_be_named() -> None:
    import pwd

    user = pwd.getpwuid(os.getuid())
    assert task_file({}, f"~{user.pw_name}/work.json") == Path(user.pw_dir) / "work.json"


def test_links_in_the_path_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "far" / "real").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "real")
    (tmp_path / "far" / "work.json").touch()
    named = task_file({}, "link/../work.json")
    assert str(named) == f"{tmp_path}/link/../work.json"
    assert named.samefile(tmp_path / "far" / "work.json")


def test_a_relative_path_in_a_directory_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert task_file({}, "/work.json") == Path("/work.json")
    with pytest.raises(NoCurrentDirectoryError, match=r"work\.json cannot be found: .* is gone"):
        task_file({}, "work.json")
    with pytest.raises(NoCurrentDirectoryError):
        data_directory({"TODURABLE_HOME": "mine"})


# Making it


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_what_is_missing_is_made_and_made_private(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    make_private_directory(shared / "a" / "b")
    assert [_mode(path) for path in (shared, shared / "a", shared / "a" / "b")] == [0o755, 0o700, 0o700]
    (shared / "a").chmod(0o750)
    make_private_directory(shared / "a" / "b")
    make_private_directory(shared / "a")
    assert _mode(shared / "a") == 0o750


def test_the_names_of_new_directories_are_put_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real_fsync = os.fsync

    def fsync(descriptor: int) -> None:
        synced.extend(name for name in (".", "a") if os.path.samestat(os.fstat(descriptor), (tmp_path / name).stat()))
        real_fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    make_private_directory(tmp_path / "a" / "b")
    assert synced == [".", "a"]


def test_a_link_to_a_directory_serves(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o755)
    (tmp_path / "link").symlink_to("real")
    make_private_directory(tmp_path / "link")
    make_private_directory(tmp_path / "link" / "a")
    assert _mode(tmp_path / "real" / "a") == 0o700


def test_another_process_may_be_faster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_mkdir = os.mkdir

    def mkdir(path: Path, mode: int) -> None:
        real_mkdir(path, 0o755)
        real_mkdir(path, mode)

    monkeypatch.setattr(os, "mkdir", mkdir)
    make_private_directory(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_something_else_in_its_place_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("file", "dangling", "dangling/a"):
        with pytest.raises(NotAFileError, match="something else has that name"):
            make_private_directory(tmp_path / name)
    with pytest.raises(NotAFileError):
        make_private_directory(tmp_path / "file" / "a")
    assert (tmp_path / "file").read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFullError), (errno.EACCES, AccessDeniedError)])
@pytest.mark.parametrize("call", ["mkdir", "fsync"])
def test_a_failure_is_named(
    call: str, number: int, kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(kind, match=r"^a could not be created: "):
        make_private_directory(tmp_path / "a" / "b")


# Settings


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", _HOME, "/home/ada/.config/todurable/profile.json"),
        ("linux", {**_HOME, "XDG_CONFIG_HOME": "/etc/ada"}, "/etc/ada/todurable/profile.json"),
        ("linux", {**_HOME, "XDG_CONFIG_HOME": "ada"}, "/home/ada/.config/todurable/profile.json"),
        ("linux", {**_HOME, "XDG_CONFIG_HOME": "/etc/ada", "TODURABLE_HOME": "/mine"}, "/mine/profile.json"),
        ("darwin", _HOME, "/home/ada/Library/Application Support/todurable/profile.json"),
    ],
)
def test_the_profile_is_in_the_place_for_settings(
    platform: str, environ: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _on(platform, monkeypatch)
    assert profile_file(environ) == Path(expected)


def test_a_file_to_read_is_found_here_or_beside_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").mkdir()
    for path in (tmp_path / "both", tmp_path / "list" / "both", tmp_path / "list" / "there"):
        path.touch()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "dangling").symlink_to("nowhere")
    beside = tmp_path / "list"
    assert input_file({}, "both", beside) == tmp_path / "both"
    assert input_file({}, "there", beside) == beside / "there"
    for name, problem in (
        ("there", "There is no file"),
        ("", "is not a file"),
        ("list", "is not a file"),
        ("fifo", "is not a file"),
        ("dangling", "There is no file"),
        ("both/x", "There is no file"),
    ):
        with pytest.raises(NoInputError, match=f"{problem}.* Nothing was changed. Look elsewhere"):
            input_file({}, name, hint="Look elsewhere")


def test_a_file_to_read_that_cannot_be_looked_at_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr(os, "stat", refuse)
    with pytest.raises(AccessDeniedError):
        input_file({}, str(tmp_path / "x"))
