"""What the threads of the app say, on its way to the app."""

from __future__ import annotations

from textual.message import Message

from ui.side_worker import Notice
from ui.store_worker import Answer


class Told(Message, namespace="task_app"):
    """The worker said something."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Noticed(Message, namespace="task_app"):
    """The side worker said something."""

    def __init__(self, notice: Notice) -> None:
        super().__init__()
        self.notice = notice
