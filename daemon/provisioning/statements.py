"""What is signed when an employee acknowledges the notice, and judging it with public material only. Pure.

A statement is a signed note (https://c2sp.org/signed-note) by the ledger's key: `name value` lines below a first line
that no ledger's head begins with. It is the store's signature: it proves what the store recorded, to whom and when, and
that nobody changed it since. That the employee was there rests on the one-time code and on the witness it names.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from crypto.errors import IntegrityError
from crypto.notes import fingerprint, signature_line, split_note, to_base64, verify_note

from ..api.provisioning import AckReceipt

FORMAT: Final = "shopwarden/acknowledgement/1"
OFFER: Final = "shopwarden-notice/1"
MAX_RECEIPT_BYTES: Final = 256 * 1024
_FIELDS: Final = (
    "serial", "employee", "notice", "language", "sha256", "scope", "basis", "hours", "way", "witness", "at", "offer",
)  # fmt: skip
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class Way(StrEnum):
    """How the employee acknowledged."""

    CODE_ON_PHONE = "code-on-phone"
    """The one-time code was shown with the notice on the work phone, and came back."""
    CODE_AT_BENCH = "code-at-bench"
    """The phone could not show it: the code was handed over on the bench."""
    PAPER = "paper"
    """Signed on paper; the witness says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is acknowledged."""

    serial: str
    employee: str
    notice_version: str
    language: str
    notice_sha256: str
    scope: tuple[str, ...]
    basis: str
    hours: tuple[str, ...]
    way: Way
    witness: str
    at: datetime
    offer: str
    """Of the one-time code, 16 hexadecimal digits; `-` on paper."""

    def text(self) -> str:
        """To be signed."""
        values = (
            self.serial, self.employee, self.notice_version, self.language, self.notice_sha256,
            ",".join(self.scope), self.basis, ", ".join(self.hours), self.way.value, self.witness,
            self.at.isoformat(timespec="seconds"), self.offer,
        )  # fmt: skip
        lines = (f"{name} {_line(value)}" for name, value in zip(_FIELDS, values, strict=True))
        return "\n".join((FORMAT, *lines)) + "\n"


class ReceiptProblem(StrEnum):
    """Why a receipt proves nothing."""

    NOT_A_RECEIPT = "not_a_receipt"
    BAD_SIGNATURE = "bad_signature"
    OTHER_KEY = "other_key"
    """Signed, but not by the store whose key was given."""
    OTHER_NOTICE = "other_notice"
    """The text beside it is not the one that was signed."""


class ReceiptError(Exception):
    """It proves nothing."""

    def __init__(self, problem: ReceiptProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a good receipt shows."""

    store: str
    fields: Mapping[str, str]
    key_fingerprint: str
    is_key_given: bool
    """False: only the key inside was used, which anybody could have put there."""


def offer_text(*, serial: str, employee: str, version: str, sha256: str, nonce: str, expires: datetime) -> str:
    """To be signed, for the QR code."""
    values = (serial, employee, version, sha256, nonce, expires.isoformat(timespec="seconds"))
    return "\n".join((OFFER, *(_line(value) for value in values))) + "\n"


def qr_of(note: str) -> str:
    """A signed offer in one line: its fields and the signature, apart by `;`. Half the size of the note."""
    text, signatures = split_note(note)
    fields = [line.replace(";", ",") for line in text[:-1].split("\n")]
    return ";".join((*fields, to_base64(signatures[0][1])))


def judge_qr(content: str, public_key: str) -> Mapping[str, str]:
    """What a scanned code says, when the store signed it. ReceiptError."""
    *fields, signature = content.strip().split(";")
    if len(fields) != 7 or fields[0] != OFFER:
        raise ReceiptError(ReceiptProblem.NOT_A_RECEIPT)
    name = public_key.partition("+")[0]
    note = "\n".join(fields) + "\n\n" + signature_line(name, b"\0\0\0\0\0").replace(to_base64(b"\0\0\0\0\0"), signature)
    _verified(note, public_key, ReceiptProblem.BAD_SIGNATURE)
    return dict(zip(("serial", "employee", "notice", "sha256", "offer", "expires"), fields[1:], strict=True))


def read_receipt(content: bytes) -> AckReceipt:
    """The file. ReceiptError(NOT_A_RECEIPT)."""
    try:
        receipt = msgspec.json.decode(content[: MAX_RECEIPT_BYTES + 1], type=AckReceipt)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ReceiptError(ReceiptProblem.NOT_A_RECEIPT) from None
    if receipt.format != FORMAT:
        raise ReceiptError(ReceiptProblem.NOT_A_RECEIPT)
    return receipt


def judge(receipt: AckReceipt, public_key: str | None = None) -> Judged:
    """Whether it holds. `public_key`: the store's, from elsewhere. ReceiptError."""
    _verified(receipt.statement, receipt.public_key, ReceiptProblem.BAD_SIGNATURE)
    if public_key is not None and public_key.strip() != receipt.public_key:
        _verified(receipt.statement, public_key.strip(), ReceiptProblem.OTHER_KEY)
    fields = _fields_of(split_note(receipt.statement)[0])
    if hashlib.sha256(receipt.notice.encode()).hexdigest() != fields["sha256"]:
        raise ReceiptError(ReceiptProblem.OTHER_NOTICE)
    if (receipt.serial, receipt.employee) != (fields["serial"], fields["employee"]):
        raise ReceiptError(ReceiptProblem.BAD_SIGNATURE)
    return Judged(
        store=receipt.public_key.partition("+")[0],
        fields=fields,
        key_fingerprint=fingerprint(receipt.public_key),
        is_key_given=public_key is not None,
    )


def _verified(note: str, public_key: str, problem: ReceiptProblem) -> None:
    try:
        verify_note(note, public_key)
    except (IntegrityError, ValueError):
        raise ReceiptError(problem) from None


def _fields_of(text: str) -> Mapping[str, str]:
    first, *lines = text[:-1].split("\n")
    fields = {name: value for name, _, value in (line.partition(" ") for line in lines)}
    if first != FORMAT or tuple(fields) != _FIELDS or not _SHA256.fullmatch(fields["sha256"]):
        raise ReceiptError(ReceiptProblem.NOT_A_RECEIPT)
    return fields


def _line(value: str) -> str:
    """One line; `-` for nothing."""
    return "".join(one if one.isprintable() else " " for one in value).strip() or "-"
