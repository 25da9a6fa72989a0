"""What a filter line means to the daemon's audit, and the words for what an entry says."""

import re
from collections.abc import Collection, Mapping
from typing import Final

from msgspec.structs import replace

from daemon.api.requests import AuditQuery

from ...safe_text import SafeContent, safe_text
from ..desk import Desk
from ..filter_line import RowFilter, checked, is_plain
from ..filters import window_of

KEYS: Final = ("actor", "action", "target", "outcome", "since", "until", "age")
_ID: Final = re.compile(r"[a-z]{2,6}_[0-9a-z_-]+")
"""Ids are in small letters, so that a part of one can be looked for by the daemon."""
_GOOD: Final = "ok"
_BAD: Final = frozenset({"refused", "denied", "failed"})
_STYLES: Final[Mapping[str, str]] = {_GOOD: "$text-success"}


def audit_query(row_filter: RowFilter, actors: Collection[str], desk: Desk) -> AuditQuery:
    """As much of the filter as the daemon can look for; the rest is looked for in what it answers.

    Raises FilterError for keys that the audit has nothing for, and for times that are none.
    """
    if row_filter.conditions:
        checked(row_filter, KEYS)
    since, until = window_of(row_filter, desk.times.now())
    query = AuditQuery(since=since, until=until)
    serials = {serial.casefold(): serial for serial in desk.shop.devices}
    for condition in filter(is_plain, row_filter.conditions):
        value = condition.values[0].raw
        match condition.key:
            case "actor":
                fitting = [actor for actor in actors if value in actor.casefold()]
                if not fitting or (len(fitting) == 1 and fitting[0].casefold() == value):
                    query = replace(query, actor=fitting[0] if fitting else as_typed(row_filter.line, value))
            case "action" if "." in value and value.isascii():
                query = replace(query, action=value)
            case "target" if value in serials:
                query = replace(query, target=serials[value])
            case "target" if _ID.fullmatch(value):
                query = replace(query, target=value)
            case "outcome" if value == _GOOD or value in _BAD:
                query = replace(query, outcome=value)
            case _:
                pass
    return query


def as_typed(line: str, folded: str) -> str:
    """The value with the case it was typed in."""
    at = line.casefold().find(folded)
    return line[at : at + len(folded)] if at >= 0 else folded


def action_word(action: str, desk: Desk) -> str:
    """What was done, in words where the catalogs have them."""
    if action.startswith("denied."):
        return desk.say("audit.denied", what=action.removeprefix("denied."))
    return desk.known(f"word.action.{action}", action)


def outcome_cell(outcome: str, desk: Desk) -> SafeContent:
    """How it ended, in words where the catalogs have them."""
    style = _STYLES.get(outcome, "bold $text-warning" if outcome in _BAD else "")
    return safe_text(desk.known(f"app.audit_outcome.{outcome}", outcome), style)
