"""Wire types of wipes: whether a phone can be erased, how a wipe stands, and its certificate."""

from datetime import datetime
from enum import StrEnum

from .wire_base import Wire


class WipeVerdict(StrEnum):
    """Whether a wipe would begin now."""

    POSSIBLE = "possible"
    NOT_NOW = "not_now"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"
    """The phone is not connected, or did not answer: it is asked when the wipe is carried out."""


class WipeOutlook(Wire, frozen=True, kw_only=True):
    """What whoever asks for a wipe, or agrees to one, has to know."""

    device: str
    employee: str | None
    verdict: WipeVerdict
    code: str
    """Why, stable snake_case."""
    because: str
    """The same for people."""
    by_hand: str | None
    """What a person does instead, where it is not possible."""
    holds_pin: bool
    """The shop holds a PIN that the phone may have."""
    has_screen_lock: bool | None
    battery_pct: int | None
    is_by_network: bool | None
    """It is reached by Wi-Fi, which it forgets: it comes back by cable only, and stands open until then."""
    last_read_at: datetime | None
    """When the phone was last heard of."""
    is_read_whole: bool
    """All that is collected was read to the end at least once."""
    holds: tuple[str, ...]
    """Legal holds that cover this phone's records: what was not collected is gone after a wipe."""


class WipeStageLine(Wire, frozen=True, kw_only=True):
    """One stage of a wipe."""

    at: datetime
    stage: str
    stage_text: str
    code: str
    ledger_index: int


class WipeEvidenceView(Wire, frozen=True, kw_only=True):
    """What was read from the phone before and after."""

    started_anew: bool
    new_install_id: bool
    marks_planted: int
    marks_gone: int
    in_test_harness: bool
    messages_before: bool | None
    messages_after: bool | None
    apps_before: int | None
    apps_after: int | None


class WipeCertificateView(Wire, frozen=True, kw_only=True):
    """What was done; in the ledger under `ledger_index`."""

    command_id: str
    device: str
    model: str
    employee: str | None
    requested_by: str
    requested_at: datetime
    reason: str
    approved_by: str | None
    approved_at: datetime | None
    was_read_before: bool
    route: str
    ordered_at: datetime
    verified_at: datetime
    evidence: WipeEvidenceView
    is_locked_anew: bool
    holds: tuple[str, ...]
    ledger_index: int


class Wipe(Wire, frozen=True, kw_only=True):
    """One wipe."""

    command_id: str
    device: str
    state: str
    """Of its command."""
    stages: tuple[WipeStageLine, ...]
    certificate: WipeCertificateView | None
    """None: it was not verified."""
