"""The real commands, killed at every system call of a save, and with each of them failing.

What was acknowledged (the answer was printed, or it was saved before) is there afterwards; the list is the old one or
the new one, whole; the next command works. By default a part is tried, more of it with `--prove`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent

import pytest

from tests import proof, strace
from tests.real_command import FILE, Content, complaint, content, damage, leftovers, open_list, up_to_date
from tests.scenes import CASES, GARBAGE, Scene, play
from tests.strace import Fault, Traced

if REASON := strace.missing():
    pytest.skip(f"kills at every system call: {REASON}", allow_module_level=True)

WORKERS = 2
STORE_ERROR = 3


PART = 2
"""How many of the cases and of the mutants are tried by default."""
THOROUGH = 1
"""In how many of the cases `--prove` tries every call and every error; elsewhere only what may make a difference."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every case and mutant with `--prove`, else the first of them."""
    part = None if metafunc.config.getoption("prove") else PART
    for name, values in (("case", CASES), ("mutant", MUTANTS)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, list(values)[:part])


def sweep(scene: Scene, faults: Sequence[Fault], check: Callable[[Scene, Fault], str]) -> None:
    """Assert that `check` has nothing to say about any of `faults`."""
    with ThreadPoolExecutor(WORKERS) as pool:
        told = list(pool.map(lambda fault: (fault, check(scene, fault)), faults))
    problems = [f"{fault}: {problem}" for fault, problem in told if problem]
    assert told, "nothing was tried"
    assert not problems, f"{len(problems)} of {len(told)}:\n" + "\n".join(problems)


# Kills


def killed(scene: Scene, fault: Fault) -> str:
    """What is wrong after a kill; empty where nothing is."""
    directory = scene.copy()
    traced = scene.trace(directory, fault)
    if not strace.concerns(traced.killed_in, directory):
        return f"not killed there: {traced.ended}, {traced.lines[-2:]}"
    allowed = [scene.new] if traced.ended.out else [scene.old, scene.new]
    names = {path.name for path in scene.ready.glob("*")} - {path.name for path in directory.glob("*")}
    if names:
        return f"gone: {names}"
    return whole(scene, directory, allowed) or next_command_works(scene, directory)


def whole(scene: Scene, directory: Path, allowed: list[Content]) -> str:
    """What is wrong with the list, which should hold one of `allowed`."""
    found = content(directory)
    if found not in allowed:
        return f"it holds {found}"
    if not scene.is_damaged and (told := complaint(directory)):
        return f"the loader complains: {told}"
    bad = [name for name in damage(directory) if name != FILE or (directory / FILE).read_bytes() != GARBAGE]
    return f"damaged: {bad}" if bad else ""


def next_command_works(scene: Scene, directory: Path) -> str:
    """What is wrong with the list once a task was added to it as a user does."""
    before = content(directory)
    ended = scene.add_one_more(directory)
    if ended.code != 0:
        return f"the next add: {ended}"
    wanted = before | {int(ended.out): ("one more", "pending")}
    return whole(scene, directory, [wanted]) or tidy(scene, directory)


def tidy(scene: Scene, directory: Path) -> str:
    """What is left lying about after a save, or was thrown away by it."""
    if left := leftovers(directory):
        return f"left over: {left}"
    if not up_to_date(directory):
        return "the checkpoint is behind"
    kept = [path.read_bytes() for path in directory.glob(f"{FILE}.damaged-*")]
    return "the damaged bytes were thrown away" if scene.is_damaged and GARBAGE not in kept else ""


def every_kill(scene: Scene, *, thorough: bool = False) -> list[Fault]:
    """A kill at each call that changes something, for the others leave what that finds; with `thorough` at them too."""
    return [Fault(point) for point in scene.points if thorough or point.changes]


def test_a_kill_at_any_system_call_leaves_the_old_list_or_the_new_one(
    case: str, tmp_path: Path, compiled: Path, *, prove: bool
) -> None:
    scene = play(case, tmp_path, compiled)
    faults = every_kill(scene, thorough=prove and case in list(CASES)[:THOROUGH])
    sweep(scene, faults, killed)
    proof.count("real commands killed at a system call", len(faults))


# Errors

ERRORS = ("ENOSPC", "EACCES", "EIO", "EROFS")
FOR_EVER = ERRORS[:2]
"""EACCES is also what a file system without hard links may say."""
NEEDED_BY_PYTHON = ("openat", "open")
"""Calls that cannot fail for ever: Python could not import what says so."""


