from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.changes import Record
from core.errors import AccessDeniedError, FileSafetyError, NotAFileError, UnavailableError
from core.journal import Journal
from tests.journals import lines, numbers, record, records
from tests.processes import Child, open_descriptors, without_privileges

_BLOCK = 1 << 16


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json.journal"


def _ready(path: Path, after: int = 0) -> Journal:
    """A journal that has read its file."""
    journal = Journal(path)
    journal.replay(after)
    return journal


def _writer(path: Path, last: int) -> Journal:
    """A journal that has written records up to `last`."""
    journal = _ready(path)
    if last:
        journal.append(records(1, last))
    return journal


def _fail_once(patch: pytest.MonkeyPatch, name: str, error: BaseException, *, short: int | None = None) -> None:
    """Let the next call of `os.name` fail, of `os.write` after `short` bytes were written."""
    real = getattr(os, name)
    calls = []

    def failing(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if short and len(calls) == 1:
            return real(arguments[0], bytes(arguments[1])[:short])
        if len(calls) == 1 + bool(short):
            raise error
        return real(*arguments, **options)

    patch.setattr(os, name, failing)


def _note(patch: pytest.MonkeyPatch, notes: list[Any], **calls: Callable[..., Any]) -> None:
    """Let each call of `os.name` note what the function given for it says."""
    for name, say in calls.items():
        patch.setattr(os, name, _noted(getattr(os, name), notes, say))


def _noted(real: Callable[..., Any], notes: list[Any], say: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        notes.append(say(*arguments))
        return real(*arguments)

    return call


def _full() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# Reading and appending


def test_where_there_is_no_file_there_are_no_records(path: Path) -> None:
    journal = Journal(path)
    assert journal.replay(0).records == ()
    assert journal.last() is None
    assert journal.catch_up() == ()
    assert journal.read_all() == b""
    assert journal.recent(5) == ()
    assert not path.exists()


def test_what_is_appended_can_be_read_by_all(path: Path) -> None:
    writer, reader = _ready(path), _ready(path)
    for seq in range(1, 6):
        writer.append([record(seq)])
        assert reader.catch_up() == (record(seq),)
        assert (reader.seq, reader.next_id, reader.size) == (writer.seq, writer.next_id, writer.size)
        assert writer.catch_up() == ()
    writer.append(records(6, 9))
    assert reader.catch_up() == records(6, 9)
    assert path.read_bytes() == lines(records(1, 9))
    assert _ready(path).replay(0).records == records(1, 9)
    assert _ready(path).replay(7).records == records(8, 9)
    assert writer.read_all() == reader.read_all() == lines(records(1, 9))


def test_its_place_is_behind_what_was_read(path: Path) -> None:
    path.write_bytes(lines(records(1, 5)))
    journal = Journal(path)
    journal.replay(2)
    assert (journal.seq, journal.next_id, journal.size) == (5, 6, len(lines(records(1, 5))))
    journal.replay(9)
    assert journal.seq == 9  # what is older is in the list, and the next one has its number from that
    journal.stand_at(20, 30)
    journal.append([record(21)])
    assert (journal.seq, journal.next_id) == (21, 22)


def test_two_writers_take_turns(path: Path) -> None:
    one, other = _ready(path), _ready(path)
    for seq in range(1, 11):
        writer = one if seq % 2 else other
        assert numbers(writer.catch_up()) == ([seq - 1] if seq > 1 else [])
        writer.append([record(seq)])
    assert path.read_bytes() == lines(records(1, 10))


def test_a_second_writer_without_the_lock_overwrites_nothing(path: Path) -> None:
    one = _writer(path, 2)
    other = _ready(path)
    other.append([record(3)])
    one.append([record(3, key="one")])  # it did not catch up: both lines stand
    assert path.read_bytes() == lines(records(1, 3), record(3, key="one"))
    assert Journal(path).replay(0).records == (*records(1, 3), record(3, key="one"))
    assert one.catch_up() is None  # they must read anew
    assert other.catch_up() is None
    assert one.replay(2).records == other.replay(2).records == (record(3), record(3, key="one"))


@pytest.mark.parametrize("filling", ["", "x", "xxxxx", "x" * 100_000])
def test_a_line_between_our_own_is_never_passed_over(filling: str, path: Path) -> None:
    one = _writer(path, 2)
    other = _ready(path)
    other.append([record(3, key="other", filling=filling)])
    one.append([record(3, key="one")])
    assert one.catch_up() is None


def test_a_line_that_was_not_read_is_not_taken_for_a_torn_one(path: Path) -> None:
    one, other = _writer(path, 2), _ready(path)
    one.append([record(3)])
    with pytest.raises(UnavailableError, match="Nothing was written"):
        other.append([record(3, key="other")])  # it opens the file for writing only now
    assert path.read_bytes() == lines(records(1, 3))
    assert other.catch_up() == (record(3),)
    other.append([record(4)])
    assert path.read_bytes() == lines(records(1, 4))


def test_six_processes_that_append_without_a_lock_break_no_line(path: Path) -> None:
    program = """
        import os, sys
        from pathlib import Path
        from core.journal import Journal
        from tests.journals import record

        os.fdatasync = lambda _: None  # no power is cut here
        journal = Journal(Path(sys.argv[1]))
        journal.replay(0)
        for number in range(21):
            journal.append([record(1, key=f"{sys.argv[2]}-{number}", filling="x" * 5000)])
            if number == 0:
                print("open", flush=True)
                sys.stdin.readline()
    """
    children = []
    for name in range(6):
        children.append(Child(program, path, name))
        assert children[-1].hear() == "open"
    for child in children:
        child.tell("go")
    for child in children:
        child.end()
    assert len(_ready(path).replay(0).records) == 6 * 21


def test_the_first_append_brings_the_name_to_the_disk_before_the_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    told: dict[str, Callable[..., Any]] = {
        "open": lambda *_: "open",
        "write": lambda *_: "write",
        "fsync": lambda _: "fsync",
        "fdatasync": lambda _: "fdatasync",
    }
    _note(monkeypatch, made, **told)
    journal = _ready(path)
    made.clear()
    journal.append([record(1)])
    assert made[-3:] == ["fsync", "write", "fdatasync"]
    made.clear()
    for seq in (2, 3):
        journal.catch_up()
        journal.append([record(seq)])
    assert made == ["write", "fdatasync"] * 2  # neither the file nor the directory is opened or synced again


def test_an_empty_file_of_a_writer_that_died_is_named_on_the_disk_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.touch()
    synced: list[bool] = []
    _note(monkeypatch, synced, fsync=lambda descriptor: stat.S_ISDIR(os.fstat(descriptor).st_mode))
    _ready(path).append([record(1)])
    assert synced == [True]


@pytest.mark.parametrize("mask", [0, 0o022])
def test_only_its_owner_can_read_it(mask: int, path: Path) -> None:
    before = os.umask(mask)
    try:
        _writer(path, 1)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_short_write_is_no_loss(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, raw: write(descriptor, bytes(raw)[:7]))
    _writer(path, 5)
    assert path.read_bytes() == lines(records(1, 5))


def test_closing_is_no_end(path: Path) -> None:
    journal, before = _writer(path, 3), open_descriptors()
    journal.close()
    journal.close()
    assert open_descriptors() == before - 1
    assert journal.catch_up() == ()
    assert journal.read_all() == lines(records(1, 3))
    journal.close()
    assert journal.read_all() == lines(records(1, 3))
    assert journal.recent(2) == records(2, 3)
    journal.append([record(4)])
    journal.close()
    assert path.read_bytes() == lines(records(1, 4))
    assert open_descriptors() == before - 1


# Torn ends


@pytest.mark.parametrize("known", [True, False])
def test_a_torn_line_of_any_length_is_cut_off_by_the_next_append(known: bool, path: Path) -> None:
    whole, torn = lines(records(1, 3)), lines(record(4))
    for length in range(len(torn)):
        path.write_bytes(whole)
        journal = Journal(path)
        if known:
            journal.replay(0)
        with path.open("ab") as file:
            file.write(torn[:length])
        if known:
            assert journal.catch_up() == ()
        else:
            assert numbers(journal.replay(0).records) == [1, 2, 3]
        assert path.read_bytes() == whole + torn[:length]  # reading cuts off nothing
        journal.append([record(4, key="another")])
        assert path.read_bytes() == whole + lines(record(4, key="another"))
        assert numbers(_ready(path).replay(0).records) == [1, 2, 3, 4]
        journal.close()


def test_a_line_in_the_writing_is_read_when_it_is_whole(path: Path) -> None:
    reader, line = _writer(path, 1), lines(record(2))
    for length in range(1, len(line)):
        with path.open("ab") as file:
            file.write(line[length - 1 : length])
        assert reader.catch_up() == ()
    with path.open("ab") as file:
        file.write(line[-1:])
    assert reader.catch_up() == (record(2),)


@pytest.mark.parametrize("junk", [b"\0" * 4096, b"garbage", b"\xff" * 70000])
def test_junk_behind_the_last_line_is_cut_off_by_the_next_append(junk: bytes, path: Path) -> None:
    path.write_bytes(lines(records(1, 3)) + junk)
    assert Journal(path).last() == record(3)
    journal = _ready(path)
    journal.append([record(4)])
    assert path.read_bytes() == lines(records(1, 4))


def test_a_last_line_whose_end_was_damaged_stays(path: Path) -> None:
    damaged = lines(records(1, 3))[:-1] + b"!"
    path.write_bytes(damaged)
    assert Journal(path).last() is None
    journal = _ready(path)
    assert journal.seq == 3
    journal.append([record(4)])
    assert path.read_bytes() == damaged + lines(record(4))
    replay = _ready(path).replay(0)
    assert (replay.records, replay.lost) == (records(1, 4), ())


def test_whole_lines_that_cannot_be_read_stay(path: Path) -> None:
    damaged = lines(records(1, 2)) + b"garbage\n\0\0\n"
    path.write_bytes(damaged + b"torn")
    journal = Journal(path)
    assert journal.last() is None
    assert journal.replay(0).lost
    journal.append([record(3)])
    assert path.read_bytes() == damaged + lines(record(3))
    assert Journal(path).last() == record(3)


# The last record


@pytest.mark.parametrize("size", [1, _BLOCK - 1, _BLOCK, _BLOCK + 1, 2 * _BLOCK, 3 * _BLOCK + 5, 8 * _BLOCK])
@pytest.mark.parametrize("behind", [0, 1, _BLOCK - 1, _BLOCK, _BLOCK + 1])
@pytest.mark.parametrize("before", [0, 1, 3])
def test_the_last_record_is_found_whatever_its_size(size: int, behind: int, before: int, path: Path) -> None:
    plain = len(lines(record(before + 1)))
    last = record(before + 1, filling="x" * max(0, size - plain))
    whole = lines(records(1, before), last)
    path.write_bytes(whole + b"t" * behind)
    journal = Journal(path)
    assert journal.last() == last
    assert (journal.seq, journal.next_id, journal.size) == (before + 1, before + 2, len(whole))
    assert journal.catch_up() == ()
    journal.append([record(before + 2)])
    assert path.read_bytes() == whole + lines(record(before + 2))


@pytest.mark.parametrize("distance", range(-3, 4))
def test_the_last_record_is_found_where_lines_end_at_the_edge_of_a_block(distance: int, path: Path) -> None:
    plain = len(lines(record(2)))
    last = record(2, filling="x" * (_BLOCK - plain + distance))
    assert len(lines(last)) == _BLOCK + distance
    path.write_bytes(lines(record(1, filling="y" * 3 * _BLOCK), last))
    assert Journal(path).last() == last


def test_only_the_end_is_read_for_the_last_record(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.write_bytes(lines(records(1, 5000)))
    sizes: list[int] = []
    _note(monkeypatch, sizes, read=lambda _descriptor, size: size)
    assert Journal(path).last() == record(5000)
    assert sum(sizes) == _BLOCK < path.stat().st_size


@pytest.mark.parametrize("raw", [b"", b"\n", b"torn", b"garbage\n", b"\0" * 200_000, lines(record(1))[:-1]])
def test_where_the_end_does_not_tell_the_last_record_there_is_none(raw: bytes, path: Path) -> None:
    path.write_bytes(raw)
    assert Journal(path).last() is None


def test_the_most_recent_records(path: Path) -> None:
    journal = _writer(path, 10)
    assert journal.recent(3) == records(8, 10)
    assert journal.recent(10) == journal.recent(99) == records(1, 10)
    assert journal.recent(0) == ()
    path.write_bytes(lines(records(1, 4)) + b"garbage\n" + lines(records(6, 9)))
    assert _ready(path).recent(99) == records(6, 9)


# The file is replaced, cut or deleted


def _by_another(path: Path, raw: bytes) -> None:
    other = path.with_name("other")
    other.write_bytes(raw)
    other.rename(path)


def test_a_replaced_file_that_goes_on_is_gone_on_with(path: Path) -> None:
    journal = _writer(path, 4)
    _by_another(path, lines(records(3, 6)))
    assert journal.catch_up() == records(5, 6)
    assert not journal.behind
    journal.append([record(7)])
    assert path.read_bytes() == lines(records(3, 7))


def test_a_compaction_by_another_process_is_no_news(path: Path) -> None:
    journal, other = _writer(path, 6), _ready(path)
    other.replace(lines(records(4, 6)))
    assert journal.catch_up() == ()
    assert not journal.behind
    journal.append([record(7)])
    assert other.catch_up() == (record(7),)
    assert path.read_bytes() == lines(records(4, 7))


def test_a_replaced_file_with_a_gap_must_be_read_anew(path: Path) -> None:
    journal = _writer(path, 4)
    _by_another(path, lines(records(7, 9)))
    assert journal.catch_up() is None
    assert journal.seq == 4
    assert numbers(journal.replay(6).records) == [7, 8, 9]


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_file_that_was_cut_shows(kept: int, path: Path) -> None:
    journal = _writer(path, 4)
    path.write_bytes(lines(records(1, kept)))
    assert journal.catch_up() == ()
    assert journal.behind
    assert journal.seq == 4
    journal.append([record(5)])  # it is in the list that the number is never given twice
    assert path.read_bytes() == lines(records(1, kept), record(5))


def test_a_file_that_was_cut_within_a_line_shows(path: Path) -> None:
    journal = _writer(path, 4)
    os.truncate(path, path.stat().st_size - 1)
    assert journal.catch_up() == ()
    assert journal.behind
    journal.append([record(5)])
    assert path.read_bytes() == lines(records(1, 3), record(5))


def test_a_deleted_file_shows_and_is_made_anew(path: Path) -> None:
    journal = _writer(path, 4)
    path.unlink()
    assert journal.catch_up() == ()
    assert journal.behind
    journal.append([record(5)])
    assert path.read_bytes() == lines(record(5))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_that_there_never_was_a_file_is_no_loss(path: Path) -> None:
    journal = _ready(path)
    assert journal.catch_up() == ()
    assert not journal.behind


def test_an_older_file_put_back_shows(path: Path) -> None:
    journal = _writer(path, 2)
    older = path.read_bytes()
    journal.append(records(3, 5))
    _by_another(path, older)
    assert journal.catch_up() == ()
    assert journal.behind


def test_a_damaged_tail_must_be_read_anew(path: Path) -> None:
    journal = _writer(path, 2)
    with path.open("ab") as file:
        file.write(lines(records(3, 4)).replace(b"task 3", b"TASK 3") + lines(record(5)))
    assert journal.catch_up() is None
    assert journal.seq == 2
    replay = journal.replay(2)
    assert (numbers(replay.records), replay.lost) == ([4, 5], ("Change 3 could not be read.",))


def test_replacing_keeps_mode_and_place(path: Path) -> None:
    journal = _writer(path, 6)
    path.chmod(0o640)
    journal.replace(lines(records(5, 6)))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_bytes() == lines(records(5, 6))
    assert journal.read_all() == lines(records(5, 6))
    assert journal.recent(9) == records(5, 6)
    assert journal.catch_up() == ()
    journal.append([record(7)])
    assert path.read_bytes() == lines(records(5, 7))
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failed_replace_changes_nothing(call: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = _writer(path, 6)
    with monkeypatch.context() as patch:
        _fail_once(patch, call, _full())
        with pytest.raises(OSError, match="No space"):
            journal.replace(lines(records(5, 6)))
    assert path.read_bytes() == lines(records(1, 6))
    assert os.listdir(path.parent) == [path.name]
    assert journal.catch_up() == ()
    journal.append([record(7)])
    assert path.read_bytes() == lines(records(1, 7))


# Replaying what left the file


def test_earlier_lines_come_first(path: Path) -> None:
    path.write_bytes(lines(records(5, 8)))
    for earlier in (
        lines(records(1, 4)),
        lines(records(1, 6)),
        lines(records(1, 8)),
        lines(records(1, 4), records(2, 5)),
    ):
        journal = Journal(path)
        replay = journal.replay(0, earlier)
        assert (replay.records, replay.lost) == (records(1, 8), ())
        assert (journal.seq, journal.size) == (8, path.stat().st_size)
    journal = Journal(path)
    assert journal.replay(0, lines(records(1, 2))).lost == ("Changes 3 to 4 could not be read.",)
    assert journal.replay(0).lost == ("Changes 1 to 4 could not be read.",)


def test_a_place_is_in_the_file_not_in_earlier_lines(path: Path) -> None:
    path.write_bytes(b"torn")
    journal = Journal(path)
    assert journal.replay(0, lines(records(1, 4))).records == records(1, 4)
    assert (journal.seq, journal.size) == (4, 0)
    journal.append([record(5)])
    assert path.read_bytes() == lines(record(5))


# Failed appends


@pytest.mark.parametrize("known", [0, 3])
def test_an_append_that_fails_at_any_byte_leaves_the_old_file(
    known: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _writer(path, known)
    batch = [record(known + 1, key="one"), record(known + 2, key="two")]
    for short in range(len(lines(batch))):
        with monkeypatch.context() as patch:
            _fail_once(patch, "write", _full(), short=short)
            with pytest.raises(OSError, match="No space"):
                journal.append(batch)
        assert path.read_bytes() == lines(records(1, known))
        assert (journal.seq, journal.size) == (known, path.stat().st_size)
        assert journal.catch_up() == ()
    journal.append(batch)
    assert path.read_bytes() == lines(records(1, known), batch)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "I/O"), KeyboardInterrupt()])
def test_after_a_failed_sync_the_descriptor_is_never_synced_again(
    error: BaseException, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _writer(path, 3)
    fdatasync, close = os.fdatasync, os.close
    events: list[tuple[str, int]] = []

    def sync(descriptor: int) -> None:
        events.append(("sync", descriptor))
        if len(events) == 1:
            raise error
        fdatasync(descriptor)

    def note_close(descriptor: int) -> None:
        events.append(("close", descriptor))
        close(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", sync)
        patch.setattr(os, "close", note_close)
        with pytest.raises(type(error)):
            journal.append([record(4)])
        assert [name for name, _ in events[:2]] == ["sync", "close"]
        assert events[0][1] == events[1][1]
        assert path.read_bytes() == lines(records(1, 3))
        assert journal.catch_up() == ()
        journal.append([record(4, key="again")])
    assert path.read_bytes() == lines(records(1, 3), record(4, key="again"))
    assert [name for name, _ in events].count("sync") == 2  # the second time through another descriptor


def test_what_a_failed_append_could_not_cut_off_is_taken_back_later(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _writer(path, 3)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", refuse)
        patch.setattr(os, "fdatasync", refuse)
        with pytest.raises(OSError, match="Input/output"):
            journal.append(records(4, 5))
    assert path.read_bytes() == lines(records(1, 5))  # nobody was told that they are saved
    assert journal.catch_up() == ()
    assert journal.seq == 3
    journal.take_back()
    assert path.read_bytes() == lines(records(1, 3))
    journal.append([record(4, key="another")])
    assert path.read_bytes() == lines(records(1, 3), record(4, key="another"))


def test_what_others_have_built_upon_is_not_taken_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = _writer(path, 3)

    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "ftruncate", refuse)
        patch.setattr(os, "fdatasync", refuse)
        with pytest.raises(OSError, match="Input/output"):
            journal.append([record(4)])
    other = _ready(path)
    other.append([record(5)])
    journal.take_back()
    assert path.read_bytes() == lines(records(1, 5))
    assert journal.catch_up() == records(4, 5)


def test_taking_back_nothing_does_nothing(path: Path) -> None:
    journal = _writer(path, 3)
    other = _ready(path)
    other.append([record(4)])
    journal.take_back()
    assert path.read_bytes() == lines(records(1, 4))
    assert journal.catch_up() == (record(4),)


@pytest.mark.parametrize(("call", "number"), [("open", errno.EMFILE), ("open", errno.EACCES), ("fsync", errno.EIO)])
def test_a_first_append_that_fails_can_be_tried_again(
    call: str, number: int, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, before = _ready(path), open_descriptors()
    with monkeypatch.context() as patch:
        _fail_once(patch, call, OSError(number, os.strerror(number)))
        with pytest.raises(OSError, match=os.strerror(number)):
            journal.append([record(1)])
    assert not path.exists() or path.read_bytes() == b""
    made: list[int] = []
    with monkeypatch.context() as patch:
        _note(patch, made, fsync=lambda descriptor: descriptor)
        journal.append([record(1)])
    assert made  # the name, once more
    assert path.read_bytes() == lines(record(1))
    journal.close()
    assert open_descriptors() == before


# What stands at the path


@pytest.mark.parametrize("kind", ["link", "dangling link", "directory", "fifo"])
def test_what_is_not_a_file_is_refused_and_left_alone(kind: str, path: Path) -> None:
    target = path.with_name("target")
    target.write_bytes(lines(records(1, 3)))
    match kind:
        case "link":
            path.symlink_to(target)
        case "dangling link":
            path.symlink_to("missing")
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
    before, inode = open_descriptors(), path.lstat().st_ino
    journal = Journal(path)
    attempts: list[Callable[[], object]] = [lambda: journal.replay(0), journal.catch_up, journal.last]
    for attempt in attempts:
        with pytest.raises(NotAFileError, match="journal"):
            attempt()
    with pytest.raises((NotAFileError, OSError)):
        journal.append([record(4)])
    journal.close()
    assert path.lstat().st_ino == inode
    assert target.read_bytes() == lines(records(1, 3))
    assert not path.with_name("missing").exists()
    assert open_descriptors() == before


def test_a_link_that_takes_its_place_is_refused(path: Path) -> None:
    journal, target = _writer(path, 3), path.with_name("target")
    path.rename(target)
    path.symlink_to(target)
    with pytest.raises(NotAFileError):
        journal.catch_up()
    assert target.read_bytes() == lines(records(1, 3))


def test_a_file_of_somebody_else_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _writer(path, 3).close()
    path.chmod(0)
    monkeypatch.chdir(path.parent)  # the way there may be closed to others
    journal = Journal(Path(path.name))
    attempts: list[Callable[[], object]] = [lambda: journal.replay(0), journal.catch_up, journal.last]
    with without_privileges():
        for attempt in attempts:
            with pytest.raises(AccessDeniedError, match="could not be read"):
                attempt()


@pytest.mark.parametrize("call", ["open", "lstat"])
def test_that_it_cannot_be_read_is_never_taken_for_missing(
    call: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _writer(path, 3)
    if call == "open":
        journal.close()
    with monkeypatch.context() as patch:
        _fail_once(patch, call, OSError(errno.EIO, os.strerror(errno.EIO)))
        with pytest.raises(UnavailableError):
            journal.catch_up()
    assert journal.seq == 3
    assert journal.catch_up() == ()
    assert not journal.behind


def test_a_read_error_loses_neither_place_nor_descriptors(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, other = _writer(path, 3), _ready(path)
    other.append(records(4, 5))
    before = open_descriptors()
    for start in ("open", "closed"):
        if start == "closed":
            journal.close()
        with monkeypatch.context() as patch:
            _fail_once(patch, "read", OSError(errno.EIO, os.strerror(errno.EIO)))
            with pytest.raises((OSError, FileSafetyError)):
                journal.catch_up()
        assert open_descriptors() <= before
    assert journal.catch_up() == records(4, 5)
    assert not journal.behind


def test_a_whole_batch_is_one_write_and_one_sync(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = _writer(path, 1)
    batch: tuple[Record, ...] = records(2, 50)
    made: list[str] = []
    _note(monkeypatch, made, write=lambda *_: "write", fdatasync=lambda _: "sync")
    journal.append(batch)
    assert made == ["write", "sync"]
    assert path.read_bytes() == lines(records(1, 50))
