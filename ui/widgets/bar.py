"""How far long work is, as one line of a screen: what the command line shows, in the colours of the theme."""

from __future__ import annotations

from textual.content import Content

from ui.progress import WIDTH, share


def bar(what: str, done: int, total: int, hint: str = "") -> Content:
    """A line that says `what`, how far that is, and the `hint` of a key."""
    full, percent = share(done, total)
    return Content.assemble(
        f"{what} ",
        ("━" * full, "$primary"),
        ("─" * (WIDTH - full), "$text-muted"),
        f" {percent}",
        (f"   {hint}", "$text-muted"),
    )
