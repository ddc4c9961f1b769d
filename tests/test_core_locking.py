from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import portalocker
import pytest
from portalocker.exceptions import LockException

from core.errors import AccessDeniedError, FileLockTimeoutError, FileSafetyError, NotAFileError, UnavailableError
from core.locking import FileLock, describe_holder
from tests.processes import Child, open_descriptors, wait_until, without_privileges

# Long enough never to pass on any machine; where a lock is not given back the test fails by it, late.
_PATIENT = 100.0

_HOLDER = """
    import sys
    from pathlib import Path
    from core.locking import FileLock

    with FileLock(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
        print("held", flush=True)
        sys.stdin.readline()
    print("released", flush=True)
    sys.stdin.readline()
"""
# What a program below begins with: it says so just before it waits for a lock.
_TELLING = """
    import os, signal, sys
    from pathlib import Path
    import portalocker
    from core.errors import FileLockTimeoutError
    from core.locking import FileLock

    lock_now = portalocker.lock
    def lock(descriptor, flags):
        if not flags & portalocker.LockFlags.NON_BLOCKING:
            print("waiting", flush=True)
        lock_now(descriptor, flags)
    portalocker.lock = lock
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json.lock"


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released each time that a thread of ours is about to wait for a lock."""
    semaphore = threading.Semaphore(0)
    lock_now = portalocker.lock

    def lock(descriptor: int, flags: portalocker.LockFlags) -> None:
        if not flags & portalocker.LockFlags.NON_BLOCKING:
            semaphore.release()
        lock_now(descriptor, flags)

    monkeypatch.setattr(portalocker, "lock", lock)
    return semaphore


def _holder(path: Path, kind: str = "exclusive") -> Child:
    child = Child(_HOLDER, path, kind)
    assert child.hear() == "held"
    return child


def _is_free(path: Path, *, shared: bool = False) -> bool:
    """Whether a newcomer gets the lock at once."""
    lock = FileLock(path, 0, shared=shared)
    try:
        lock.acquire()
    except FileLockTimeoutError:
        return False
    finally:
        lock.close()
    return True


def _waiters() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "lock waiter"]


def _in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


# Mutual exclusion


def test_six_processes_that_count_lose_nothing(path: Path) -> None:
    program = """
        import os, sys
        from pathlib import Path
        from core.locking import FileLock

        lock, counter = FileLock(Path(sys.argv[1]), 100), Path(sys.argv[2])
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(50):
            with lock:
                count = int(counter.read_text())
                os.sched_yield()
                counter.write_text(str(count + 1))
    """
    counter = path.with_name("counter")
    counter.write_text("0")
    children = [Child(program, path, counter) for _ in range(6)]
    for child in children:
        assert child.hear() == "ready"
    for child in children:
        child.tell("go")
    for child in children:
        child.end()
    assert counter.read_text() == "300"


@pytest.mark.parametrize(
    ("held", "wanted", "free"),
    [
        ("exclusive", "exclusive", False),
        ("exclusive", "shared", False),
        ("shared", "exclusive", False),
        ("shared", "shared", True),
    ],
)
def test_who_excludes_whom(held: str, wanted: str, free: bool, path: Path) -> None:
    with _holder(path, held) as child:
        assert _is_free(path, shared=wanted == "shared") is free
        child.tell("release")
        assert child.hear() == "released"
        assert _is_free(path, shared=wanted == "shared")


def test_a_reader_waits_for_a_writer_and_a_writer_for_each_reader(path: Path, waiting: threading.Semaphore) -> None:
    with _holder(path, "shared") as one, _holder(path, "shared") as other:
        writer = FileLock(path, _PATIENT)
        thread = _in_thread(writer.acquire)
        assert waiting.acquire()
        one.tell("release")
        assert one.hear() == "released"
        assert not writer.held
        other.tell("release")
        thread.join()
        assert writer.held
        assert not _is_free(path, shared=True)
        writer.close()


