"""What stands in `body` and `peer` of an event on the wire: masked, or as it was for those who may see it."""

import re
from collections.abc import Iterable
from typing import Final, assert_never

import msgspec

from policies.display import safe_display
from policies.model import Hit

from .absence import facts_of
from .api.texts import Texts
from .events import UNCOLLECTED, Event, EventKind
from .rights.sight import Shown, Sight, Spans


class _Attributes(msgspec.Struct, frozen=True, kw_only=True):
    """Those of `normalise` that a reader sees. Everything else in the JSON is ignored."""

    type: int | None = None
    duration_s: int | str | None = None
    duration_ms: int | str | None = None
    unreadable: str | None = None
    last_kind: str | None = None
    notice: str | None = None
    sender: str | None = None
    counterparty: str | None = None


_decode_attributes = msgspec.json.Decoder(_Attributes).decode
_CALL_KINDS = {1: "in", 2: "out", 3: "missed", 4: "voicemail", 5: "rejected", 6: "blocked", 7: "elsewhere"}
_COUNTED = frozenset({EventKind.MESSAGE, EventKind.CALL, EventKind.CONTACT, EventKind.RECORDING})
_TALKED = frozenset({1, 2, 4, 7})
_OWN_TITLES = frozenset({"receipt", "refund"})
"""Notices whose title is a service's, not a person's."""
_NAMED_FOR_NUMBER = frozenset({EventKind.CALL.value, EventKind.RECORDING.value})
"""Their peer is a person's name where no number is known."""
_WORD = re.compile(r"[^\W\d_]+")
_DIALERS_WORDS = frozenset({
    "call", "calls", "recording", "recordings", "record", "callrecord", "callrecording", "voice", "in", "out",
    "incoming", "outgoing", "通话", "通话录音", "通话记录", "电话录音", "通話", "通話錄音", "通話録音", "電話錄音",
    "来电", "來電", "呼入", "去电", "去電", "呼出", "录音", "錄音",
})  # fmt: skip
_LATEST_NAME = 200
_OF_SHAPES: Final = frozenset({"@url", "@site", "@ipv4", "@email"})
"""What is no number of anybody's; e-mail addresses are starred as details."""
MAX_BODY_CHARACTERS = 20_000
"""Of a masked body. A longer one is cut; the archive keeps it whole."""


def masked_peer(event: Event, sight: Sight) -> str:
    """`138****8000`, `王**`, or empty. Numbers and names each by their own mask; senders such as `10086` or `JD` are
    nobody's and stay."""
    if not event.peer:
        return ""
    shown, kind = safe_display(event.peer[:200]), event.kind
    read = _attributes(event.attributes)
    of = read.last_kind or kind.value
    if of == EventKind.CONTACT.value or (of in _NAMED_FOR_NUMBER and any(map(str.isalpha, shown))):
        return sight.name(shown)
    if sum(character.isdigit() for character in shown) >= 7:
        return sight.number(shown)
    if kind is EventKind.NOTIFICATION and read.notice not in _OWN_TITLES:
        return sight.name(shown)
    return sight.starred(shown)


def masked_file_name(name: str, kind: EventKind, sight: Sight) -> str:
    """Of an attachment. Dialers name a recording after the person: every word in it is masked that is not theirs."""
    shown = sight.starred(safe_display(name)) if name else ""
    if kind is not EventKind.RECORDING:
        return shown
    stem, dot, ending = shown.rpartition(".")
    masked = _WORD.sub(
        lambda word: word[0] if word[0].casefold() in _DIALERS_WORDS else sight.starred_name(word[0]), stem
    )
    return f"{masked}{dot}{ending}" if dot else sight.starred_name(shown)


def masked_text(event: Event, sight: Sight, hidden: Spans = ()) -> str:
    """What a reader may see of `event.text`, as many code points: offsets of hits and matches stay valid."""
    text = event.text
    if kind_of_text(event) is EventKind.CONTACT:
        return _contact_text(event, sight)
    return sight.starred(text, _read_names(event), hidden) if text else ""


def detected_spans(hits: Iterable[Hit]) -> list[tuple[int, int]]:
    """What detectors of the rules found: it is somebody's, also where it is no contact detail of ours."""
    return [(hit.start, hit.end) for hit in hits if hit.word.startswith("@") and hit.word not in _OF_SHAPES]


def shown_text(event: Event, sight: Sight, hidden: Spans = (), limit: int | None = None) -> Shown:
    """`event.text` as a reader sees it, with the pseudonyms of people who are known. `hidden`: see `Sight.shown`."""
    if kind_of_text(event) is EventKind.CONTACT:
        return Shown(_contact_text(event, sight)[:limit])
    return sight.shown(event.text, _read_names(event), hidden, limit)


def _contact_text(event: Event, sight: Sight) -> str:
    name, *numbers = safe_display(event.text, max_chars=max(1, len(event.text))).split("\n")
    return " ".join([sight.starred_name(name), *(_masked_number(number, sight) for number in numbers)])


def _read_names(event: Event) -> list[tuple[int, int]]:
    """Names that `normalise` read out of the text, where they stand at first."""
    read = _attributes(event.attributes)
    found: list[tuple[int, int]] = []
    for name in {read.sender, read.counterparty} - {None, ""}:
        at = event.text.find(name) if name is not None else -1
        if name is not None and 0 <= at <= _LATEST_NAME:
            found.append((at, at + len(name)))
    found.sort()
    return [span for number, span in enumerate(found) if number == 0 or span[0] >= found[number - 1][1]]


