"""All measurements in one table: `python -m bench [--record] [--on DIRECTORY] [PART ...]`.

Every ratio is to a baseline of the same run, so that another machine can be compared.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import HEADING, row

PARTS = ("store", "changes", "query", "command_line", "app", "keys", "rivals", "rival_apps")
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
    lines = []
    for line in _lines(options.parts or PARTS, options.on):
        print(line, flush=True)
        lines.append(line)
    if options.record:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _lines(parts: Sequence[str], directory: str | None) -> Iterator[str]:
    yield "# What todurable costs"
    yield ""
    system = f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    yield f"Measured by `make bench` on {datetime.now(UTC):%Y-%m-%d}: {system}."
    yield "Medians; each ratio is to what the same run measured for the baseline beside it."
    for part in parts:
        yield f"\n## {part.replace('_', ' ').capitalize()}\n\n{HEADING}"
        with TemporaryDirectory(dir=directory) as name:
            yield from map(row, import_module(f"bench.{part}").figures(Path(name)))


if __name__ == "__main__":
    main()
