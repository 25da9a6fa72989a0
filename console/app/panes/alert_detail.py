"""An alert in words: its evidence with the hit marked, what it is about, who looks after it, what was done with it."""

from collections.abc import Sequence
from typing import Final

import msgspec

from daemon.api.alert_life import AlertStep
from daemon.api.wire import Alert, Evidence

from ...plain_text import ELLIPSIS
from ...safe_text import SafeContent, joined, lines, safe_marked, safe_page, safe_text
from ..desk import Desk
from ..dialogs.dialog import labelled
from ..glyphs import severity_cell, status_cell

EVIDENCE_LEAD: Final = 4
"""Code points shown before the hit, so that the hit itself is seen in a narrow column."""


def alert_detail(item: Alert, desk: Desk) -> SafeContent:
    """For the panel and for the page of its own."""
    who = item.employee or desk.shop.name_of(item.device)
    head = joined((severity_cell(item.severity, desk.texts), safe_text("  "), safe_text(item.title, "bold")))
    rows = [
        ("status", joined((status_cell(item.status, desk.texts), safe_text(_handled(item, desk), "$muted")))),
        ("device", safe_text(f"{who} · {item.device}")),
        ("when", safe_text(desk.times.both(item.occurred_at))),
        ("raised", safe_text(desk.times.both(item.raised_at))),
        ("rule", safe_text(f"{item.rule_id} · {item.category}")),
    ]
    if item.assignee:
        rows.insert(1, ("assignee", safe_text(item.assignee)))
    if item.note:
        rows.append(("note", safe_text(item.note)))
    advice = [safe_page(f"{desk.say('label.advice')} {item.advice}")] if item.advice else []
    found = [_evidence_block(evidence, desk) for evidence in item.evidence]
    if not found:
        found = [desk.line("alert.no_evidence", "$muted")]
    review = safe_page(desk.say("alert.for_review"), "$muted")
    return lines([head, *found, *advice, *labelled(desk, rows), review])


def history_lines(steps: Sequence[AlertStep], desk: Desk) -> SafeContent:
    """Each step in a line, the newest last; its note below it."""
    told: list[SafeContent] = []
    for step in steps:
        who = step.actor if step.role is None else f"{step.actor} ({desk.known(f'app.role.{step.role}', step.role)})"
        told.append(
            joined((safe_text(desk.times.full(step.at), "$muted"), safe_text(f"  {who}  "), _step_words(step, desk)))
        )
        if step.note:
            told.append(safe_page(f"    “{step.note}”"))
    return lines(told) if told else desk.line("alert.untouched", "$muted")


def evidence_line(evidence: Sequence[Evidence]) -> SafeContent:
    """The first piece of evidence with its hit marked, and how many more there are."""
    if not evidence:
        return safe_text("–", "$muted")
    first = evidence[0]
    lead = max(first.start - EVIDENCE_LEAD, 0)
    shown = msgspec.structs.replace(first, surface=first.surface[lead:], start=first.start - lead, end=first.end - lead)
    more = safe_text(f" +{len(evidence) - 1}", "$muted") if len(evidence) > 1 else safe_text("")
    ellipsis = safe_text(ELLIPSIS if lead else "", "$muted")
    return joined((ellipsis, safe_marked(shown.surface, (shown,), mark="bold underline $text-error"), more))


def _step_words(step: AlertStep, desk: Desk) -> SafeContent:
    if step.is_assignment:
        name = "alert.assigned" if step.assignee else "alert.unassigned"
        return desk.line(name, name=step.assignee or "")
    if step.from_status is step.to_status:
        return desk.line("alert.noted")
    return joined(
        (
            status_cell(step.from_status, desk.texts),
            safe_text(" → ", "$muted"),
            status_cell(step.to_status, desk.texts),
        )
    )


def _handled(item: Alert, desk: Desk) -> str:
    if not item.handled_by:
        return ""
    when = f" · {desk.times.both(item.handled_at)}" if item.handled_at else ""
    return f" · {item.handled_by}{when}"


def _evidence_block(evidence: Evidence, desk: Desk) -> SafeContent:
    surface = safe_marked(evidence.surface, (evidence,), mark="bold underline $text-error", line_break="\n")
    how = desk.known(f"app.how.{evidence.how}", evidence.how)
    told = " · ".join(part for part in (evidence.word, desk.say("label.how", how=how)) if part)
    reason = safe_text(f"   ({told})", "$muted")
    return joined((safe_text("“"), surface, safe_text("”"), reason))
