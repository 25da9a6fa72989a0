"""The mathematics under `adb pair`, against published vectors and an independent implementation."""

import contextlib
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adb_bridge.simphone.wire import spake2
from adb_bridge.simphone.wire.auth import HostKey
from adb_bridge.simphone.wire.edwards import BASE, NEUTRAL, ORDER, Point, decode
from adb_bridge.simphone.wire.packets import ProtocolError
from adb_bridge.simphone.wire.pairing import PEER_INFO_BYTES, PairingCipher, device_peer_info, host_of_peer_info
from adb_bridge.simphone.wire.spake2 import Side, Spake2


def public_key(seed: bytes) -> bytes:
    """RFC 8032 §5.1.5 with our arithmetic."""
    scalar = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little")
    scalar = (scalar & (1 << 254) - 8) | 1 << 254
    return (scalar * BASE).encode()


# RFC 8032 §7.1, tests 1 to 3.
@pytest.mark.parametrize(
    ("seed", "public"),
    [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        ),
    ],
)
def test_multiples_of_the_base_point_are_rfc_8032_s(seed: str, public: str) -> None:
    assert public_key(bytes.fromhex(seed)).hex() == public


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_multiples_of_the_base_point_are_those_of_another_implementation(seed: bytes) -> None:
    theirs = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    assert public_key(seed) == theirs
    assert decode(theirs).encode() == theirs


def test_the_base_point_generates_the_group() -> None:
    assert (ORDER * BASE).encode() == NEUTRAL.encode()
    assert (BASE + -BASE).encode() == NEUTRAL.encode()
    assert ((ORDER + 5) * BASE).encode() == (BASE + BASE + BASE + BASE + BASE).encode()


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_decoding_any_bytes_gives_their_point_or_says_no(data: bytes) -> None:
    try:
        point = decode(data)
    except ValueError:
        return
    assert point.encode() == data


@pytest.mark.parametrize(("letter", "point"), [("M", spake2._M), ("N", spake2._N)])
def test_m_and_n_come_from_their_seeds(letter: str, point: Point) -> None:
    digest = hashlib.sha256(f"edwards25519 point generation seed ({letter})".encode()).digest()
    while True:
        try:
            found = decode(digest)
            break
        except ValueError:
            digest = hashlib.sha256(digest).digest()
    assert found.encode() == point.encode()


def keys_of(host_password: bytes, phone_password: bytes) -> tuple[bytes, bytes]:
    host = Spake2(Side.ALICE, alice=b"host\0", bob=b"phone\0", password=host_password)
    phone = Spake2(Side.BOB, alice=b"host\0", bob=b"phone\0", password=phone_password)
    return host.finish(phone.message), phone.finish(host.message)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_both_sides_have_one_key_exactly_when_they_know_one_password(password: bytes, other: bytes) -> None:
    assert len(set(keys_of(password, password))) == 1
    assume(other != password)
    assert len(set(keys_of(password, other))) == 2


def test_names_are_part_of_the_key() -> None:
    host = Spake2(Side.ALICE, alice=b"host", bob=b"phone", password=b"1")
    phone = Spake2(Side.BOB, alice=b"hos", bob=b"tphone", password=b"1")
    assert host.finish(phone.message) != phone.finish(host.message)


def test_cipher_counts_each_direction_and_refuses_what_was_changed() -> None:
    one, other = PairingCipher(b"k" * 64), PairingCipher(b"k" * 64)
    first, second = one.seal(b"text"), one.seal(b"text")
    assert first != second
    assert (other.open(first), other.open(second)) == (b"text", b"text")
    with pytest.raises(ProtocolError):
        other.open(second)
    with pytest.raises(ProtocolError):
        PairingCipher(b"l" * 64).open(first)


@settings(deadline=None)
@given(st.binary(max_size=PEER_INFO_BYTES + 1).map(lambda data: data.ljust(PEER_INFO_BYTES, b"\0")))
def test_any_peer_info_is_a_key_or_refused(info: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        assert isinstance(host_of_peer_info(info), HostKey)


def test_device_peer_info_is_as_long_as_a_host_expects() -> None:
    info = device_peer_info("adb-SIM1-AbCdEf")
    assert len(info) == PEER_INFO_BYTES
    assert info.startswith(b"\x01adb-SIM1-AbCdEf\0")
