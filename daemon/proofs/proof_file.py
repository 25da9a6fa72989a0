"""The proof of one record as a file: JSON, written and read here, judged in `proof_check.py`.

    {"format": "shopwarden-proof", "version": 1,
     "ledger_index": 42,                  the record is the 42nd entry; its leaf in the tree has index 41
     "commitment": base64, 32 bytes,      what the leaf is made of: SHA-256(0x00 | commitment)
     "record": null, or when the content is disclosed
        {"opening": base64, "content": base64 (MessagePack array [kind, column, …]), "fields": {…readable…}},
     "path": [base64, …],                 the audit path, bottom up (RFC 9162 section 2.1.3)
     "head": text,                        the signed head (https://c2sp.org/tlog-checkpoint)
     "public_key": text,                  the ledger's verifier key
     "witnessed": [{"head": text, "path": [base64, …]}, …]}  earlier heads that left the box, and that each only grew

The commitment is SHA-256(opening | content); the opening is 16 random bytes, so a disclosed record tells nothing of
others and an undisclosed one cannot be guessed.
"""

import json
from typing import Final

import msgspec

from crypto.errors import IntegrityError
from crypto.notes import from_base64, to_base64

from .proof_fields import FieldValue
from .proof_problems import ProofError, ProofProblem

FORMAT: Final = "shopwarden-proof"
VERSION: Final = 1
MAX_PROOF_BYTES: Final = 64 * 1024 * 1024
MAX_WITNESSED: Final = 1_000
_MAX_HASHES: Final = 64


class WitnessedHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An earlier head and the way from it to the proof's head."""

    head: str
    path: tuple[str, ...]


class Disclosure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The record itself."""

    opening: str
    content: str
    fields: dict[str, FieldValue]


class ProofFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """See the head of this module."""

    format: str = FORMAT
    version: int = VERSION
    ledger_index: int
    commitment: str
    record: Disclosure | None
    path: tuple[str, ...]
    head: str
    public_key: str
    witnessed: tuple[WitnessedHead, ...] = ()


class _Version(msgspec.Struct, frozen=True):
    format: str
    version: int


def encode_proof(proof: ProofFile) -> bytes:
    """UTF-8, indented, with a newline at the end."""
    return msgspec.json.format(msgspec.json.encode(proof), indent=1) + b"\n"


def decode_proof(content: bytes) -> ProofFile:
    """The inverse; how the JSON is laid out does not matter. ProofError(MALFORMED, NEWER)."""
    if len(content) > MAX_PROOF_BYTES:
        raise ProofError(ProofProblem.MALFORMED)
    try:
        table = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
        version = msgspec.convert(table, _Version)
        if version.format == FORMAT and version.version > VERSION:
            raise ProofError(ProofProblem.NEWER)
        proof = msgspec.convert(table, ProofFile)
    except (ValueError, RecursionError, msgspec.ValidationError):
        raise ProofError(ProofProblem.MALFORMED) from None
    paths = (proof.path, *(one.path for one in proof.witnessed))
    is_small = len(proof.witnessed) <= MAX_WITNESSED and all(len(path) <= _MAX_HASHES for path in paths)
    if proof.format != FORMAT or proof.version != VERSION or not is_small:
        raise ProofError(ProofProblem.MALFORMED)
    return proof


def hashes_of(path: tuple[str, ...]) -> tuple[bytes, ...]:
    """Hashes from base64. ProofError(MALFORMED)."""
    return tuple(bytes_of(one) for one in path)


def bytes_of(text: str) -> bytes:
    """Base64 in its one spelling. ProofError(MALFORMED)."""
    try:
        return from_base64(text)
    except IntegrityError:
        raise ProofError(ProofProblem.MALFORMED) from None


def texts_of(path: tuple[bytes, ...]) -> tuple[str, ...]:
    """Hashes to base64."""
    return tuple(map(to_base64, path))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A name that comes twice could be read differently by two readers."""
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a name comes twice")
    return table


def _refuse(_: str) -> object:
    raise ValueError("not JSON")
