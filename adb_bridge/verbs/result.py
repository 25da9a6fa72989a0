"""How an order ended."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """What is known afterwards."""

    DONE = "done"
    """Carried out, and read back from the phone after it was sent."""
    REFUSED = "refused"
    """The phone said no, or the read-back proves that it did not happen. Sending it again as it is does not help."""
    NOT_NOW = "not_now"
    """Nothing happened, and later it may: the battery is low, there is a call, the phone starts, it is throttled."""
    NOT_SENT = "not_sent"
    """The link was lost before anything with an effect left: it may be queued again as it was."""
    UNSURE = "unsure"
    """It may have happened: the link was lost or the phone fell silent after sending, or the read-back cannot tell."""
    IMPOSSIBLE = "impossible"
    """This phone cannot; the code says why, `feasibility.judge` what to do by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTrace:
    """One thing that was asked of the phone. Holds none of its text and nothing of the order."""

    step: str
    """Stable snake_case; of a package `freeze:<package>:<user>`."""
    code: str
    """`ok`, or one of `codes.Code`."""
    exit_code: int | None
    """What the phone's program ended with; None when it did not say."""
    stderr_sha256: str | None
    """Of what it printed when it failed. None where it may repeat a secret: the hash of a PIN is as good as the PIN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbResult:
    """The end of an order, with the steps that led to it."""

    ending: Ending
    code: str
    """Why, stable snake_case; the words for it are `result.<code>` in the daemon's catalogue."""
    retry_after_s: float | None = None
    """Only with NOT_NOW: not before then."""
    steps: tuple[StepTrace, ...] = ()
