"""The disk that may lose what was not synced, and the calls that are recorded and fail: the harness itself."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.crash.disk import Cut, Directory, Disk, File, Write
from tests.crash.system_calls import Call, Failure, SystemCalls

FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def written(path: Path, raw: bytes) -> int:
    descriptor = os.open(path, FLAGS, 0o600)
    os.write(descriptor, raw)
    return descriptor


def contents(disk: Disk, name: str) -> set[bytes | None]:
    """What the file `name` may hold after a crash; None: it is not there."""
    return {dict(_named(state.names, state.contents)).get(name) for state in disk.states()}


def _named(names: tuple[tuple[str, int], ...], found: tuple[bytes | None, ...]) -> list[tuple[str, bytes | None]]:
    return [(name, found[number]) for name, number in names]


def test_unsynced_bytes_may_be_missing_zero_half_or_there() -> None:
    file = File(b"old.")
    file.change(Write(4, b"abcd"))
    assert file.possible() == {b"old.", b"old.\0\0\0\0", b"old.ab", b"old.ab\0\0", b"old.abcd"}
    file.sync()
    assert file.possible() == {b"old.abcd"}


def test_an_unsynced_cut_may_be_missing_while_what_was_written_after_it_is_there() -> None:
    file = File(b"abcdef")
    file.change(Cut(2))
    file.change(Write(2, b"XY"))
    assert {b"abcdef", b"ab", b"abXY", b"abXYef"} <= file.possible()
    file.sync()
    assert file.possible() == {b"abXY"}


def test_a_sync_after_a_failed_one_brings_only_what_was_written_since() -> None:
    file = File(b"")
    file.change(Write(0, b"ab"))
    file.fail_to_sync()
    file.change(Write(2, b"cd"))
    file.sync()
    assert file.possible() == {b"\0\0cd", b"a\0cd", b"abcd"}


def test_of_unsynced_names_any_may_be_missing_but_a_rename_is_one_step() -> None:
    directory = Directory()
    directory.change({"a": 1})
    directory.sync()
    directory.change({"x": 2})
    directory.change({"x": None, "a": 2})
    assert directory.possible() == {
        frozenset({("a", 1)}),
        frozenset({("a", 1), ("x", 2)}),
        frozenset({("a", 2)}),
    }


def test_a_file_that_was_synced_may_still_lack_its_name(tmp_path: Path) -> None:
    with SystemCalls(tmp_path) as calls:
        os.fsync(descriptor := written(tmp_path / "file", b"abcd"))
        assert contents(calls.disk, "file") == {None, b"abcd"}
        os.fsync(directory := os.open(tmp_path, os.O_RDONLY))
        assert contents(calls.disk, "file") == {b"abcd"}
        os.close(descriptor)
        os.close(directory)
    calls.check_complete()


def test_renaming_a_second_name_over_the_first_changes_nothing(tmp_path: Path) -> None:
    os.close(written(tmp_path / "a", b"abcd"))
    with SystemCalls(tmp_path) as calls:
        os.link(tmp_path / "a", tmp_path / "b")
        os.rename(tmp_path / "b", tmp_path / "a")
    assert sorted(calls.disk.directories[""].now) == ["a", "b"]
    calls.check_complete()


def test_states_are_built_as_they_were_found(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    os.close(written(tmp_path / "one" / "a", b"abcd"))
    os.link(tmp_path / "one" / "a", tmp_path / "one" / "b")
    (tmp_path / "one" / "below").mkdir()
    os.close(written(tmp_path / "one" / "below" / "c", b""))
    state = Disk(tmp_path / "one").now()
    state.build(tmp_path / "two")
    assert Disk(tmp_path / "two").now() == state
    assert os.stat(tmp_path / "two" / "a").st_nlink == 2


def test_a_change_that_was_not_recorded_is_noticed(tmp_path: Path) -> None:
    with SystemCalls(tmp_path) as calls:
        (tmp_path / "file").write_text("past the edge")
    with pytest.raises(AssertionError, match="not recorded"):
        calls.check_complete()


def test_a_call_fails_with_and_without_its_effect_or_writes_half(tmp_path: Path) -> None:
    fails: dict[str, Failure] = {"link": Failure(errno.EIO, done=True), "unlink": Failure(errno.EROFS)}

    def fail(call: Call) -> Failure | None:
        return fails.get(call.name)

    os.close(written(tmp_path / "a", b"abcd"))
    with SystemCalls(tmp_path, fail) as calls:
        with pytest.raises(OSError, match="Input/output"):
            os.link(tmp_path / "a", tmp_path / "b")
        with pytest.raises(OSError, match="Read-only"):
            os.unlink(tmp_path / "a")
        fails["write"] = Failure(0, short=True)
        os.close(written(tmp_path / "c", b"abcd"))
    calls.check_complete()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"abcd", "b": b"abcd", "c": b"ab"}


def test_descriptors_that_stay_open_are_named(tmp_path: Path) -> None:
    with SystemCalls(tmp_path) as calls:
        descriptor = written(tmp_path / "file", b"")
        os.close(written(tmp_path / "other", b""))
        assert calls.descriptors == {descriptor: "file"}
        os.close(descriptor)
    assert not calls.descriptors


def test_nothing_stays_patched(tmp_path: Path) -> None:
    before = (os.open, os.write, os.stat, os.urandom)
    with SystemCalls(tmp_path):
        assert os.open is not before[0]
    assert (os.open, os.write, os.stat, os.urandom) == before
