from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from core import profile as module
from core.errors import DiskFullError, FileCorruptionError, FileSafetyError, UnavailableError
from core.profile import NewerProfileError, Profile, ProfileStore
from core.profile_rules import (
    RULES,
    BadSettingError,
    MissingSettingError,
    ProfileError,
    UnknownSettingError,
    WrongSettingTypeError,
    as_written,
)
from core.strict_json import StrictJsonError, dump, parse

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "profile.json"


def written(path: Path, **fields: Any) -> dict[str, Any]:
    path.parent.mkdir(exist_ok=True)
    document = {"schema_version": 1, **fields}
    path.write_text(json.dumps(document), encoding="utf-8")
    return document


def on_disk(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_bytes())
    return document


def test_without_a_file_all_is_by_default_and_nothing_is_made(path: Path) -> None:
    assert ProfileStore(path).load() == Profile()
    assert not path.parent.exists()


def test_what_is_saved_is_loaded(path: Path) -> None:
    wanted = replace(
        Profile(),
        name="Ada",
        file="/home/ada/tasks.json",
        lists={"work": "~/work.json"},
        week_start=6,
        keys={"task.done": ("x", "g d")},
        filters={"today": "due:today"},
        lock_timeout=0.5,
        second_place="~/copies",
        sidebar=False,
    )
    assert ProfileStore(path).save(wanted) == wanted
    assert ProfileStore(path).load() == wanted
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert (path.parent / "profile.json.backup").exists()


def test_each_field_has_a_rule_that_its_default_obeys() -> None:
    assert list(asdict(Profile())) == list(RULES)
    for name, value in asdict(Profile()).items():
        assert RULES[name](name, value) == value


def test_fields_of_others_stay(path: Path) -> None:
    written(path, theme="nord", colour_of_the_sky={"blue": [1, None]})
    store = ProfileStore(path)
    store.save(replace(store.load(), theme="gruvbox"))
    assert on_disk(path) == {"schema_version": 1, "theme": "gruvbox", "colour_of_the_sky": {"blue": [1, None]}}


def test_two_that_save_different_settings_both_succeed(path: Path) -> None:
    written(path, filters={"old": "a", "gone": "b"})
    one, other = ProfileStore(path), ProfileStore(path)
    ours, theirs = one.load(), other.load()
    one.save(replace(ours, theme="nord", filters={"old": "a", "new": "c"}))
    other.save(replace(theirs, sidebar=False, filters={**theirs.filters, "mine": "d"}))
    expected = replace(Profile(), theme="nord", sidebar=False, filters={"old": "a", "new": "c", "mine": "d"})
    assert ProfileStore(path).load() == expected


def test_an_entry_is_added_changed_and_removed_by_its_name(path: Path) -> None:
    store = ProfileStore(path)
    store.change({"lists.work": "/work.json", "keys.task.done": ["X"]})
    store.change({"lists.home": "/home.json", "lists.work": "~/w.json"})
    assert store.load().lists == {"work": "~/w.json", "home": "/home.json"}
    assert store.load().keys == {"task.done": ("X",)}
    assert store.change({"lists.work": None}).lists == {"home": "/home.json"}


@pytest.mark.parametrize("lists", [5, "work", ["work"], None])
@pytest.mark.parametrize("entry", ["~/work.json", None])
def test_an_entry_of_what_holds_none_is_not_changed(lists: Any, entry: str | None, path: Path) -> None:
    document = written(path, lists=lists)
    with pytest.raises(WrongSettingTypeError, match="must be an object") as refusal:
        ProfileStore(path).change({"lists.work": entry})
    assert refusal.value.field == "lists"
    assert on_disk(path) == document


@pytest.mark.parametrize("field", ["nothing", "schema_version", "theme.dark", ""])
def test_what_is_no_setting_cannot_be_changed(field: str, path: Path) -> None:
    with pytest.raises(UnknownSettingError) as refusal:
        ProfileStore(path).change({field: "x"})
    assert refusal.value.field == field
    assert not path.exists()


INVALID = [
    ({"theme": 5}, WrongSettingTypeError, "theme", "must be a text, not a number"),
    ({"theme": "a\nb"}, BadSettingError, "theme", "must be one line"),
    ({"file": "tasks.json"}, BadSettingError, "file", "must be a full path"),
    ({"lists": ["a"]}, WrongSettingTypeError, "lists", "must be an object, not a list"),
    ({"lists": {"work": None}}, WrongSettingTypeError, "lists.work", "must be a text, not null"),
    ({"lists": {"work": ""}}, BadSettingError, "lists.work", "must not be empty"),
    ({"filters": {" ": "due:today"}}, BadSettingError, "filters", "without a name"),
    ({"keys": {"task.done": {}}}, WrongSettingTypeError, "keys.task.done", "must be a list of keys, not an object"),
    ({"keys": {"task.done": [""]}}, BadSettingError, "keys.task.done", "must not hold an empty key"),
    ({"date_style": "roman"}, BadSettingError, "date_style", "must be one of words, iso"),
    ({"week_start": 7}, BadSettingError, "week_start", "from 0 to 6"),
    ({"week_start": True}, WrongSettingTypeError, "week_start", "must be a whole number, not true or false"),
    ({"backup_count": 0}, BadSettingError, "backup_count", "from 1 to 99"),
    ({"keep_last": 2}, BadSettingError, "keep_last", "from 3 to"),
    ({"lock_timeout": -1}, BadSettingError, "lock_timeout", "from 0 to 86400"),
    ({"lock_timeout": "5"}, WrongSettingTypeError, "lock_timeout", "must be a number of seconds, not a text"),
    ({"sidebar": 1}, WrongSettingTypeError, "sidebar", "must be true or false, not a number"),
]


