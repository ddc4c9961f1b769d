"""What somebody who is here for the first time has to know, in three sentences."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

_SENTENCES = (
    ("a", " adds a task: “Pay rent #home !1 due:fri every:month”; ", "x", " marks it as done."),
    ("j k", " move, ", "enter", " shows all of a task, ", "/", " finds, ", "?", " shows every key."),
    ("u", " takes anything back, and what you do is saved at once.  ", "esc", " hides this."),
)


class Tour(Static):
    """Hidden until it is wanted."""

    DEFAULT_CSS = """
    Tour {
        height: auto;
        padding: 0 1;
        background: $primary 20%;
        display: none;
        &.-wanted { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__(Content("\n").join(map(_line, _SENTENCES)), markup=False)

    @property
    def wanted(self) -> bool:
        """Whether it is to be seen."""
        return self.has_class("-wanted")

    @wanted.setter
    def wanted(self, wanted: bool) -> None:
        self.set_class(wanted, "-wanted")


def _line(parts: tuple[str, ...]) -> Content:
    """Keys and words, by turns."""
    return Content.assemble(*(part if turn % 2 else (part, "bold $text-accent") for turn, part in enumerate(parts)))
