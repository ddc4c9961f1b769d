"""`todurable export`: tasks as other programs read them."""

from __future__ import annotations

from argparse import Namespace

from core.interop import format_called
from ui import exit_codes
from ui.choosing import query
from ui.output import Output
from ui.session import list_for, load


def run(options: Namespace, out: Output) -> int:
    """Print what the query finds; without one all but the trash. Writes nothing to the list."""
    with list_for(options, out) as (store, profile):
        asked = query(" ".join(options.query) or "status!=deleted", profile.week_start)
        state = load(store, out)
    out.raw(format_called(options.format).write(asked.search(state.known)))
    return exit_codes.DONE
