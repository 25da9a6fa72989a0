"""Joining consoles: the words, the key exchange and the certificates, without a network."""

import copy
import os
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.console_certs import (
    ConsoleKey,
    new_identity,
    public_key_of,
    read_request,
    spki_of_certificate,
    unsealed_identity,
)
from crypto.console_pairing import PairingExchange, PairingSide
from crypto.errors import IntegrityError
from crypto.pairing_code import NotACodeError, PairingCode, new_code, read_code
from crypto.record_seal import RecordSeal

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PLACE = st.integers(0, 2047)
REQUEST = ConsoleKey().request()
DAEMON, CONSOLE, STRANGER = b"d" * 32, b"c" * 32, b"m" * 32


@settings(max_examples=300, deadline=None)
@given(st.tuples(PLACE, PLACE, PLACE))
def test_words_characters_and_beginnings_are_the_same_code(places: tuple[int, int, int]) -> None:
    code = PairingCode(places)
    words = code.english().split()
    for typed in (
        code.english(),
        code.chinese(),
        " ".join(code.chinese()),
        "-".join(word[:4].upper() for word in words),
        "、".join(words),
        f"  {words[0]}\u3000{code.chinese()[1]}, {words[2].title()} ",
    ):
        assert read_code(typed) == code
    assert code.english() not in f"{code!r}{code!s}"


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", None), ("ocean tiger", None), ("ocean tiger lamp lamp", None), ("123 456 789", None), ("x" * 10_000, None),
        ("ocean tigerr lamp", 2), ("oceanic tiger lamp", 1), ("oce tiger lamp", 1), ("ocean tiger 龘", 3),
    ],
)  # fmt: skip
def test_what_is_no_code_is_told_by_its_place_and_not_by_its_text(typed: str, word: int | None) -> None:
    with pytest.raises(NotACodeError) as refused:
        read_code(typed)
    assert refused.value.word == word
    assert "tiger" not in str(refused.value)


def exchange(
    code: PairingCode, typed: PairingCode, *, seen_by_console: bytes, seen_by_daemon: bytes = CONSOLE
) -> tuple[PairingExchange, PairingExchange]:
    daemon = PairingExchange(PairingSide.DAEMON, code, daemon_spki=DAEMON, console_spki=seen_by_daemon)
    console = PairingExchange(PairingSide.CONSOLE, typed, daemon_spki=seen_by_console, console_spki=CONSOLE)
    daemon.take(console.message)
    console.take(daemon.message)
    return daemon, console


def test_both_sides_confirm_when_words_and_keys_are_the_same() -> None:
    code = new_code()
    daemon, console = exchange(code, code, seen_by_console=DAEMON)
    assert daemon.is_confirmed_by(console.confirmation())
    assert console.is_confirmed_by(daemon.confirmation())
    # a proof is of its side: what was sent cannot be sent back
    assert not daemon.is_confirmed_by(daemon.confirmation())
    assert not console.is_confirmed_by(console.confirmation())


def test_other_words_or_another_key_in_between_do_not_confirm() -> None:
    code = PairingCode((1, 2, 3))
    for daemon, console in (
        exchange(code, PairingCode((1, 2, 4)), seen_by_console=DAEMON),
        exchange(code, PairingCode((3, 2, 1)), seen_by_console=DAEMON),
        exchange(code, code, seen_by_console=STRANGER),  # TLS ends at somebody who passes everything on
        exchange(code, code, seen_by_console=DAEMON, seen_by_daemon=STRANGER),  # who has the daemon sign their own key
    ):
        assert not daemon.is_confirmed_by(console.confirmation())
        assert not console.is_confirmed_by(daemon.confirmation())


def test_replayed_messages_confirm_nothing() -> None:
    code = new_code()
    daemon, console = exchange(code, code, seen_by_console=DAEMON)
    said = (console.message, console.confirmation())
    again = PairingExchange(PairingSide.DAEMON, code, daemon_spki=DAEMON, console_spki=CONSOLE)
    again.take(said[0])
    assert not again.is_confirmed_by(said[1])


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=64), st.builds(lambda tail: b"A" + tail, st.binary(min_size=32, max_size=32))))
def test_no_message_does_more_than_end_the_exchange(message: bytes) -> None:
    code = PairingCode((5, 6, 7))
    daemon = PairingExchange(PairingSide.DAEMON, code, daemon_spki=DAEMON, console_spki=CONSOLE)
    try:
        daemon.take(message)
    except ValueError:
        with pytest.raises(ValueError):
            daemon.confirmation()
    else:
        assert not daemon.is_confirmed_by(os.urandom(32))


