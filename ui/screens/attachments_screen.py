"""The files attached to a task: opened, taken off, and new ones attached."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import work
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from core import attachments
from core.display import literal
from core.errors import TodurableError
from core.jobs import CancelledError
from core.paths import input_file
from ui.opener import open_attachment
from ui.widgets.bar import shown_in

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_KEYS = "enter opens   d takes off   a attaches a file   esc closes"


class Attached(NamedTuple):
    """What is attached to the task that `title` names."""

    title: str
    names: tuple[str, ...]


class AttachmentsScreen(ModalScreen[None], inherit_bindings=False):
    """`attached` tells what there is, `give` makes that other names, and may refuse; `file` is asked in a thread."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Close"),
        ("a", "attach", "Attach"),
        ("d", "take_off", "Take off"),
        ("j", "down", "Down"),
        ("k", "up", "Up"),
        ("c", "cancel", "Cancel"),
    ]
    DEFAULT_CSS = """
    AttachmentsScreen {
        align: center middle;
        & > Vertical {
            width: 76;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
        }
        OptionList { height: auto; max-height: 16; background: $surface; padding: 0; &, &:focus { border: none; } }
        Input { height: 1; background: $boost; padding: 0 1; display: none; &, &:focus { border: none; } }
        Input.-open { display: block; }
        #attachments-message { height: auto; color: $text-muted; }
    }
    """

    def __init__(
        self, file: Callable[[], Path], attached: Callable[[], Attached], give: Callable[[Sequence[str]], None]
    ) -> None:
        super().__init__()
        self._file, self._attached, self._give = file, attached, give
        self._cancelled = Event()
        self._list = OptionList(markup=False)
        self._line = Input(placeholder="path of a file; enter attaches it")
        self._message = Static(_KEYS, markup=False, id="attachments-message")

    def compose(self) -> ComposeResult:
        box = Vertical(self._list, self._line, self._message)
        box.border_title = Content(literal(self._attached().title))
        yield box

    def on_mount(self) -> None:
        self._list.focus()
        self._look()

    @work(thread=True, exclusive=True, group="look", exit_on_error=False)
    def _look(self) -> None:
        file, names = self._file(), self._attached().names
        there = [attachments.is_there(file, name) for name in names]
        self.app.call_from_thread(self._show, names, there)

    def _show(self, names: Sequence[str], there: Sequence[bool]) -> None:
        self._list.clear_options()
        for name, found in zip(names, there, strict=True):
            missing = "" if found else "  (missing)"
            text = Content.assemble(literal(attachments.file_name(name)), (missing, "$text-error"))
            self._list.add_option(Option(text, id=name))
        if names:
            self._list.highlighted = 0
        else:
            self._say(f"Nothing is attached yet.   {_KEYS}")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id is not None:
            self._open(event.option_id)

    @work(thread=True, exclusive=True, group="open", exit_on_error=False)
    def _open(self, name: str) -> None:
        try:
            open_attachment(self._file(), name)
        except TodurableError as error:
            self.app.call_from_thread(self._say, str(error))

    def action_attach(self) -> None:
        self._line.add_class("-open")
        self._line.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._keep_file(event.value.strip())
        self._close_line()

    @work(thread=True, exclusive=True, group="attach", exit_on_error=False)
    def _keep_file(self, text: str) -> None:
        """The copy first, then the change that names it."""
        cancelled = self._cancelled = Event()
        show = shown_in(self._message, "Attaching", "c cancels")

        def progress(done: int, total: int) -> None:
            if cancelled.is_set():
                raise CancelledError
            show(done, total)

        try:
            name = attachments.keep(self._file(), input_file(os.environ, text), progress)
        except TodurableError as error:
            self.app.call_from_thread(self._say, str(error))
            return
        self.app.call_from_thread(self._change, [*self._attached().names, name])

    def action_cancel(self) -> None:
        """Give up the file that is being attached."""
        self._cancelled.set()

    def action_take_off(self) -> None:
        """The copy stays, so that undo brings it back."""
        if self._list.highlighted is not None:
            gone = self._list.get_option_at_index(self._list.highlighted).id
            self._change([name for name in self._attached().names if name != gone])

    def _change(self, names: Sequence[str]) -> None:
        try:
            self._give(names)
        except TodurableError as error:
            self._say(str(error))
        else:
            self._say(_KEYS)
            self._look()

    def _say(self, sentence: str) -> None:
        self._message.update(literal(sentence))

    def _close_line(self) -> None:
        self._line.value = ""
        self._line.remove_class("-open")
        self._list.focus()

    def action_leave(self) -> None:
        if self._line.has_focus:
            self._close_line()
        else:
            _ = self.dismiss()

    def action_down(self) -> None:
        self._list.action_cursor_down()

    def action_up(self) -> None:
        self._list.action_cursor_up()
