"""Lists of newer formats: shown as far as they are understood, and never written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NewerSchemaError
from tests import lists, places
from tests.instances import Instance, opened
from tests.lists import FIVE, files_in

file = places.tasks
grown = lists.grown


@pytest.mark.parametrize(
    "raw",
    [
        b'{"schema_version":2,"seq":9,"tasks":{"by":"uid"}}',
        b'{"schema_version":2}',
        b'{"schema_version":99,"lists":[]}',
    ],
)
def test_a_newer_format_that_we_cannot_even_read_stops(raw: bytes, grown: Path) -> None:
    grown.write_bytes(raw)
    before = files_in(grown.parent)
    here = Instance(grown)
    here.state.add_task("six")
    for act in (here.load, here.commit, here.checkpoint):
        with pytest.raises(NewerSchemaError):
            act()
    assert files_in(grown.parent) == before


def test_a_newer_format_without_a_task_that_we_understand_is_shown_empty_and_never_written(grown: Path) -> None:
    grown.write_bytes(b'{"schema_version":2,"seq":9,"tasks":[{"title":"x"}]}')
    assert opened(grown).store._opened.newer is not None


def test_a_newer_format_in_a_backup_is_not_written_over_either(grown: Path) -> None:
    backup = grown.with_name("tasks.json.backup")
    backup.write_bytes(backup.read_bytes().replace(b'"schema_version":1', b'"schema_version":2').replace(b"four", b"4"))
    grown.write_bytes(b"garbage")
    before = files_in(grown.parent)
    here = opened(grown)
    here.state.add_task("six")
    for act in (here.commit, here.checkpoint):
        with pytest.raises(NewerSchemaError):
            act()
    assert files_in(grown.parent) == before


def test_a_wrong_bit_in_the_format_number_makes_no_newer_format(grown: Path) -> None:
    raw = grown.read_bytes()
    for bit in range(8):
        at = raw.index(b":1,") + 1
        grown.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])
        here = opened(grown)
        assert here.names == FIVE
        assert here.store._opened.newer is None
