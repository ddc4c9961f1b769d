"""What a command costs before it begins and after it has ended: counted, not timed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from bench.lists import write_list

MANY = 6_000
"""Tasks of a list so large that no checkpoint follows a change."""
COMMANDS = (["add", "x"], ["done", "3"], ["list", "#home"], ["list", "--json"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_list(MANY, tmp_path)


def told(watching: str, file: Path, *arguments: str) -> list[str]:
    """What `watching`, a program that ends with a list of words `seen`, tells of `todurable ARGUMENTS`."""
    program = """\
        import os, sys
        from ui.cli import main

        {}
        answer, sys.stdout = sys.stdout, open(os.devnull, "w")
        assert main() == 0
        print(*map(str, seen), sep="\\n", file=answer, flush=True)
    """
    program = dedent(program).format(dedent(watching))
    command = [sys.executable, "-c", program, "--file", str(file), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_garbage_is_collected(file: Path, arguments: Sequence[str]) -> None:
    watching = """
        import gc

        seen = []
        gc.callbacks.append(lambda phase, info: seen.append(info["generation"]))
    """
    assert told(watching, file, *arguments) == []


def test_a_plain_line_needs_few_patterns(file: Path) -> None:
    """Compiling one takes as long as importing a module."""
    watching = """
        import re

        seen, compile_now = [], re._compiler.compile

        def compile_seen(pattern, flags=0):
            frame = sys._getframe(1)
            while "/re/" in frame.f_code.co_filename:
                frame = frame.f_back
            if frame.f_globals["__name__"].startswith(("core.", "ui.")):
                seen.append(frame.f_globals["__name__"])
            return compile_now(pattern, flags)

        re._compiler.compile = compile_seen
    """
    assert len(told(watching, file, "add", "Buy milk")) <= 4
    assert "core.quickadd" in told(watching, file, "add", "Buy milk #home")
