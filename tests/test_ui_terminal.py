"""The app as people run it: in a terminal, by its command."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from core import drafts, presence
from core.drafts import Draft
from core.instance_files import InstanceFiles, Owner
from core.presence import Presence
from tests.app_driver import names_on_disk, saved_list
from tests.processes import Child
from tests.terminal import Terminal
from tests.trouble import HOLDER, HOSTILE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.json"


def _app(file: Path, **options: int) -> Terminal:
    return Terminal([sys.executable, "-m", "ui.cli", "--file", str(file)], **options)  # type: ignore[arg-type] # sizes


def _stop_adding(terminal: Terminal) -> None:
    terminal.until(lambda: terminal.lines[-2].startswith(" Add"))
    terminal.send("\x1b")
    terminal.until(lambda: terminal.lines[-2].startswith(" a add"))


def test_a_day_with_the_app(file: Path) -> None:
    with _app(file) as terminal:
        terminal.until_shown("Press a to add your first task.")
        terminal.send("abuy milk\rpay rent\rcall mum\r")
        terminal.until_shown("3 open")
        _stop_adding(terminal)
        terminal.send("ggi and bread\r")
        terminal.until(lambda: "buy milk and bread" in terminal.lines[1] and "a add" in terminal.lines[-2])
        terminal.send("jx")
        terminal.until_shown("2 open · 1 done")
        terminal.send("jdd")
        terminal.until_shown("“call mum” is in the trash")
        terminal.send("u")
        terminal.until_shown("Undone: trash “call mum”.")
        terminal.send("\x12")
        terminal.until_shown("Done again: trash “call mum”.")
        terminal.until(lambda: terminal.lines[-1].endswith("saved"))
        terminal.send("q")
        assert terminal.wait() == 0
        assert terminal.raw.endswith(b"\x1b[?25h") or b"\x1b[?1049l" in terminal.raw  # the shell's screen is back
    assert names_on_disk(file) == ["buy milk and bread", "pay rent"]
    with _app(file) as terminal:
        terminal.until_shown("1 open · 1 done")
        assert terminal.lines[1].split() == ["▌[", "]", "1", "buy", "milk", "and", "bread"]
        terminal.send("7")
        terminal.until(lambda: terminal.lines[2].split() == ["▌[x]", "2", "pay", "rent"])
        terminal.send("1uu")
        terminal.until_shown("call mum")
        terminal.send("q")
        assert terminal.wait() == 0


def test_typing_ahead_loses_nothing(file: Path) -> None:
    """All at once, faster than the app can act on it."""
    with _app(file) as terminal:
        terminal.until_shown("a add")
        terminal.send("aone\rtwo\rdd q x\r")
        terminal.until_shown("3 open")
        _stop_adding(terminal)
        terminal.send("q")
        assert terminal.wait() == 0
    assert names_on_disk(file) == ["one", "two", "dd q x"]


def test_two_terminals_on_one_list(file: Path) -> None:
    with _app(file) as here, _app(file, columns=120, rows=40) as there:
        here.until_shown("Press a")
        there.until_shown("Press a")
        here.send("afrom here\r")
        here.until_shown("1  from here")
        there.until_shown("1  from here")
        there.send("x")
        here.until_shown("[x] 1  from here")
        there.send("afrom there\r")
        there.until_shown("2  from there")
        here.until_shown("2  from there")
        _stop_adding(here)
        here.send("q")
        assert here.wait() == 0
        _stop_adding(there)
        there.send("q")
        assert there.wait() == 0
    assert names_on_disk(file) == ["from here", "from there"]


def test_hostile_text_never_reaches_the_terminal(file: Path) -> None:
    saved_list(file, *HOSTILE)
    with _app(file, columns=100, rows=30) as terminal:
        terminal.until_shown(f"{len(HOSTILE)} open")
        for _task in HOSTILE:
            terminal.send("i")
            terminal.until_shown("Rename")
            terminal.send("\x15\r")  # an error that names the task
            terminal.until_shown("must not be empty")
            terminal.send("\x1b")
            terminal.until_shown("a add")
            terminal.send("dd")
            terminal.until_shown("is in the trash")
        terminal.send("u")
        terminal.until_shown("Undone")
        terminal.send("q")
        assert terminal.wait() == 0
    _check_sent(terminal)


def _check_sent(terminal: Terminal) -> None:
    """Nothing that was in a task reached the terminal as a command."""
    sent = terminal.raw.decode()
    for escape in ("\x1b[31mred", "\x1b]52;", "\x1b]0;", "\x00", "\x7f"):
        assert escape not in sent
    assert not [character for character in sent if "\x80" <= character <= "\x9f" or character in "\u202e\u2066"]


def test_hostile_text_in_every_field_never_reaches_the_terminal(file: Path) -> None:
    nasty = "".join(text for text in HOSTILE if "x" * 100 not in text)
    state = saved_list(file, nasty)
    fields: dict[str, Any] = {"project": "p\x1b[31mred[bold]\u202e", "tags": ["t\x1b[31mred"], "recur": nasty}
    state.edit([state.find(1)], **fields, description="\n".join(HOSTILE), comment=nasty)
    state.save_to_file(file)
    gone = InstanceFiles(file, Owner.this_process()._replace(started="1"))
    drafts.keep(gone, [Draft("add", texts={"line": nasty})])
    presence.announce(
        InstanceFiles(file, Owner("attic", 1, "1")), Presence(f"{nasty}:1:{nasty}", "", state.find(1).uid)
    )
    with _app(file, columns=110, rows=36) as terminal:
        terminal.until_shown("was half typed when todurable ended")
        terminal.until_shown("1 open")
        for keys, shown in (
            (".", "Add"),
            (" #p", "tab "),
            ("\t", "project p\ufffd"),
            ("\x1b", "was put aside"),
            ("e", "also being changed at"),
            ("!\x1b", "was put aside"),
            ("wd", "arrows: day"),
            ("[/x]", "is not understood"),
        ):
            terminal.send(keys)
            terminal.until_shown(shown)
        terminal.send("\x1b")
        terminal.until(lambda: "arrows: day" not in terminal.text)
        terminal.send("\r")
        terminal.until_shown("pending")
        terminal.send("q")
        assert terminal.wait() == 0
    _check_sent(terminal)


@pytest.mark.parametrize("term", ["xterm", "xterm-256color", "screen-256color", "linux", "tmux-256color"])
def test_terminals(file: Path, term: str) -> None:
    saved_list(file, "one", "two")
    command = [sys.executable, "-m", "ui.cli", "--file", str(file)]
    with Terminal(command, environment={"TERM": term}) as terminal:
        terminal.until_shown("2 open")
        terminal.send("x")
        terminal.until_shown("[x] 1  one")
        terminal.send("q")
        assert terminal.wait() == 0


def test_without_colours_the_cursor_is_still_to_be_seen(file: Path) -> None:
    saved_list(file, "one", "two")
    command = [sys.executable, "-m", "ui.cli", "--file", str(file)]
    with Terminal(command, environment={"NO_COLOR": "1"}) as terminal:
        terminal.until_shown("▌[ ] 1  one")
        terminal.send("j")
        terminal.until_shown("▌[ ] 2  two")


@pytest.mark.parametrize("size", [(60, 10), (120, 40), (20, 5)])
def test_resizing(file: Path, size: tuple[int, int]) -> None:
    saved_list(file, *(f"task {number}" for number in range(1, 41)))
    with _app(file) as terminal:
        terminal.until_shown("40 open")
        terminal.send("G")
        terminal.until_shown("▌[ ] 40")
        terminal.resize(*size)
        terminal.until(lambda: len(terminal.lines[-1]) == size[0] - 1 and "▌[ ] 40" in terminal.text)
        terminal.send("q")
        assert terminal.wait() == 0


def test_a_list_that_cannot_be_read_ends_with_its_exit_code(file: Path) -> None:
    file.write_bytes(b"garbage")
    with _app(file) as terminal:
        terminal.until_shown("This list cannot be read")
        terminal.send("q")
        assert terminal.wait() == 3


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_saves_what_waits_and_gives_the_terminal_back(file: Path, ending: signal.Signals) -> None:
    with _app(file) as terminal, Child(HOLDER, f"{file}.lock") as holder:
        assert holder.hear() == "held"
        terminal.until_shown("Press a")
        terminal.send("aone\r")
        terminal.until_shown("saving…")
        terminal.send_signal(ending)
        terminal.until(lambda: b"\x1b[?1049l" in terminal.raw)
        holder.tell()
        assert terminal.wait() == 0
    assert names_on_disk(file) == ["one"]


def test_an_app_whose_terminal_is_gone_saves_and_ends(file: Path) -> None:
    with _app(file) as terminal, Child(HOLDER, f"{file}.lock") as holder:
        assert holder.hear() == "held"
        terminal.until_shown("Press a")
        terminal.send("aone\r")
        terminal.until_shown("saving…")
        holder.tell()
        terminal.vanish()
    assert names_on_disk(file) == ["one"]


def test_an_app_that_has_nothing_to_write_notices_it_too(file: Path) -> None:
    with _app(file) as terminal:
        terminal.until_shown("Press a")
        assert terminal.vanish() == 0
