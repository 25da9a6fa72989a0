"""A phone that scans anything."""

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from adb_bridge.simphone.adb_qr import parse_adb_qr

PRINTABLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


@settings(deadline=None)
@given(st.text() | st.text().map("WIFI:T:ADB;S:x;P:".__add__) | st.text(alphabet="WIFITADBSP:;\\").map("WIFI:".__add__))
def test_any_text_is_an_offer_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        code = parse_adb_qr(text)
        assert code.password
        assert 0 < len(code.name.encode()) < 64


@settings(max_examples=50, deadline=None)
@given(name=PRINTABLE, password=PRINTABLE)
def test_names_and_passwords_come_back_as_they_were(name: str, password: str) -> None:
    def escaped(text: str) -> str:
        return "".join(f"\\{character}" if character in '\\;:,"' else character for character in text)

    code = parse_adb_qr(f"WIFI:T:ADB;S:{escaped(name)};P:{escaped(password)};;")
    assert (code.name, code.password) == (name, password)
