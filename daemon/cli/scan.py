"""`scan`: texts in, hits out, by the rules that the daemon would use. Needs no state, no key and no phone."""

from argparse import Namespace
from collections.abc import Callable

import msgspec

from policies.engine import Engine
from policies.scan import ScanRequest, scan_line

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..rules import engine_of
from .jsonl import RecordId, TextLine, transform


class HitLine(msgspec.Struct, frozen=True, kw_only=True):
    """One place a rule matched. Code points of `text`, end exclusive."""

    start: int
    end: int
    rule_id: str
    word: str
    category: str
    severity: str
    how: str


class ScannedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One answer."""

    id: RecordId
    hits: list[HitLine]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Until stdin ends. `--policy` names packs or folders; several are joined."""
    return transform(scanner(engine_of(options.policy or ["retail-zh"])), texts)


def scanner(engine: Engine) -> Callable[[TextLine], ScannedLine]:
    """The function that answers one line."""

    def answer(line: TextLine) -> ScannedLine:
        previous = (line.prev,) if isinstance(line.prev, str) else tuple(line.prev or ())
        request = ScanRequest(id="", text=line.text, prev=previous, sender=line.sender, channel=line.channel)
        return ScannedLine(
            id=line.id,
            hits=[
                HitLine(
                    start=hit.start,
                    end=hit.end,
                    rule_id=hit.rule_id,
                    word=hit.word,
                    category=hit.category,
                    severity=hit.severity.value,
                    how=hit.how.value,
                )
                for hit in scan_line(engine, request).hits
            ],
        )

    return answer
