"""What a command costs before it begins and after it has ended: counted, not timed.

Most of a short command is what is imported for it, and what Python does as that is defined.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from bench.lists import write_list
from ui import arguments as grammar
from ui.verb import Verb

MANY = 6_000
"""Tasks of a list so large that no checkpoint follows a change."""
FEW = 10
COMMANDS = (["add", "x"], ["done", "3"], ["list", "#home"], ["list", "--json"])
HEAVY = {
    *("textual", "rich", "asyncio", "importlib.metadata", "importlib.util", "platformdirs", "dateutil"),
    *("portalocker", "logging", "tempfile", "shutil", "json", "gzip", "random", "dataclasses", "inspect"),
    *("typing_extensions", "platform", "urllib.parse", "gettext", "locale", "textwrap", "threading"),
    *("msgspec.inspect", "msgspec._json_schema", "core.strict_json", "ui.app", "ui.verbs.doctor"),
}


def write_file(size: int, directory: Path) -> Path:
    """A list of `size` tasks, and a change in its journal."""
    file = write_list(size, directory)
    told("seen = []", "seen", file, "add", "first")
    return file


def told(watching: str, seen: str, file: Path, *arguments: str) -> list[str]:
    """What the expression `seen` lists after `todurable ARGUMENTS`; `watching` is done before."""
    program = """\
        import os, sys
        from ui.cli import main

        {}
        answer, sys.stdout = sys.stdout, open(os.devnull, "w")
        assert main() == 0
        print(*map(str, {}), sep="\\n", file=answer, flush=True)
    """
    program = dedent(program).format(dedent(watching), seen)
    command = [sys.executable, "-c", program, "--file", str(file), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_file(MANY, tmp_path)


@pytest.mark.parametrize("arguments", [*COMMANDS, ["list"], ["path"]], ids=" ".join)
def test_imports_nothing_that_it_does_not_need(file: Path, arguments: Sequence[str]) -> None:
    modules = set(told("", "sys.modules", file, *arguments))
    verb = arguments[0]
    assert f"ui.verbs.{'status' if verb == 'done' else verb}" in modules
    assert modules & HEAVY == set()
    assert ("core.store" in modules) == (verb != "path")
    assert ("_portalocker.portalocker" in modules) == (verb in ("add", "done"))  # only who writes needs a lock
    assert ("core.opening" in modules) == (verb in ("done", "list"))
    assert ("core.query_terms" in modules) == (verb in ("done", "list"))


def test_add_needs_few_modules(tmp_path: Path) -> None:
    for size, most in ((MANY, 52), (FEW, 58)):
        modules = told("", "sys.modules", write_file(size, tmp_path), "add", "Buy milk")
        counted = [name for name in modules if name.partition(".")[0] in ("core", "ui", "msgspec", "_portalocker")]
        assert len(counted) <= most, counted


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_garbage_is_collected(file: Path, arguments: Sequence[str]) -> None:
    watching = """
        import gc

        seen = []
        gc.callbacks.append(lambda phase, info: seen.append(info["generation"]))
    """
    assert told(watching, "seen", file, *arguments) == []


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_python_compiles_no_text(file: Path, arguments: Sequence[str]) -> None:
    """The first one costs as much as importing msgspec: annotations that somebody reads must not be texts."""
    watching = """
        import builtins

        seen, compile_now = [], compile

        def compile_seen(code, *arguments, **options):
            if isinstance(code, str):  # and not a file that is imported for the first time
                seen.append(code)
            return compile_now(code, *arguments, **options)

        builtins.compile = compile_seen
    """
    assert told(watching, "seen", file, *arguments) == []


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
    assert len(told(watching, "seen", file, "add", "Buy milk")) <= 2
    assert "core.quickadd" in told(watching, "seen", file, "add", "Buy milk #home")


def test_add_defines_two_enumerations_and_no_named_tuple(file: Path) -> None:
    """Those take as long to define as ten structs, and seven."""
    watching = """
        import builtins, enum, typing

        seen, build_now = [], builtins.__build_class__
        slow = (enum.EnumMeta, type(typing.NamedTuple))

        def build_seen(body, name, *bases, **options):
            if body.__module__.startswith(("core.", "ui.")):
                seen.extend(name for base in bases if isinstance(base, slow))
            return build_now(body, name, *bases, **options)

        builtins.__build_class__ = build_seen
    """
    assert sorted(told(watching, "seen", file, "add", "Buy milk")) == ["Priority", "Status"]


def test_the_app_waits_for_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Verb] = []
    real = grammar._texts

    def counted(verb: Verb) -> dict[str, Any]:
        made.append(verb)
        return real(verb)

    monkeypatch.setattr(grammar, "_texts", counted)
    options = grammar.parse(["--file", "here", "--demo"])
    assert (options.verb, options.file, options.demo, made) == ("tui", "here", True, [])
    with pytest.raises(SystemExit):
        grammar.parse(["--file", "here", "--help"])
    assert len(made) == len(grammar.VERBS)


def test_the_help_is_the_same_without_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        grammar.parse(["--help"])
    command = [sys.executable, "-m", "ui.cli", "--help"]
    assert subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout == capsys.readouterr().out
