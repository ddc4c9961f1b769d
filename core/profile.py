"""The user's settings: one file, validated, versioned, saved as safely as the list.

`Profile` is a value with a good default for every field. `ProfileStore` reads and writes `profile.json`, with its
backups and the recovery of `SafeFileManager`; a field that it does not know is kept as it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import MsgspecError, Struct, field, json
from msgspec.structs import asdict, replace

from core.errors import FileCorruptionError, InvalidContentError, NamedErrors
from core.file_safety import SafeFileManager
from core.paths import make_private_directory
from core.profile_rules import (
    NAMED,
    RULES,
    BadSettingError,
    MissingSettingError,
    ProfileError,
    UnknownSettingError,
    WrongSettingTypeError,
    check,
)
from core.recovery import RecoveryReport

PROFILE_VERSION = 1
_INDENT = 2
_NEVER_DEEP = 20_000
"""Bytes in which nothing can be nested too deeply: each level takes two lines, which are indented by more and more."""
STEPS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = ()
"""What turns a profile of format n into one of n + 1, from format 1 on."""


class Profile(Struct, frozen=True):
    """All settings. `file` and `second_place` are full paths or begin with “~/”; empty: the usual place, or none.

    `lists` are names for further lists, `filters` names for queries, `keys` the keys of a command by its id.
    `week_start` counts from Monday, 0. `lock_timeout` is in seconds. `backup_count` are the backups beside the list,
    the `keep_` fields how many timestamped copies stay of each kind. From `sidebar` on: what the screen remembers.
    """

    name: str = ""
    file: str = ""
    lists: dict[str, str] = field(default_factory=dict)
    theme: str = ""
    start_view: str = ""
    date_style: str = "words"
    week_start: int = 0
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    backup_count: int = 3
    keep_last: int = 10
    keep_hourly: int = 24
    keep_daily: int = 14
    keep_monthly: int = 12
    second_place: str = ""
    lock_timeout: float = 5.0
    sidebar: bool = True
    details: bool = False
    ascii: bool = False
    animation: bool = True
    tour_seen: bool = False


class NewerProfileError(ProfileError):
    """A newer program wrote the profile: it is neither used nor written."""

    def __init__(self, path: Path, found: int) -> None:
        super().__init__(
            f"{path.name} was written by a newer version of todurable (format {found}; this one knows "
            f"{PROFILE_VERSION}). Nothing was changed: install that version, or move {path} away.",
            "schema_version",
        )
        self.path = path
        self.found = found


class ProfileStore:
    """The profile at `path`. Loading writes nothing; an older format is brought up to date by the next save."""

    def __init__(self, path: Path, *, lock_timeout: float = 5.0) -> None:
        self.path = path
        self._files = SafeFileManager(path, lock_timeout)
        self._loaded = Profile()

    @property
    def report(self) -> RecoveryReport | None:
        """What had to be recovered when it was last read."""
        return self._files.last_recovery

    def load(self) -> Profile:
        """The settings; the defaults where none were ever saved, a backup's where the file is damaged.

        Raises ProfileError where a person or program wrote what is not allowed: no older settings are taken for
        those. Raises FileSafetyError where the file cannot be read.
        """
        self._loaded = to_profile(self._document())
        return self._loaded

    def load_usable(self) -> tuple[Profile, tuple[ProfileError, ...]]:
        """As `load`, with the default in place of each field that is not valid, and what is wrong with these.

        Raises ProfileError where the whole file is not to be used, such as that of a newer program.
        """
        self._loaded, problems = to_usable(self._document())
        return self._loaded, problems

    def save(self, profile: Profile) -> Profile:
        """Save what differs from what was loaded, and nothing else: another instance may have saved meanwhile.

        On return it is on the disk; what was there is the newest backup. Returns all settings as they are now.
        Raises ProfileError where `profile` is not valid, FileSafetyError where it or its backup cannot be written.
        """
        return self.change(differences(self._loaded, profile))

    def change(self, fields: Mapping[str, Any]) -> Profile:
        """Give these fields a new value and keep all others, as `save`.

        “lists.work” names an entry of a field that holds several, and None there removes it. Raises
        UnknownSettingError for what is no setting.
        """
        return self._write(lambda: _changed(self._document(), fields))

    def replace(self, document: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> Profile:
        """Save `document`, as a person wrote it; as `save`.

        What they made it of is `base`: only what differs from that is changed, for another instance may have saved
        meanwhile. None: all that there was is replaced, be it damaged; but never what a newer program wrote.
        """
        wanted = _current(document, self.path)
        to_profile(wanted)

        def edited() -> dict[str, Any]:
            if base is not None:
                return _merged(base, wanted, self._document())
            try:
                self._document()
            except NewerProfileError:
                raise
            except (ProfileError, FileCorruptionError):
                return wanted  # what stands there is set aside
            return wanted

        return self._write(edited)

    def draft(self) -> tuple[str, dict[str, Any] | None]:
        """What a person is given to edit, and the base that `replace` needs then.

        All settings; or the file's own text, and no base, where that cannot be read as settings. Raises
        NewerProfileError, FileSafetyError.
        """
        from core import durable
        from core.strict_json import dump

        read = durable.read_file(self._files.path)
        if read is not None:
            try:
                _current(_parse(read[0], self.path), self.path)
            except NewerProfileError:
                raise
            except (ProfileError, InvalidContentError, ValueError):
                with suppress(UnicodeDecodeError):
                    return read[0].decode("utf-8-sig"), None
        document = self.document()
        return dump(document, _INDENT).decode(), document

    def document(self) -> dict[str, Any]:
        """All that the file holds, the fields that are not ours too, and each of ours, valid or not."""
        return {**_plain(Profile()), **_jsonable(self._document())}

    @property
    def paths(self) -> tuple[Path, ...]:
        """The file and its backups, newest first, there or not."""
        return (self._files.path, *self._files.backup_paths)

    def repair(self, now: datetime) -> tuple[Path, ...]:
        """Write the file anew where it had to be recovered, and set damaged backups aside; returns where those are.

        Raises ProfileError, FileSafetyError.
        """
        from core import durable
        from core.strict_json import dump

        kept: list[Path] = []
        with self._files.lock, NamedErrors(self._files.path, "saved"):
            document = self._document()
            to_profile(document)
            for path in self._files.backup_paths:
                read = durable.read_file(path, follow=False)
                if read is not None and examine(read[0], path)[1]:
                    kept.append(durable.set_aside(path, f"damaged-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
                    os.unlink(path)
            if self.report is not None:
                raw = dump(_jsonable(document), _INDENT)
                kept += self._files.save_bytes(raw, self._check_backup, replaced=self._word_for_old())
        return tuple(kept)

    def close(self) -> None:
        """Let go of the lock's file."""
        self._files.lock.close()

    def _write(self, edit: Callable[[], dict[str, Any]]) -> Profile:
        from core.strict_json import dump

        make_private_directory(self._files.path.parent)
        with self._files.lock:
            edited = edit()
            profile = to_profile(edited)
            raw = dump(_jsonable({**edited, "schema_version": PROFILE_VERSION}), _INDENT)
            self._files.save_bytes(raw, self._check_backup, replaced=self._word_for_old())
        self._loaded = profile
        return profile

    def _document(self) -> dict[str, Any]:
        try:
            loaded = self._files.load_bytes(_parse)
        except FileNotFoundError:
            return {"schema_version": PROFILE_VERSION}
        return _current(loaded.value, loaded.path)

    def _word_for_old(self) -> str:
        """How the file that stands there is kept where it cannot become a backup."""
        from core import durable

        read = durable.read_file(self._files.path)
        try:
            version = _version(_parse(read[0], self.path), self.path) if read else PROFILE_VERSION
        except (ValueError, InvalidContentError, ProfileError):
            return "damaged"
        return f"schema-{version}" if version < PROFILE_VERSION else "damaged"

    def _check_backup(self, raw: bytes, path: Path) -> None:
        """Refuse what must not become a backup: what is damaged, not valid, or the file itself in an older format."""
        document = _parse(raw, path)
        try:
            to_profile(_current(document, path))
            older = _version(document, path) < PROFILE_VERSION
        except ProfileError as error:
            raise InvalidContentError(path, str(error)) from error
        if older and path == self._files.path:
            raise InvalidContentError(path, "it has an older format")


