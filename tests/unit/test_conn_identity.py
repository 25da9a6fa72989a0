"""What carries a connection, and whether two connections lead to one phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.carrier import Carrier
from adb_bridge.identity import Body, carrier_of, is_same_phone, parse_body, parse_tls_port
from adb_bridge.records import TransportSerial
from adb_bridge.shell_batch import Section

BOOT = b"0f3a1c52-7d9e-4b1a-9c55-1e2d3c4b5a69\n"


def section(output: bytes) -> Section:
    return Section(output=output, status=0)


@pytest.mark.parametrize(
    ("name", "tls_port", "carrier"),
    [
        ("R58M123456A", None, Carrier.CABLE),
        ("emulator-5554", 37123, Carrier.CABLE),
        ("192.168.1.20:5555", None, Carrier.NETWORK),
        ("192.168.1.20:5555", 37123, Carrier.NETWORK),
        ("192.168.1.20:37123", 37123, Carrier.WIRELESS_DEBUGGING),
        ("[fe80::1]:37123", 37123, Carrier.WIRELESS_DEBUGGING),
        ("adb-R58M123-AbCdEf._adb-tls-connect._tcp", None, Carrier.WIRELESS_DEBUGGING),
        ("adb-R58M123._adb._tcp.", None, Carrier.NETWORK),
    ],
)
def test_carriers(name: str, tls_port: int | None, carrier: Carrier) -> None:
    assert carrier_of(TransportSerial(name), tls_port) is carrier


def test_marks_of_a_phone() -> None:
    body = parse_body(section(BOOT), section(b"8f1a2b3c4d5e6f70\n"))
    assert body.boot_id == BOOT.decode().strip()
    assert body.install_mark is not None
    assert "8f1a2b3c4d5e6f70" not in body.install_mark
    assert parse_body(section(b"cat: Permission denied\n"), section(b"null\n")) == Body(boot_id=None, install_mark=None)


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=12))
def test_any_bytes(boot: bytes, install: bytes, port: bytes) -> None:
    body = parse_body(section(boot), section(install))
    assert body.boot_id is None or len(body.boot_id) == 36
    assert body.install_mark is None or len(body.install_mark) == 16
    number = parse_tls_port(section(port))
    assert number is None or 0 < number < 65536


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (("b1", "i1"), ("b1", "i2"), True),
        (("b1", "i1"), ("b2", "i1"), False),
        ((None, "i1"), ("b2", "i1"), True),
        ((None, "i1"), ("b2", "i2"), False),
        ((None, None), ("b2", "i2"), True),
    ],
)
def test_the_kernels_word_comes_first(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], *, is_same: bool
) -> None:
    bodies = [Body(boot_id=boot, install_mark=install) for boot, install in (one, other)]
    assert is_same_phone(*bodies) is is_same
    assert is_same_phone(*reversed(bodies)) is is_same
