"""What policies judge and what they answer. No domain of phones here: text with a few facts about it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, order_default=True)
def made_often(cls: type[T]) -> type[T]:
    """A dataclass that is frozen for who checks types only: it is made in less than half the time of one that is."""
    return dataclass(slots=True, kw_only=True, order=True, unsafe_hash=True)(cls)


class Severity(StrEnum):
    """How urgent a finding is, lowest first."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for INFO up to 4 for CRITICAL."""
        return _LEVELS.index(self)

    def raised(self, steps: int) -> "Severity":
        """`steps` levels higher, or lower when negative; INFO and CRITICAL are the ends."""
        return _LEVELS[max(0, min(self.rank + steps, len(_LEVELS) - 1))] if steps else self


_LEVELS = tuple(Severity)


class How(StrEnum):
    """By which view of the text a hit was found, plainest first."""

    EXACT = "exact"
    FOLDED = "folded"
    GAP = "gap"
    REPEAT = "repeat"
    HOMOPHONE = "homophone"
    PINYIN = "pinyin"
    LOOKALIKE = "lookalike"
    SPLIT = "split"
    """A character written as its parts, or a word told in several messages."""
    ALIAS = "alias"
    REVERSED = "reversed"


class Side(StrEnum):
    """Who wrote it."""

    STAFF = "staff"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class SubjectKind(StrEnum):
    """What is judged. `kinds` in a rule names these."""

    MESSAGE = "message"
    CALL = "call"
    CONTACT = "contact"
    ABSENCE = "absence"
    """Something present at one read and absent at a later complete read."""
    BULK_ABSENCE = "bulk_absence"
    """Many at once, one finding."""
    DOUBTFUL_ABSENCE = "doubtful_absence"
    """Not returned any more, but a reason other than removal is possible: no conclusion."""


class ContactKind(StrEnum):
    """Kinds of contact detail that are found and masked."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    WECHAT = "wechat"
    QQ = "qq"
    EMAIL = "email"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    USCC = "uscc"
    """Unified social credit code of a firm (GB 32100)."""
    PLATE = "plate"
    PASSPORT = "passport"
    """Passports, and travel permits between the mainland, Hong Kong, Macao and Taiwan."""
    HK_ID = "hk_id"
    MO_ID = "mo_id"
    TW_ID = "tw_id"
    ADDRESS = "address"
    NAME = "name"
    """A person's name."""
    URL = "url"
    """A link that leads to a person: wa.me, a WeChat or QQ invitation, tel:."""


CONTACT_WAYS = frozenset(
    [
        ContactKind.MOBILE,
        ContactKind.LANDLINE,
        ContactKind.WECHAT,
        ContactKind.QQ,
        ContactKind.EMAIL,
        ContactKind.ID_CARD,
        ContactKind.BANK_CARD,
        ContactKind.URL,
    ]
)
"""Kinds by which a person is reached, identified or paid past the shop. `@contact.any` means these: a message that
only names a customer, an address, a firm or a car is not more urgent for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier message of the same conversation."""

    text: str
    side: Side = Side.UNKNOWN
    """An unknown side counts as the sender's own."""
    age_s: float | None = None
    """Seconds before the message that is judged; None: not known, always within a window."""


@made_often
class Subject:
    """One thing to judge."""

    kind: SubjectKind
    channel: str
    """Where it was said: `sms`, `call_log`, `contacts`, …; rules may limit themselves to channels."""
    text: str
    """The message, or the display name of a contact; empty for a call."""
    side: Side = Side.UNKNOWN
    previous: tuple[str | Earlier, ...] = ()
    """Earlier messages of the same conversation, oldest first. A text alone: of the same sender, some time ago."""
    sender: str | None = None


@made_often
class Hit:
    """One place a rule matched. Offsets are code points of `Subject.text`, end exclusive."""

    start: int
    end: int
    rule_id: str
    word: str
    """The lexicon entry as the rule's author wrote it."""
    category: str
    severity: Severity
    how: How
    earlier: tuple[int, ...] = ()
    """Earlier messages that belong to it, oldest first: 1 is the last of `Subject.previous`, 2 the one before."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ContactSpan:
    """A contact detail in a text. Offsets as in `Hit`."""

    start: int
    end: int
    kind: ContactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule says of one subject: its strongest hit and all its spans. `hits` is empty for an absence."""

    rule_id: str
    rule_title: dict[str, str]
    """Language tag (`en`, `zh`) to title."""
    category: str
    severity: Severity
    hits: tuple[Hit, ...]
    ruleset_version: str
    """Version and hash of the rule set that judged, `retail-zh@1+ab12cd34`."""
