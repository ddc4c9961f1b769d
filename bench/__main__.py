"""All measurements in one table: `python -m bench [--record] [--on DIRECTORY] [PART ...]`.

Every ratio is to a baseline of the same run, so that another machine can be compared.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from bench.figures import HEADING, row

PARTS = ("store", "changes", "history", "query", "command_line", "app", "keys", "rivals", "rival_apps")
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> None:
    """Print the table; with --record, keep it in RESULTS.md too."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure todurable.")
    parser.add_argument(
        "parts", metavar="PART", nargs="*", help=f"of: {', '.join(PARTS)}; else all", choices=[*PARTS, []]
    )
    parser.add_argument("--on", metavar="DIRECTORY", help="the disk to measure on")
    parser.add_argument("--record", action="store_true", help="keep the table in bench/RESULTS.md")
    options = parser.parse_args()
    if options.record and options.parts:
        parser.error("--record keeps the whole table, all of one run: name no part")
    lines = []
    for line in _lines(options.parts or PARTS, options.on):
        print(line, flush=True)
        lines.append(line)
    if options.record:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lines(parts: Sequence[str], directory: str | None) -> Iterator[str]:
    yield "# What todurable costs"
    yield ""
    yield f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {_machine(directory or gettempdir())}."
    yield "Medians; each ratio is to what the same run measured for what is named. The tasks are made from a seed: four"
    yield "in five are open, one in three is due, one in eight has notes, some have a parent or wait for another one."
    for part in parts:
        module = import_module(f"bench.{part}")
        about = str(module.__doc__).strip().partition("\n\n")[0].replace("\n", " ")
        yield f"\n## {part.replace('_', ' ').capitalize()}\n\n{about}\n\n{HEADING}"
        with TemporaryDirectory(dir=directory) as name:
            yield from map(row, module.figures(Path(name)))


def _machine(directory: str) -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    cores = f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    command = ["stat", "-f", "-c", "%T", directory]
    disk = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - ours
    system = f"{platform.system()} {platform.release()}"
    return f"{system}, {cores}, {memory:.0f} GB, files on {disk}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
