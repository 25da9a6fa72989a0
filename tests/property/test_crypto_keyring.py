"""A keyring file that was changed, by chance or by somebody: the right key, or a clear refusal, and never a crash."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import IntegrityError, VaultStateError, WrongKeyError
from crypto.keyring import add_slot, create_keyring, list_slots, open_keyring
from crypto.keys import Purpose
from crypto.passphrases import Argon2Cost
from crypto.secrets import KeyFileSecret, PassphraseSecret, create_key_file

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
PASSPHRASE = PassphraseSecret(b"amber-lotus-41")


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[Path, KeyFileSecret]]:
    with tempfile.TemporaryDirectory() as directory:
        secret = create_key_file(Path(directory) / "key")
        root = create_keyring(Path(directory) / "keys.json", secret)
        add_slot(Path(directory) / "keys.json", root, PASSPHRASE, cost=CHEAP)
        yield Path(directory), secret


def test_every_flipped_bit_opens_right_or_is_refused(place: tuple[Path, KeyFileSecret]) -> None:
    directory, secret = place
    whole = (directory / "keys.json").read_bytes()
    right = open_keyring(directory / "keys.json", secret).derive(Purpose.ARCHIVE)
    flipped = directory / "flipped.json"
    opened = refused = 0
    for at in range(len(whole)):
        # Every bit of the header, one of each letter after it, and of every fifth in the long fields.
        is_long = b" " not in whole[max(at - 60, 0) : at + 60]
        for bit in range(8) if at < 300 else (at % 8,) if not is_long or at % 5 == 0 else ():
            damaged = bytearray(whole)
            damaged[at] ^= 1 << bit
            flipped.write_bytes(damaged)
            try:
                assert open_keyring(flipped, secret).derive(Purpose.ARCHIVE) == right
                opened += 1
            except IntegrityError:
                refused += 1
    # What opens has its damage in the other slot.
    assert opened + refused > len(whole) / 2
    assert refused > opened / 2


@settings(max_examples=300)
@given(data=st.data())
def test_a_passphrase_slot_with_flipped_bits(place: tuple[Path, KeyFileSecret], data: st.DataObject) -> None:
    directory, _ = place
    whole = bytearray((directory / "keys.json").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (directory / "flipped.json").write_bytes(whole)
    try:
        root = open_keyring(directory / "flipped.json", PASSPHRASE)
    except (IntegrityError, WrongKeyError):
        return
    assert root.derive(Purpose.ARCHIVE) == open_keyring(directory / "keys.json", PASSPHRASE).derive(Purpose.ARCHIVE)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=300)
@given(data=st.data(), value=values)
def test_a_keyring_with_any_value_anywhere(
    place: tuple[Path, KeyFileSecret], data: st.DataObject, value: object
) -> None:
    directory, secret = place
    file = json.loads((directory / "keys.json").read_text())
    part = data.draw(st.sampled_from([file, file["slots"][0], file["slots"][0]["kdf"], file["slots"][1]["kdf"]]))
    part[data.draw(st.sampled_from(sorted(part)) | st.text(max_size=5))] = value
    (directory / "any.json").write_text(json.dumps(file))
    for one in (secret, PASSPHRASE):
        try:
            root = open_keyring(directory / "any.json", one)
        except (IntegrityError, WrongKeyError, VaultStateError):
            continue
        assert root.derive(Purpose.AUDIT) == open_keyring(directory / "keys.json", one).derive(Purpose.AUDIT)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_no_keyring(place: tuple[Path, KeyFileSecret], content: bytes) -> None:
    directory, secret = place
    (directory / "bytes.json").write_bytes(content)
    with pytest.raises(IntegrityError):
        open_keyring(directory / "bytes.json", secret)
    with pytest.raises(IntegrityError):
        list_slots(directory / "bytes.json")
