"""Wire types of proofs and witnessed heads. Heads and proofs are public: they hold hashes and signatures only, but for
what a revealed proof discloses."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from .wire_base import Id, Line, Reason, Wire

Notes = Annotated[str, Meta(max_length=400_000)]
"""Signed heads, one after the other, as a witness file holds them."""
Typed = Annotated[str, Meta(max_length=400)]
"""A head as somebody typed it: its size, 16 or more hexadecimal digits of its root, then `+` and the check digits."""


class ProveRequest(Wire, frozen=True, kw_only=True):
    """Prove that a record stands in the ledger."""

    id: Id
    """`ev_…`, `al_…`, a command's id, `audit:7`, `ledger:123`."""
    heads: Notes = ""
    """Heads from outside that the proof shall continue, beside those that are known to have left the shop."""


class RevealProofRequest(Wire, frozen=True, kw_only=True):
    """The same with the record's content in it."""

    prove: ProveRequest
    reason: Reason


class ProofDocument(Wire, frozen=True, kw_only=True):
    """A proof."""

    ledger_index: int
    kind: str
    """Of the record, such as `event/1`."""
    deleted_by: int | None
    """Ledger index of the certificate of its deletion; None while the record is there."""
    head_size: int
    proof: str
    """The file, JSON, for `verify-proof`."""


class HeadInfo(Wire, frozen=True, kw_only=True):
    """A signed head of the ledger."""

    size: int
    root_sha256: str
    """64 hexadecimal digits."""
    typed: str
    """The same for people who type it from paper, with check digits: `12345 a1b2 c3d4 e5f6 0718 + 9abc def0`."""
    signed_at: datetime | None
    """By the shop's own clock, which proves nothing."""
    note: str
    """The head as it is signed."""


class WitnessRecord(Wire, frozen=True, kw_only=True):
    """A head that left the shop, or that came back and does not fit."""

    ledger_index: int
    at: datetime
    way: str
    """`file`, `print`, `cosignature`, `shown`."""
    witness: str
    witness_at: datetime | None
    size: int
    root_sha256: str
    outcome: str
    """`continued`, `rolled_back`, `other_history`."""
    actor: str


class HeadsReport(Wire, frozen=True, kw_only=True):
    """What there is to know of the ledger's heads."""

    store: str
    ledger: str
    public_key: str
    fingerprint: str
    newest: HeadInfo | None
    """None while the ledger is empty."""
    outside: tuple[WitnessRecord, ...]
    """Newest first."""


class CheckHeadsRequest(Wire, frozen=True, kw_only=True):
    """Compare heads from outside with the ledger. One that this store signed and that does not fit is an alarm and goes
    into the ledger; typed digits of which nothing shows that are refused."""

    heads: Notes = ""
    typed: Typed = ""
    witness: Line = "-"
    """Where they come from, for the record."""


class CheckedHead(Wire, frozen=True, kw_only=True):
    """One head and what became of it."""

    size: int
    root_sha256: str
    """Of a typed one: as far as it was typed."""
    standing: str
    """`continued`, `rolled_back`, `other_history`, or `not_ours`: signed by nobody we know."""


class HeadsChecked(Wire, frozen=True, kw_only=True):
    """All of them."""

    items: tuple[CheckedHead, ...]
    ok: bool
    text: str


class WitnessedRequest(Wire, frozen=True, kw_only=True):
    """Record that a head left the shop."""

    size: int
    way: Literal["file", "print"]
    witness: Line


class CosignRequest(Wire, frozen=True, kw_only=True):
    """Make a request to a witness."""

    last: Notes = ""
    """The head that the witness signed last, as it wrote it; empty: the last cosignature that came in."""
    witness: Literal["known", "new"] = "known"
    """`new`: a witness that has seen nothing of this ledger."""


class CosignDocument(Wire, frozen=True, kw_only=True):
    """A request, for `shopwardend cosign sign`."""

    old_size: int
    size: int
    request: str


class CosignatureRequest(Wire, frozen=True, kw_only=True):
    """What a witness answered: the head with its signature under it."""

    note: Notes


def witness_file_name(ledger: str) -> str:
    """Of a shop's file of heads: one stick or share can serve several shops."""
    token = "".join(character for character in ledger if character.isascii() and character.isalnum())
    return f"shopwarden-heads-{token.removeprefix('shopwarden').removesuffix('ledger')[:16] or 'shop'}.txt"