def _masked_number(line: str, sight: Sight) -> str:
    """A phone lets people write anything where a number belongs, and line breaks into a name."""
    return sight.starred_name(line) if any(character.isalpha() for character in line) else sight.starred_number(line)


def kind_of_text(event: Event) -> EventKind:
    """Of what `event.text` speaks: an absence repeats what was there before."""
    if event.kind is EventKind.ABSENCE and (last := _attributes(event.attributes).last_kind) is not None:
        return EventKind(last) if last in set(EventKind) else EventKind.MESSAGE
    return event.kind


def masked_body(event: Event, sight: Sight) -> Shown:
    """One line or text as a reader may see it."""
    texts = sight.texts
    match event.kind:
        case EventKind.MESSAGE | EventKind.NOTIFICATION | EventKind.CONTACT:
            unreadable = _unreadable(event, texts)
            return Shown(unreadable) if unreadable else shown_text(event, sight, limit=MAX_BODY_CHARACTERS)
        case EventKind.RECORDING:
            return Shown(_unreadable(event, texts) or recording_line(event, texts))
        case EventKind.CALL:
            return Shown(_unreadable(event, texts) or call_line(event, texts))
        case EventKind.ABSENCE:
            return Shown(_absence(event, texts, sight.name(safe_display(event.peer or ""))))
        case _:
            assert_never(event.kind)


def revealed_body(event: Event, texts: Texts) -> str:
    """What the phone held, decoded, for a reader whose access was audited. Clients clean it for their terminals."""
    match event.kind:
        case EventKind.MESSAGE | EventKind.NOTIFICATION:
            return _unreadable(event, texts) or event.text
        case EventKind.RECORDING:
            return _unreadable(event, texts) or recording_line(event, texts)
        case EventKind.CALL:
            return _unreadable(event, texts) or call_line(event, texts)
        case EventKind.CONTACT:
            return _unreadable(event, texts) or event.text.replace("\n", " ")
        case EventKind.ABSENCE:
            line = _absence(event, texts, event.peer or "")
            is_message = kind_of_text(event) is EventKind.MESSAGE
            return f"{line}: {event.text}" if is_message and event.text else line
        case _:
            assert_never(event.kind)


def call_line(event: Event, texts: Texts) -> str:
    """`呼出 2分13秒`, `outgoing call, 2 min 13 s`."""
    attributes = _attributes(event.attributes)
    kind = texts.get(f"call.{_CALL_KINDS.get(attributes.type or 0, 'unknown')}")
    if attributes.type not in _TALKED:
        return kind
    seconds = _seconds(attributes.duration_s)
    if seconds == 0:
        return texts.get("call.not_answered", kind=kind)
    return texts.get("call.line", kind=kind, duration=duration_words(seconds, texts))


def recording_line(event: Event, texts: Texts) -> str:
    """`通话录音 2分13秒`, `call recording, 2 min 13 s`; without a length when the phone told none."""
    duration_ms = _attributes(event.attributes).duration_ms
    seconds = duration_ms // 1000 if isinstance(duration_ms, int) and 0 < duration_ms < 10**10 else 0
    if seconds == 0:
        return texts.get("recording.plain")
    return texts.get("recording.line", duration=duration_words(seconds, texts))


def duration_words(seconds: int, texts: Texts) -> str:
    """`13 s`, `2 min 13 s`, `1 h 2 min 13 s`."""
    minutes, s = divmod(seconds, 60)
    h, m = divmod(minutes, 60)
    if h:
        return texts.get("call.hours", h=h, m=m, s=s)
    return texts.get("call.minutes", m=m, s=s) if m else texts.get("call.seconds", s=s)


def _absence(event: Event, texts: Texts, name: str) -> str:
    facts = facts_of(event)
    if facts.doubts:
        reasons = ", ".join(texts.get(f"doubt.{doubt}") for doubt in facts.doubts if texts.has(f"doubt.{doubt}"))
        return texts.get("body.absent_doubtful", count=facts.count, reasons=reasons)
    if facts.count > 1:
        return texts.get(f"body.absent_many_{_many(kind_of_text(event))}", count=facts.count)
    match kind_of_text(event):
        case EventKind.CONTACT:
            return texts.get("body.absent_contact", name=name)
        case EventKind.CALL:
            return texts.get("body.absent_call")
        case EventKind.RECORDING:
            return texts.get("body.absent_recording")
        case _:
            return texts.get("body.absent_message")


def _many(kind: EventKind) -> str:
    return kind.value if kind in _COUNTED else EventKind.MESSAGE.value


def _unreadable(event: Event, texts: Texts) -> str:
    if event.body is None and _attributes(event.attributes).unreadable is not None:
        return texts.get("body.unreadable")
    if event.attributes == UNCOLLECTED:
        return texts.get("body.withheld")
    return ""


def _attributes(text: str) -> _Attributes:
    try:
        return _decode_attributes(text)
    except msgspec.DecodeError:
        # A phone's number that is too large to be a duration stands there as a string; nothing here depends on it.
        return _Attributes()


def _seconds(duration: int | str | None) -> int:
    return duration if isinstance(duration, int) and 0 < duration < 10**7 else 0
