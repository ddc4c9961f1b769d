"""Bytes of any format, which their owner checks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.errors import InvalidContentError, UnavailableError
from core.file_safety import SafeFileManager
from core.recovery import Attempt
from tests import places, safe_files

quick_disk = safe_files.quick_disk
path = places.tasks


def _accept_words(raw: bytes, path: Path) -> str:
    if raw.startswith(b"!"):
        raise InvalidContentError(path, "it begins with a cry")
    if raw.startswith(b"?"):
        raise ValueError("it is a question")
    return raw.decode()


def test_bytes_of_any_format_are_checked_by_their_owner(path: Path) -> None:
    manager = SafeFileManager(path)
    for word in (b"one", b"two", b"three"):
        with manager.lock:
            assert manager.save_bytes(word, _accept_words) == ()
    for damage, problem in ((b"!", "it begins with a cry"), (b"?", "it is a question")):
        path.write_bytes(damage)
        loaded = manager.load_bytes(_accept_words)
        assert (loaded.value, loaded.path) == ("two", path.with_name(safe_files.FOUR[1]))
        assert loaded.identity.inode == path.with_name(safe_files.FOUR[1]).stat().st_ino
        assert manager.last_recovery is not None
        assert manager.last_recovery.refused == (Attempt(path, problem),)
        assert [backup.problem for backup in manager.list_backups(_accept_words)] == ["", ""]
        with manager.lock:
            [kept] = manager.save_bytes(b"four", _accept_words)
        assert kept.read_bytes() == damage


def test_older_copies_come_after_the_backups(path: Path) -> None:
    manager = safe_files.save(path, 2)
    copies = [path.with_name("copy-2"), path.with_name("copy-1")]
    copies[1].write_bytes(b"copy")
    loaded = manager.load_bytes(_accept_words, copies)
    assert loaded.path == path
    path.write_bytes(b"!")
    path.with_name(safe_files.FOUR[1]).write_bytes(b"?")
    loaded = manager.load_bytes(_accept_words, copies)
    assert (loaded.value, loaded.path) == ("copy", copies[1])


def test_a_replaced_file_is_kept_under_the_given_word_or_goes(path: Path) -> None:
    manager = SafeFileManager(path)
    path.write_bytes(b"!old")
    with manager.lock:
        [kept] = manager.save_bytes(b"new", _accept_words, replaced="schema-0")
    assert kept.name.startswith("tasks.json.schema-0-")
    assert kept.read_bytes() == b"!old"
    path.write_bytes(b"!old")
    with manager.lock:
        assert manager.save_bytes(b"newer", _accept_words, replaced="") == ()
    assert len(safe_files.set_aside(path, "schema-0")) == 1


def test_only_the_expected_file_is_replaced(path: Path) -> None:
    manager = safe_files.save(path, 2)
    manager.load_json_with_recovery()
    known = manager.known_good()
    safe_files.edit(path, safe_files.document(100))
    before = safe_files.content(path.parent)
    with manager.lock, pytest.raises(UnavailableError, match="was changed by another program"):
        manager.save_bytes(b"[]", lambda raw, _path: json.loads(raw), expected=known)
    assert safe_files.content(path.parent) == before


def test_what_we_know_to_be_good_is_what_we_wrote_not_what_came_after(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = safe_files.save(path, 2)
    replace = os.replace

    def replace_and_be_replaced(source: Path, target: Path) -> None:
        replace(source, target)
        safe_files.edit(target, safe_files.document(100))

    monkeypatch.setattr(os, "replace", replace_and_be_replaced)
    manager.save_json_with_lock(safe_files.document(3))
    known = manager.known_good()
    assert known is not None
    assert known.inode != path.stat().st_ino
