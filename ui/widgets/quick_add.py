"""What a line of quick add says, while it is typed: coloured, told in words, completed. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from textual.content import Content

from core.dates import SHORT_WEEKDAYS, with_weekday
from core.display import literal
from core.quickadd import QuickAdd, Span, parse
from core.task import DATES
from ui.views import View
from ui.widgets.entry import NO_COMPLETION, Completion, Painted

_UNFINISHED = re.compile(rf"(?<!\S)(?:([#+@])([^\s#+@]*)|((?:{'|'.join(DATES)}|every):)([^\s\"]+))$", re.IGNORECASE)
_DAYS = tuple(day.lower() for day in SHORT_WEEKDAYS)
_DATES = ("today", "tomorrow", *_DAYS, "eow", "eom")
_RULES = ("day", "week", "month", "year", "weekday", *_DAYS)
_MOST_CHOICES = 6
_HINT = "#project  +tag  @context  !1  due:fri 17:00  every:week"
_STYLES = {"project": "$text-secondary", "tags": "$text-secondary", "priority": "$text-error"}
_QUIET = "$foreground 60%"
_DAYS_TOLD, _WEEK = 14, 7
"""Up to how many days a distance is told in days; beyond that in weeks."""


@dataclass(frozen=True)
class QuickAddWords:
    """How a line is read: on which day, and with which projects and tags to complete, the most used first.

    And how its dates are told: in a style of the profile.
    """

    today: date
    week_start: int = 0
    projects: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    date_style: str = "words"

    def read(self, line: str) -> QuickAdd:
        """What `line` says."""
        return parse(line, today=self.today, week_start=self.week_start)

    def paint(self, line: str) -> list[Painted]:
        """What of `line` was understood, and what only looks so."""
        said = self.read(line)
        marks = [Painted(span.start, span.end, "entry--mark") for span in said.spans if span.kind != "text"]
        return [*marks, *(Painted(problem.start, problem.end, "entry--problem") for problem in said.problems)]

    def complete(self, before: str) -> Completion:
        """What could stand in place of the last word of `before`."""
        match = _UNFINISHED.search(before)
        if match is None:
            return NO_COMPLETION
        mark, word, key, value = match.groups()
        if key:
            known = _RULES if key.lower() == "every:" else _DATES
            return Completion(match.start(), _choices(key, value, known))
        if mark == "#":
            return Completion(match.start(), _choices(mark, word, self.projects))
        contexts = tuple(tag[1:] for tag in self.tags if tag.startswith("@"))
        tags = tuple(tag for tag in self.tags if not tag.startswith("@"))
        return Completion(match.start(), _choices(mark, word, contexts if mark == "@" else tags))


def words_for(counts: Mapping[View, int], today: date, week_start: int = 0, date_style: str = "words") -> QuickAddWords:
    """What to read a line with that is added to a list whose views have so many tasks."""
    by_use = sorted((view for view, count in counts.items() if count > 0), key=lambda view: -counts[view])
    projects, tags = (tuple(view.name for view in by_use if view.kind == kind) for kind in ("project", "tag"))
    return QuickAddWords(today, week_start, projects, tags, date_style)


def preview(line: str, words: QuickAddWords, completion: Completion) -> Content:
    """One line that tells what `line` says, or what is wrong with it, and what tab would complete."""
    said = words.read(line)
    problems = [Content.styled(literal(problem.reason), "$text-error") for problem in said.problems]
    parts = problems or [_told(span, said, words) for span in said.spans if span.kind != "text"]
    start, choices = completion
    if choices and choices != (line[start:],):
        parts.append(Content.assemble(("tab ", "bold"), (literal("  ".join(choices)), _QUIET)))
    return Content("   ").join(parts) if parts else Content.styled(_HINT, _QUIET)


def day_words(text: str, today: date, date_style: str = "words") -> str:
    """A date as `Task.due` holds it, in words that show whether it is the right one: `Fri 24 Dec 17:00, in 3 days`."""
    day = date.fromisoformat(text[:10])
    if date_style == "words":
        year = f" {day.year}" if day.year != today.year else ""
        shown = f"{SHORT_WEEKDAYS[day.weekday()]} {day.day} {day:%b}{year} {text[11:16]}".rstrip()
    else:
        shown = with_weekday(text[:16], date_style)
    return f"{shown}, {_distance((day - today).days)}"


def _distance(days: int) -> str:
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    if days in near:
        return near[days]
    number, unit = (abs(days), "day") if abs(days) <= _DAYS_TOLD else (abs(days) // _WEEK, "week")
    words = f"{number} {unit}{'s' * (number != 1)}"
    return f"in {words}" if days > 0 else f"{words} ago"


def _told(span: Span, said: QuickAdd, words: QuickAddWords) -> Content:
    if span.kind in DATES:
        when = day_words(said.fields[span.kind], words.today, words.date_style)
        return Content.assemble((f"{span.kind} ", _QUIET), (when, "$text-warning"))
    what, _space, shown = span.shown.partition(" ")
    return Content.assemble((f"{what} ", _QUIET), (literal(shown), _STYLES.get(span.kind, "$text-warning")))


def _choices(mark: str, typed: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `known` that `typed` begins, then those that have a part which it begins."""
    start = typed.casefold()
    begun = [name for name in known if name.casefold().startswith(start)]
    inside = [name for name in known if name not in begun and any(part.startswith(start) for part in _parts(name))]
    fitting = [name for name in (*begun, *inside) if not any(letter.isspace() for letter in name)]
    return tuple(f"{mark}{name}" for name in fitting[:_MOST_CHOICES])


def _parts(name: str) -> list[str]:
    return re.split(r"[/\-_.]", name.casefold())
