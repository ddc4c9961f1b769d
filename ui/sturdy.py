"""What keeps the app usable after an exception that nobody expected.

Textual ends the message loop of a widget at the first exception that a handler lets out, and has no hook before that:
the widget is deaf from then on. Here the exception goes the same way, to `App._handle_exception`, and the loop goes on.
"""

from __future__ import annotations

import asyncio
import select
import sys
from collections import deque
from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual._context import active_message_pump
from textual.app import App
from textual.drivers._writer_thread import WriterThread
from textual.message_pump import MessagePump
from textual.screen import Screen

if TYPE_CHECKING:
    from textual.message import Message

_MOST, _SHORT = 20, 10.0
"""So many within so few seconds are one that comes with every attempt to draw the screen."""
_LOOK = 2.0
"""Seconds between two looks whether the terminal is still there."""
_dispatch = MessagePump._dispatch_message  # noqa: SLF001 - see the module


async def _dispatch_and_go_on(pump: MessagePump, message: Message) -> None:
    try:
        await _dispatch(pump, message)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and told
        pump._mounted_event.set()  # noqa: SLF001 - as Textual does, so that nobody waits for it
        pump._is_mounted = True  # noqa: SLF001
        pump.app._handle_exception(error)  # noqa: SLF001


def keep_loops_running() -> None:
    """From now on, in this process."""
    setattr(MessagePump, _dispatch.__name__, _dispatch_and_go_on)


class SturdyApp(App[None]):
    """Logs and tells what nobody expected, by `on_defect`, and goes on. Where they do not end, neither would that."""

    def __init__(self) -> None:
        super().__init__()
        keep_loops_running()
        self.on_defect: Callable[[Exception], None] | None = None
        self.defects: list[Exception] = []
        """All that was told."""
        self._recent: deque[float] = deque(maxlen=_MOST)

    def _handle_exception(self, error: Exception) -> None:
        """As Textual's, which always ends the app."""
        now = monotonic()
        endless = len(self._recent) == _MOST and now - self._recent[0] < _SHORT
        if self.on_defect is None or endless or not self.is_running:
            super()._handle_exception(error)
            return
        self._recent.append(now)
        self.defects.append(error)
        self.on_defect(error)
        failed = active_message_pump.get(None)
        if isinstance(failed, Screen) and len(self.screen_stack) > 1 and not failed.children:
            self.call_later(failed.dismiss)  # it could not be made: nothing there would take a key

    def on_mount(self) -> None:
        asyncio.get_running_loop().set_exception_handler(self._handle_exception_of_loop)
        if not self.is_headless and hasattr(select, "poll"):
            self.set_interval(_LOOK, self._leave_after_hang_up)

    def _handle_exception_of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What other threads have done by this one is no message of a widget."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._handle_exception(error)
        else:
            loop.default_exception_handler(context)

    def _leave_after_hang_up(self) -> None:
        """Leave where nobody has the terminal open any more: it is not always told, and its input then never waits."""
        terminal = select.poll()
        terminal.register(sys.__stdin__ or 0, 0)
        if any(event & select.POLLHUP for _, event in terminal.poll(0)):
            self.exit()

    def leave_without_terminal(self, failed: Thread | None) -> None:
        """Leave where the thread that `failed` is the one that writes to the terminal: a hang-up is not always told.

        Called in that thread, which goes on to take what is written, or the screen's would wait for it for ever.
        """
        if isinstance(failed, WriterThread):
            self.call_later(self.exit)
            while failed._queue.get() is not None:  # noqa: SLF001 - there is no other way to empty it
                pass
