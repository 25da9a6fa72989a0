"""Notices read by rules."""

import re
from fnmatch import fnmatchcase
from functools import cache

from .amounts import fen_of, fold
from .chat import MESSENGERS, read_chat
from .notice import MoneyDirection, Notice
from .rules import NoticeRule, NoticeRules, load_notice_rules

MAX_CHARACTERS = 2_000
"""Of a text; a notice is short, and what stands behind is not read."""
_MAX_TITLE = 200
_MAX_CHANNEL = 300
_MAX_REMEMBERED = 2_000
_MAX_PARTY = 40


class NoticeReader:
    """Reads with one set of rules; the first rule that fits counts."""

    def __init__(self, rules: NoticeRules) -> None:
        self._rules = rules.rules
        self._of_channel: dict[str, tuple[NoticeRule, ...]] = {}
        self.version = rules.version

    def read(self, channel: str, title: str, text: str) -> Notice | None:
        """See `read_notice`."""
        rules = self._rules_of(channel[:_MAX_CHANNEL])
        if not rules:
            return None
        shown_title, shown = fold(title[:_MAX_TITLE]).strip(), fold(text[:MAX_CHARACTERS])
        if channel in MESSENGERS:
            shown = read_chat(shown_title, shown).body
        for rule in rules:
            if rule.title is not None and rule.title.search(shown_title) is None:
                continue
            for pattern in rule.texts:
                match = pattern.search(shown)
                if match is not None:
                    return self._notice(rule, match, shown)
        return None

    def _rules_of(self, channel: str) -> tuple[NoticeRule, ...]:
        """A history of messages has few senders, and most have no rule."""
        found = self._of_channel.get(channel)
        if found is None:
            found = tuple(rule for rule in self._rules if any(is_channel(channel, one) for one in rule.channels))
            if len(self._of_channel) >= _MAX_REMEMBERED:
                self._of_channel.clear()
            self._of_channel[channel] = found
        return found

    def _notice(self, rule: NoticeRule, match: re.Match[str], shown: str) -> Notice:
        groups = match.groupdict()
        amount = groups.get("amount")
        is_minus = groups.get("sign") in {"-", "−"}
        kind, direction = rule.kind, rule.direction
        if rule.signed_kind is not None:
            kind = rule.signed_kind if is_minus else rule.kind
            direction = MoneyDirection.OUT if is_minus else MoneyDirection.IN
        party = groups.get("party")
        if party is None and rule.party is not None and (named := rule.party.search(shown)) is not None:
            party = named["party"]
        return Notice(
            kind=kind,
            amount_fen=None if amount is None else fen_of(amount),
            direction=direction,
            account_tail=groups.get("tail"),
            counterparty=(party or "").strip()[:_MAX_PARTY] or None,
            rule_id=rule.id,
            rules_version=self.version,
        )


def is_channel(channel: str, pattern: str) -> bool:
    """Whether a package or a sender's number is meant; `95588` also as `+8695588` and behind an SMS port (`106…`)."""
    if fnmatchcase(channel, pattern):
        return True
    if not pattern[:1].isdigit():
        return False
    number = channel.removeprefix("+86")
    return fnmatchcase(number, pattern) or (number.startswith("106") and fnmatchcase(number, f"106*{pattern}"))


@cache
def default_reader() -> NoticeReader:
    """With the rules that come with this version."""
    return NoticeReader(load_notice_rules())


def read_notice(channel: str, title: str, text: str) -> Notice | None:
    """What a notice says, None for anything that is none.

    Args:
        channel: The app's package, or the sender of an SMS.
        title: Of the notification; empty for an SMS.
        text: As shown; the first 2,000 characters are read.
    """
    return default_reader().read(channel, title, text)
