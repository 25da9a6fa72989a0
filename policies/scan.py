"""`scan` and `mask` on one line, from decoded values to values to encode."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .engine import Engine
from .folding.table import DigitFold, Fold, fold
from .masking import Masked, mask_text
from .matching.detectors import Shape
from .model import Earlier, Hit, Side, Subject, SubjectKind

_SHAPE_WORDS = frozenset(f"@{shape.value}" for shape in Shape)
_SIDES = frozenset(side.value for side in Side)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """One line of `scan`'s input: `{id, text, prev?, sender?, channel?}`."""

    id: str
    text: str
    prev: tuple[str | Earlier, ...] = ()
    """Earlier messages, oldest first."""
    sender: str | None = None
    """`staff` or `customer`; anything else counts as unknown, for which rules of both sides hold."""
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """One line of `scan`'s output: `{id, hits: [{start, end, rule_id, word, category, severity, how, prev?}]}`."""

    id: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskRequest:
    """One line of `mask`'s input: `{id, text}`."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskResult:
    """One line of `mask`'s output: `{id, spans: [{start, end, kind}], masked}` in `masked.spans`, `masked.masked`."""

    id: str
    masked: Masked


def scan_line(engine: Engine, request: ScanRequest) -> ScanResult:
    """Hits of one message. For `@email`, `@url`, `@digits` … `word` is what was found, folded to plain characters."""
    (result,) = scan_lines(engine, [request])
    return result


def scan_lines(engine: Engine, requests: Sequence[ScanRequest]) -> list[ScanResult]:
    """For each request what `scan_line` gives, in less time."""
    found = engine.hits_many([_subject(request) for request in requests])
    return [
        ScanResult(id=request.id, hits=_with_values(request.text, hits))
        for request, hits in zip(requests, found, strict=True)
    ]


def side_of(sender: str | None) -> Side:
    """Who `sender` names; UNKNOWN for every other word."""
    return Side(sender) if sender in _SIDES else Side.UNKNOWN


def _subject(request: ScanRequest) -> Subject:
    return Subject(
        kind=SubjectKind.MESSAGE,
        channel=request.channel or "",
        text=request.text,
        side=side_of(request.sender),
        previous=request.prev,
    )


def mask_line(request: MaskRequest) -> MaskResult:
    """The message with its contact details starred; the length is kept."""
    return MaskResult(id=request.id, masked=mask_text(request.text))


def _with_values(text: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    return tuple(
        replace(hit, word=_value(text[hit.start : hit.end], hit.word)) if hit.word in _SHAPE_WORDS else hit
        for hit in hits
    )


def _value(surface: str, word: str) -> str:
    if word == f"@{Shape.DIGITS.value}":
        return "".join(c for c in fold(surface, Fold(digits=DigitFold.HAN)) if c.isdigit())
    return fold(surface, Fold(case=False, trad=False, lookalike=False))
