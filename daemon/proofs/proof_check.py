"""Judging a proof with public material only: no archive, no key, no network."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from crypto.checkpoints import Head, SignedHead, verify_head
from crypto.cosignatures import verify_cosignature
from crypto.database import SqlValue
from crypto.errors import IntegrityError
from crypto.merkle import HASH_BYTES, leaf_hash, verify_consistency, verify_inclusion
from crypto.notes import fingerprint

from .proof_fields import FieldValue, fields_of
from .proof_file import Disclosure, ProofFile, bytes_of, hashes_of
from .proof_problems import ProofError, ProofProblem
from .typed_heads import UNPROVED, TypedHead, TypedHeadError

OPENING_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What whoever checks knows from elsewhere. Each makes the proof say more, and each has to fit."""

    public_key: str | None = None
    """The ledger's, got from the shop by another way; None takes the proof's own word."""
    heads: tuple[SignedHead, ...] = ()
    """From a USB stick, a print, a witness: the proof must continue each of them."""
    typed: tuple[TypedHead, ...] = ()
    """The same from paper, typed. The check digits are nothing here: only the shop's key could judge them."""
    witness_keys: tuple[str, ...] = ()
    """Of witnesses: each must have cosigned a head of the proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessedBy:
    """A witness saw a head at a time of its own clock."""

    witness: str
    at: datetime
    size: int
    holds_record: bool
    """True: the record was in the ledger then. False: the head is smaller, and shows only that its history stayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What a proof shows."""

    ledger: str
    ledger_index: int
    size: int
    """Of the ledger when the head was signed."""
    root: bytes
    key_fingerprint: str
    is_key_given: bool
    """False: whoever made the file could have made the key too."""
    kind: str | None
    """None: the content is not disclosed, only that a record is there."""
    fields: dict[str, FieldValue]
    earlier_sizes: tuple[int, ...]
    """Sizes of the earlier heads in the file that the ledger continues."""
    given_sizes: tuple[int, ...]
    """Sizes of the heads from outside that it continues."""
    witnessed: tuple[WitnessedBy, ...]


def check_proof(proof: ProofFile, trust: Trust) -> Proven:
    """What the proof shows. ProofError with the first thing that is wrong; TypedHeadError(UNPROVED) when typed digits
    do not fit, which may be a slip of the hand."""
    public_key = _key(proof, trust)
    head = _verified(proof.head, public_key)
    commitment = bytes_of(proof.commitment)
    kind, fields = _opened(proof.record, commitment)
    leaf = leaf_hash(commitment)
    is_hash = len(commitment) == HASH_BYTES
    if not is_hash or not verify_inclusion(leaf, proof.ledger_index - 1, head.size, hashes_of(proof.path), head.root):
        raise ProofError(ProofProblem.NOT_INCLUDED)
    earlier = tuple(_verified(one.head, public_key) for one in proof.witnessed)
    for old, one in zip(earlier, proof.witnessed, strict=True):
        if not verify_consistency(old.size, old.root, head.size, head.root, hashes_of(one.path)):
            raise ProofError(ProofProblem.OTHER_HISTORY)
    return Proven(
        ledger=head.origin,
        ledger_index=proof.ledger_index,
        size=head.size,
        root=head.root,
        key_fingerprint=fingerprint(public_key),
        is_key_given=trust.public_key is not None,
        kind=kind,
        fields=fields,
        earlier_sizes=tuple(old.size for old in earlier),
        given_sizes=(
            *(_continued(given, (head, *earlier), public_key) for given in trust.heads),
            *(_continued_typed(typed, (head, *earlier)) for typed in trust.typed),
        ),
        witnessed=tuple(_witnessed(proof, (head, *earlier), key) for key in trust.witness_keys),
    )


def _key(proof: ProofFile, trust: Trust) -> str:
    if trust.public_key is None:
        return proof.public_key
    if trust.public_key != proof.public_key:
        raise ProofError(ProofProblem.KEY_OTHER)
    return trust.public_key


def _verified(note: str, public_key: str) -> Head:
    try:
        return verify_head(note, public_key)
    except IntegrityError:
        raise ProofError(ProofProblem.HEAD_INVALID) from None
    except ValueError:
        raise ProofError(ProofProblem.KEY_UNUSABLE) from None


def _opened(record: Disclosure | None, commitment: bytes) -> tuple[str | None, dict[str, FieldValue]]:
    if record is None:
        return None, {}
    opening, content = bytes_of(record.opening), bytes_of(record.content)
    if len(opening) != OPENING_BYTES or hashlib.sha256(opening + content).digest() != commitment:
        raise ProofError(ProofProblem.CONTENT_CHANGED)
    kind, columns = read_content(content)
    fields = fields_of(kind, columns)
    if fields != record.fields or list(fields) != list(record.fields):
        raise ProofError(ProofProblem.FIELDS_CHANGED)
    return kind, fields


def read_content(content: bytes) -> tuple[str, tuple[SqlValue, ...]]:
    """Kind and columns. ProofError(MALFORMED) for what is no content."""
    try:
        decoded: object = msgspec.msgpack.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise ProofError(ProofProblem.MALFORMED) from None
    match decoded:
        case [str(kind), *columns]:
            values = tuple(one for one in columns if one is None or isinstance(one, int | float | str | bytes))
            if len(values) == len(columns) and not any(isinstance(one, bool) for one in values):
                return kind, values
    raise ProofError(ProofProblem.MALFORMED)


def _continued(given: SignedHead, proven: tuple[Head, ...], public_key: str) -> int:
    head = _verified(given.note, public_key)
    for known in proven:
        if known.size == head.size:
            if known.root != head.root:
                raise ProofError(ProofProblem.OTHER_HISTORY)
            return head.size
    raise ProofError(ProofProblem.HEAD_UNCONNECTED)


def _continued_typed(typed: TypedHead, proven: tuple[Head, ...]) -> int:
    """16 digits that fit are no accident. Digits that do not fit show nothing: they may be a slip of the hand."""
    same_size = [head for head in proven if head.size == typed.size]
    if not same_size:
        raise ProofError(ProofProblem.HEAD_UNCONNECTED)
    if any(not head.root.hex().startswith(typed.root_digits) for head in same_size):
        raise TypedHeadError(UNPROVED)
    return typed.size


def _witnessed(proof: ProofFile, heads: tuple[Head, ...], witness_key: str) -> WitnessedBy:
    """The earliest head with the record that the witness cosigned; without one, its newest."""
    notes = (proof.head, *(one.head for one in proof.witnessed))
    found: list[WitnessedBy] = []
    for note, head in zip(notes, heads, strict=True):
        try:
            cosigned = verify_cosignature(note, witness_key)
        except IntegrityError:
            continue
        except ValueError:
            raise ProofError(ProofProblem.KEY_UNUSABLE) from None
        has_record = head.size >= proof.ledger_index
        found.append(WitnessedBy(witness=cosigned.witness, at=cosigned.at, size=head.size, holds_record=has_record))
    if not found:
        raise ProofError(ProofProblem.NOT_COSIGNED)
    with_record = [one for one in found if one.holds_record]
    return min(with_record, key=lambda one: one.at) if with_record else max(found, key=lambda one: one.at)