def test_a_console_is_certified_by_the_key_it_has() -> None:
    identity, key = new_identity(), ConsoleKey()
    given_one = identity.certificate_for(read_request(key.request()), name="cn_1", now=NOW)
    certificate = x509.load_pem_x509_certificate(given_one.pem.encode())
    assert spki_of_certificate(certificate.public_bytes(Encoding.DER)) == key.spki
    assert load_pem_private_key(bytes(key.pem()), None).public_key() == certificate.public_key()
    assert certificate.not_valid_after_utc == given_one.not_after == NOW + timedelta(days=90)
    authority = x509.load_pem_x509_certificate(identity.authority_pem.encode())
    certificate.verify_directly_issued_by(authority)
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [one.dotted_string for one in usage] == ["1.3.6.1.5.5.7.3.2"]  # cannot pose as the daemon
    renewed = identity.certificate_for(
        public_key_of(certificate.public_bytes(Encoding.DER)), name="cn_1", now=NOW + timedelta(days=60)
    )
    later = x509.load_pem_x509_certificate(renewed.pem.encode())
    assert spki_of_certificate(later.public_bytes(Encoding.DER)) == key.spki
    assert "PRIVATE" not in f"{key!r}{identity!r}"


def test_a_request_without_its_key_or_of_another_kind_is_refused() -> None:
    good = ConsoleKey().request()
    flipped = good[:-1] + bytes([good[-1] ^ 1])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    other_kinds = (
        builder.sign(ed25519.Ed25519PrivateKey.generate(), None).public_bytes(Encoding.DER),
        builder.sign(ec.generate_private_key(ec.SECP384R1()), SHA256()).public_bytes(Encoding.DER),
    )
    for bad in (b"", b"x", good[:-9], flipped, good + bytes(5000), *other_kinds):
        with pytest.raises(ValueError):
            read_request(bad)


def test_an_identity_comes_back_from_its_seal_and_from_no_other() -> None:
    identity, seal = new_identity(), RecordSeal(bytes(32))
    sealed = identity.sealed(seal)
    assert b"PRIVATE" not in sealed
    back = unsealed_identity(sealed, seal)
    assert (back.instance, back.server_spki, back.listener_pem()) == (
        identity.instance, identity.server_spki, identity.listener_pem(),
    )  # fmt: skip
    for content, opener in ((sealed, RecordSeal(b"k" * 32)), (sealed[:-1], seal), (b"", seal)):
        with pytest.raises(IntegrityError):
            unsealed_identity(content, opener)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 250), st.integers(0, 255))
def test_no_damaged_request_is_taken_for_one_of_another_key(at: int, byte: int) -> None:
    """Every byte matters: what comes through has the key that signed it."""
    changed = bytearray(REQUEST)
    changed[at % len(changed)] = byte
    try:
        assert read_request(bytes(changed)) == read_request(REQUEST)
    except ValueError:
        assert bytes(changed) != REQUEST


def test_nothing_secret_is_copied_or_told() -> None:
    code, identity = new_code(), new_identity()
    exchange = PairingExchange(PairingSide.CONSOLE, code, daemon_spki=DAEMON, console_spki=CONSOLE)
    for secret in (code, identity):
        with pytest.raises(TypeError):
            copy.copy(secret)
    assert f"{code!r} {exchange!r}" == "PairingCode(<hidden>) PairingExchange('console')"
    assert read_code("abstr abst abstract") == PairingCode((7, 7, 7))
    seal = RecordSeal(bytes(32))
    for content in (b"", msgspec.msgpack.encode(("a", b"", b"", b"", b""))):
        with pytest.raises(IntegrityError):
            unsealed_identity(seal.seal(content, 0), seal)
