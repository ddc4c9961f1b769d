"""What whole commands cost, from their start to their end: `python -m bench.command_line`.

In turns, so that all meet the same machine: the least and the median of the wall time of each. Beside them a Python
that does nothing, and Taskwarrior's `task add` where that is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.lists import write_list

TURNS = 25
SIZES = (10, 10_000, 100_000)


def main() -> None:
    """Print a line a command, and the ratios that matter."""
    with TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        directory = Path(name)
        files = {size: str(write_list(size, directory)) for size in SIZES}
        todurable = [sys.executable, "-m", "ui.cli"]
        commands = {"python -c pass": [sys.executable, "-c", "pass"]}
        for size, file in files.items():
            commands[f"add at {size:,}"] = [*todurable, "--file", file, "add", "Buy milk"]
        for size in SIZES:
            query = ["#home/garden", "due<2026-02-01", "p1"]
            commands[f"list, narrow, at {size:,}"] = [*todurable, "--file", files[size], "list", *query]
        environ = _environment(directory)
        if task := shutil.which("task"):
            _fill_taskwarrior(task, environ)
            commands["task add (Taskwarrior) at 10,000"] = [task, "rc.gc=off", "add", "Buy milk"]
        times = _in_turns(commands, environ)
    for label, found in times.items():
        print(f"{1000 * min(found):8.1f} ms least {1000 * median(found):8.1f} ms median  {label}")
    _ratio(times, "add at 100,000", "add at 10")
    _ratio(times, "list, narrow, at 10,000", "list, narrow, at 10")


def _environment(directory: Path) -> dict[str, str]:
    """As on a user's machine: what was compiled once is kept."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    (directory / "home").mkdir()
    (directory / "taskrc").write_text(f"data.location={directory}/task\nconfirmation=off\n", encoding="utf-8")
    (directory / "task").mkdir()
    return environ | {
        "PYTHONPYCACHEPREFIX": str(directory / "compiled"),
        "HOME": str(directory / "home"),
        "TODURABLE_HOME": str(directory / "home"),
        "TASKRC": str(directory / "taskrc"),
    }


def _fill_taskwarrior(task: str, environ: dict[str, str]) -> None:
    lines = (f'{{"description":"task {number}","status":"pending"}}' for number in range(10_000))
    text = "[" + ",\n".join(lines) + "]"
    subprocess.run([task, "import", "-"], input=text, env=environ, text=True, check=True, capture_output=True)  # noqa: S603 - ours


def _in_turns(commands: dict[str, list[str]], environ: dict[str, str]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {label: [] for label in commands}
    for turn in range(TURNS + 1):
        for label, command in commands.items():
            start = perf_counter()
            subprocess.run(command, env=environ, check=True, stdin=subprocess.DEVNULL, capture_output=True)  # noqa: S603 - ours
            if turn:  # the first one compiles
                times[label].append(perf_counter() - start)
    return times


def _ratio(times: dict[str, list[float]], large: str, small: str) -> None:
    least, middle = (fold(times[large]) / fold(times[small]) for fold in (min, median))
    print(f"{least:8.2f} x least {middle:11.2f} x median     {large} : {small}")


if __name__ == "__main__":
    main()
