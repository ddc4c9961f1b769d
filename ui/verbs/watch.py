"""`todurable watch`: each change as it happens, until interrupted or until nobody reads any more."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from core.changes import Change, Record
from core.display import literal
from core.list_state import ListState
from core.opened import News
from ui import exit_codes
from ui.output import Output
from ui.session import load, store_for, task_document

_INTERVAL = 0.1
"""Seconds between two looks at the journal: one system call each while nothing happens."""


def run(options: Namespace, out: Output) -> int:
    """Print what is committed from now on. Writes nothing to the list."""
    with store_for(options, out) as store:
        state = load(store, out)
        out.note("Watching; Ctrl-C ends it.")
        while _somebody_reads():
            for record in new_records(store.refresh(), state):
                if options.json:
                    out.json_lines(_document(record, change, state) for change in record.changes)
                else:
                    out.lines([literal(_sentence(record))])
    return exit_codes.DONE


def new_records(news: News, state: ListState) -> Iterator[Record]:
    """The records in `news`, one after the other, with `state` as it was right after each."""
    if news.anew is None:
        for record in news.foreign:
            state.receive(News(foreign=(record,)))
            yield record
        return
    # the list had to be read anew; its history goes back far enough, unless thousands of changes came at once
    seen, records = state.seq, [*news.anew.history, *news.foreign]
    state.receive(news)
    yield from (record for record in records if record.seq > seen)


def _document(record: Record, change: Change, state: ListState) -> dict[str, Any]:
    task = state.known.get(change.uid)
    event = "created" if change.creates else "purged" if change.purges else "changed"
    return {
        "seq": record.seq,
        "at": record.at,
        "by": record.by,
        "label": record.label,
        "event": event,
        "uid": change.uid,
        "before": change.before,
        "after": change.after,
        "task": None if task is None else task_document(task),
    }


def _sentence(record: Record) -> str:
    at = datetime.fromisoformat(record.at).astimezone()
    return f"{at:%H:%M:%S}  {record.label}  ({record.by})"


def _somebody_reads() -> bool:
    """Wait a moment; False as soon as the other end of stdout is closed, though nothing is written to it."""
    if sys.stdout is None:
        return False
    if sys.platform == "win32":
        import time

        time.sleep(_INTERVAL)
        return True
    import select

    gone = select.poll()
    gone.register(sys.stdout.fileno(), 0)  # errors and hang-ups are always told: poll(2)
    return not gone.poll(_INTERVAL * 1000)
