"""A run in memory: its phones, and who waits to hear of a change. What is kept of it is written by `keep`."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from ..api.provision_plan import Plan, Wanted, wanted
from ..api.provisioning import PhoneResult, RunState
from ..commanding.orders import Requester
from .matching import Place, first_places, line_of
from .records import KeptItem, KeptPhone

Keep = Callable[[int, KeptPhone], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class LiveRun:
    """One run. Everything happens on the event loop."""

    run_id: str
    plan: Plan
    plan_sha256: str
    is_check: bool
    jobs: int
    wait_s: float
    by: Requester
    started_at: datetime
    keep: Keep
    now: Callable[[], datetime]
    state: RunState = RunState.RUNNING
    ended_at: datetime | None = None
    phones: list[KeptPhone] = field(default_factory=list)
    updated: list[datetime] = field(default_factory=list)
    revision: int = 0
    said: dict[tuple[str | None, str | None], tuple[KeptItem, ...]] = field(default_factory=dict)
    """By serial and employee: what people had confirmed when this plan was run before."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def lay_out(self) -> None:
        """Places for what the plan names; for a run that has none yet."""
        self.phones = [self._fresh(place) for place in first_places(self.plan)]
        self.updated = [self.now() for _ in self.phones]

    def remember(self, phones: Sequence[KeptPhone]) -> None:
        """Phones of a former run of the same plan: nobody has to confirm anew what they did for the same employee."""
        for one in phones:
            self.said[one.serial, one.employee] = tuple(item for item in one.items if item.confirmed_at is not None)

    def places(self) -> tuple[Place, ...]:
        """As `matching` knows them."""
        return tuple(Place(entry=one.entry, person=one.person, serial=one.serial) for one in self.phones)

    async def put_place(self, at: int, place: Place) -> None:
        """A phone came, or a new place for one."""
        if at == len(self.phones):
            self.phones.append(self._fresh(place))
            self.updated.append(self.now())
        kept = self.phones[at]
        made = self._fresh(place)
        await self.put(
            at,
            msgspec.structs.replace(
                kept, entry=place.entry, person=place.person, serial=place.serial, employee=made.employee,
                label=made.label, items=kept.items or made.items,
            ),
        )  # fmt: skip

    async def put(self, at: int, phone: KeptPhone) -> None:
        """How a phone stands now; kept before anybody hears of it."""
        if self.phones[at] == phone:
            return
        await self.keep(at, phone)
        self.phones[at] = phone
        self.updated[at] = self.now()
        self.touch()

    def touch(self) -> None:
        """Tell those who wait."""
        self.revision += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_beyond(self, revision: int, timeout_s: float) -> None:
        """Until something changed after `revision`, or the time is over."""
        try:
            async with asyncio.timeout(timeout_s):
                while self.revision <= revision and self.state is RunState.RUNNING:
                    await self._changed.wait()
        except TimeoutError:
            return

    def wanted_of(self, phone: KeptPhone) -> Wanted | None:
        """What it is to be like; None: the plan has nobody for it."""
        person = None if phone.person is None else self.plan.person[phone.person]
        return wanted(self.plan, line_of(self.plan, phone.entry), person)

    def place_of(self, serial: str) -> int | None:
        """Of a phone."""
        return next((at for at, one in enumerate(self.phones) if one.serial == serial), None)

    @property
    def counts(self) -> dict[str, int]:
        """Phones by result, those that occur."""
        results = [one.result for one in self.phones]
        return {result.value: results.count(result) for result in PhoneResult if result in results}

    def _fresh(self, place: Place) -> KeptPhone:
        bare = KeptPhone(entry=place.entry, person=place.person, serial=place.serial)
        found = self.wanted_of(bare)
        if found is None:
            return bare
        said = self.said.get((place.serial, found.employee), ()) if place.serial is not None else ()
        return msgspec.structs.replace(bare, employee=found.employee, label=found.label, items=said)


def plan_text(plan: Plan) -> tuple[str, str]:
    """Canonical JSON of a plan, and its SHA-256: two files that say the same are one plan."""
    text = msgspec.json.encode(plan, order="sorted").decode()
    return text, hashlib.sha256(text.encode()).hexdigest()
