"""The rows of the verbs that keep a list safe: its history, its copies, its settings and its files."""

from __future__ import annotations

import argparse
import re

from ui.verb import Verb


def _history(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("tasks", metavar="ID", nargs="*", help="only what touched these: ids, or the first letters of uids (4 or more)")
    add("--text", metavar="TEXT", default="", help="only what has this text in it, whatever its case")
    add("--since", metavar="TIME", help="only from this day or time on")
    add("--until", metavar="TIME", help="only up to this day or time")
    add("--by", metavar="NAME", default="", help="only what this computer, process or terminal did")
    add("--limit", metavar="N", type=_count, default=50, help="at most so many, the last ones (50; 0 for all)")
    add("--at", metavar="MOMENT", help="the list as it was then, and what is different now")


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="what its file name begins with; else that of the list")
    parser.add_argument("--to", metavar="DIR", help="where to put it; else backups/ beside the list")


def _restore(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("what", metavar="FILE|ID", nargs="*", help="a backup; with --at: only these tasks, by ids or starts of uids")
    add("--at", metavar="MOMENT", help="the number of a change, or a day or time")
    add("--task", metavar="ID", action="append", help="only this task of a backup; may be given more than once")
    add("--field", metavar="FIELD", action="append", help="only this field of them; may be given more than once")
    add("--settings", action="store_true", help="the settings in a ZIP, and nothing of its list")
    add("--yes", action="store_true", help="do not ask")


def _attach(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("task", metavar="ID", help="the task: its id, or the first letters of its uid (4 or more)")
    add("files", metavar="FILE", nargs="*", help="files to copy; without any, those attached are listed")
    add("--open", metavar="NAME", help="open an attached file")
    add("--remove", metavar="NAME", action="append", help="take an attached file off the task; its copy stays")


def _profile(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    get = actions.add_parser("get", help="print one setting, or all")
    get.add_argument("field", metavar="SETTING", nargs="?", help="its name, such as theme or lists.work")
    give = actions.add_parser("set", help="change a setting")
    give.add_argument("field", metavar="SETTING")
    give.add_argument("value", metavar="VALUE")
    unset = actions.add_parser("unset", help="go back to what a setting is by default")
    unset.add_argument("field", metavar="SETTING")
    actions.add_parser("edit", help="change them all in your editor")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repair", action="store_true", help="set damaged files aside and write the list anew")


def _count(text: str) -> int:
    if not re.fullmatch("[0-9]{1,15}", text):
        raise argparse.ArgumentTypeError("must be a number from 0 on")
    return int(text)


KEEPING = (
    Verb(
        "history",
        "show what was changed, when and by whom, newest first",
        "todurable history --since yesterday",
        _history,
        "MOMENT is the number of a change, or a day or time: 42, yesterday, 2026-11-21T17:00.",
    ),
    Verb(
        "backup",
        "put the list, its history, attachments and settings into one ZIP",
        "todurable backup before-cleaning-up --to /media/stick",
        _backup,
        "It is read back and verified; its path is printed.",
    ),
    Verb("backups", "list every backup: its age and size, and whether it is good", "todurable backups"),
    Verb(
        "restore",
        "make tasks as they were, or as a backup has them",
        "todurable restore --at yesterday 3 5",
        _restore,
        "FILE is any backup that `todurable backups` lists, or any other list. Shows what will change first. It is one "
        "change, which undo takes back. With --settings, it is the settings in a ZIP that take the place of yours.",
    ),
    Verb(
        "attach",
        "attach files to a task, list or open them",
        "todurable attach 3 invoice.pdf",
        _attach,
        "They are copied to attachments/ beside the list, and are part of backups.",
    ),
    Verb(
        "profile",
        "show and change your settings",
        "todurable profile set week_start sunday",
        _profile,
        "Settings: name, file, lists.NAME, theme, start_view, date_style, week_start, keys.COMMAND, filters.NAME and "
        "more. The command line comes before the environment, and that before the profile.",
    ),
    Verb(
        "path",
        "print the file that the list is in, or move it",
        'jq .tasks "$(todurable path)"',
        lambda parser: parser.add_argument(
            "--move", metavar="DIR", help="copy it there, verify, and use it from there"
        ),
    ),
    Verb(
        "doctor",
        "examine the files of the list",
        "todurable doctor --repair",
        _doctor,
        "Ends with 5 if anything is damaged, and with 3 if it cannot be read. Without --repair nothing is written.",
    ),
)