def test_two_locks_of_one_process_exclude_each_other(path: Path) -> None:
    with FileLock(path):
        assert not _is_free(path)
    assert _is_free(path)


def test_it_can_be_taken_again_and_again_through_one_descriptor(path: Path) -> None:
    lock = FileLock(path)
    with lock:
        before = open_descriptors()
    for _ in range(20):
        with lock:
            assert lock.held
            assert open_descriptors() == before
        assert not lock.held
        assert _is_free(path)
    lock.close()
    assert open_descriptors() == before - 1


def test_an_exception_inside_gives_it_back(path: Path) -> None:
    with pytest.raises(KeyError), FileLock(path):
        raise KeyError
    assert _is_free(path)


def test_closing_gives_it_back(path: Path) -> None:
    lock = FileLock(path)
    lock.acquire()
    lock.close()
    assert not lock.held
    assert _is_free(path)
    lock.close()
    with lock:
        assert not _is_free(path)
    lock.close()


# Holders that die, fork or stop


def test_a_killed_holder_frees_it_at_once(path: Path) -> None:
    with _holder(path) as child:
        assert not _is_free(path)
        child.kill()
        assert _is_free(path)


def test_a_waiter_gets_it_from_a_killed_holder(path: Path, waiting: threading.Semaphore) -> None:
    with _holder(path) as child:
        lock = FileLock(path, _PATIENT)
        thread = _in_thread(lock.acquire)
        assert waiting.acquire()
        child.kill()
        thread.join()
    assert lock.held
    assert not _is_free(path)
    lock.close()


@pytest.mark.parametrize(
    "action", ["lock.release()", "lock.close()", "lock.__exit__(None, None, None)", "del lock", ""]
)
def test_what_a_forked_child_does_leaves_the_lock_of_its_parent(action: str, path: Path) -> None:
    program = f"""
        import os, sys
        from pathlib import Path
        from core.locking import FileLock

        lock = FileLock(Path(sys.argv[1]))
        lock.acquire()
        if os.fork() == 0:
            {action or "pass"}
            os._exit(0)
        os.wait()
        print(lock.held and lock.still_ours(), flush=True)
        sys.stdin.readline()
        lock.release()
        print("released", flush=True)
        sys.stdin.readline()
    """
    with Child(program, path) as child:
        assert child.hear() == "True"
        assert not _is_free(path)
        child.tell("release")
        assert child.hear() == "released"
        assert _is_free(path)


def test_a_forked_child_that_acquires_gets_a_lock_of_its_own(path: Path) -> None:
    program = """
        import os, sys
        from pathlib import Path
        from core.errors import FileLockTimeoutError
        from core.locking import FileLock

        def attempt(name):
            try:
                lock.acquire()
                print(f"held by the {name}", flush=True)
            except FileLockTimeoutError:
                print(f"refused to the {name}", flush=True)

        lock = FileLock(Path(sys.argv[1]), 0)
        lock.acquire()
        waiting, going = os.pipe()
        if os.fork() == 0:
            while os.read(waiting, 1) == b"a":
                attempt("child")
            os._exit(0)
        for line in sys.stdin:
            match line.split():
                case ["child", "acquire"]: os.write(going, b"a")
                case ["child", "exit"]: os.write(going, b"e"); os.wait(); print("gone", flush=True)
                case ["parent", "acquire"]: attempt("parent")
                case ["parent", "release"]: lock.release(); print("released", flush=True)
    """
    steps = [
        ("child acquire", "refused to the child", False),
        ("parent release", "released", True),
        ("child acquire", "held by the child", False),
        ("parent acquire", "refused to the parent", False),
        ("child exit", "gone", True),
        ("parent acquire", "held by the parent", False),
    ]
    with Child(program, path) as child:
        for order, answer, free in steps:
            child.tell(order)
            assert child.hear() == answer
            assert _is_free(path) is free