@pytest.mark.parametrize(("fields", "kind", "field", "problem"), INVALID, ids=[str(row[0]) for row in INVALID])
def test_what_is_not_valid_is_named_when_read_and_before_it_is_written(
    fields: dict[str, Any], kind: type[ProfileError], field: str, problem: str, path: Path
) -> None:
    document = written(path, name="Ada")
    with pytest.raises(kind, match=problem) as refusal:
        ProfileStore(path).change(fields)
    assert refusal.value.field == field
    assert on_disk(path) == document
    assert sorted(os.listdir(path.parent)) == ["profile.json", "profile.json.lock"]
    written(path, **fields)
    with pytest.raises(kind, match=problem) as refusal:
        ProfileStore(path).load()
    assert refusal.value.field == field


def test_a_field_that_is_not_valid_is_as_by_default_for_who_can_do_without(path: Path) -> None:
    document = written(path, theme=5, name="Ada", lists={"work": "w.json"}, filters={"a": "b"})
    store = ProfileStore(path)
    profile, problems = store.load_usable()
    assert profile == replace(Profile(), name="Ada", filters={"a": "b"})
    assert [problem.field for problem in problems] == ["lists.work", "theme"]
    with pytest.raises(ProfileError):
        store.save(replace(profile, name="Bea"))
    assert on_disk(path) == document
    written(path, schema_version=2)
    with pytest.raises(NewerProfileError):
        store.load_usable()


def test_what_a_person_made_of_it_is_saved_beside_what_others_did(path: Path) -> None:
    written(path, theme="nord", filters={"a": "1", "b": "2"}, colour_of_the_sky="blue")
    store = ProfileStore(path)
    text, base = store.draft()
    assert json.loads(text) == base
    store.change({"week_start": 6, "filters.c": "3", "filters.a": "4"})
    edited = json.loads(text) | {"filters": {"a": "1", "d": "5"}, "theme": "gruvbox"}
    del edited["colour_of_the_sky"]
    store.replace(edited, base)
    assert on_disk(path) == {
        "schema_version": 1,
        "theme": "gruvbox",
        "week_start": 6,
        "filters": {"a": "4", "c": "3", "d": "5"},
    }


def test_a_setting_that_is_not_valid_can_be_put_right_and_what_it_was_is_kept(path: Path) -> None:
    written(path, week_start="monday", name="Ada")
    with pytest.raises(WrongSettingTypeError):
        ProfileStore(path).change({"theme": "nord"})
    assert ProfileStore(path).change({"week_start": 0}) == replace(Profile(), name="Ada")
    (kept,) = [name for name in os.listdir(path.parent) if "damaged" in name]
    assert on_disk(path.parent / kept)["week_start"] == "monday"


def test_what_is_missing_is_named(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"theme": "nord"}')
    with pytest.raises(MissingSettingError, match="schema_version") as refusal:
        ProfileStore(path).load()
    assert refusal.value.field == "schema_version"


@pytest.mark.parametrize("version", ["1", 1.0, True, None])
def test_a_version_is_a_number(version: Any, path: Path) -> None:
    written(path, schema_version=version)
    with pytest.raises(WrongSettingTypeError, match="schema_version"):
        ProfileStore(path).load()


@pytest.mark.parametrize("newer", [2, 10, 10**30])
def test_a_newer_profile_is_refused_and_stays(newer: int, path: Path) -> None:
    document = written(path, schema_version=newer, theme=7)
    for act in (ProfileStore(path).load, lambda: ProfileStore(path).change({"theme": "nord"})):
        with pytest.raises(NewerProfileError, match="newer version") as refusal:
            act()
        assert refusal.value.found == newer
    assert on_disk(path) == document


def test_an_older_profile_is_migrated_step_by_step_and_a_copy_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = written(path, colours="nord")
    monkeypatch.setattr(module, "PROFILE_VERSION", 10)
    monkeypatch.setattr(
        module,
        "STEPS",
        (
            lambda document: (
                {key: value for key, value in document.items() if key != "colours"} | {"theme": document["colours"]}
            ),
            *[lambda document: {**document, "name": document.get("name", "") + "."}] * 8,
        ),
    )
    store = ProfileStore(path)
    assert store.load() == replace(Profile(), theme="nord", name="........")
    assert on_disk(path) == old
    store.change({"sidebar": False})
    assert on_disk(path) == {"schema_version": 10, "theme": "nord", "name": "........", "sidebar": False}
    (kept,) = [name for name in os.listdir(path.parent) if "schema-1" in name]
    assert on_disk(path.parent / kept) == old
    assert store.load().name == "........"


