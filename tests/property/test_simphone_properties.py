"""Properties of the simulated phone's wire formats, shell and content printer."""

import asyncio
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.faults import Cable
from adb_bridge.simphone.handset import Handset
from adb_bridge.simphone.pipes import Buffer, NoInput
from adb_bridge.simphone.rows import Sms
from adb_bridge.simphone.spec import PhoneSpec
from adb_bridge.simphone.userland.content import java_float
from adb_bridge.simphone.userland.interpreter import Streams, run_script
from adb_bridge.simphone.userland.programs import PROGRAMS
from adb_bridge.simphone.wire.packets import Packet, ProtocolError, Verb, encode, read_packet
from adb_bridge.simphone.wire.shell_v2 import ShellId, ShellPackets, shell_packet

U32 = st.integers(0, 2**32 - 1)
# What a host can send in an argument: any text but NUL.
ARGUMENT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


async def settle() -> None:
    """Nothing to settle."""


def handset(sdk: int = 34) -> Handset:
    def nothing() -> None:
        pass

    cable = Cable(
        cut=nothing, unplug=nothing, plug=nothing, unauthorize=nothing,
        reboot=nothing, power_off=nothing, wipe=nothing, settle=settle,
    )  # fmt: skip
    return Handset(PhoneSpec(serial="SIM1", sdk=sdk), SystemClock(), cable)


def run(command: str, phone: Handset | None = None) -> tuple[int, bytes, bytes]:
    out, err = Buffer(), Buffer()
    code = asyncio.run(run_script(command, Streams(NoInput(), out, err), phone or handset(), PROGRAMS))
    return code, out.value(), err.value()


def quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


class Bytes:
    """A wire that holds fixed bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read_exactly(self, size: int) -> bytes:
        if len(self._data) < size:
            raise ConnectionResetError
        data, self._data = self._data[:size], self._data[size:]
        return data

    async def write(self, data: bytes) -> None:
        raise AssertionError


@given(st.sampled_from(Verb), U32, U32, st.binary(max_size=5000))
def test_packets_come_back(verb: Verb, arg0: int, arg1: int, payload: bytes) -> None:
    packet = Packet(verb=verb, arg0=arg0, arg1=arg1, payload=payload)
    assert asyncio.run(read_packet(Bytes(encode(packet)), max_payload=5000)) == packet


@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_a_protocol_error_or_too_few(data: bytes) -> None:
    try:
        packet = asyncio.run(read_packet(Bytes(data), max_payload=100))
    except (ProtocolError, ConnectionError):
        return
    assert len(packet.payload) <= 100


@given(st.lists(st.tuples(st.sampled_from(ShellId), st.binary(max_size=300)), max_size=8), st.data())
def test_shell_packets_survive_any_cutting(packets: list[tuple[ShellId, bytes]], data: st.DataObject) -> None:
    stream = b"".join(shell_packet(kind, payload) for kind, payload in packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    reader = ShellPackets()
    found: list[tuple[int, bytes]] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found.extend(reader.feed(stream[start:end]))
    assert found == packets


@given(st.lists(ARGUMENT, min_size=1, max_size=4))
def test_single_quotes_carry_anything(words: list[str]) -> None:
    code, out, err = run("printf '%s\\n' " + " ".join(quote(word) for word in words))
    assert (code, err) == (0, b"")
    assert out.decode() == "".join(word + "\n" for word in words)


@given(ARGUMENT)
def test_double_quotes_carry_what_is_escaped(word: str) -> None:
    escaped = "".join("\\" + character if character in '\\"$`' else character for character in word)
    assert run(f'printf %s "{escaped}"') == (0, word.encode(), b"")


@settings(max_examples=300)
@given(st.text(st.sampled_from(" ;&|<>(){}'\"\\$`\n!#=abifthenodrw2?-*"), max_size=40))
def test_any_script_ends_with_an_exit_code(script: str) -> None:
    code, _, _ = run(script)
    assert 0 <= code <= 255


@given(st.lists(st.one_of(st.none(), st.text(max_size=40), st.binary(max_size=40)), min_size=1, max_size=6))
def test_hex_of_any_body_is_its_bytes(bodies: list[str | bytes | None]) -> None:
    phone = handset()
    phone.store.load_sms(Sms(address="1", body=body, at=datetime.now(UTC)) for body in bodies)
    _, out, err = run("content query --uri content://sms --projection '_id:hex(body):body IS NULL' --sort _id", phone)
    expected = [
        f"Row: {at} _id={at + 1}, hex(body)={_raw(body).hex().upper()}, body IS NULL={int(body is None)}"
        for at, body in enumerate(bodies)
    ]
    assert (out.decode().splitlines(), err) == (expected, b"")
    assert [row.body for row in phone.store.sms()] == [None if body is None else _raw(body) for body in bodies]


def _raw(body: str | bytes | None) -> bytes:
    return b"" if body is None else body.encode() if isinstance(body, str) else body


@given(ARGUMENT.filter(lambda text: text.strip() and not text.startswith("--")))
def test_any_condition_is_rows_an_exception_or_nothing(where: str) -> None:
    phone = handset()
    phone.store.load_sms([Sms(address="1", body="x", at=datetime.now(UTC))])
    code, out, err = run(f"content query --uri content://sms --projection _id --where {quote(where)}", phone)
    assert code == 0
    assert out in (b"Row: 0 _id=1\n", b"No result found.\n", b"")
    assert (out == b"") == err.startswith(b"Error while accessing provider:sms\n")


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
@example(3.4025001647762064e38)
def test_java_floats_read_back_as_the_same_float(value: float) -> None:
    text = java_float(value)
    assert struct.pack("<f", float(text)) == struct.pack("<f", value)
    assert "." in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5, "1.5"), (0.0, "0.0"), (-0.0, "-0.0"), (1e7, "1.0E7"), (9999999.0, "9999999.0"), (0.001, "0.001"),
        (0.0001, "1.0E-4"), (3.14159265358979, "3.1415927"), (123456789.0, "1.2345679E8"), (1e300, "Infinity"),
        (100.0, "100.0"), (-2.5e-9, "-2.5E-9"),
    ],
)  # fmt: skip
def test_floats_are_printed_as_java_does(value: float, text: str) -> None:
    assert java_float(value) == text
