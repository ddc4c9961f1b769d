"""A list that looks like somebody's: for `todurable --demo`, screenshots and measurements. Its dates follow the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from core.state import AppState
from core.task import Priority

_LINES = """\
Pay the rent #home +finance !1 due:today every:month
Renew the passport #home !1 due:+3w est:1h
Book flights to Lisbon #travel/lisbon !2 due:+5d +booking
Find a place to stay near Alfama #travel/lisbon due:+9d +booking
List of museums that open on Mondays #travel/lisbon
Call the dentist @phone !2 due:yesterday
Water the plants #home/garden due:today every:3d est:10m
Prune the apple tree #home/garden scheduled:+2w due:+5w est:2h
Order seeds: basil, dill, nasturtium #home/garden +shopping due:+4d
Repair the bicycle's rear brake #home @workshop est:1h30
Groceries for the weekend +shopping due:tomorrow
Birthday present for Ada +shopping !1 due:+6d
Return the library books @errand due:+2d
Write the release notes for 2.4 #work/release !1 due:tomorrow 17:00 est:2h
Review Mei's pull request about retries #work/release !1 due:today 15:00 est:30m
Update the screenshots in the manual #work/release !3 due:+3d
Announce 2.4 on the mailing list #work/release due:+4d
Reproduce the crash from issue 812 #work/support !1 due:yesterday est:1h
Answer Tomás about the licence #work/support @phone !2 due:today
Prepare the quarterly budget #work +finance !2 due:eoq est:3h
Interview questions for the candidate on Thursday #work due:thu 09:30
Backups: try a restore on the spare laptop #work/support due:+10d every:quarter
Read “Designing Data-Intensive Applications”, chapter 7 +reading
Learn the Bach minuet in G +someday
Learn to bake sourdough +someday
Old photos: scan the second box #home +someday est:4h
Cancel the unused streaming subscription +finance !3 due:+12d
File the tax return #home +finance !1 due:+40d wait:+20d est:3h
Winter tyres #car due:+16d scheduled:+9d
Ask the landlord about the draughty window #home @phone !3
"""
_DONE = """\
Change the bed sheets #home
Fix the flaky login test #work/release
Send the invoice to Nordwind #work +finance
Buy running shoes +shopping
Register for the 10 km run
"""
_RELEASE = "Release 2.4 #work/release !1 due:+5d est:6h"
_DESCRIPTION = """\
The plan, as agreed on Monday:

1. freeze on **Wednesday**, only fixes after that
2. release notes and screenshots
3. tag, build, upload

- [x] changelog is complete
- [ ] the manual says how to migrate

> Nothing goes out on a Friday.
"""


def make(file: Path, clock: Callable[[], datetime]) -> None:
    """Save the list at `file`, where there is none. Raises FileSafetyError."""
    started = clock() - timedelta(days=12)
    state = AppState(by="demonstration:1:-", clock=lambda: started)
    today = clock().astimezone().date()

    def add(lines: str, **fields: object) -> list[int]:
        from core.quickadd import parse

        said = [parse(line, today=today).fields for line in lines.splitlines()]
        return [task.id for task in state.add_tasks([{"priority": Priority.NONE} | own | fields for own in said])]

    [release] = add(_RELEASE, description=_DESCRIPTION, comment="with Mei and Tomás")
    ids = add(_LINES)
    done = add(_DONE)
    at = {task.name: task for task in state.tasks}
    steps = [at[name] for name in _STEPS]
    state.edit(steps, "move", parent=state.find(release).uid)
    state.edit([at["Announce 2.4 on the mailing list"]], "block", depends=[steps[0].uid, steps[1].uid])
    started = clock() - timedelta(days=1)
    state.complete([state.find(number) for number in done])
    state.start([at["Write the release notes for 2.4"]])
    state.trash_tasks([state.find(ids[-1])])
    state.save_to_file(file)


_STEPS = (
    "Write the release notes for 2.4",
    "Review Mei's pull request about retries",
    "Update the screenshots in the manual",
    "Announce 2.4 on the mailing list",
)