def test_a_given_up_waiter_of_a_forked_process_keeps_nothing(path: Path) -> None:
    # the child has a copy of the descriptor on which its parent's thread waits, and is granted the lock
    program = (
        _TELLING
        + """
    lock = FileLock(Path(sys.argv[1]), 0.001)
    try:
        lock.acquire()
    except FileLockTimeoutError:
        print("gave up", flush=True)
    if os.fork() == 0:
        sys.stdin.readline()
        os._exit(0)
    os.wait()
    """
    )
    with _holder(path) as holder, Child(program, path) as child:
        assert child.hear() == "waiting"
        assert child.hear() == "gave up"
        holder.tell("release")
        assert holder.hear() == "released"
        with FileLock(path, _PATIENT) as lock:
            assert lock.still_ours()
        lock.close()


def test_a_stopped_holder_keeps_it(path: Path) -> None:
    with _holder(path) as child:
        os.kill(child.pid, signal.SIGSTOP)
        with pytest.raises(FileLockTimeoutError, match=f"process {child.pid}" if sys.platform == "linux" else "locked"):
            FileLock(path, 0.001).acquire()
        os.kill(child.pid, signal.SIGCONT)
        child.tell("release")
        assert child.hear() == "released"
        lock = FileLock(path, _PATIENT)
        lock.acquire()  # the waiter that was given up may have it for a moment
        lock.close()


# The lock file is removed


def test_a_removed_file_shows(path: Path) -> None:
    with FileLock(path) as lock:
        assert lock.still_ours()
        path.unlink()
        assert not lock.still_ours()
        path.touch()
        assert not lock.still_ours()


def test_after_the_file_was_removed_newcomers_and_the_old_holder_exclude_each_other(path: Path) -> None:
    old = FileLock(path, 0)
    with old:
        path.unlink()
        with _holder(path) as newcomer:
            assert not _is_free(path)
            old.release()
            with pytest.raises(FileLockTimeoutError):
                old.acquire()
            newcomer.tell("release")
            assert newcomer.hear() == "released"
            old.acquire()
            assert old.still_ours()
            assert not _is_free(path)
    old.close()


def test_a_waiter_on_a_removed_file_waits_for_the_holder_of_the_new_one(
    path: Path, waiting: threading.Semaphore
) -> None:
    waiter = FileLock(path, _PATIENT)
    with _holder(path) as old:
        thread = _in_thread(waiter.acquire)
        assert waiting.acquire()
        path.unlink()
        with _holder(path) as new:
            old.tell("release")
            assert waiting.acquire()
            assert not waiter.held
            new.tell("release")
            thread.join()
    assert waiter.held
    assert waiter.still_ours()
    assert not _is_free(path)
    waiter.close()


def test_a_file_that_was_removed_while_nobody_held_it_is_made_anew(path: Path) -> None:
    lock = FileLock(path)
    with lock:
        pass
    path.unlink()
    with lock:
        assert path.exists()
        assert lock.still_ours()
        assert not _is_free(path)
    lock.close()


# Waiting, and giving up


@pytest.mark.parametrize("timeout", [0, 0.001, -1])
def test_a_timeout_says_who_holds_it_and_what_becomes_of_the_change(timeout: float, path: Path) -> None:
    with _holder(path) as child:
        with pytest.raises(FileLockTimeoutError) as raised:
            FileLock(path, timeout).acquire()
        error = raised.value
        assert error.path == path
        assert error.timeout == timeout
        assert "tasks.json.lock is locked by " in str(error)
        assert "Try again once it is free" in str(error)
        if sys.platform == "linux":
            assert error.holder is not None
            assert f"(process {child.pid})" in error.holder
            assert error.holder in str(error)
        child.tell("release")
        assert child.hear() == "released"


def test_without_patience_no_thread_is_started(path: Path) -> None:
    before = threading.active_count()
    with _holder(path):
        assert not _is_free(path)
        assert threading.active_count() == before


