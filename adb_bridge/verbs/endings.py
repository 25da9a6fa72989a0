"""The ends that verbs share, short to write."""

from .answers import Said
from .codes import Code
from .result import Ending, VerbResult


def done(code: str) -> VerbResult:
    """Only after a read-back."""
    return VerbResult(ending=Ending.DONE, code=code)


def refused(code: str) -> VerbResult:
    """The phone said no, or certainly did not do it."""
    return VerbResult(ending=Ending.REFUSED, code=code)


def not_now(code: str, retry_after_s: float) -> VerbResult:
    """Later, not before so many seconds."""
    return VerbResult(ending=Ending.NOT_NOW, code=code, retry_after_s=retry_after_s)


def unsure(code: str) -> VerbResult:
    """It may have happened."""
    return VerbResult(ending=Ending.UNSURE, code=code)


def impossible(code: str) -> VerbResult:
    """Not on this phone."""
    return VerbResult(ending=Ending.IMPOSSIBLE, code=code)


def unverified(said: Said) -> VerbResult:
    """The read-back did not confirm, and cannot deny either: what the command itself said decides."""
    match said:
        case Said.REFUSED:
            return refused(Code.REFUSED)
        case Said.UNKNOWN_COMMAND:
            return impossible(Code.NOT_SUPPORTED)
        case Said.NOTHING_BAD | Said.FAILED | Said.NOTHING:
            return unsure(Code.NOT_VERIFIED)
