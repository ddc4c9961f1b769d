"""Completions as a shell asks for them, and the manual page."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.in_process import call
from ui.arguments import VERBS

TRY = """
source "$1"
shift
for line in "$@"; do
    COMP_LINE=$line; COMP_POINT=${#line}
    read -ra COMP_WORDS <<< "$line"
    [[ $line == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
    _shtab_todurable
    echo "${COMPREPLY[*]}"
done
"""


@pytest.fixture
def commands(tmp_path: Path) -> dict[str, str]:
    """An environment in which `todurable` is ours."""
    todurable = tmp_path / "todurable"
    todurable.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ui.cli "$@"\n', encoding="utf-8")
    todurable.chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(Path(__file__).parent.parent)}


def test_bash_completes_verbs_options_and_what_is_in_the_list(tmp_path: Path, commands: dict[str, str]) -> None:
    call("add", "a", "#home/garden", "+urgent", "@desk", "+naïve")
    call("add", "b")
    call("done", "2")
    call("profile", "set", "filters.mine", "@desk")
    script = tmp_path / "completions"
    script.write_text(call("completions", "bash").out, encoding="utf-8")
    lines = [
        "todurable do",
        "todurable done ",
        "todurable list #",
        "todurable list --sort due",
        "todurable list --gr",
        "todurable list --filter ",
    ]
    command = ["bash", "-c", TRY, "try", str(script), *lines]
    found = subprocess.run(command, env=commands, check=True, capture_output=True, encoding="utf-8").stdout
    assert found.splitlines() == ["done doctor", "1", "#home/garden", "due due-", "--group", "mine"]


def test_no_name_can_make_a_shell_do_anything() -> None:
    call("add", "a", "+ok")
    call("edit", "1", "project:$(touch x)")
    assert call("edit", "1", "+`id`", "+a$b").code == 0
    words = call("completions", "--live", "words").out.split()
    assert "+ok" in words
    assert not set("$`;(){}\\'\"") & set("".join(words))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_every_verb(shell: str) -> None:
    script = call("completions", shell).out
    assert all(verb.name in script for verb in VERBS)
    assert "completions --live ids" in script


def test_the_manual_has_every_verb_and_example_and_no_stray_request() -> None:
    page = call("manual").out
    assert page.isascii()
    for verb in VERBS:
        assert f'.SS "{verb.name}"' in page
    requests = {line.split()[0] for line in page.splitlines() if line.startswith((".", "'"))}
    assert requests == {".TH", ".SH", ".SS", ".B", ".TP", ".PP", ".nf", ".fi"}
    assert r"\-\-if\-unchanged TIME" in page