def test_a_waiter_that_was_given_up_does_not_keep_it(path: Path, waiting: threading.Semaphore) -> None:
    impatient, patient = FileLock(path, 0.001), FileLock(path, _PATIENT)
    with _holder(path) as child:
        with pytest.raises(FileLockTimeoutError):
            impatient.acquire()
        assert waiting.acquire()
        child.tell("release")
        assert child.hear() == "released"
        with patient:
            assert patient.still_ours()
            assert not impatient.held
    wait_until(lambda: not _waiters())
    assert _is_free(path)
    patient.close()
    impatient.close()


def test_trying_again_and_again_piles_up_neither_threads_nor_descriptors(path: Path) -> None:
    lock = FileLock(path, 0.001)
    with _holder(path) as child:
        counts = []
        for _ in range(10):
            with pytest.raises(FileLockTimeoutError):
                lock.acquire()
            counts.append((len(_waiters()), open_descriptors()))
        assert counts == counts[:1] * 10
        assert counts[0][0] == 1
        lock.timeout = _PATIENT
        child.tell("release")
        with lock:
            assert lock.still_ours()
            assert not _is_free(path)
    lock.close()
    wait_until(lambda: not _waiters())


def test_a_waiter_on_a_removed_file_is_not_waited_for_again(path: Path, waiting: threading.Semaphore) -> None:
    lock = FileLock(path, 0.001)
    with _holder(path) as child:
        with pytest.raises(FileLockTimeoutError):
            lock.acquire()
        assert waiting.acquire()
        path.unlink()
        with lock:
            assert lock.still_ours()
        with _holder(path) as new:
            with pytest.raises(FileLockTimeoutError) as raised:
                lock.acquire()
            assert waiting.acquire(timeout=_PATIENT)  # it waits for the new file now
            if sys.platform == "linux":
                assert raised.value.holder is not None
                assert str(new.pid) in raised.value.holder
            new.tell("release")
            lock.timeout = _PATIENT
            with lock:  # the old file is locked all the time
                assert lock.still_ours()
        child.tell("release")
    lock.close()
    wait_until(lambda: not _waiters())


def test_an_exception_from_a_signal_ends_the_waiting_and_keeps_nothing(path: Path) -> None:
    program = (
        _TELLING
        + """
    def interrupt(*_): raise KeyboardInterrupt
    signal.signal(signal.SIGUSR1, interrupt)
    lock = FileLock(Path(sys.argv[1]), 100)
    try:
        lock.acquire()
    except KeyboardInterrupt:
        print("interrupted", lock.held, flush=True)
    sys.stdin.readline()
    """
    )
    with _holder(path) as holder, Child(program, path) as child:
        assert child.hear() == "waiting"
        os.kill(child.pid, signal.SIGUSR1)
        assert child.hear() == "interrupted False"
        holder.tell("release")
        assert holder.hear() == "released"
        with FileLock(path, _PATIENT) as lock:
            assert lock.still_ours()
        lock.close()


def test_a_signal_that_is_handled_does_not_disturb_the_waiting(path: Path) -> None:
    program = (
        _TELLING
        + """
    signal.signal(signal.SIGUSR1, lambda *_: os.write(1, b"signal\\n"))
    with FileLock(Path(sys.argv[1]), 100) as lock:
        print("held", lock.still_ours(), flush=True)
        sys.stdin.readline()
    """
    )
    with _holder(path) as holder, Child(program, path) as child:
        assert child.hear() == "waiting"
        for _ in range(3):
            os.kill(child.pid, signal.SIGUSR1)
            assert child.hear() == "signal"
        holder.tell("release")
        assert child.hear() == "held True"
        assert not _is_free(path)


def test_an_interruption_right_after_the_grant_keeps_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock_now = portalocker.lock

    def lock_and_be_interrupted(descriptor: int, flags: portalocker.LockFlags) -> None:
        lock_now(descriptor, flags)
        raise KeyboardInterrupt

    lock = FileLock(path)
    with monkeypatch.context() as patch:
        patch.setattr(portalocker, "lock", lock_and_be_interrupted)
        with pytest.raises(KeyboardInterrupt):
            lock.acquire()
    assert not lock.held
    assert _is_free(path)
    lock.close()


