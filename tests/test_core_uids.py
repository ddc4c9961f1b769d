"""UIDs are those of the standard library, and random ones are never the same. Which of them a word means."""

from __future__ import annotations

from uuid import NAMESPACE_OID, RFC_4122, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AmbiguousTaskError, TodurableError, UnknownTaskError
from core.task import check_field
from core.uids import random_uid, uid_named, uid_of


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_uid_of_a_name_is_what_the_standard_library_says(name: str) -> None:
    assert uid_of(name) == str(uuid5(NAMESPACE_OID, name))


def test_a_random_uid_is_one_of_version_4_and_like_no_other() -> None:
    uids = [random_uid() for _ in range(1000)]
    assert len(set(uids)) == 1000
    for uid in uids:
        assert (UUID(uid).version, UUID(uid).variant) == (4, RFC_4122)
        assert check_field("uid", uid) == uid == str(UUID(uid))
    assert len({uid[19] for uid in uids}) == 4
    assert len({uid[index] for uid in uids for index in range(19)}) > 16


KNOWN = {
    "12345678-0000-4000-8000-000000000001": 1,
    "abcdef00-0000-4000-8000-000000000002": 2,
    "abcd0000-0000-4000-8000-000000000003": 3,
    "abcd0000-0000-4000-8000-000000000004": 3,
}


def named(wanted: str) -> str:
    return uid_named(wanted, KNOWN, lambda id_: [uid for uid, number in KNOWN.items() if number == id_])


@pytest.mark.parametrize(
    ("wanted", "last"),
    [("2", 2), ("02", 2), ("12345678-", 1), ("abcde", 2), ("abcd0000-0000-4000-8000-000000000003", 3)],
)
def test_a_task_is_named_by_its_id_or_by_the_start_of_its_uid(wanted: str, last: int) -> None:
    assert named(wanted)[-1] == str(last)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        *(
            (wanted, UnknownTaskError)
            for wanted in ("", "4", "0", "1234", "abc", "abce", "x" * 50, "9" * 5000, "2 ", "²")
        ),
        *(
            (wanted, AmbiguousTaskError)
            for wanted in ("3", "03", "abcd", "abcd0", "abcd0000-0000-4000-8000-00000000000")
        ),
    ],
)
def test_what_names_no_task_is_told_apart_from_what_names_several(wanted: str, error: type[TodurableError]) -> None:
    with pytest.raises(error):
        named(wanted)
