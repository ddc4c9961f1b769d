"""`todurable claim`: the first task that waits for somebody, started, so that nobody else gets it."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime

from core.errors import TodurableError
from core.facts import is_ready, moment
from core.query import Query
from core.state import AppState, Outcome
from core.task import Status, Task
from ui import exit_codes
from ui.choosing import query
from ui.committing import commit_decided
from ui.listing import PIPED, Listing
from ui.output import Output
from ui.session import list_for, load, task_document


class NothingToClaimError(TodurableError):
    """No task that matches is ready and not started."""

    def __init__(self, asked: str) -> None:
        super().__init__(f"No task that matches “{asked}” is ready." if asked else "No task is ready.")
        self.query = asked


def run(options: Namespace, out: Output) -> int:
    """Start the first task that the query finds, and print it.

    It is chosen under the lock, with all in sight that others have committed: so nobody else is given the same one.
    """
    now = datetime.now()  # noqa: DTZ005 - the user's own clock
    with list_for(options, out) as (store, profile):
        asked = query(" ".join(options.query), profile.week_start)
        state = load(store, out)
        _first(state, asked, now)  # where there is nothing, no lock is needed to say so
        outcome, _conflicts = commit_decided(lambda: _start_first(state, asked, now), state, store, out)
    [uid] = outcome.changed
    task = state.known[uid]
    if options.json:
        out.document(task_document(task))
    else:
        out.lines(Listing(state.known, moment(now)).for_pipes([task], PIPED))
    return exit_codes.DONE


def _start_first(state: AppState, asked: Query, now: datetime) -> Outcome:
    return state.start([_first(state, asked, now)])


def _first(state: AppState, asked: Query, now: datetime) -> Task:
    """Raises NothingToClaimError."""
    present = moment(now)
    for task in asked.search(state.known):
        if task.status is Status.PENDING and is_ready(task, present, state.known):
            return task
    raise NothingToClaimError(asked.text)
