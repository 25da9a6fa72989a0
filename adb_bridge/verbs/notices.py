"""A text on the phone, posted by the shell (`cmd notification post`, NotificationShellCmd, 11+).

It is there when the phone's list of notifications has it; and since an earlier one of the same tag would look alike,
its record is read too. Where the phone hides the words of notifications, a tag that was there before proves nothing.
"""

import re
from dataclasses import dataclass
from typing import Final

from ..session import quote
from .answers import Said, said_by
from .codes import Code
from .endings import done, impossible, refused, unsure
from .orders import Message, Notice
from .result import VerbResult
from .trail import Trail

_COMPARED: Final = 400
_LIST: Final = "cmd notification list"
_KEY: Final = re.compile(rb"-?[0-9]{1,9}\|[A-Za-z0-9_.]{1,255}\|-?[0-9]{1,10}\|.*\|[0-9]{1,9}\r?$")
_TEXT_HEAD: Final = re.compile(rb"^ *android\.(?:text|bigText)=(?:String|SpannableString) \(", re.MULTILINE)
_WHEN: Final = re.compile(rb"^ *when=([0-9]{1,16}(?:/[0-9]{1,16})?)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What the phone tells of our notification with a tag."""

    is_told: bool
    """The phone lists notifications."""
    record: bytes | None
    """Its print; None when it is not listed, b"" when the print cannot be had."""

    @property
    def when(self) -> bytes | None:
        """Its moment, by the phone's clock."""
        match = _WHEN.search(self.record or b"")
        return match[1] if match else None

    def shows(self, text: str) -> bool | None:
        """Whether its words are these; None when the phone hides them."""
        record = self.record or b""
        heads = list(_TEXT_HEAD.finditer(record))
        if not heads:
            return None
        # Android keeps the first 1024 characters, older ones 5120.
        wanted = text[:_COMPARED].encode("utf-8", "replace")
        return any(record[head.end() :].startswith(wanted) for head in heads)


async def post(order: Message | Notice, trail: Trail, *, style: str = "") -> VerbResult:
    """Post and read back."""
    before = await look_at_posted(order.tag, trail)
    if before.is_told and before.record and before.shows(order.text) and isinstance(order, Notice):
        return done(Code.POSTED)
    (said,) = await trail.act("post", post_command(order.tag, order.title, order.text, style=style))
    after = await look_at_posted(order.tag, trail)
    return _judge(order, before, after, said_by(said))


def post_command(tag: str, title: str, text: str, *, style: str = "") -> str:
    """The command line. `style` is an option of `cmd notification post`, or nothing."""
    return f"cmd notification post {style} -t {quote(title)} {quote(tag)} {quote(text)}".replace("  ", " ", 1)


async def look_at_posted(tag: str, trail: Trail) -> Posted:
    """Whether it is listed, and its print. Lines are `userId|package|id|tag|uid`: other apps choose their tags, not
    their package and uid."""
    (listing,) = await trail.look(_LIST)
    if said_by(listing) is not Said.NOTHING_BAD or not _is_listing(listing.output):
        return Posted(is_told=False, record=None)
    line = re.compile(
        rb"^(-?[0-9]{1,9}\|com\.android\.shell\|[0-9]{1,9}\|%s\|2000)\r?$" % re.escape(tag).encode(), re.MULTILINE
    )
    match = line.search(listing.output)
    if match is None:
        return Posted(is_told=True, record=None)
    (record,) = await trail.look(f"cmd notification get {quote(match[1].decode('ascii'))}")
    return Posted(is_told=True, record=record.output if said_by(record) is Said.NOTHING_BAD else b"")


def _is_listing(printed: bytes) -> bool:
    """Nothing but keys, or nothing at all."""
    return all(_KEY.match(line) for line in printed.split(b"\n") if line.strip())


async def read_back_posted(order: Message | Notice, trail: Trail) -> VerbResult:
    """Whether it is there now. A message that is gone may have been swept away by its reader."""
    found = await look_at_posted(order.tag, trail)
    if found.record is None:
        return unsure(Code.NOT_VERIFIED)
    return unsure(Code.NOT_VERIFIED) if found.shows(order.text) is False else done(Code.POSTED)


def _judge(order: Message | Notice, before: Posted, after: Posted, said: Said) -> VerbResult:
    if after.record is not None:
        shows = after.shows(order.text)
        is_fresh = before.is_told and (before.record is None or _is_later(before, after))
        if shows or (shows is None and is_fresh):
            return done(Code.POSTED)
        return unsure(Code.NOT_VERIFIED)
    if said is Said.UNKNOWN_COMMAND:
        return impossible(Code.NOT_SUPPORTED)
    if after.is_told or said is Said.REFUSED:
        return refused(Code.REFUSED)
    return unsure(Code.NOT_VERIFIED)


def _is_later(before: Posted, after: Posted) -> bool:
    return before.when is not None and after.when is not None and before.when != after.when
