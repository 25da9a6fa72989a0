"""Identifiers: what is shown and what is kept are the same thing."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.records import DeviceSerial, Source
from daemon.archive.codes import from_micros, stored_key, to_micros
from daemon.archive.identifiers import EVENT_PREFIX, row_token, spell, unspell


@given(st.binary(min_size=16, max_size=16))
def test_spelling_is_base32_and_can_be_undone(token: bytes) -> None:
    spelled = spell(EVENT_PREFIX, token)
    assert spelled == "ev_" + base64.b32encode(token).decode().rstrip("=").lower()
    assert unspell(EVENT_PREFIX, spelled) == token


@given(st.text(max_size=40))
def test_only_what_was_spelled_is_understood(text: str) -> None:
    token = unspell(EVENT_PREFIX, text)
    assert token is None or spell(EVENT_PREFIX, token) == text


@pytest.mark.parametrize(
    "bad", ["", "ev_", "al_" + "a" * 26, "ev_" + "a" * 25, "ev_" + "A" * 26, "ev_" + "a" * 25 + "b"]
)
def test_others_are_refused(bad: str) -> None:
    assert unspell(EVENT_PREFIX, bad) is None


def test_parts_of_an_id_cannot_run_into_each_other() -> None:
    one = row_token(DeviceSerial("A"), Source.SMS, "12", b"x")
    assert one != row_token(DeviceSerial("A"), Source.SMS, "1", b"2x")
    assert one != row_token(DeviceSerial("A1"), Source.SMS, "2", b"x")


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive_to_the_microsecond(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        ("0", 0),
        ("41", 41),
        ("041", "041"),
        ("-1", "-1"),
        ("", ""),
        ("4a", "4a"),
        (str(2**63), str(2**63)),
        ("４", "４"),
    ],
)
def test_keys_are_numbers_only_when_nothing_is_lost(key: str, stored: int | str) -> None:
    assert stored_key(key) == stored
    assert str(stored_key(key)) == key