def every_error(scene: Scene, *, thorough: bool) -> list[Fault]:
    """Errors at each call that changes something, once and for ever; with `thorough` one at each that reads, too."""
    lasting = [fault._replace(for_ever=True) for fault in some_errors(scene, FOR_EVER)]
    return [
        *some_errors(scene, ERRORS if thorough else FOR_EVER),
        *(fault for fault in lasting if fault.point.name not in NEEDED_BY_PYTHON),
        *(Fault(point, "EIO") for point in scene.points if thorough and not point.changes),
    ]


def some_errors(scene: Scene, errors: Sequence[str]) -> list[Fault]:
    """Each of `errors` at each call that changes something."""
    changing = [point for point in scene.points if point.changes and point.name != "exit_group"]
    return [Fault(point, error) for point in changing for error in errors]


def some_error(scene: Scene) -> list[Fault]:
    """One at each call that changes something; and for ever where nothing can be written any more, no answer either."""
    once = some_errors(scene, ERRORS[:1])
    return [*once, *(fault._replace(for_ever=True) for fault in once if fault.point.name == "write")]


def failed(scene: Scene, fault: Fault) -> str:
    """What is wrong after a call failed; empty where nothing is."""
    directory = scene.copy()
    traced = scene.trace(directory, fault)
    if not any(strace.concerns(line, directory) for line in traced.failed):
        return f"it did not fail: {traced.ended}"
    return said(scene, traced, directory) or whole_afterwards(scene, directory)


def said(scene: Scene, traced: Traced, directory: Path) -> str:
    """Whether what the command said is what the disk holds."""
    code, _out, err = traced.ended
    found = content(directory)
    unheard = any(strace.tells(line) for line in traced.failed)
    if code not in (0, STORE_ERROR) or "Traceback" in err:
        return f"ended with {code}: {err[-2000:]}"
    if code == STORE_ERROR and not unheard and "todurable: " not in err:
        return f"no reason was given: {err}"
    allowed = [scene.new] if code == 0 else [scene.old, scene.new] if unheard else [scene.old]
    if found not in allowed:
        return f"ended with {code}, {err}, and the list holds {found}"
    if code == 0 and "The change is saved in" not in err and not up_to_date(directory):
        return "no word that the checkpoint was put off"
    return ""


def whole_afterwards(scene: Scene, directory: Path) -> str:
    """What is wrong with the list when the next change was saved without a fault."""
    before = content(directory)
    directory.mkdir(exist_ok=True)
    with open_list(directory) as state:
        uid = state.add_task("one more").uid
        state.save_to_file(directory / FILE)
    wanted = before | {state.find(uid).id: ("one more", "pending")}
    return whole(scene, directory, [wanted]) or tidy(scene, directory)


def test_a_failing_system_call_is_told_and_loses_nothing(
    case: str, tmp_path: Path, compiled: Path, *, prove: bool
) -> None:
    scene = play(case, tmp_path, compiled)
    thorough = case in list(CASES)[:THOROUGH]
    faults = every_error(scene, thorough=thorough) if prove else some_error(scene)
    sweep(scene, faults, failed)
    proof.count("errors of a system call in real commands", len(faults))


# The harness itself

MUTANTS = {
    "the answer comes before the commit": """
        import ui.verbs.add as verb
        save = verb.save
        def late(state, store, out):
            out.lines([str(store.load().tasks.next_id)])
            out.lines = lambda lines: None
            return save(state, store, out)
        verb.save = late
    """,
    "the checkpoint is written in place": """
        import os
        from core import durable
        def in_place(temporary, path, before=None):
            raw = temporary.read_bytes()
            os.unlink(temporary)
            with open(path, "wb") as file:
                file.write(raw)
            return durable.identity(path)
        durable.replace_with = in_place
    """,
    "a backup is made by moving the file away": """
        import os
        from core import durable
        durable.second_name = os.rename
    """,
    "a temporary file is never removed": """
        from core import durable
        durable.sweep = lambda path: None
    """,
}


def test_the_kills_find_a_command_that_is_not_safe(mutant: str, tmp_path: Path, compiled: Path) -> None:
    program = f"{dedent(MUTANTS[mutant])}\nimport sys\nfrom ui.cli import main\nsys.exit(main())"
    scene = play("add to a list", tmp_path, compiled, (sys.executable, "-c", program))
    assert any(killed(scene, fault) for fault in every_kill(scene))