def examine(raw: bytes, path: Path) -> tuple[int | None, str]:
    """The format of the profile `raw`, read from `path`, and what is wrong with it; empty where it is good."""
    try:
        version = _version(_parse(raw, path), path)
        accepted(raw, path)
    except NewerProfileError as error:
        return error.found, "written by a newer version of todurable"
    except InvalidContentError as error:
        return None, error.problem
    except (ValueError, ProfileError) as error:
        return None, str(error)
    return version, ""


def accepted(raw: bytes, path: Path) -> dict[str, Any]:
    """The settings `raw`, read from `path`, in the present format: what `replace` takes.

    Raises ProfileError where they are not valid, InvalidContentError or ValueError where they are none.
    """
    document = _current(_parse(raw, path), path)
    to_profile(document)
    return document


def to_profile(document: Mapping[str, Any]) -> Profile:
    """The settings in `document`. Raises ProfileError at the first field that is not valid."""
    if "schema_version" not in document:
        raise MissingSettingError("schema_version")
    return replace(Profile(), **check({name: value for name, value in document.items() if name in RULES}))


def to_usable(document: Mapping[str, Any]) -> tuple[Profile, tuple[ProfileError, ...]]:
    """The settings in `document`, each that is not valid as by default, and what is wrong with those."""
    valid: dict[str, Any] = {}
    problems = []
    for name in filter(document.__contains__, RULES):
        try:
            valid |= check({name: document[name]})
        except ProfileError as error:
            problems.append(error)
    return replace(Profile(), **valid), tuple(problems)


