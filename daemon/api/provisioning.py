"""Wire types of provisioning: a run over many phones, what was changed on each, and what a person has to do."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from .provision_plan import Plan
from .wire_base import Id, Line, Note, Wire

MAX_JOBS = 64
MAX_WAIT_S = 25.0


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    """Also while the daemon is stopped: the next one goes on."""
    ENDED = "ended"
    """Every phone has its result. What a person does afterwards takes it up again."""
    CANCELLED = "cancelled"


class PhoneResult(StrEnum):
    """How a phone stands."""

    WAITING = "waiting"
    """For its turn, or for the phone."""
    WORKING = "working"
    DONE = "done"
    """As the plan says, read back; with or without changes."""
    PLANNED = "planned"
    """Only looked at: this would be changed."""
    NEEDS_PERSON = "needs_person"
    FAILED = "failed"
    ABSENT = "absent"
    """It did not come, or went and did not come back."""
    SKIPPED = "skipped"
    """The plan has nobody for it."""


class StepName(StrEnum):
    """What is done on a phone, in this order."""

    ENROL = "enrol"
    SETTINGS = "settings"
    NOTICE = "notice"
    APPS = "apps"
    PIN = "pin"
    RECORDINGS = "recordings"
    WIRELESS = "wireless"
    CHECKS = "checks"


class ProvisionChange(Wire, frozen=True, kw_only=True):
    """One thing that was other than the plan says."""

    step: StepName
    name: str
    before: str | None
    """As it was found; None: it was not there, or could not be read before the enrolment."""
    after: str | None
    is_certain: bool = True
    """False: the phone was told and could not be read again."""


class ProvisionItem(Wire, frozen=True, kw_only=True):
    """One thing for a person."""

    item: str
    step: StepName
    text: str
    """What to tap, in the asked language."""
    is_detected: bool
    """The phone tells whether it was done; a confirmation only has it looked at again."""
    is_required: bool = True
    """False: good advice; the phone is in service without it."""
    confirmed_by: str | None = None
    """Who said that it is done."""
    confirmed_at: datetime | None = None


class ProvisionPhone(Wire, frozen=True, kw_only=True):
    """One line of the plan, and the phone that it became."""

    entry: int
    """From 1, as in the plan; a line for several phones is there once for each."""
    serial: str | None
    employee: str | None
    label: str | None
    vendor: str | None
    android: str | None
    result: PhoneResult
    step: StepName | None
    """Where it is, or where it failed."""
    code: str | None
    """Why; stable."""
    text: str | None
    """The same in the asked language."""
    changes: tuple[ProvisionChange, ...]
    items: tuple[ProvisionItem, ...]
    awaits_acknowledgement: bool
    """The employee has to read the notice: `provision acknowledge`."""
    is_code_shown: bool
    """A one-time code is out and still good."""
    updated_at: datetime


class ProvisionRun(Wire, frozen=True, kw_only=True):
    """A run."""

    run_id: str
    name: str
    plan_sha256: str
    state: RunState
    is_check: bool
    """Looked only; nothing was changed."""
    jobs: int
    asked_by: str
    started_at: datetime
    ended_at: datetime | None
    revision: int
    """Grows with every change; ask with `after` to hear of the next one."""
    phones: tuple[ProvisionPhone, ...] = ()
    """Empty in the list of runs."""
    counts: dict[str, int] = {}
    """Phones by result."""


class ProvisionRequest(Wire, frozen=True, kw_only=True):
    """Bring phones to what a plan says."""

    plan: Plan
    is_check: bool = False
    """Only say what would be changed."""
    jobs: Annotated[int, msgspec.Meta(ge=1, le=MAX_JOBS)] = 16
    """Phones worked on at a time. A phone that is silent gives its place to another."""
    is_resumed: bool = False
    """Go on with the last run of the same plan instead of beginning a new one."""
    wait_for_phones_s: Annotated[float, msgspec.Meta(ge=0, le=86_400)] = 60.0
    """How long a phone may be away before it is given up."""


class ProvisionQuery(Wire, frozen=True, kw_only=True):
    """Of one run."""

    after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """Answer when the revision is above this one, or after `wait_s`."""
    wait_s: Annotated[float, msgspec.Meta(ge=0, le=MAX_WAIT_S)] = 0.0


class ProvisionCancel(Wire, frozen=True, kw_only=True):
    """End a run: phones in hand finish their step."""

    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


class ConfirmRequest(Wire, frozen=True, kw_only=True):
    """A person says that an item is done."""

    serial: Id
    item: Id
    note: Note = ""


class AckRequest(Wire, frozen=True, kw_only=True):
    """The employee read the notice."""

    serial: Id
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    """As the work phone shows it; blanks, hyphens and case do not matter."""
    employee: Line
    """Their name, typed by themselves: has to be the plan's."""


class AckOffer(Wire, frozen=True, kw_only=True):
    """What is laid before the employee."""

    serial: str
    employee: str
    notice_version: str
    notice_sha256: str
    title: str
    text: str
    """The whole notice."""
    where: Literal["phone", "bench"]
    """Where the code is shown: on the work phone, or with this answer because the phone cannot show it."""
    code: str | None
    """Only with `bench`."""
    qr: str
    """For a QR code: what is acknowledged, signed by the store."""
    expires_at: datetime
    tries_left: int


class AckRequestOffer(Wire, frozen=True, kw_only=True):
    """Make a code and show it; an older one of this phone is void."""

    serial: Id
    is_at_bench: bool = False
    """Do not show the code on the phone but give it to whoever asks, who hands it over; the record says so."""


class AckReceipt(Wire, frozen=True, kw_only=True):
    """The signed acknowledgement; `verify-ack` judges it without daemon and key."""

    format: str
    serial: str
    employee: str
    statement: str
    """A signed note (C2SP): what was acknowledged, by whom, how, when, before whom."""
    notice: str
    """The text that the statement's hash is of."""
    public_key: str
    """The store's verifier key. Compare it with a copy from elsewhere."""
