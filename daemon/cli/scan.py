"""`scan`: texts in, hits out, by the rules that the daemon would use. Needs no state, no key and no phone."""

from argparse import Namespace
from collections.abc import Callable, Sequence

import msgspec

from policies.engine import Engine
from policies.model import Earlier, Hit
from policies.scan import ScanRequest, scan_lines, side_of

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..rules import engine_of
from .jsonl import PrevLine, RecordId, ScanLine, transform_many


class HitLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place a rule matched. Code points of `text`, end exclusive."""

    start: int
    end: int
    rule_id: str
    word: str
    category: str
    severity: str
    how: str
    prev: list[int] = []
    """Earlier messages that belong to it, by their place in the line's `prev`; left out when the text is enough."""


class ScannedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    id: RecordId
    hits: list[HitLine]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Until stdin ends. `--policy` names packs or folders; several are joined."""
    return transform_many(ScanLine, scanner(engine_of(options.policy or ["retail-zh"])), texts)


def scanner(engine: Engine) -> Callable[[Sequence[ScanLine]], list[ScannedLine]]:
    """The function that answers lines."""

    def answer(lines: Sequence[ScanLine]) -> list[ScannedLine]:
        results = scan_lines(engine, [_request(line) for line in lines])
        return [
            ScannedLine(id=line.id, hits=[_hit_line(hit, _previous(line)) for hit in result.hits])
            for line, result in zip(lines, results, strict=True)
        ]

    return answer


def _request(line: ScanLine) -> ScanRequest:
    return ScanRequest(id="", text=line.text, prev=_previous(line), sender=line.sender, channel=line.channel)


def _previous(line: ScanLine) -> tuple[str | Earlier, ...]:
    previous = (line.prev,) if isinstance(line.prev, str) else tuple(line.prev or ())
    return tuple(map(_earlier, previous))


def _earlier(one: str | PrevLine) -> str | Earlier:
    if isinstance(one, str):
        return one
    return Earlier(text=one.text, side=side_of(one.sender), age_s=one.seconds)


def _hit_line(hit: Hit, previous: Sequence[str | Earlier]) -> HitLine:
    return HitLine(
        start=hit.start,
        end=hit.end,
        rule_id=hit.rule_id,
        word=hit.word,
        category=hit.category,
        severity=hit.severity.value,
        how=hit.how.value,
        prev=[len(previous) - back for back in hit.earlier],
    )
