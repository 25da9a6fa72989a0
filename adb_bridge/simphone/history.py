"""What is on a phone before the show: generated from the scenario's talks, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from .handset import Handset
from .rows import Call, CallKind, Sms, SmsBox
from .scenario import Scenario
from .spec import History
from .wording import Wording, contact_of


def furnish(handset: Handset, scenario: Scenario) -> Wording:
    """Fill a phone with exactly `spec.history.sms` messages, at most 500 calls, and the address book (at least the
    scenario's customers, unless `contacts` is 0). Return the people and words to go on with."""
    spec, store, now = handset.spec, handset.store, handset.now()
    history = spec.history
    chance = random.Random(f"{spec.seed}/{spec.serial}")
    wording = Wording(scenario, chance, staff=spec.employee or spec.owner)
    while len(wording.people) < history.contacts:
        wording.invent_person()
    start = now - timedelta(days=history.days)
    if history.contacts:
        store.load_contacts((contact_of(person) for person in wording.people), at=start)
    store.load_sms(_messages(scenario, wording, history, chance=chance, start=start, now=now))
    store.load_calls(_calls(wording, history, chance=chance, start=start, now=now))
    return wording


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
