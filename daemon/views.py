"""Archive rows become wire types, masked unless revealed. The only door from stored content to the API."""

import re
from typing import Final

import msgspec

from policies.display import safe_display
from policies.model import Hit

from .absence import facts_of, present_at
from .api import wire
from .api.alert_life import AlertStep
from .api.texts import Texts
from .api.verify_words import place_in_words
from .archive.alert_life import ArchivedStep
from .archive.records import (
    ArchivedAlert,
    ArchivedAudit,
    ArchivedEnrolment,
    ArchivedEvent,
    VerifyResult,
)
from .attachments import Attachment, attachments_of
from .event_text import detected_spans, masked_body, masked_file_name, masked_peer, revealed_body, shown_text
from .event_told import told_by
from .events import Event, EventKind
from .rights.sight import Shown, Sight, Spans

_DIGEST: Final = re.compile(r"(?<=[:#~])[0-9a-f]{12,}(?![0-9a-zA-Z])")
CONTEXT_CHARACTERS = 12
"""Of the text around a hit that evidence shows, on each side."""
MAX_EVIDENCE = 20


def event_view(archived: ArchivedEvent, sight: Sight, spans: Spans = ()) -> wire.Event:
    """Masked; `spans` are code points of the event's text, kept where the masked body still has them."""
    event = archived.event
    body = masked_body(event, sight)
    told = told_by(event)
    return wire.Event(
        event_id=event.event_id,
        ledger_index=archived.ledger_index,
        device=event.device,
        kind=wire.EventKind(event.kind.value),
        source=event.source.value,
        source_key=_source_key(event, sight),
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        direction=wire.Direction(event.direction.value),
        peer=masked_peer(event, sight),
        person=sight.person(lambda people: people.of_event(event)),
        conversation=archived.conversation,
        body=body.text,
        attachments=tuple(_attachment(one, event.kind, sight) for one in attachments_of(event)),
        absent_since=archived.absent_since,
        finding=_finding(event),
        matched=_spans(event, body, spans),
        paired_with=archived.paired_with,
        derived_from=told.derived_from,
        app=told.app,
        notice=told.notice,
        amount_fen=told.amount_fen,
        provenance=None if told.provenance is None else sight.starred(safe_display(told.provenance, 100)),
    )


def _finding(event: Event) -> wire.AbsenceFinding | None:
    if event.kind is not EventKind.ABSENCE:
        return None
    facts = facts_of(event)
    return wire.AbsenceFinding(
        count=facts.count,
        present_at=present_at(facts),
        absent_at=event.occurred_at,
        conclusion="inconclusive" if facts.doubts else "observed",
        doubts=facts.doubts,
    )


def _source_key(event: Event, sight: Sight) -> str:
    """Those of providers are numbers. A notification's key holds words of the app, and it, files and imported rows have
    digests of what they say: whoever sees one can try guesses of what is masked."""
    key = safe_display(event.source_key, 300)
    return key if key.isdecimal() else sight.starred(_DIGEST.sub("…", key))


def _attachment(attachment: Attachment, kind: EventKind, sight: Sight) -> wire.Attachment:
    return wire.Attachment(
        content_type=safe_display(attachment.content_type),
        name=wire.Masked(masked_file_name(attachment.name or "", kind, sight)),
        sha256=attachment.sha256 if attachment.is_sealed else None,  # of a text, guesses could be tried
        size_bytes=attachment.size_bytes,
        duration_ms=attachment.duration_ms,
        problem=attachment.problem,
    )


def revealed_view(archived: ArchivedEvent, sight: Sight, spans: Spans = ()) -> wire.Event:
    """Unmasked. The caller wrote the audit entry before."""
    event = archived.event
    body = revealed_body(event, sight.texts)
    return msgspec.structs.replace(
        event_view(archived, sight),
        peer=event.peer or "",
        body=body,
        matched=_spans(event, Shown(body), spans),
        is_revealed=True,
    )


def alert_view(alert: ArchivedAlert, employee: str | None, sight: Sight) -> wire.Alert:
    """Masked evidence, the title in the reader's language."""
    event, verdict, texts = alert.archived.event, alert.verdict, sight.texts
    titles = verdict.rule_title
    return wire.Alert(
        alert_id=alert.alert_id,
        event_id=event.event_id,
        device=event.device,
        rule_id=verdict.rule_id,
        title=titles.get(texts.language.value) or titles.get("en") or verdict.rule_id,
        category=verdict.category,
        severity=wire.Severity(verdict.severity.value),
        status=alert.status,
        raised_at=alert.raised_at,
        evidence=_evidence(alert, sight),
        source=event.source.value,
        source_key=_source_key(event, sight),
        employee=employee,
        occurred_at=event.occurred_at,
        note=sight.optional_line(alert.note),
        handled_by=alert.handled_by,
        handled_at=alert.handled_at,
        rescan=alert.rescan,
        ledger_index=alert.ledger_index,
        assignee=None if alert.assignee is None else safe_display(alert.assignee),
    )


