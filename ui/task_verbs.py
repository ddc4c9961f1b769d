"""The rows of the verbs that show and change tasks."""

from __future__ import annotations

import argparse

from ui.verb import Verb

_QUERY = (
    "A query is words and terms: milk, “two words”, /regex/, #project, +tag, @context, p1, due<=fri, is:overdue, "
    "has:due, no:project, sort:due, limit:5; joined by and, or, not (-), and parentheses. "
    "Unless it names a status, only tasks that are open and not waiting are found."
)
_NAMED = (
    "Tasks are named by ids (3), ranges (5-8), or the first letters of uids (4 or more); "
    "--where takes those that a query finds."
)


def add_tui(parser: argparse.ArgumentParser) -> None:
    """The arguments of the app, which can be called without its name."""
    parser.add_argument("--demo", action="store_true", help="try the app on a made-up list, which is thrown away")


def _add(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("words", metavar="WORD", nargs="+", help="name and marks; - alone: read lines from stdin, each a task")
    add("--literal", action="store_true", help="take the words as the name, whatever they look like")
    add("--description", metavar="TEXT", help="its description, which may have several lines")
    add("--comment", metavar="TEXT", help="a comment of one line")


def _list(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("query", metavar="QUERY", nargs="*", help="which tasks; without it those that are open and not waiting")
    add("--all", action="store_true", help="also those that are waiting, done or cancelled")
    add("--filter", metavar="NAME", help="those of the filter that your profile has under this name")
    add("--columns", metavar="FIELD,…", help="what to show of each, such as id,due,name")
    add("--sort", metavar="FIELD", help="in which order; FIELD- the other way round")
    add("--limit", metavar="N", help="no more than so many")
    add("--group", metavar="FIELD", choices=("project", "tag", "due", "priority", "status"), help="under headings")


def _edit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="ID… CHANGE", nargs="*", help="tasks, then what they get")
    _where(parser)


def _tasks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tasks", metavar="ID", nargs="*", help="ids, ranges, or the first letters of uids (4 or more)")
    _where(parser)


def _where(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--where", metavar="QUERY", help="the tasks that the query finds; asks first")
    add("--yes", action="store_true", help="do not ask")
    add("--if-unchanged", metavar="TIME", help="only if each task's “modified” is still that")


def _one_or_more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tasks", metavar="ID", nargs="+", help="ids, ranges, or the first letters of uids (4 or more)")


def _claim(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", metavar="QUERY", nargs="*", help="which tasks; without it any")


def _completions(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("shell", nargs="?", default="bash", choices=("bash", "zsh", "fish"), help="which shell (bash)")
    add("--live", choices=("ids", "words", "fields", "filters"), help=argparse.SUPPRESS)


def _export(parser: argparse.ArgumentParser) -> None:
    from core.interop import NAMES

    parser.add_argument("query", metavar="QUERY", nargs="*", help="which tasks; without it all but the trash")
    parser.add_argument("--format", default="json", choices=NAMES, help="in which format (json)")
    parser.add_argument("--to", metavar="FILE", help="put them into this file, in one step, instead of printing them")


def _import(parser: argparse.ArgumentParser) -> None:
    from core.interop import NAMES

    parser.add_argument("source", metavar="FILE", help="the file to read; - for stdin")
    parser.add_argument("--format", choices=NAMES, help="its format, where its name does not tell")


def _status(name: str, summary: str, example: str, details: str = "") -> Verb:
    """A verb that gives tasks another status."""
    return Verb(name, summary, example, _tasks, f"{details} {_NAMED}".strip(), words=True, module="status")


TASKS = (
    Verb("tui", "open the app; so does no command at all", "todurable tui\ntodurable --demo", add_tui),
    Verb(
        "add",
        "add a task and print its id",
        "todurable add Pay the rent '#home' +finance due:fri every:month !1\n"
        "todurable add --literal 'C# + F# (due:soon)'\n"
        "git grep -h TODO | todurable add -",
        _add,
        "Words that say more: #project +tag @context !1 to !3 due: scheduled: wait: until: every: est: project: "
        "priority:; a backslash "
        "before a word keeps it as text. All lines of stdin become one change.",
        words=True,
    ),
    Verb(
        "list",
        "show tasks, in order",
        "todurable list '#home -@phone due<=eow sort:due'\n"
        "todurable list p1 or is:overdue --columns id,due,name\n"
        "todurable list --group project\n"
        "todurable list is:done completed:today --json",
        _list,
        f"{_QUERY} Piped, a line has seven fields, separated by tabs: id, status, priority, due, name, project, tags; "
        "with --columns those.",
        words=True,
    ),
    Verb(
        "show",
        "show all of a task, and what happened to it",
        "todurable show 12\ntodurable show 12 --json",
        _one_or_more,
        words=True,
    ),
    Verb(
        "edit",
        "change tasks",
        "todurable edit 12 due:fri +urgent -@home !1 'new name'\n"
        "todurable edit 3 5-8 project:home/garden due:none\n"
        "todurable edit --where '#trip +packed' --yes wait:next monday\n"
        "todurable edit 12 depends:7,9 --if-unchanged 2026-11-21T07:12:19.000001Z",
        _edit,
        f"{_NAMED} A change is what a line of add says: due:fri +tag !2; -tag takes a tag away, FIELD:none empties a "
        "field; project: parent: depends: name: comment: description: priority: take the rest of their argument. "
        "Plain words are the new name.",
        words=True,
    ),
    _status("start", "begin work on tasks", "todurable start 12"),
    _status("stop", "let tasks rest that were started", "todurable stop 12"),
    _status(
        "done",
        "complete tasks",
        "todurable done 3 5-8\ntodurable done --where '#trip +packed' --yes",
        "One that recurs comes again at its next date.",
    ),
    _status("reopen", "make tasks pending again", "todurable reopen 3", "Also those that are in the trash."),
    _status("cancel", "give tasks up", "todurable cancel 3", "One that recurs does not come again."),
    _status("delete", "put tasks into the trash", "todurable delete 3 5-8", "Reopening brings them back."),
    _status(
        "purge",
        "remove tasks for good that are in the trash",
        "todurable purge 3\ntodurable purge --where is:deleted --yes",
        "The history keeps what they were.",
    ),
    Verb("undo", "take back the last change", "todurable undo"),
    Verb("redo", "do again what was undone last", "todurable redo", module="undo"),
    Verb(
        "claim",
        "start the first task that is ready and nobody has started, and print it",
        "todurable claim +build sort:priority --json",
        _claim,
        f"However many workers ask, each gets another task. Ends with 1 where there is none. {_QUERY}",
        words=True,
    ),
    Verb(
        "watch",
        "print each change as it happens, until interrupted",
        "todurable watch --json",
        details="With --json a line a changed task, else a line a change for people.",
    ),
    Verb(
        "export",
        "print tasks as other programs read them",
        "todurable export --to tasks.json\n"
        "todurable export --format todo.txt '#home' > todo.txt\n"
        "todurable export --format taskwarrior | task import -",
        _export,
        _QUERY,
        words=True,
    ),
    Verb(
        "import",
        "add the tasks of another program's file",
        "todurable import todo.txt\ntask export | todurable import -",
        _import,
        "It is one change. What came from the same file before is brought up to date, not added again.",
        module="take_in",
    ),
    Verb(
        "completions",
        "print what a shell needs to complete commands, ids, projects and tags",
        "todurable completions bash > ~/.local/share/bash-completion/completions/todurable\n"
        "todurable completions zsh > ~/.zfunc/_todurable\n"
        "todurable completions fish > ~/.config/fish/completions/todurable.fish",
        _completions,
    ),
    Verb("manual", "show the manual, or print it for man", "todurable manual > ~/.local/share/man/man1/todurable.1"),
)