def test_an_interruption_while_the_grant_is_handed_over_keeps_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, waiting: threading.Semaphore
) -> None:
    wait_for = threading.Condition.wait_for

    def wait_and_be_interrupted(condition: threading.Condition, predicate: Callable[[], bool], seconds: float) -> None:
        assert wait_for(condition, predicate, seconds)
        raise KeyboardInterrupt

    lock = FileLock(path, _PATIENT)
    with _holder(path) as child:

        def let_go() -> None:
            waiting.acquire()
            child.tell("release")

        thread = _in_thread(let_go)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Condition, "wait_for", wait_and_be_interrupted)
            with pytest.raises(KeyboardInterrupt):
                lock.acquire()
        thread.join()
        assert not lock.held
        assert _is_free(path)
    lock.close()


# Who holds it


def test_nobody_holds_a_free_lock(path: Path) -> None:
    path.touch()
    assert describe_holder(path) is None
    assert describe_holder(path.with_name("missing")) is None


def test_a_waiter_is_not_taken_for_the_holder(path: Path, waiting: threading.Semaphore) -> None:
    with _holder(path) as child:
        lock = FileLock(path, _PATIENT)
        thread = _in_thread(lock.acquire)
        assert waiting.acquire()
        if sys.platform == "linux":
            assert str(child.pid) in (describe_holder(path) or "")
        child.tell("release")
        thread.join()
        lock.close()


# What stands at the path


def _leave_alone(target: Path) -> None:
    assert target.read_text() == "precious"
    assert _is_free(target)


