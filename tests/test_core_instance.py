from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import instance
from core.instance import this_instance

_PROGRAM = "import sys; from core.instance import this_instance; open(sys.argv[1], 'w').write(this_instance())"


@pytest.fixture
def terminal() -> Iterator[str]:
    """The path of a terminal."""
    leader, follower = os.openpty()
    yield os.ttyname(follower)
    os.close(follower)
    os.close(leader)


def _name_of_child(redirections: str, answer: Path) -> list[str]:
    """What a child that a shell starts with `redirections` is called, without the pid, which is checked here."""
    command = ["sh", "-c", f'exec "$@" {redirections}', "sh", sys.executable, "-c", _PROGRAM, str(answer)]
    with subprocess.Popen(command) as child:
        pass
    assert child.returncode == 0
    host, pid, tty = answer.read_text().split(":")
    assert pid == str(child.pid)
    return [host, tty]


@pytest.mark.parametrize(
    "redirections",
    [
        "0<{tty} 1>/dev/null 2>/dev/null",
        "0</dev/null 1>{tty} 2>/dev/null",
        "0</dev/null 1>/dev/null 2>{tty}",
        "0<&- 1>{tty} 2>/dev/null",
    ],
)
def test_the_terminal_is_that_of_the_stream_that_has_one(redirections: str, terminal: str, tmp_path: Path) -> None:
    _, tty = _name_of_child(redirections.format(tty=terminal), tmp_path / "answer")
    assert f"/dev/{tty}" == terminal


@pytest.mark.parametrize("redirections", ["0</dev/null 1>/dev/null 2>/dev/null", "0<&- 1>&- 2>&-"])
def test_without_a_terminal_there_is_a_dash(redirections: str, tmp_path: Path) -> None:
    assert _name_of_child(redirections, tmp_path / "answer")[1] == "-"


def test_it_names_this_host_and_process() -> None:
    host, pid, _ = this_instance().split(":")
    assert host == os.uname().nodename
    assert pid == str(os.getpid())


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("kitchen.local", "kitchen.local"),
        ("küche", "küche"),
        ("", "-"),
        ("fe80::1", "fe80--1"),
        ("my host", "my-host"),
        ("a\x1b[31m\n", "a-[31m-"),
        ("a\udcff\u202e\u2028", "a---"),
    ],
)
def test_a_strange_host_name_leaves_three_plain_parts(host: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "_host", lambda: host)
    assert this_instance().split(":")[:-1] == [shown, str(os.getpid())]


def test_it_imports_nothing_slow() -> None:
    program = "import sys, core.instance as i; i.this_instance(); print({*sys.modules} & {'socket', 'platform'})"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "set()\n"
