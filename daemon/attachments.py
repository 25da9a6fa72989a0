"""Attachments of events: parts of an MMS, recordings of calls. Named in the event's attributes, so in the ledger."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from .events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file or text part. Its bytes lie sealed in the media store under `sha256`, texts in the event itself too."""

    content_type: str
    """Claimed by the phone, at most 100 characters: `image/jpeg`, `audio/mpeg`; for people, never for a decision."""
    name: str | None
    """Claimed by the phone. May hold a number or a name: shown masked."""
    sha256: str | None
    """Of the bytes; None when they could not be read (then `problem`)."""
    size_bytes: int
    is_sealed: bool
    """True: the bytes are a sealed file of the media store. False: a text part whose bytes are `text`."""
    text: str | None = None
    """A text part, decoded with replacement."""
    duration_ms: int | None = None
    problem: str | None = None
    """Stable word of why there are no bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attributes:
    attachments: tuple[Attachment, ...] = ()


_decode = msgspec.json.Decoder(_Attributes).decode


def attachments_of(event: Event) -> tuple[Attachment, ...]:
    """In the order of the source; () for events without any."""
    return attachments_in(event.attributes)


def attachments_in(attributes: str) -> tuple[Attachment, ...]:
    """The same of an event's attributes."""
    if '"attachments"' not in attributes:
        return ()
    try:
        return _decode(attributes).attachments
    except msgspec.MsgspecError:
        return ()


def text_bytes_of(event: Event, attachment: Attachment) -> bytes | None:
    """A text part's bytes; None for files. Where they were no UTF-8, the event's body has them as they were if it is
    all there was.
    """
    if attachment.text is None:
        return None
    if event.body is not None and hashlib.sha256(event.body).hexdigest() == attachment.sha256:
        return event.body
    with suppress(UnicodeEncodeError):
        return attachment.text.encode()
    return None
