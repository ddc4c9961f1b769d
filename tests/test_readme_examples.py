"""The examples of the README do what it says, one after the other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLES = re.findall(r"^```console\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_each_example_prints_what_the_readme_shows(tmp_path: Path) -> None:
    todurable = tmp_path / "todurable"
    todurable.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ui.cli "$@"\n', encoding="utf-8")
    todurable.chmod(0o755)
    path = f"{tmp_path}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    assert len(EXAMPLES) >= 10
    for example in EXAMPLES:
        commands = "\n".join(line[2:] for line in example.splitlines() if line.startswith("$ "))
        expected = [line for line in example.splitlines() if not line.startswith("$ ")]
        shell = ["sh", "-c", commands]
        ended = subprocess.run(shell, env=environ, capture_output=True, encoding="utf-8", check=False)
        assert (ended.stdout.splitlines(), ended.returncode) == (expected, 0), ended.stderr
