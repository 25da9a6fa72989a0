"""Things found by shape instead of by word: e-mail addresses, web addresses, IPv4 addresses, runs of digits."""

import re
from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from ..folding.table import DigitFold, Fold, fold
from .profile import MatchProfile, RunEdges
from .reading import Reading, lens

MAX_LOCAL = 64
MAX_DOMAIN = 253
_SHAPE_FOLD = Fold(case=False, trad=False, lookalike=False)
_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-"
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z][A-Za-z0-9-]{0,62}")
_URL = re.compile(
    r"(?:https?|ftp)://[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?::[0-9]{1,5})?"
    r"(?:[/?#][A-Za-z0-9_.,@?^=%&:/~+#!$'()*;-]*[A-Za-z0-9_@?^=%&/~+#-])?",
    re.IGNORECASE,
)
_SITE = re.compile(
    r"(?<![A-Za-z0-9_@./-])(?:[A-Za-z0-9-]{1,63}\.){1,8}(?:com|cn|net|org|top|shop|vip|cc|me|io|xyz|info|tv|co|site|online)"
    r"(?:\.[a-z]{2})?(?![A-Za-z0-9-])",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])(?!\.[0-9])")


class Shape(StrEnum):
    """Names of the built-in detectors; in a rule's words they are written `@email` and so on."""

    EMAIL = "email"
    URL = "url"
    SITE = "site"
    """A domain without http:// in front."""
    IPV4 = "ipv4"
    DIGITS = "digits"
    """Runs of at least `min_digits` digits."""


def shape_spans(text: str, shape: Shape, profile: MatchProfile) -> list[tuple[int, int, str]]:
    """(start, end, value) of every such thing in `text`; the value is folded (half width, ASCII digits)."""
    match shape:
        case Shape.DIGITS:
            return _digit_runs(text, profile)
        case Shape.EMAIL:
            return [(a, b, flat[a:b]) for flat in (fold(text, _SHAPE_FOLD),) for a, b in email_spans(flat)]
        case Shape.URL:
            return _matches(_URL, text)
        case Shape.SITE:
            return _matches(_SITE, text)
        case Shape.IPV4:
            return [span for span in _matches(_IPV4, text) if all(int(part) <= 255 for part in span[2].split("."))]
        case _ as never:
            assert_never(never)


def _matches(pattern: re.Pattern[str], text: str) -> list[tuple[int, int, str]]:
    flat = fold(text, _SHAPE_FOLD)
    return [(m.start(), m.end(), m.group()) for m in pattern.finditer(flat)]


def email_spans(flat: str) -> list[tuple[int, int]]:
    """Spans of e-mail addresses in half-width text. Linear: only looks around each @, at most 317 characters."""
    spans: list[tuple[int, int]] = []
    at = flat.find("@")
    edge = 0
    while at >= 0:
        before = flat[max(edge, at - MAX_LOCAL) : at]
        local = before[len(before.rstrip(_LOCAL)) :].lstrip(".")
        domain = _DOMAIN.match(flat, at + 1, min(len(flat), at + 1 + MAX_DOMAIN)) if local else None
        if domain:
            edge = domain.end()
            spans.append((at - len(local), edge))
        at = flat.find("@", at + 1)
    return spans


def _digit_runs(text: str, profile: MatchProfile) -> list[tuple[int, int, str]]:
    least = max(profile.min_digits, 1)
    digits = profile.fold_digits if profile.fold_digits is not DigitFold.NONE else DigitFold.SCRIPTS
    reading = Reading(text, lens(replace(profile, fold_digits=digits, repeats=False).view))
    origin = reading.origin
    spans: list[tuple[int, int, str]] = []
    for run in re.finditer(f"[0-9]{{{least},}}", reading.kept):
        start, end = origin[run.start()], origin[run.end() - 1] + 1
        if profile.run_edges is RunEdges.SKIPS:
            start = origin[run.start() - 1] + 1 if run.start() else 0
            end = origin[run.end()] if run.end() < len(origin) else len(text)
        spans.append((start, end, run.group()))
    return spans
