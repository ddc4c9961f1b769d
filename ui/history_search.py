"""What somebody looks for in the history of a list, and how it is read: a page at a time, and given up at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice

from core.changes import Record
from core.file_safety import SafeFileManager
from core.history import Gap, search
from core.jobs import CancelledError
from core.wanted import Wanted
from ui.moments import parse_moment

PAGE = 200
"""Changes that are read at a time."""


class Search:
    """What is asked for, read in a thread a page at a time; nothing is read before the first one is.

    Where a page takes long, `tell` is given in that thread what was found until then, and how far back it is.
    """

    def __init__(
        self,
        files: Callable[[], SafeFileManager],
        wanted: Wanted,
        tell: Callable[[Search, list[Record | Gap], int], None],
    ) -> None:
        self.stopped = self.ended = False
        self._tell = tell
        self._found: list[Record | Gap] = []
        self._entries = self._read(files, wanted)

    def page(self) -> list[Record | Gap]:
        """What was found last of the next page. Raises CancelledError once `stopped` is set."""
        found = 0
        for entry in islice(self._entries, PAGE):
            self._found.append(entry)
            found += 1
        self.ended = found < PAGE
        return self.take()

    def take(self) -> list[Record | Gap]:
        """What was found and not told yet."""
        found, self._found = self._found, []
        return found

    def _read(self, files: Callable[[], SafeFileManager], wanted: Wanted) -> Iterator[Record | Gap]:
        yield from search(files().sibling(".journal"), wanted, looked=self._looked)

    def _looked(self, seq: int) -> None:
        if self.stopped:
            self.ended = True
            raise CancelledError
        self._tell(self, self.take(), seq)


def wanted_by(text: str, now: datetime) -> Wanted:
    """What `text` asks for: words, and among them `by:kitchen`, `since:yesterday`, `until:eom`. Raises DateError."""
    wanted, words = Wanted(), []
    for word in text.split():
        name, colon, value = word.partition(":")
        if colon and value and name == "by":
            wanted = wanted._replace(by=value)
        elif colon and value and name == "since":
            wanted = wanted._replace(since=parse_moment(value, now, end=False))
        elif colon and value and name == "until":
            wanted = wanted._replace(until=parse_moment(value, now, end=True))
        else:
            words.append(word)
    return wanted._replace(text=" ".join(words))