def step_view(step: ArchivedStep, sight: Sight) -> AlertStep:
    """What was noted, masked like the alert's own note."""
    return AlertStep(
        ledger_index=step.ledger_index,
        at=step.at,
        actor=step.actor,
        role=step.role,
        from_status=step.from_status,
        to_status=step.to_status,
        assignee=None if step.assignee is None else safe_display(step.assignee),
        is_assignment=step.is_assignment,
        note=sight.optional_line(step.note),
    )


def enrolment_view(enrolment: ArchivedEnrolment) -> wire.Enrolment:
    """As it is: the record is meant to be seen."""
    return wire.Enrolment(
        serial=enrolment.serial,
        employee=enrolment.employee,
        notice_version=enrolment.notice_version,
        notice_sha256=enrolment.notice_sha256,
        acknowledged_by=enrolment.acknowledged_by,
        acknowledged_at=enrolment.acknowledged_at,
        enrolled_by=enrolment.enrolled_by,
        enrolled_at=enrolment.enrolled_at,
        scope=enrolment.scope,
        ended_at=enrolment.ended_at,
    )


def audit_view(entry: ArchivedAudit, sight: Sight) -> wire.AuditEntry:
    """What people wrote as their reason may name a customer."""
    return wire.AuditEntry(
        audit_id=entry.audit_id,
        ledger_index=entry.ledger_index,
        at=entry.at,
        actor=entry.actor,
        role=entry.role,
        action=entry.action,
        target=entry.target,
        reason=sight.optional_line(entry.reason),
        outcome=entry.outcome,
    )


def verify_view(result: VerifyResult, texts: Texts) -> wire.VerifyReport:
    """What was found, in words."""
    problem = None if result.problem is None else result.problem.value
    key = "verify.ok" if problem is None else f"verify.{problem}"
    values: dict[str, str | int] = {
        "records": result.records_checked,
        "heads": result.heads_checked,
        "where": place_in_words(texts, result.first_bad or "?"),
    }
    return wire.VerifyReport(
        ok=result.ok,
        ledger_size=result.ledger_size,
        root_sha256=result.root_sha256,
        records_checked=result.records_checked,
        heads_checked=result.heads_checked,
        first_bad=result.first_bad,
        problem=problem,
        text=texts.get(key, **values) if texts.has(key) else f"{problem}: {values['where']}",
    )


def _evidence(alert: ArchivedAlert, sight: Sight) -> tuple[wire.Evidence, ...]:
    event, verdict = alert.archived.event, alert.verdict
    if not verdict.hits:
        line = masked_body(event, sight).text
        return (wire.Evidence(surface=line, start=0, end=0, word="", how="exact", ruleset=verdict.ruleset_version),)
    hits = verdict.hits[:MAX_EVIDENCE]
    shown = shown_text(event, sight, detected_spans(hits))
    return tuple(_piece(shown, hit, len(event.text), verdict.ruleset_version) for hit in hits)


def _piece(shown: Shown, hit: Hit, length: int, ruleset: str) -> wire.Evidence:
    """The hit with what stands around it."""
    begin = shown.place(max(0, hit.start - CONTEXT_CHARACTERS))
    end = shown.place_after(min(length, hit.end + CONTEXT_CHARACTERS))
    return wire.Evidence(
        surface=shown.text[begin:end].replace("\n", " "),
        start=shown.place(hit.start) - begin,
        end=min(shown.place_after(hit.end), end) - begin,
        word=safe_display(hit.word),
        how=hit.how.value,
        ruleset=ruleset,
        earlier=hit.earlier,
    )


def _spans(event: Event, body: Shown, spans: Spans) -> tuple[wire.MatchedSpan, ...]:
    """Only where the body is the text, code point for code point but for pseudonyms."""
    length = body.place_after(len(event.text))
    if event.kind not in {EventKind.MESSAGE, EventKind.NOTIFICATION, EventKind.CONTACT} or len(body.text) != length:
        return ()
    moved = [(body.place(start), body.place_after(end)) for start, end in spans]
    return tuple(wire.MatchedSpan(start=start, end=end) for start, end in moved if 0 <= start <= end <= length)
