from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from ui.widgets.status_line import ListStatus, StatusLine, saving


class _Line(App[None]):
    """An app that is one status line."""

    def __init__(self, status: ListStatus) -> None:
        super().__init__()
        self.line = StatusLine()
        self.line.status = status

    def compose(self) -> ComposeResult:
        yield self.line


async def _shown(status: ListStatus, width: int) -> str:
    app = _Line(status)
    async with app.run_test(size=(width, 3)):
        return app.line.render().plain


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ListStatus("a", phase="reading…", problem="ignored"), "reading…"),
        (ListStatus("a"), "saved"),
        (ListStatus("a", unsaved=2), "saving…"),
        (ListStatus("a", unsaved=2, problem="the disk is full"), "2 unsaved: the disk is full"),
        (ListStatus("a", problem="cannot be read"), "cannot be read"),
        (ListStatus("a", read_only=True), "read-only"),
    ],
)
def test_the_words_about_saving(status: ListStatus, words: str) -> None:
    assert saving(status)[0] == words


async def test_all_is_shown_where_there_is_room() -> None:
    shown = await _shown(ListStatus("tasks.json", open=3, done=1), 80)
    assert shown == "tasks.json  3 open · 1 done".ljust(78 - len("saved")) + "saved"


async def test_the_counts_give_way_where_it_is_narrow() -> None:
    assert await _shown(ListStatus("tasks.json", open=3, done=1), 20) == "tasks…       saved"


@pytest.mark.parametrize("width", [5, 10, 20, 40, 80, 200])
@pytest.mark.parametrize("name", ["tasks.json", "日本語" * 40, "[/]\x1b", "x"])
async def test_it_is_exactly_as_wide_as_the_screen(width: int, name: str) -> None:
    status = ListStatus(name, open=12_345, done=6, unsaved=3, problem="locked by python (process 123) " * 5)
    assert cell_len(await _shown(status, width)) == width - 2
