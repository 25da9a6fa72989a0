"""Keys that are about to be destroyed seal nothing more, and open what they sealed until they are gone."""

from pathlib import Path

from crypto.keyring import open_keyring, write_keyring
from crypto.secrets import create_key_file
from tests.archive_kit import root_key

WEEK = ("messages", "2026-W19")


def test_a_retired_key_opens_and_is_given_for_nothing_new(tmp_path: Path) -> None:
    secret = create_key_file(tmp_path / "key")
    keys = write_keyring(tmp_path / "keys.json", root_key(), secret)
    old, other = keys.period_key(*WEEK), keys.period_key("messages", "2026-W20")
    keys.retire((old.key_no,))
    assert keys.is_retired(old.key_no) and not keys.is_retired(other.key_no)
    new = keys.period_key(*WEEK)
    assert new.key_no > other.key_no and keys.period_key(*WEEK) == new
    assert keys.by_no(old.key_no) == old
    keys.reload()
    keys.rotate()
    assert keys.period_key(*WEEK).key_no == new.key_no and keys.is_retired(old.key_no)
    # a stop in between: both are there, and the newest is given
    again = open_keyring(tmp_path / "keys.json", secret)
    assert [key.key_no for key in again.list() if (key.label, key.period) == WEEK] == [old.key_no, new.key_no]
    assert again.period_key(*WEEK).key_no == new.key_no
    keys.destroy((old.key_no,))
    assert keys.by_no(old.key_no) is None and not keys.is_retired(old.key_no)
    assert keys.period_key(*WEEK).key_no == new.key_no
