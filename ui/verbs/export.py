"""`todurable export`: tasks as other programs read them."""

from __future__ import annotations

from argparse import Namespace

from core.display import literal_block
from core.interop import format_called
from ui import exit_codes
from ui.choosing import query
from ui.output import Output
from ui.session import list_for, load


def run(options: Namespace, out: Output) -> int:
    """Print what the query finds; without one all but the trash. Writes nothing to the list.

    A file and a program get it exactly; a terminal gets nothing that it would obey.
    """
    with list_for(options, out) as (store, profile):
        asked = query(" ".join(options.query) or "status!=deleted", profile.week_start)
        state = load(store, out)
    exported = format_called(options.format).write(asked.search(state.known))
    if out.to_terminal:
        exported = literal_block(exported.decode().replace("\r\n", "\n")).encode()
    out.raw(exported)
    return exit_codes.DONE
