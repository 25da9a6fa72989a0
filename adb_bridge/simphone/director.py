"""Plays the live part of a scenario on a fleet: first the script, then variations of it for as long as wanted."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, assert_never

from adb_bridge.clock import Clock
from adb_bridge.records import Source

from .contents import Synthetic
from .mms_rows import Mms, MmsBox, MmsPart
from .phone import SimPhone
from .rows import CallKind, SmsBox
from .scenario import Customer, LiveEvent, Scenario, Talk, What
from .wording import Wording

PICTURE_BYTES: Final = 48_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """A record that the live script made, or removed."""

    serial: str
    source: Source
    source_key: str
    """The provider's row id; for a notification its key."""
    label: str | None
    """The scenario's word for what an alert should be about."""
    emitted_at: datetime
    """UTC, the moment the phone's provider held the change."""

    @property
    def expects_alert(self) -> bool:
        """Whether the scenario says that it deserves one."""
        return self.label is not None


@dataclass(frozen=True, slots=True)
class Actor:
    """A phone and its people."""

    phone: SimPhone
    wording: Wording


class Director:
    """One play of one scenario. Emissions are appended as they happen."""

    def __init__(
        self,
        scenario: Scenario,
        actors: Sequence[Actor],
        *,
        clock: Clock,
        chance: random.Random,
        emissions: list[Emission],
    ) -> None:
        self._scenario = scenario
        self._actors = actors
        self._clock = clock
        self._chance = chance
        self._emissions = emissions
        self._started = 0.0

    async def play(self) -> None:
        """Never returns: the script in its own time, chatter on all phones, then variations of the script."""
        self._started = self._clock.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._script())
            for actor in self._actors:
                group.create_task(self._chatter(actor))
                group.create_task(self._drain(actor))

    async def _script(self) -> None:
        for event in self._scenario.live:
            await self._until(event.at_s)
            self._act(event, self._actors[event.phone % len(self._actors)])
        varied = [event for event in self._scenario.live if event.what not in (What.SCREEN_OFF, What.SCREEN_ON)]
        while varied:
            await asyncio.sleep(self._scenario.round_s * self._chance.uniform(0.5, 1.5))
            event = replace(self._chance.choice(varied), customer=None)
            self._act(event, self._chance.choice(self._actors))

    async def _chatter(self, actor: Actor) -> None:
        """Talks of everyday service, one line at a time."""
        weights = [talk.weight for talk in self._scenario.talks]
        while True:
            (talk,) = self._chance.choices(self._scenario.talks, weights)
            await self._speak(talk, actor)

    async def _speak(self, talk: Talk, actor: Actor) -> None:
        person = actor.wording.anybody()
        for line in talk.lines:
            await asyncio.sleep(self._scenario.chatter_every_s * self._chance.uniform(0.4, 1.6))
            what = What.SENT if line.is_staff else What.RECEIVED
            self._message(actor, what, talk.sender or person.number, line.text, person.name, None)

    async def _drain(self, actor: Actor) -> None:
        handset = actor.phone.handset
        while True:
            await asyncio.sleep(self._chance.uniform(20, 60))
            step = 1 if handset.battery.is_usb_powered else -1
            handset.set_battery(handset.battery.level + step)
            if handset.battery.level <= 15:
                handset.set_charging(is_charging=True)

    async def _until(self, at_s: float) -> None:
        await asyncio.sleep(max(0.0, self._started + at_s - self._clock.monotonic()))

    def _act(self, event: LiveEvent, actor: Actor) -> None:
        person = self._scenario.customer(event.customer) if event.customer else actor.wording.anybody()
        match event.what:
            case What.RECEIVED | What.SENT:
                text = self._chance.choice(event.texts)
                self._message(actor, event.what, event.sender or person.number, text, person.name, event.expects)
            case What.CALL_IN | What.CALL_OUT | What.MISSED:
                self._call(event, actor, person)
            case What.CONTACT_ADDED | What.CONTACT_RENAMED | What.CONTACT_DELETED:
                self._change_contact(event, actor, person)
            case What.SCREEN_OFF:
                actor.phone.handset.power.sleep()
            case What.SCREEN_ON:
                actor.phone.handset.unlock()
            case What.CHARGING:
                actor.phone.handset.set_charging(is_charging=True)
            case What.MMS_IN | What.MMS_OUT:
                self._picture(event, actor, person)
            case What.WECHAT | What.WECOM | What.ALIPAY:
                self._app_message(event, actor, person)
            case What.RECORDED_CALL:
                self._recorded_call(event, actor, person)
            case _:
                assert_never(event.what)

    def _message(self, actor: Actor, what: What, number: str, text: str, customer: str, label: str | None) -> None:
        body = actor.wording.fill(text, customer=customer)
        box = SmsBox.INBOX if what is What.RECEIVED else SmsBox.SENT
        row = actor.phone.store.add_sms(address=number, body=body, box=box)
        self._note(actor, Source.SMS, row, label)

    def _call(self, event: LiveEvent, actor: Actor, person: Customer) -> None:
        kind = {What.CALL_IN: CallKind.INCOMING, What.CALL_OUT: CallKind.OUTGOING}.get(event.what, CallKind.MISSED)
        duration = 0 if kind is CallKind.MISSED else event.duration_s
        row = actor.phone.store.add_call(
            number=event.sender or person.number, name=person.name, kind=kind, duration_s=duration
        )
        self._note(actor, Source.CALL_LOG, row, event.expects)

    def _recorded_call(self, event: LiveEvent, actor: Actor, person: Customer) -> None:
        calls = actor.phone.calls
        if calls.is_busy:
            return
        calls.ring(event.sender or person.number, duration_s=event.duration_s)
        calls.answer()
        self._note(actor, Source.CALL_LOG, calls.hang_up(), event.expects)

    def _picture(self, event: LiveEvent, actor: Actor, person: Customer) -> None:
        words = actor.wording.fill(self._chance.choice(event.texts), customer=person.name)
        number = event.sender or person.number
        is_incoming = event.what is What.MMS_IN
        picture = Synthetic(PICTURE_BYTES, seed=self._chance.getrandbits(31))
        row = actor.phone.store.add_mms(
            Mms(
                sender=number if is_incoming else None,
                recipients=() if is_incoming else (number,),
                at=actor.phone.handset.now(),
                box=MmsBox.INBOX if is_incoming else MmsBox.SENT,
                parts=(
                    MmsPart(content_type="text/plain", text=words, name="text_0.txt", charset=106),
                    MmsPart(content_type="image/jpeg", data=picture, name="image_0.jpg", seq=1),
                ),
            )
        )
        self._note(actor, Source.MMS, row, event.expects)

    def _app_message(self, event: LiveEvent, actor: Actor, person: Customer) -> None:
        text = actor.wording.fill(self._chance.choice(event.texts), customer=person.name)
        messengers = actor.phone.messengers
        chat = event.sender or person.name
        if event.what is What.ALIPAY:
            posted = messengers.alipay(text)
        elif event.what is What.WECHAT:
            posted = messengers.wechat(chat, text)
        else:
            posted = messengers.wecom(chat, text)
        self._note(actor, Source.NOTIFICATIONS, posted.key, event.expects)

    def _change_contact(self, event: LiveEvent, actor: Actor, person: Customer) -> None:
        store = actor.phone.store
        if event.what is What.CONTACT_ADDED:
            person = actor.wording.invent_person()
            row = store.add_contact(name=person.name, numbers=(person.number,))
            self._note(actor, Source.CONTACTS, row, event.expects)
            return
        known = store.contact_named(person.name)
        if known is None:
            return
        if event.what is What.CONTACT_RENAMED:
            name = actor.wording.fill(self._chance.choice(event.texts), customer=person.name)
            store.edit_contact(known, name=name)
        else:
            store.delete_contact(known)
        self._note(actor, Source.CONTACTS, known, event.expects)

    def _note(self, actor: Actor, source: Source, row: int | str, label: str | None) -> None:
        self._emissions.append(
            Emission(
                serial=actor.phone.spec.serial,
                source=source,
                source_key=str(row),
                label=label,
                emitted_at=self._clock.now(),
            )
        )