def test_a_damaged_profile_is_recovered_and_told(path: Path) -> None:
    store = ProfileStore(path)
    for theme in ("one", "two"):
        store.change({"theme": theme})
    path.write_bytes(path.read_bytes()[:-5])
    assert store.load().theme == "one"
    assert store.report is not None
    assert store.report.source == "profile.json.backup"
    store.change({"name": "Ada"})
    assert store.load() == replace(Profile(), theme="one", name="Ada")
    assert store.report is None
    assert any("damaged" in name for name in os.listdir(path.parent))


def test_where_nothing_can_be_used_nothing_is_guessed(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"[]")
    with pytest.raises(FileCorruptionError, match="it holds no settings"):
        ProfileStore(path).load()


def test_a_backup_that_cannot_be_made_aborts_the_save(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ProfileStore(path)
    store.change({"theme": "one"})
    store.change({"theme": "two"})

    def fail(*_arguments: Any, **_options: Any) -> None:
        raise OSError(5, "I/O error")

    monkeypatch.setattr(os, "link", fail)
    with pytest.raises(UnavailableError, match="could not be saved"):
        store.change({"theme": "three"})
    monkeypatch.undo()
    assert ProfileStore(path).load().theme == "two"
    assert store.change({"theme": "three"}).theme == "three"


@pytest.mark.parametrize("before", [None, "[]", '{"schema_version": 1, "theme": 5}'])
def test_so_does_the_first_one(before: str | None, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    if before is not None:
        path.write_text(before)
    real = os.open

    def fail(name: Any, *arguments: Any, **options: Any) -> int:
        if ".backup" in str(name) and ".tmp" in str(name):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(name, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", fail)
        with pytest.raises(DiskFullError, match="could not be saved"):
            ProfileStore(path).replace({"schema_version": 1, "theme": "nord"})
    assert (path.read_text() if path.exists() else None) == before
    assert not [name for name in os.listdir(path.parent) if name.endswith((".tmp", ".backup"))]
    ProfileStore(path).replace({"schema_version": 1, "theme": "nord"})
    assert (path.parent / "profile.json.backup").read_bytes() == path.read_bytes()


def test_what_cannot_be_read_stops(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(FileSafetyError):
        ProfileStore(path).load()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("sidebar", "Yes", True),
        ("sidebar", "off", False),
        ("sidebar", "perhaps", "perhaps"),
        ("week_start", "Sunday", 6),
        ("week_start", "tu", 1),
        ("week_start", "t", "t"),
        ("week_start", "3", 3),
        ("lock_timeout", "2.5", 2.5),
        ("lock_timeout", "soon", "soon"),
        ("name", "5", "5"),
        ("keys.task.done", "x, g d", ["x", "g d"]),
    ],
)
def test_what_a_person_writes_is_understood(field: str, text: str, value: Any) -> None:
    assert as_written(field, text) == value


def _strictly(raw: bytes) -> Any:
    try:
        return parse(raw)
    except StrictJsonError:
        return None


@given(_JSON)
@example(0.0)
@example(-0.0)
@example(2**64)
@example({"lists": {}, "keys": {"a": ["b"], "c": []}, "x": 5.0, "ä": "\u2028"})
def test_what_needs_no_strict_look_is_what_that_finds(document: Any) -> None:
    raw = dump(document, 2)
    found = module._as_we_write_it(raw)
    assert found is None or repr(found) == repr(document)


@given(_JSON, st.data())
def test_what_somebody_else_wrote_gets_a_strict_look(document: Any, data: st.DataObject) -> None:
    raw = dump(document, 2)
    place = data.draw(st.integers(0, len(raw)))
    spoilt = raw[:place] + data.draw(st.binary(max_size=3)) + raw[place + data.draw(st.integers(0, 2)) :]
    found = module._as_we_write_it(spoilt)
    assert found is None or repr(found) == repr(_strictly(spoilt))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b'{"a": 1}\n',
        b'{\n  "a": 1,\n  "a": 1\n}\n',
        b'{\n  "a": NaN\n}\n',
        b'{\n  "a": "\\ud800"\n}\n',
        b'{\n  "a": "\xff"\n}\n',
        b"[" * 50_000,
    ],
)
def test_what_is_written_in_another_way_gets_a_strict_look(raw: bytes) -> None:
    assert module._as_we_write_it(raw) is None


def test_nothing_is_nested_too_deeply_for_a_quick_look() -> None:
    deepest: Any = []
    for _ in range(100):
        deepest = [deepest]
    raw = json.dumps(deepest, indent=2).encode() + b"\n"
    assert (_strictly(raw), module._as_we_write_it(raw)) == (None, None)


def test_what_we_wrote_needs_no_strict_look(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved = ProfileStore(path).save(replace(Profile(), lists={"work": "~/work.json"}, keys={"task.done": ("x",)}))
    monkeypatch.setattr("core.strict_json.parse", None)
    assert ProfileStore(path).load() == saved
