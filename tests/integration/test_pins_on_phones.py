"""Which PINs are tried on a phone, and which one it gets: real vault, simulated phones, no cable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

from adb_bridge.secret import Secret
from adb_bridge.simphone.profiles.specs import spec_of
from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.facts import probe_facts
from adb_bridge.verbs.result import VerbResult
from daemon.api.wire import CommandState, Role, Verb
from daemon.archive.records import ArchivedCommand
from daemon.commanding.carriers import Carriers, Trip
from daemon.commanding.phone_words import PhoneWords
from daemon.commanding.ports import Callees
from daemon.pins.vault import ShopPins
from daemon.service import Caller
from tests.archive_kit import NOON, PHONE, StepClock, open_archive, vault_keys
from tests.integration.verb_bench import CLOCK, HASTE, Bench

OWNER = Caller(uid=1, name="owner", role=Role.OWNER, language="en")
WORDS = PhoneWords(shop="s", notice_title="t", notice_text="n", lost="l", found="f", ring="r")
CHOSEN = Secret("482913")


@dataclass
class Desk:
    """One phone, the shop's PINs of it, and what carries commands there."""

    bench: Bench
    pins: ShopPins
    carriers: Carriers

    async def tell(self, verb: Verb, *, tries: int = 1) -> VerbResult:
        command = ArchivedCommand(
            ledger_index=1, command_id="cm_1", device=PHONE, verb=verb, state=CommandState.SENT, parameters="{}",
            reason="r", requested_by="owner", requested_at=NOON, expires_at=NOON + timedelta(hours=1), updated_at=NOON,
            tries=tries, next_try_at=None, result=None,
        )  # fmt: skip
        facts = await probe_facts(self.bench.session)
        return await self.carriers.carry_out(Trip(command=command, session=self.bench.session, facts=facts))


@asynccontextmanager
async def desk(folder: Path, *, pin: str | None) -> AsyncIterator[Desk]:
    keys = vault_keys(folder)
    archive = open_archive(folder, keys=keys, clock=StepClock())
    pins = ShopPins(archive, keys)
    bench = Bench(spec_of("aosp-14", serial=str(PHONE), pin=pin))
    carriers = Carriers(
        clock=CLOCK, words=WORDS, apps=(), pins=pins, callees=cast(Callees, None), patience=HASTE
    )  # fmt: skip
    try:
        yield Desk(bench, pins, carriers)
    finally:
        bench.close()
        await archive.close()


async def test_a_pin_that_a_person_chose_is_the_one_that_the_phone_gets(tmp_path: Path) -> None:
    async with desk(tmp_path, pin="2580") as one:
        await one.pins.told(PHONE, Secret("2580"), OWNER, "bench")
        await one.pins.propose_typed(PHONE, CHOSEN, OWNER, "chosen")
        assert (await one.tell(Verb.SET_PIN)).code == Code.PIN_SET
        assert await one.pins.current(PHONE) == CHOSEN
        await one.pins.propose_typed(PHONE, Secret("111333"), OWNER, "another")
        await one.pins.settle(PHONE, "unsure")
        assert (await one.tell(Verb.SET_PIN, tries=2)).code == Code.PIN_SET
        assert one.bench.handset.power.check("111333") == "ok"
        assert await one.pins.current(PHONE) == Secret("111333")


async def test_a_pin_of_somebody_else_costs_no_attempt(tmp_path: Path) -> None:
    async with desk(tmp_path, pin=None) as one:
        assert (await one.tell(Verb.SET_PIN)).code == Code.PIN_SET
        assert (await one.tell(Verb.UNLOCK)).code == Code.UNLOCKED
        power = one.bench.handset.power
        power.credential_kind, power._pin = "Pin", "4711"
        calls = one.bench.handset.faults.commands
        calls.clear()
        assert [(await one.tell(verb)).code for verb in (Verb.SET_PIN, Verb.UNLOCK)] == [
            Code.PIN_UNKNOWN,
            "no_pin_held",
        ]
        assert power.failures == 0
        assert not [words for words in calls.calls if words.startswith(("locksettings set-pin", "locksettings clear"))]
