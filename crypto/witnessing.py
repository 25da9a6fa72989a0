"""What a shop asks of a witness, and when the witness may sign: https://c2sp.org/tlog-witness, kept in files.

A request is the body of that protocol's `add-checkpoint`:

    old 41                                          the size of the head that the witness saw last
    mbYV…=                                          the consistency proof from there, a hash a line (none from 0)

    shop-0123/ledger                                the signed head as it is
    …

The answer is a line to put under the head (`cosignatures.py`). A witness signs only what continues what it signed
before, and remembers that before it answers: a ledger that was rolled back or rewritten gets no signature.
"""

from dataclasses import dataclass
from typing import Final

from .checkpoints import MAX_SIZE, SIZE_FORM, Head, SignedHead, read_head, verify_head
from .errors import CryptoErrorCode, IntegrityError
from .merkle import HASH_BYTES, verify_consistency
from .notes import MAX_NOTE_CHARACTERS, from_base64, malformed, split_note, to_base64

MAX_PROOF_HASHES: Final = 63
MAX_REQUEST_CHARACTERS: Final = MAX_NOTE_CHARACTERS + 64 * 50
MAX_WITNESS_FILE_CHARACTERS: Final = 64 * 1024 * 1024
_DASH: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessRequest:
    """A head and the proof that it continues a smaller one."""

    old_size: int
    """0 when the witness has seen no head of this ledger."""
    proof: tuple[bytes, ...]
    signed: SignedHead

    def to_text(self) -> str:
        """As the protocol writes it."""
        lines = [f"old {self.old_size}", *(to_base64(one) for one in self.proof), "", self.signed.note]
        return "\n".join(lines)

    @classmethod
    def from_text(cls, text: str) -> "WitnessRequest":
        """The inverse of `to_text`; the signature is not looked at. IntegrityError(HEAD_MALFORMED)."""
        if len(text) > MAX_REQUEST_CHARACTERS:
            raise malformed("request")
        request, separator, note = text.partition("\n\n")
        first, *hashes = request.split("\n")
        size = first.removeprefix("old ")
        if not separator or first == size or not SIZE_FORM.fullmatch(size) or int(size) > MAX_SIZE:
            raise malformed("request")
        proof = tuple(from_base64(one) for one in hashes)
        if len(proof) > MAX_PROOF_HASHES or any(len(one) != HASH_BYTES for one in proof):
            raise malformed("proof")
        return cls(old_size=int(size), proof=proof, signed=read_head(note))


def continues(request: WitnessRequest, last: Head | None, public_key: str) -> Head:
    """The request's head, when the shop signed it and it continues `last`, what this witness saw before.

    Raises IntegrityError: HEAD_SIGNATURE (another key); HEAD_ROLLBACK when the witness saw a larger ledger;
    WITNESS_STALE when the request begins at another head than `last` (a new request has to be made from it);
    HEAD_EQUIVOCATION when the proof does not lead from `last` to the head: another history, or a wrong proof.
    """
    head = verify_head(request.signed.note, public_key)
    known = Head(origin=head.origin, size=0, root=b"") if last is None else last
    if known.origin != head.origin:
        raise IntegrityError(CryptoErrorCode.HEAD_SIGNATURE, "a head of another ledger")
    if head.size < known.size:
        detail = f"the ledger has {head.size} records, the witness saw {known.size}"
        raise IntegrityError(CryptoErrorCode.HEAD_ROLLBACK, detail)
    if head == last:
        return head  # the same request again: its answer was lost
    if request.old_size != known.size:
        detail = f"the request begins at {request.old_size}, the witness saw {known.size}"
        raise IntegrityError(CryptoErrorCode.WITNESS_STALE, detail)
    if last is None:
        if request.proof:
            raise malformed("a proof from nothing is empty")
        return head
    if not verify_consistency(last.size, last.root, head.size, head.root, request.proof):
        raise IntegrityError(CryptoErrorCode.HEAD_EQUIVOCATION, f"no continuation of {last.size} records")
    return head


def read_notes(text: str) -> tuple[SignedHead, ...]:
    """The heads of a witness file: signed notes one after the other, with any number of empty lines between them.

    Line ends may be of Windows. Signatures are not looked at. IntegrityError(HEAD_MALFORMED) when anything else is in
    it, or it has more than 64 Mi characters.
    """
    if len(text) > MAX_WITNESS_FILE_CHARACTERS:
        raise malformed("witness file")
    heads: list[SignedHead] = []
    lines: list[str] = []
    is_signed = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if is_signed and not line.startswith(_DASH):
            heads.append(_note_of(lines))
            lines, is_signed = [], False
        if line or lines:
            lines.append(line)
        is_signed = line.startswith(_DASH)
    if lines:
        heads.append(_note_of(lines))
    return tuple(heads)


def write_notes(heads: tuple[SignedHead, ...]) -> str:
    """The inverse of `read_notes`."""
    return "\n".join(head.note for head in heads)


def with_signature(signed: SignedHead, line: str) -> SignedHead:
    """The head with one more signature line under it. IntegrityError(HEAD_MALFORMED) when it is none."""
    note = signed.note + line
    split_note(note)
    return read_head(note)


def _note_of(lines: list[str]) -> SignedHead:
    return read_head("\n".join(lines) + "\n")
