"""`mask`: `{id, text}` in, `{id, spans: [{start, end, kind}], masked}` out. Offsets are code points, end exclusive."""

from argparse import Namespace

import msgspec

from policies.masking import mask_text

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from .jsonl import RecordId, TextLine, transform


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """One contact detail."""

    start: int
    end: int
    kind: str


class MaskedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    id: RecordId
    spans: list[Span]
    masked: str


def run(_options: Namespace, texts: Texts) -> ExitCode:
    """Until stdin ends."""
    return transform(mask_line, texts)


def mask_line(line: TextLine) -> MaskedLine:
    """The answer to one line."""
    found = mask_text(line.text)
    spans = [Span(start=span.start, end=span.end, kind=span.kind.value) for span in found.spans]
    return MaskedLine(id=line.id, spans=spans, masked=found.masked)
