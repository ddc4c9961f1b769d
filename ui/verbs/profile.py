"""`todurable profile`: the settings shown, changed one at a time, or edited as a whole."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from core.display import literal
from core.paths import profile_file
from core.profile import Profile, ProfileStore
from core.profile_rules import NAMED, UnknownSettingError, as_written
from ui import exit_codes
from ui.output import Output
from ui.told_settings import shown_setting


def run(options: Namespace, out: Output) -> int:
    """Carry out `get`, `set`, `unset` or `edit`."""
    timeout = 5.0 if options.lock_timeout is None else options.lock_timeout
    store = ProfileStore(profile_file(os.environ), lock_timeout=timeout)
    try:
        match options.action:
            case "get":
                return _get(store, options.field, out)
            case "set":
                store.change({options.field: as_written(options.field, options.value)})
            case "unset":
                store.change({options.field: None if "." in options.field else getattr(Profile(), options.field, None)})
            case "edit":
                return _edit(store, out)
    finally:
        if store.report is not None:
            out.warn(str(store.report), recovery=store.report.to_json())
    return _get(store, options.field, out) if options.action == "set" and options.json else exit_codes.DONE


def _get(store: ProfileStore, field: str | None, out: Output) -> int:
    document = {name: value for name, value in store.document().items() if name != "schema_version"}
    if field is None:
        if out.json:
            out.document(document)
        else:
            out.lines(literal(line) for name, value in document.items() for line in _lines(name, value))
        return exit_codes.DONE
    value = _found(document, field)
    if out.json:
        out.document({field: value})
    elif isinstance(value, dict):
        out.lines(literal(line) for line in _lines(field, value))
    else:
        out.lines([literal(shown_setting(value))])
    return exit_codes.DONE


def _edit(store: ProfileStore, out: Output) -> int:
    """Let the user edit all settings as JSON; what is not valid is told, and nothing saved."""
    from core.strict_json import StrictJsonError, dump, parse
    from ui.editor import NotEditedError, edit_text

    before = dump(store.document(), 2).decode()
    after = edit_text(before, suffix=".json")
    if after == before:
        out.note("Nothing was changed.")
        return exit_codes.DONE
    try:
        document = parse(after.encode())
    except StrictJsonError as error:
        raise NotEditedError(f"This is not JSON: {error}. Nothing was changed.") from error
    if not isinstance(document, dict):
        raise NotEditedError("These are no settings. Nothing was changed.")
    store.replace(document)
    out.done("Your settings are saved.")
    return exit_codes.DONE


def _found(document: dict[str, Any], name: str) -> Any:
    field, _, entry = name.partition(".")
    if field not in document or (entry and (field not in NAMED or entry not in document[field])):
        raise UnknownSettingError(name)
    return document[field][entry] if entry else document[field]


def _lines(name: str, value: Any) -> Iterator[str]:
    """A line for each entry: what `profile set` takes."""
    if name in NAMED:
        for entry, own in value.items():
            yield f"{name}.{entry} = {shown_setting(own)}"
    else:
        yield f"{name} = {shown_setting(value)}"
