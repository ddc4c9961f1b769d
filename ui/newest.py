"""A thread for what takes long to work out: it does the newest thing that it was asked for, and skips what is older."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

Job: TypeAlias = Callable[[], Callable[[], None]]
"""What works something out, in the thread; it returns what shows that, which is to be called by the screen's."""


class Newest:
    """`tell` is called in the thread with what the newest job returned; it must not wait.

    Where a job fails, that calls its `failed` and raises what it raised; the next job is done as ever.
    """

    def __init__(self, tell: Callable[[Callable[[], None]], None]) -> None:
        self._tell = tell
        self._jobs: SimpleQueue[tuple[Job, Callable[[], None]]] = SimpleQueue()
        self._thread: Thread | None = None

    def ask(self, job: Job, failed: Callable[[], None] = lambda: None) -> None:
        """Do `job` as soon as the one that is being done is finished, unless a newer one is asked for before that."""
        if self._thread is None:
            # A daemon: leaving does not wait for what nobody will look at.
            self._thread = Thread(target=self._run, name="newest", daemon=True)
            self._thread.start()
        self._jobs.put((job, failed))

    def _run(self) -> None:
        while True:
            job, failed = self._jobs.get()
            while not self._jobs.empty():
                job, failed = self._jobs.get()
            self._tell(_outcome(job, failed))


def _outcome(job: Job, failed: Callable[[], None]) -> Callable[[], None]:
    try:
        return job()
    except Exception as error:  # noqa: BLE001 - whatever it is, the thread of the screen raises it
        return partial(_fail, failed, error)


def _fail(failed: Callable[[], None], error: Exception) -> None:
    failed()
    raise error
