"""`scan` and `mask` on one line, from decoded values to values to encode."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .engine import Engine
from .folding.table import DigitFold, Fold, fold
from .masking import Masked, mask_text
from .matching.detectors import Shape
from .model import Hit, Side

_SHAPE_WORDS = frozenset(f"@{shape.value}" for shape in Shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """One line of `scan`'s input: `{id, text, prev?, sender?, channel?}`."""

    id: str
    text: str
    prev: tuple[str, ...] = ()
    """Earlier messages, oldest first."""
    sender: str | None = None
    """`staff` or `customer`; anything else counts as unknown, for which rules of both sides hold."""
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """One line of `scan`'s output: `{id, hits: [{start, end, rule_id, word, category, severity, how}]}`."""

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
    try:
        side = Side(request.sender or Side.UNKNOWN)
    except ValueError:
        side = Side.UNKNOWN
    hits = engine.hits(request.text, channel=request.channel or "", side=side, previous=request.prev)
    return ScanResult(id=request.id, hits=_with_values(request.text, hits))


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
