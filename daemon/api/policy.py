"""Wire types of the rules' work-bench: the rules in force, why a text is found, a candidate tried on the archive."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from .wire_base import Id, Line, Masked, Wire

MOST_FILES = 500
LONGEST_FILE = 1_000_000
Message = Annotated[str, msgspec.Meta(max_length=5_000)]


class TextSide(StrEnum):
    """Who says a text."""

    STAFF = "staff"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class RuleInForce(Wire, frozen=True, kw_only=True):
    """One rule of those by which the daemon judges now."""

    rule_id: str
    title: str
    """In the reader's language, as `advice`."""
    category: str
    severity: str
    advice: str
    """Empty when its author gave none."""
    hits_7d: int | None
    """Alerts that it raised in the last seven days; None for a reader who may not see alerts."""


class RulesInForce(Wire, frozen=True, kw_only=True):
    """All of them, in the order of the set."""

    version: str
    items: tuple[RuleInForce, ...]


class ExplainRequest(Wire, frozen=True, kw_only=True):
    """Ask why a text is found, by the rules in force. Nothing of it is kept."""

    text: Message
    side: TextSide = TextSide.UNKNOWN
    channel: Annotated[str, msgspec.Meta(max_length=50)] = ""
    prev: Annotated[tuple[Message, ...], msgspec.Meta(max_length=20)] = ()
    """Earlier messages of the conversation, oldest first."""


class PassedOver(Wire, frozen=True, kw_only=True):
    """Characters that matching does not look at. Offsets here are code points of `text`, end exclusive."""

    start: int
    end: int
    code_points: tuple[str, ...]
    """`U+200B ZERO WIDTH SPACE`."""


class ExplainedContact(Wire, frozen=True, kw_only=True):
    """A contact detail and how it is shown."""

    start: int
    end: int
    kind: str
    masked: str


class ReadingStep(Wire, frozen=True, kw_only=True):
    """`surface` counts as `meant` of the word."""

    start: int
    end: int
    surface: str
    meant: str
    relation: str
    detail: str
    told: str
    """In words."""


class RemovedBy(Wire, frozen=True, kw_only=True):
    """Why it is no hit. `start` -1: nothing in the text did it."""

    obstacle: str
    start: int
    end: int
    words: tuple[str, ...]
    told: str


class SeverityMove(Wire, frozen=True, kw_only=True):
    """A step of the severity."""

    cause: str
    steps: int
    severity: str
    found: tuple[str, ...]
    told: str


class ExplainedPath(Wire, frozen=True, kw_only=True):
    """A candidate of a rule and what became of it."""

    rule_id: str
    title: str
    category: str
    is_hit: bool
    word: str
    form: str
    start: int
    end: int
    evidence: str
    how: str
    steps: tuple[ReadingStep, ...]
    removed_by: tuple[RemovedBy, ...]
    severity: tuple[SeverityMove, ...]
    earlier: tuple[int, ...] = ()
    """Earlier messages that it is told in as well, oldest first: 1 is the one before."""
    actions: tuple[str, ...] = ()
    """What its rule asks to have done, in words. Of a hit only; the daemon's configuration decides."""


class AllowedSpan(Wire, frozen=True, kw_only=True):
    """An allow word that stands in the text."""

    start: int
    end: int
    word: str
    rule_id: str | None
    """None: it holds for every rule."""
    is_plain: bool
    """False: something is inserted, so it covers nothing."""


class ExplainedText(Wire, frozen=True, kw_only=True):
    """Everything about one text."""

    text: str
    folded: str
    """As many code points as `text`."""
    searched: str
    passed_over: tuple[PassedOver, ...]
    contacts: tuple[ExplainedContact, ...]
    masked: str
    allowed: tuple[AllowedSpan, ...]
    paths: tuple[ExplainedPath, ...]
    """Hits first."""
    is_cut: bool
    ruleset: str


class RuleFile(Wire, frozen=True, kw_only=True):
    """A file of a candidate set. `name` is relative to its folder."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    text: Annotated[str, msgspec.Meta(max_length=LONGEST_FILE)]


class TrialRequest(Wire, frozen=True, kw_only=True):
    """Try a candidate set on archived messages. Nothing of it is kept, no alert is raised."""

    packs: Annotated[tuple[Line, ...], msgspec.Meta(max_length=20)] = ()
    """Packaged sets by name, before the files."""
    files: Annotated[tuple[RuleFile, ...], msgspec.Meta(max_length=MOST_FILES)] = ()
    since: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """By `occurred_at`, inclusive."""
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    device: Id | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=50_000)] = 10_000
    """Messages, newest first."""


class TrialExample(Wire, frozen=True, kw_only=True):
    """A piece of a message, masked."""

    event_id: str
    surface: Masked
    start: int
    end: int
    word: str
    how: str
    severity: str
    is_new: bool
    """The rules in force do not find it."""


class TrialRule(Wire, frozen=True, kw_only=True):
    """What one rule finds."""

    rule_id: str
    title: str
    category: str
    messages: int
    """Found by the candidate."""
    messages_now: int
    """Found by the rules in force."""
    newly: int
    """Found by the candidate only."""
    no_longer: int
    """Found by the rules in force only."""
    by_how: dict[str, int]
    """Hits of the candidate."""
    by_severity: dict[str, int]
    """Messages of the candidate."""
    examples: tuple[TrialExample, ...]
    """What looks most like a false hit first."""
    lost_examples: tuple[TrialExample, ...]
    """Of what is found no longer."""


class TrialReport(Wire, frozen=True, kw_only=True):
    """Counts of the whole window."""

    version: str
    version_now: str
    messages: int
    found: int
    """Messages in which the candidate finds anything."""
    found_now: int
    newly: int
    no_longer: int
    rules: tuple[TrialRule, ...]
    """Those that find anything under either set; most changed first."""
    is_cut: bool
    """The window holds more messages than were looked at."""


class Trial(Wire, frozen=True, kw_only=True):
    """How a trial stands."""

    trial_id: str
    done: int
    of: int
    """Messages; 0 while they are not counted yet."""
    is_done: bool
    """With a report, or stopped, or failed."""
    report: TrialReport | None = None
    problem: str | None = None
    """`stopped` or `failed`."""
