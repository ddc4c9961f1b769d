"""`todurable profile`: the settings shown, changed one at a time, or edited as a whole."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.display import literal
from core.errors import TodurableError, from_os_error
from core.paths import profile_file
from core.profile import Profile, ProfileStore, differences, to_usable
from core.profile_rules import NAMED, RULES, UnknownSettingError, check
from ui import exit_codes
from ui.output import Output
from ui.settings import lock_timeout
from ui.told_settings import shown_setting


def run(options: Namespace, out: Output) -> int:
    """Carry out `get`, `set`, `unset` or `edit`."""
    store = ProfileStore(profile_file(os.environ), lock_timeout=lock_timeout(options, Profile()))
    try:
        match options.action:
            case "get":
                return _get(store, options.field, out)
            case "set":
                _set(store, options.field, options.value, out)
            case "unset":
                store.change({options.field: None if "." in options.field else getattr(Profile(), options.field, None)})
            case "edit":
                return _edit(store, out)
    finally:
        if store.report is not None:
            out.warn(str(store.report), recovery=store.report.to_json())
    return _get(store, options.field, out) if options.action == "set" and options.json else exit_codes.DONE


def _set(store: ProfileStore, field: str, text: str, out: Output) -> None:
    from ui.setting_meaning import as_meant, check_meaning, doubt

    value = as_meant(field, text)
    whole, _, entry = field.partition(".")
    if whole in RULES and (not entry or whole in NAMED):
        check({whole: {entry: value} if entry else value})
        check_meaning(field, value, store.load_usable()[0])
    store.change({field: value})
    if warning := doubt(field, value):
        out.warn(warning)


def _get(store: ProfileStore, field: str | None, out: Output) -> int:
    document = {name: value for name, value in store.document().items() if name != "schema_version"}
    problems = to_usable(document)[1]
    if field is None:
        for problem in problems:
            out.warn(str(problem))
        if out.json:
            out.document(document)
        else:
            out.lines(literal(line) for name, value in document.items() for line in _lines(name, value))
        return exit_codes.DONE
    value = _found(document, field)
    for problem in problems:
        if field.partition(".")[0] == problem.field.partition(".")[0]:
            raise problem
    if out.json:
        out.document({field: value})
    elif isinstance(value, dict):
        out.lines(literal(line) for line in _lines(field, value))
    else:
        out.lines([literal(shown_setting(field, value))])
    return exit_codes.DONE


def _edit(store: ProfileStore, out: Output) -> int:
    """Let the user edit all settings as JSON, as often as they want; what is not valid is not saved, but kept."""
    from core import scratch
    from ui.asking import again

    text, base = store.draft()
    before = text.rstrip("\n")
    try:
        file = scratch.write(before, "profile.json")
    except OSError as error:
        raise from_os_error(error, store.path, "copied for the editor") from error
    changed, problem = _attempt(store, file, before, base)
    while changed and problem is not None and again(f"{problem} Edit it again?", out):
        changed, problem = _attempt(store, file, before, base)
    if problem is not None:
        if changed:
            out.warn(f"What you wrote is kept in {file}")
        else:
            scratch.remove(file)
        raise problem
    scratch.remove(file)
    if changed:
        out.done("Your settings are saved.")
    else:
        out.note("Nothing was changed.")
    return exit_codes.DONE


def _attempt(
    store: ProfileStore, file: Path, before: str, base: dict[str, Any] | None
) -> tuple[bool, TodurableError | None]:
    """Have the user edit `file`, and save that; whether it is another text than `before`, and why it is not saved."""
    from core import scratch
    from ui.editor import NotEditedError, run_editor

    problem: TodurableError | None = None
    try:
        run_editor(file)
    except NotEditedError as error:
        problem = error
    try:
        text = scratch.read(file)
        if text == before:
            return False, problem
        if problem is None:
            document = _settings(text)
            _check_meanings(document, base or {})
            store.replace(document, base)
    except UnicodeDecodeError:
        problem = NotEditedError("This is not UTF-8 text. Nothing was changed.")
    except TodurableError as error:
        problem = error
    return True, problem


def _check_meanings(document: dict[str, Any], base: dict[str, Any]) -> None:
    """Of what was changed; what is not valid is for the store to refuse."""
    from ui.setting_meaning import check_meaning

    profile = to_usable(document)[0]
    for name, value in differences(to_usable(base)[0], profile).items():
        if value is not None:
            check_meaning(name, value, profile)


def _settings(text: str) -> dict[str, Any]:
    from core.strict_json import StrictJsonError, parse
    from ui.editor import NotEditedError

    try:
        document = parse(text.encode())
    except StrictJsonError as error:
        raise NotEditedError(f"This is not JSON: {error}. Nothing was changed.") from error
    if not isinstance(document, dict):
        raise NotEditedError("These are no settings. Nothing was changed.")
    return document


def _found(document: dict[str, Any], name: str) -> Any:
    field, _, entry = name.partition(".")
    if field not in document:
        raise UnknownSettingError(name)
    if not entry:
        return document[field]
    entries = document[field] if field in NAMED else None
    if not isinstance(entries, dict) or entry not in entries:
        raise UnknownSettingError(name)
    return entries[entry]


def _lines(name: str, value: Any) -> Iterator[str]:
    """A line for each entry: what `profile set` takes."""
    if name in NAMED and isinstance(value, dict):
        for entry, own in value.items():
            yield f"{name}.{entry} = {shown_setting(name, own)}"
    else:
        yield f"{name} = {shown_setting(name, value)}"
