"""What a notice says of money."""

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    """What kind of notice."""

    TRANSFER = "transfer"
    """A person sends money; WeChat's notice tells no amount."""
    RED_PACKET = "red_packet"
    RECEIPT = "receipt"
    """A payment service received money for the holder of the phone."""
    REFUND = "refund"
    BANK_CREDIT = "bank_credit"
    BANK_DEBIT = "bank_debit"
    CALL = "call"
    """A call by a messenger."""
    OTHER_SYSTEM = "other_system"
    """A line that the app itself wrote."""


class MoneyDirection(StrEnum):
    """Seen from the holder of the phone."""

    IN = "in"
    OUT = "out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One reading. Text fields are claims."""

    kind: NoticeKind
    amount_fen: int | None
    """Never negative; None: the notice tells none."""
    direction: MoneyDirection
    account_tail: str | None
    """Last digits of the account or card, as the bank writes them."""
    counterparty: str | None
    """At most 40 characters."""
    rule_id: str
    rules_version: str
    """`notices@1+ab12cd34`: version and hash of the rule files."""