@pytest.mark.parametrize("kind", ["link", "dangling link", "directory", "fifo", "socket"])
def test_what_is_not_a_file_is_refused_and_left_alone(kind: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = path.with_name("target")
    target.write_text("precious")
    match kind:
        case "link":
            path.symlink_to(target)
        case "dangling link":
            path.symlink_to(path.with_name("missing"))
        case "directory":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "socket":
            monkeypatch.chdir(path.parent)  # the address of a socket must be short
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(path.name)
    before, descriptors = path.lstat(), open_descriptors()
    with pytest.raises(NotAFileError, match=r"tasks\.json\.lock"):
        FileLock(path, _PATIENT).acquire()
    assert path.lstat().st_ino == before.st_ino
    assert not path.with_name("missing").exists()
    assert open_descriptors() == descriptors
    _leave_alone(target)


def test_a_link_that_takes_the_place_of_the_file_is_noticed(path: Path) -> None:
    target = path.with_name("target")
    target.write_text("precious")
    with FileLock(path) as lock:
        path.unlink()
        path.symlink_to(target)
        assert not lock.still_ours()
    with pytest.raises(NotAFileError):
        lock.acquire()
    lock.close()
    _leave_alone(target)


def test_a_hard_link_to_the_old_file_is_the_same_lock(path: Path) -> None:
    with FileLock(path) as lock:
        other = path.with_name("other")
        os.link(path, other)
        path.unlink()
        os.rename(other, path)
        assert lock.still_ours()
        assert not _is_free(path)


@pytest.mark.parametrize("mask", [0, 0o022, 0o077])
def test_only_its_owner_can_open_it(mask: int, path: Path) -> None:
    before = os.umask(mask)
    try:
        with FileLock(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_what_the_file_holds_is_left_alone(path: Path) -> None:
    path.write_text("precious")
    before = path.stat()
    with FileLock(path):
        pass
    assert path.read_text() == "precious"
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_it_stays_when_it_is_free(path: Path) -> None:
    with FileLock(path) as lock:
        inode = path.stat().st_ino
    lock.close()
    assert path.stat().st_ino == inode
    assert path.stat().st_size == 0


# Errors of the system


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="its folder does not exist"):
        FileLock(tmp_path / "missing" / "tasks.json.lock").acquire()


def test_a_lock_file_of_somebody_else_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.touch()
    path.chmod(0)
    monkeypatch.chdir(path.parent)  # the way there may be closed to others
    with pytest.raises(AccessDeniedError, match="Check who owns"), without_privileges():
        FileLock(Path(path.name)).acquire()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EIO, errno.ESTALE, errno.EMFILE])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_lock_that_the_system_refuses_is_named(
    number: int, wrapped: bool, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        cause = OSError(number, os.strerror(number))
        if wrapped:
            raise LockException(cause) from cause
        raise cause

    lock, before = FileLock(path), open_descriptors()
    monkeypatch.setattr(portalocker, "lock", refuse)
    with pytest.raises(UnavailableError) as raised:
        lock.acquire()
    assert raised.value.cause is not None
    assert raised.value.cause.errno == number
    assert not lock.held
    lock.close()
    assert open_descriptors() == before


def test_a_lock_that_the_system_refuses_to_a_waiter_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock_now = portalocker.lock

    def refuse(descriptor: int, flags: portalocker.LockFlags) -> None:
        if not flags & portalocker.LockFlags.NON_BLOCKING:
            cause = OSError(errno.EIO, os.strerror(errno.EIO))
            raise LockException(cause) from cause
        lock_now(descriptor, flags)

    monkeypatch.setattr(portalocker, "lock", refuse)
    lock, before = FileLock(path, _PATIENT), open_descriptors()
    with _holder(path):
        with pytest.raises(UnavailableError):
            lock.acquire()
        lock.close()
    wait_until(lambda: not _waiters())
    assert open_descriptors() == before


def test_a_lock_that_the_system_does_not_take_back_is_let_go_by_closing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = open_descriptors()
    with monkeypatch.context() as patch, FileLock(path) as lock:
        patch.setattr(portalocker, "unlock", refuse)
    assert not lock.held
    assert open_descriptors() == before
    assert _is_free(path)


def test_an_error_while_opening_leaves_no_descriptor(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int) -> os.stat_result:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    before = open_descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", refuse)
        with pytest.raises(UnavailableError):
            FileLock(path).acquire()
    assert open_descriptors() == before


# Descriptors


def test_a_lock_that_is_dropped_gives_back_its_descriptor_and_the_lock(path: Path) -> None:
    before = open_descriptors()
    for _ in range(10):
        with FileLock(path):
            pass
    lock = FileLock(path)
    lock.acquire()
    del lock
    gc.collect()
    assert open_descriptors() == before
    assert _is_free(path)


def test_no_program_that_we_start_inherits_it(path: Path) -> None:
    with FileLock(path), Child("import sys; print('up', flush=True); sys.stdin.readline()") as child:
        assert child.hear() == "up"
    assert _is_free(path)


@pytest.mark.parametrize("error", [FileLockTimeoutError, FileSafetyError])
def test_a_failed_attempt_leaves_it_free_for_the_next(
    error: type[FileSafetyError], path: Path, waiting: threading.Semaphore
) -> None:
    lock = FileLock(path, 0.001)
    with _holder(path) as child:
        with pytest.raises(error), lock:
            pass
        assert waiting.acquire()
        child.tell("release")
        assert child.hear() == "released"
    lock.timeout = _PATIENT
    with lock:
        assert not _is_free(path)
    lock.close()
    wait_until(lambda: not _waiters())


def test_taking_a_lock_imports_no_more_of_portalocker_than_what_locks(path: Path) -> None:
    program = """
        import sys
        from pathlib import Path
        from core.locking import FileLock

        with FileLock(Path(sys.argv[1])):
            print(*{"_portalocker.portalocker", "portalocker", "logging", "json", "tempfile"}.intersection(sys.modules))
    """
    assert Child(program, path).end() == ["_portalocker.portalocker"]
