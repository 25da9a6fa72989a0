"""Several simulated phones from one scenario."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from adb_bridge.clock import Clock

from .command_faults import CommandFault
from .director import Actor, Director, Emission
from .fault_plan import PlannedFault, faults_of
from .phone import SimPhone
from .profiles import load_profile
from .scenario import Scenario, Staff
from .spec import AuthMode, History, Latencies, PhoneSpec

__all__ = ["Emission", "SimFleet"]

MAX_PHONES: Final = 500


class SimFleet:
    """Phones in this process. `phones` keeps its order; `emissions` grows while `play` runs."""

    def __init__(self, scenario: Scenario, actors: Sequence[Actor], *, clock: Clock, seed: int) -> None:
        self._actors = tuple(actors)
        self.phones = tuple(actor.phone for actor in actors)
        self.emissions: list[Emission] = []
        self._director = Director(
            scenario, self._actors, clock=clock, chance=random.Random(f"{seed}/live"), emissions=self.emissions
        )

    @classmethod
    def from_scenario(
        cls,
        scenario: Scenario,
        *,
        phones: int,
        clock: Clock,
        seed: int = 1,
        content_latency_s: float = 0.0,
        history_rows: int | None = None,
        profiles: Sequence[str] = (),
        auth: AuthMode | None = None,
        faults: Sequence[PlannedFault] = (),
    ) -> "SimFleet":
        """Build the phones with their history; the same seed gives the same phones.

        `phones` 1..500, more than the scenario has staff get the same models and names with a number.
        `history_rows` overrides the scenario's count of messages on each phone.
        `profiles` are given to the phones in turn, instead of the staff's own phones; `auth` is instead of the staff's.
        `faults` come on top of the scenario's.
        Raise `ValueError` for a count out of range, `ScenarioError` for an unknown profile.
        """
        if not 1 <= phones <= MAX_PHONES:
            raise ValueError(f"phones must be 1..{MAX_PHONES}")
        actors = []
        for index in range(phones):
            staff = scenario.staff[index % len(scenario.staff)]
            if profiles:
                staff = _with_profile(staff, profiles[index % len(profiles)])
            if auth is not None:
                staff = replace(staff, auth=auth)
            history = scenario.history
            if history_rows is not None:
                history = replace(history, sms=history_rows)
            spec = _spec(
                staff,
                serial=_serial(staff, index, seed),
                employee=staff.name
                if index < len(scenario.staff)
                else f"{staff.name}{index // len(scenario.staff) + 1}",
                seed=seed,
                content_latency_s=content_latency_s,
                history=history,
                faults=faults_of((*scenario.faults, *faults), index),
            )
            phone = SimPhone(spec, clock, scenario)
            assert phone.wording is not None
            actors.append(Actor(phone, phone.wording))
        return cls(scenario, actors, clock=clock, seed=seed)

    async def start(self) -> list[str]:
        """Let hosts in; return the phones' addresses in order."""
        return [await phone.start() for phone in self.phones]

    async def play(self) -> None:
        """Play the live script and its variations until cancelled."""
        await self._director.play()

    async def stop(self) -> None:
        """End all phones."""
        await asyncio.gather(*(phone.stop() for phone in self.phones))


def _with_profile(staff: Staff, name: str) -> Staff:
    """The same person with another phone, as it left the factory."""
    profile = load_profile(name)
    return replace(
        staff,
        profile=name,
        brand=profile.brand,
        model=profile.model,
        device=profile.device,
        sdk=profile.sdk,
        switches={},
    )


def _spec(
    staff: Staff,
    *,
    serial: str,
    employee: str,
    seed: int,
    content_latency_s: float,
    history: History,
    faults: tuple[CommandFault, ...],
) -> PhoneSpec:
    spec = PhoneSpec(
        serial=serial,
        employee=employee,
        brand=staff.brand,
        model=staff.model,
        device=staff.device,
        owner="机主",
        sdk=staff.sdk,
        auth=staff.auth,
        pin=staff.pin,
        battery_pct=staff.battery_pct,
        latencies=Latencies(
            content_s=content_latency_s, dumpsys_s=content_latency_s / 8, other_s=content_latency_s / 8
        ),
        history=history,
        seed=seed,
        switches=staff.switches,
        installed=staff.installed,
        clones=staff.clones,
        accounts=staff.accounts,
        device_owner=staff.device_owner,
        owner_key=staff.owner_key,
        calling=staff.calling,
        wipe=staff.wipe,
        command_faults=faults,
    )
    if staff.profile is None:
        return spec
    profile = load_profile(staff.profile)
    return replace(spec, properties=profile.properties, traits=profile.traits)


def _serial(staff: Staff, index: int, seed: int) -> str:
    """Looks like a maker's serial and says SIM, so that nobody takes it for a real phone."""
    chance = random.Random(f"{seed}/{index}/{staff.model}")
    return f"SIM{staff.brand[:2].upper()}{index:02d}{chance.getrandbits(28):07X}"
