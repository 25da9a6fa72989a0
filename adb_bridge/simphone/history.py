"""What is on a phone before the show: generated from the scenario's talks, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from .rows import Call, CallKind, Sms, SmsBox
from .scenario import Scenario
from .spec import History
from .store import PhoneStore
from .wording import Wording, contact_of


def load_history(
    store: PhoneStore, scenario: Scenario, wording: Wording, history: History, *, chance: random.Random, now: datetime
) -> None:
    """Fill a phone with exactly `history.sms` messages, at most 500 calls, and the address book."""
    while len(wording.people) < history.contacts:
        wording.invent_person()
    start = now - timedelta(days=history.days)
    store.load_contacts((contact_of(person) for person in wording.people), at=start)
    store.load_sms(_messages(scenario, wording, history, chance=chance, start=start, now=now))
    store.load_calls(_calls(wording, history, chance=chance, start=start, now=now))


def _messages(
    scenario: Scenario, wording: Wording, history: History, *, chance: random.Random, start: datetime, now: datetime
) -> Iterator[Sms]:
    """Talks in order of time. A talk may be cut at the end so that the count is exact."""
    weights = [talk.weight for talk in scenario.talks]
    step = (now - start) / max(1, history.sms)
    made = 0
    while made < history.sms:
        (talk,) = chance.choices(scenario.talks, weights)
        person = wording.anybody()
        for line in talk.lines[: history.sms - made]:
            yield Sms(
                address=talk.sender or person.number,
                body=wording.fill(line.text, customer=person.name),
                at=start + step * made + timedelta(seconds=chance.random()) * min(1.0, step.total_seconds()),
                box=SmsBox.SENT if line.is_staff else SmsBox.INBOX,
            )
            made += 1


def _calls(
    wording: Wording, history: History, *, chance: random.Random, start: datetime, now: datetime
) -> Iterator[Call]:
    kinds = (CallKind.INCOMING, CallKind.OUTGOING, CallKind.MISSED)
    for index in range(history.calls):
        person = wording.anybody()
        (kind,) = chance.choices(kinds, (5, 4, 1))
        yield Call(
            number=person.number,
            name=person.name,
            at=start + (now - start) * (index / history.calls),
            kind=kind,
            duration_s=0 if kind is CallKind.MISSED else chance.randrange(8, 400),
        )