def _changed(document: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(document)
    for name, value in fields.items():
        whole, _, entry = name.partition(".")
        if whole not in RULES or (entry and whole not in NAMED):
            raise UnknownSettingError(name)
        new = value
        if entry:
            entries = changed.get(whole, {})
            if not isinstance(entries, dict):
                raise WrongSettingTypeError(whole, "an object", entries)
            new = {key: own for key, own in {**entries, entry: value}.items() if own is not None}
        changed |= check({whole: new})
    return changed


def differences(old: Profile, new: Profile) -> dict[str, Any]:
    """What `change` needs to make `new` of `old`, entry by entry where a field holds several."""
    found: dict[str, Any] = {}
    before = asdict(old)
    for name, value in asdict(new).items():
        if name in NAMED:
            entries = dict.fromkeys((*before[name], *value))
            found |= {f"{name}.{key}": value.get(key) for key in entries if before[name].get(key) != value.get(key)}
        elif value != before[name]:
            found[name] = value
    return found


def _merged(old: Mapping[str, Any], new: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """`now` with what `new` changed in `old`, entry by entry where a field holds several."""
    merged = dict(now)
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            merged.pop(name, None)
        elif name not in old or new[name] != old[name]:
            was, wanted, found = old.get(name), new[name], now.get(name)
            if name in NAMED and isinstance(was, dict) and isinstance(wanted, dict) and isinstance(found, dict):
                wanted = _merged(was, wanted, found)
            merged[name] = wanted
    return merged


def _parse(raw: bytes, path: Path) -> dict[str, Any]:
    document = _as_we_write_it(raw)
    if document is None:
        from core.strict_json import parse

        document = parse(raw)
    if not isinstance(document, dict):
        raise InvalidContentError(path, "it holds no settings")
    return document


def _as_we_write_it(raw: bytes) -> Any:
    """What `raw` holds, where that is written in no other way: then strict parsing would find it just so, and take as
    long as half of all other work of a command. Else None.
    """
    if len(raw) > _NEVER_DEEP:
        return None
    try:
        document = json.decode(raw)
    except (MsgspecError, UnicodeDecodeError):
        return None
    return document if json.format(json.encode(document), indent=_INDENT) + b"\n" == raw else None


def _current(document: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """`document` in the present format; it is not changed itself."""
    migrated = dict(document)
    for step in STEPS[_version(document, path) - 1 :]:
        migrated = step(migrated)
    return {**migrated, "schema_version": PROFILE_VERSION}


def _version(document: Mapping[str, Any], path: Path) -> int:
    """The format of `document`: a number, and compared as one. Raises NewerProfileError for one above ours."""
    if "schema_version" not in document:
        raise MissingSettingError("schema_version")
    version = document["schema_version"]
    if not isinstance(version, int) or isinstance(version, bool):
        raise WrongSettingTypeError("schema_version", "a whole number", version)
    if version < 1:
        raise BadSettingError("schema_version", "must be a number from 1 on")
    if version > PROFILE_VERSION:
        raise NewerProfileError(path, version)
    return version


def _plain(profile: Profile) -> dict[str, Any]:
    return _jsonable(asdict(profile))


def _jsonable(document: Mapping[str, Any]) -> dict[str, Any]:
    keys = document.get("keys")
    if not isinstance(keys, dict):
        return dict(document)
    return {
        **document,
        "keys": {name: list(own) if isinstance(own, tuple) else own for name, own in keys.items()},
    }
