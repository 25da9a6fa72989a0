"""What a person typed, in either language."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Verb(StrEnum):
    """What can be asked for."""

    STATUS = "status"
    DEVICES = "devices"
    ALERTS = "alerts"
    EVENTS = "events"
    SHOW = "show"
    ACKNOWLEDGE = "ack"
    RESOLVE = "resolve"
    FILTER = "filter"
    NEXT = "next"
    LANGUAGE = "language"
    HELP = "help"
    QUIT = "quit"


_WORDS: Final = {
    **{verb.value: verb for verb in Verb},
    "alert": Verb.SHOW, "device": Verb.SHOW, "event": Verb.SHOW, "phones": Verb.DEVICES, "lang": Verb.LANGUAGE,
    "exit": Verb.QUIT, "q": Verb.QUIT, "n": Verb.NEXT, "?": Verb.HELP, "h": Verb.HELP,
    "状态": Verb.STATUS, "手机": Verb.DEVICES, "设备": Verb.DEVICES, "告警": Verb.ALERTS, "记录": Verb.EVENTS,
    "查看": Verb.SHOW,
    "确认": Verb.ACKNOWLEDGE, "办结": Verb.RESOLVE, "筛选": Verb.FILTER, "下一页": Verb.NEXT, "语言": Verb.LANGUAGE,
    "帮助": Verb.HELP, "退出": Verb.QUIT,
}  # fmt: skip
NUMBERED: Final = frozenset({Verb.SHOW, Verb.ACKNOWLEDGE, Verb.RESOLVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A line that was understood. `number` is of the list that was told last."""

    verb: Verb
    number: int | None = None
    rest: str = ""


def understood(line: str) -> Asked | None:
    """None for a line that means nothing; a number alone shows that entry."""
    words = line.strip().split(maxsplit=1)
    if not words:
        return None
    if words[0].isascii() and words[0].isdecimal():
        return Asked(verb=Verb.SHOW, number=_number(words[0]))
    verb = _WORDS.get(words[0].lower())
    if verb is None:
        return None
    rest = words[1].strip() if len(words) > 1 else ""
    if verb not in NUMBERED:
        return Asked(verb=verb, rest=rest)
    number, _, note = rest.partition(" ")
    return Asked(verb=verb, number=_number(number), rest=note.strip())


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None
