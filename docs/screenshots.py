"""Make what README.md shows of the app: its pictures, from the demonstration list, and the table of its keys.

    make screenshots

The clock stands still, so that pictures change only where the app does.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ui import demonstration
from ui.app import TaskApp
from ui.commands import COMMANDS, keys_table

if TYPE_CHECKING:
    from textual.pilot import Pilot

_HERE = Path(__file__).parent
_NOW = datetime(2026, 11, 18, 9, 41, tzinfo=UTC)
_SIZE = (112, 32)


async def _list(pilot: Pilot[None]) -> None:
    await pilot.press("g", "g", "j", "j")


async def _add(pilot: Pilot[None]) -> None:
    await pilot.press("a")
    await pilot.press(*_keys("Clean the gutters #home/garden !2 due:sat 10:00 every:6m +s"))


async def _form(pilot: Pilot[None]) -> None:
    await pilot.press("g", "g", "e", "tab", "tab", "tab", "tab", "end", *_keys(" 17:00"))


async def _date(pilot: Pilot[None]) -> None:
    await pilot.press("g", "g", "w", "d", *_keys("next friday 9:00"))


async def _find(pilot: Pilot[None]) -> None:
    await pilot.press("/", *_keys("#work due<=tomorrow"))


async def _details(pilot: Pilot[None]) -> None:
    await pilot.press("g", "g", "enter")


_PICTURES: dict[str, Callable[[Pilot[None]], Awaitable[None]]] = {
    "list": _list,
    "add": _add,
    "form": _form,
    "date": _date,
    "find": _find,
    "details": _details,
}


def _keys(text: str) -> list[str]:
    return ["space" if letter == " " else letter for letter in text]


async def _picture(name: str, act: Callable[[Pilot[None]], Awaitable[None]], file: Path) -> None:
    app = TaskApp(file, clock=lambda: _NOW)
    async with app.run_test(size=_SIZE) as pilot:
        while not app.changing.opened or not app.main.tasks.current:
            await pilot.pause()
        await act(pilot)
        for _round in range(10):
            await app.showing.settled()
            await pilot.pause()
        (_HERE / "screens" / f"{name}.svg").write_text(app.export_screenshot(title="todurable"), encoding="utf-8")
    app.worker.join()
    app.side.join()


def _write_keys(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    table = f"<!-- keys -->\n{keys_table(COMMANDS)}<!-- end of keys -->"
    readme.write_text(re.sub("<!-- keys -->.*<!-- end of keys -->", lambda _old: table, text, flags=re.DOTALL))


def main() -> None:
    """Make all, or those pictures that are named; “keys” names none, and then only the table is made."""
    os.environ["TZ"] = "UTC"
    (_HERE / "screens").mkdir(exist_ok=True)
    for name in [name for name in sys.argv[1:] or _PICTURES if name != "keys"]:
        with TemporaryDirectory() as directory:
            file = Path(directory, "tasks.json")
            demonstration.make(file, lambda: _NOW)
            asyncio.run(_picture(name, _PICTURES[name], file))
    _write_keys(_HERE.parent / "README.md")


if __name__ == "__main__":
    main()
