"""UIDs are those of the standard library, and random ones are never the same."""

from __future__ import annotations

from uuid import NAMESPACE_OID, RFC_4122, UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from core.task import check_field
from core.uids import random_uid, uid_of


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
