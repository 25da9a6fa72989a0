"""Signed notes: a text and Ed25519 signatures under it, as in https://c2sp.org/signed-note (also Go's sumdb/note)."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import CryptoErrorCode, IntegrityError

MAX_NOTE_CHARACTERS: Final = 8192
LEDGER_KEY: Final = b"\x01"
"""The algorithm byte of plain Ed25519 keys, which sign ledgers' heads."""
KEY_ID_BYTES: Final = 4
_NAME: Final = re.compile(r"[^\s+]{1,200}")
_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Verifier:
    """A verifier key, read."""

    name: str
    key_id: bytes
    key: Ed25519PublicKey


def public_key_text(name: str, private: Ed25519PrivateKey) -> str:
    """The verifier key `name+id+base64` that anybody may have. ValueError when `name` is no key name."""
    public = private.public_key().public_bytes_raw()
    return f"{checked_name(name)}+{key_id(name, LEDGER_KEY, public).hex()}+{to_base64(LEDGER_KEY + public)}"


def sign_note(text: str, name: str, private: Ed25519PrivateKey) -> str:
    """`text`, which ends with a newline, and one signature by `name`. ValueError when a note cannot hold them."""
    if not text.endswith("\n") or not _is_plain(text):
        raise ValueError("a note's text ends with a newline and has no control characters")
    identifier = key_id(checked_name(name), LEDGER_KEY, private.public_key().public_bytes_raw())
    return f"{text}\n{signature_line(name, identifier + private.sign(text.encode()))}"


def signature_line(name: str, signature: bytes) -> str:
    """One line of a note's signatures, with its newline. `signature` begins with the key's id."""
    return f"{_DASH}{name} {to_base64(signature)}\n"


def verify_note(note: str, public_key: str) -> str:
    """The note's text, when `public_key` signed it; signatures by others are ignored.

    IntegrityError(HEAD_MALFORMED, HEAD_SIGNATURE); ValueError when `public_key` is not a verifier key.
    """
    verifier = read_verifier(public_key, LEDGER_KEY)
    text, signatures = split_note(note)
    for name, signature in signatures:
        if name == verifier.name and signature[:KEY_ID_BYTES] == verifier.key_id:
            try:
                verifier.key.verify(signature[KEY_ID_BYTES:], text.encode())
            except InvalidSignature:
                raise IntegrityError(CryptoErrorCode.HEAD_SIGNATURE, "not signed by this key") from None
            return text
    raise IntegrityError(CryptoErrorCode.HEAD_SIGNATURE, "no signature by this key")


def split_note(note: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """The signed text with its last newline, and (name, key id | signature) of every signature, unchecked.

    IntegrityError(HEAD_MALFORMED).
    """
    if len(note) > MAX_NOTE_CHARACTERS or not note.endswith("\n") or not _is_plain(note):
        raise malformed("note")
    text, separator, tail = note.rpartition("\n\n")
    if not separator or not text or not tail:
        raise malformed("no signatures")
    return text + "\n", tuple(_parse_signature(line) for line in tail[:-1].split("\n"))


def checked_name(name: str) -> str:
    """`name` when it can name a key: 1 to 200 characters, no blanks, no '+', no control characters. Else ValueError."""
    if not _NAME.fullmatch(name) or not _is_plain(name):
        raise ValueError("a ledger's name has 1 to 200 characters, no blanks and no '+'")
    return name


def to_base64(content: bytes) -> str:
    """Standard alphabet with padding."""
    return base64.b64encode(content).decode("ascii")


def from_base64(text: str) -> bytes:
    """The inverse of `to_base64`, refusing every other spelling of the same bytes. IntegrityError(HEAD_MALFORMED)."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise malformed("base64") from None
    if to_base64(content) != text:
        raise malformed("base64")
    return content


def malformed(what: str) -> IntegrityError:
    """The error for a note or head that is not in its form."""
    return IntegrityError(CryptoErrorCode.HEAD_MALFORMED, what)


def _parse_signature(line: str) -> tuple[str, bytes]:
    name, blank, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not blank or not _NAME.fullmatch(name):
        raise malformed("signature line")
    signature = from_base64(encoded)
    if len(signature) <= KEY_ID_BYTES:
        raise malformed("signature")
    return name, signature


def read_verifier(public_key: str, algorithm: bytes) -> Verifier:
    """A verifier key `name+id+base64` of one algorithm (the first byte of its key). ValueError when it is none."""
    name, _, rest = public_key.partition("+")
    identifier, _, encoded = rest.partition("+")
    try:
        key = from_base64(encoded)
    except IntegrityError:
        key = b""
    is_ours = _NAME.fullmatch(name) and key[:1] == algorithm and len(key) == 33
    if not is_ours or key_id(name, algorithm, key[1:]).hex() != identifier:
        raise ValueError("not the public key of a ledger")
    return Verifier(name, key_id(name, algorithm, key[1:]), Ed25519PublicKey.from_public_bytes(key[1:]))


def key_id(name: str, algorithm: bytes, public: bytes) -> bytes:
    """The first 4 bytes of SHA-256 over name, newline, algorithm and public key."""
    return hashlib.sha256(name.encode() + b"\n" + algorithm + public).digest()[:KEY_ID_BYTES]


def fingerprint(public_key: str) -> str:
    """Of a verifier key, for people to compare: 32 hexadecimal digits of its SHA-256, in groups of four."""
    digest = hashlib.sha256(public_key.encode("utf-8", "replace")).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def _is_plain(text: str) -> bool:
    """Text a note may hold: UTF-8, no control characters but newline."""
    return not any((character < " " and character != "\n") or "\ud800" <= character <= "\udfff" for character in text)
