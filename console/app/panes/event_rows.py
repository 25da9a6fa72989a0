"""Events as rows of the virtual list, and what one event says in full."""

from collections.abc import Mapping

from daemon.api.wire import Attachment, Event, EventKind, EventQuery

from ...safe_text import SafeContent, joined, lines, safe_marked, safe_text
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..event_pages import EventPages
from ..glyphs import direction_glyph, kind_word


class EventRows:
    """Rows over pages. The key of a row is its ledger index."""

    def __init__(self, desk: Desk, pages: EventPages) -> None:
        self._desk = desk
        self.pages = pages

    def __len__(self) -> int:
        return len(self.pages) if self.pages.is_started or self.pages.loaded else 0

    def key_at(self, position: int) -> str | None:
        event = self.pages.event(position)
        return None if event is None else str(event.ledger_index)

    def position_of(self, key: str) -> int | None:
        return self.pages.position_of(int(key))

    def event(self, key: str | None) -> Event | None:
        """The event of a row, None when it is not in memory."""
        position = self.position_of(key) if key is not None else None
        return None if position is None else self.pages.event(position)

    def cells(self, position: int) -> Mapping[str, SafeContent] | None:
        event = self.pages.event(position)
        if event is None:
            return None
        return event_cells(event, self._desk)


def event_cells(event: Event, desk: Desk) -> Mapping[str, SafeContent]:
    """The cell of each column."""
    is_absence = event.kind is EventKind.ABSENCE
    return {
        "when": safe_text(desk.times.short(event.occurred_at)),
        "who": safe_text(desk.shop.name_of(event.device)),
        "kind": safe_text(kind_word(event.kind, desk.texts), "bold $text-warning" if is_absence else ""),
        "direction": safe_text(direction_glyph(event.direction)),
        "peer": safe_text(event.peer or "–"),
        "source": safe_text(desk.known(f"app.source.{event.source}", event.source)),
        "person": safe_text(event.person or "–"),
        "body": body_of(event, desk),
        "number": safe_text(f"#{event.ledger_index}"),
    }


def body_of(event: Event, desk: Desk) -> SafeContent:
    """The masked body in one line, search hits marked, and whether the phone still has it."""
    body = safe_marked(event.body, event.matched, mark="bold underline $text-accent")
    if event.absent_since is None:
        return body
    return joined((safe_text(desk.say("event.absent") + " ", "bold $text-warning"), body))


def event_detail(event: Event, desk: Desk) -> SafeContent:
    """Everything the console knows of an event, masked as it came."""
    who = desk.shop.name_of(event.device)
    heading = f"{kind_word(event.kind, desk.texts)} {direction_glyph(event.direction)} {event.peer or '–'}"
    rows = [
        ("device", safe_text(f"{who} · {event.device}")),
        ("when", safe_text(desk.times.both(event.occurred_at))),
        ("received", safe_text(desk.times.both(event.received_at))),
        ("source", safe_text(f"{desk.known(f'app.source.{event.source}', event.source)} · {event.source_key}")),
        *((("person", safe_text(event.person)),) if event.person is not None else ()),
        ("conversation", safe_text(event.conversation)),
        ("event", safe_text(f"{event.event_id} · #{event.ledger_index}")),
    ]
    if event.absent_since is not None:
        since = desk.say("event.absent_since", when=desk.times.both(event.absent_since))
        rows.insert(0, ("absent", safe_text(since, "bold $text-warning")))
    if event.attachments:
        rows.append(("attachments", safe_text(", ".join(map(_attachment, event.attachments)))))
    rows += [(label, safe_text(words)) for label, words in _facts(event, desk)]
    body = safe_marked(
        event.body, event.matched, mark="bold underline $text-accent", limit=4000, line_break="\n"
    )  # fmt: skip
    return lines([safe_text(heading, "bold"), body, *labelled(desk, rows)])


def _facts(event: Event, desk: Desk) -> list[tuple[str, str]]:
    """What is known beside its words: the window of an absence, the pair of a recording, money, origin."""
    facts: list[tuple[str, str]] = []
    if (finding := event.finding) is not None:
        absent = desk.times.both(finding.absent_at)
        if finding.present_at is None:
            words = desk.say("finding.since_unknown", count=finding.count, absent=absent)
        else:
            present = desk.times.both(finding.present_at)
            words = desk.say("finding.window", count=finding.count, present=present, absent=absent)
        facts.append(("finding", f"{words} · {desk.say('finding.doubtful')}" if finding.doubts else words))
    if event.paired_with is not None:
        facts.append(("pair", event.paired_with))
    if event.notice is not None:
        amount = "" if event.amount_fen is None else f" ¥{event.amount_fen / 100:.2f}"
        facts.append(("notice", desk.known(f"app.notice.{event.notice}", event.notice) + amount))
    origins = (
        None if event.derived_from is None else desk.known(f"app.derived.{event.derived_from}", event.derived_from),
        event.app,
        event.provenance,
    )
    if told := " · ".join(origin for origin in origins if origin):
        facts.append(("origin", told))
    return facts


def _attachment(attachment: Attachment) -> str:
    """`image/jpeg 31 KiB photo.jpg`."""
    size = f"{max(1, attachment.size_bytes // 1024)} KiB"
    return " ".join(part for part in (attachment.content_type, size, attachment.name) if part)


def fits(event: Event, query: EventQuery) -> bool:
    """Whether a live event may belong to a query; what `is_told_by_daemon` cannot be told here."""
    return (
        query.device in {None, event.device}
        and (not query.devices or event.device in query.devices)
        and query.kind in {None, event.kind, event.source}
        and query.direction in {None, event.direction}
        and query.conversation in {None, event.conversation}
        and (query.since is None or event.occurred_at >= query.since)
        and (query.until is None or event.occurred_at < query.until)
        and (not query.has_attachments or bool(event.attachments))
    )


def is_told_by_daemon(query: EventQuery) -> bool:
    """Whether only the daemon knows what belongs to a query: masked text is not what is searched, for instance."""
    unknown = (query.text, query.peer, query.person, query.employee, query.trace)
    return query.has_alerts or any(one is not None for one in unknown)
