"""Pairing codes, the QR code's text and the server's verdict."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.pairing import PairOutcome, PairReport, check_secret, new_invitation, parse_pairing

SAID = {
    "Successfully paired to 192.168.1.20:37123 [guid=adb-R58M123-AbC12x]": (PairOutcome.PAIRED, "adb-R58M123-AbC12x"),
    "Successfully paired to 192.168.1.20:37123": (PairOutcome.PAIRED, None),
    "Successfully paired to x [guid=\x1b[2J]": (PairOutcome.PAIRED, None),
    "Failed: Wrong password or connection was dropped.": (PairOutcome.WRONG_CODE, None),
    "Failed: Unable to start pairing client.": (PairOutcome.UNREACHABLE, None),
    "Failed: something new": (PairOutcome.FAILED, None),
    "": (PairOutcome.FAILED, None),
}


@pytest.mark.parametrize("words", SAID)
def test_the_words_of_the_server(words: str) -> None:
    outcome, guid = SAID[words]
    assert parse_pairing(words) == PairReport(outcome=outcome, guid=guid)


@given(st.text(max_size=200))
def test_any_words(words: str) -> None:
    report = parse_pairing(words)
    assert report.guid is None or re.fullmatch(r"[A-Za-z0-9._:-]{1,64}", report.guid)


@pytest.mark.parametrize(("typed", "code"), [("123456", "123456"), (" 123 456\n", "123456"), ("aB3" * 4, "aB3" * 4)])
def test_codes_as_people_type_them(typed: str, code: str) -> None:
    assert check_secret(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "12345", "123456:127.0.0.1", "１２３４５６", "12345\x00", "1" * 65, "host:kill1"]
)
def test_nothing_else_reaches_the_servers_request_line(typed: str) -> None:
    with pytest.raises(ValueError, match="^not a pairing code$"):
        check_secret(typed)


def test_each_invitation_is_new_and_keeps_its_password_to_itself() -> None:
    one, other = new_invitation(), new_invitation()
    assert one.payload == f"WIFI:T:ADB;S:{one.service_name};P:{one.password};;"
    assert {one.service_name, one.password}.isdisjoint({other.service_name, other.password})
    assert check_secret(one.password) == one.password
    assert one.password not in repr(one)
