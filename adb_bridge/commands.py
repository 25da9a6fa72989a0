"""The standing notice, for those who keep it up; as an order of a person it is one of `verbs`."""

import re
from enum import StrEnum

from .session import Session, quote
from .shell_batch import run_batch

_TIMEOUT_S = 20.0
_REFUSED = re.compile(rb"SecurityException|Permission Denial", re.IGNORECASE)
_UNKNOWN_COMMAND = re.compile(rb"unknown command|can't find service|not found", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z0-9._-]{1,64}")


class NoticeResult(StrEnum):
    """What became of a notice."""

    POSTED = "posted"
    """It is in the phone's list of notifications."""
    NOT_SUPPORTED = "not_supported"
    """This Android cannot post from the shell (before 11)."""
    REFUSED = "refused"
    """Taken, but not shown: notifications of the shell are switched off, or a permission is missing."""


async def post_notice(session: Session, *, tag: str, title: str, text: str) -> NoticeResult:
    """Post a standing notice on the phone and look whether it is there. The same tag replaces the earlier notice.

    Raises:
        ValueError: the tag is not `[A-Za-z0-9._-]{1,64}`.
        DeviceUnavailableError, ServerUnavailableError: it may or may not be posted; `is_notice_posted` tells.
    """
    line = f"cmd notification post -t {quote(title)} {quote(_checked_tag(tag))} {quote(text)}"
    (posted,) = await run_batch(session, [line], timeout_s=_TIMEOUT_S)
    if await is_notice_posted(session, tag):
        return NoticeResult.POSTED
    if _REFUSED.search(posted.output):
        return NoticeResult.REFUSED
    return NoticeResult.NOT_SUPPORTED if _UNKNOWN_COMMAND.search(posted.output) else NoticeResult.REFUSED


async def is_notice_posted(session: Session, tag: str) -> bool:
    """Whether a notification of the shell with this tag is in `cmd notification list` (11+).

    Lines are `userId|package|id|tag|uid`; other apps choose their tags, but not their package and uid.

    Raises:
        ValueError: as `post_notice`.
        ParseError: the phone cannot list notifications.
    """
    line = re.compile(rb"^-?[0-9]+\|com\.android\.shell\|[0-9]+\|%s\|2000\r?$" % re.escape(_checked_tag(tag)).encode())
    (listing,) = await run_batch(session, ["cmd notification list"], timeout_s=_TIMEOUT_S)
    return any(line.match(entry) for entry in listing.output.split(b"\n"))


def _checked_tag(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        raise ValueError("a notice tag is made of letters, digits, dot, underscore and hyphen")
    return tag
