"""Whether a phone can be erased, asked of the phone itself while nothing is decided yet. Read only."""

from dataclasses import dataclass
from typing import Final

from adb_bridge.carrier import Carrier
from adb_bridge.clock import Clock
from adb_bridge.errors import AdbBridgeError
from adb_bridge.readings import Credential
from adb_bridge.records import DeviceSerial
from adb_bridge.verbs.codes import Code
from adb_bridge.verbs.facts import PhoneFacts, probe_facts
from adb_bridge.verbs.feasibility import judge
from adb_bridge.verbs.orders import OrderKind
from adb_bridge.verbs.result import Ending
from adb_bridge.verbs.wipe import Readiness, wipe_preconditions

from ..api.texts import Texts
from ..api.wiping import WipeOutlook, WipeVerdict
from ..archive.archive import Archive
from ..archive.pins import PinState
from ..fleet import Fleet
from ..phone_link import PhoneLink
from ..pins.vault import ShopPins
from .carrier import holds_on

NOT_CONNECTED: Final = "phone_offline"
_VERDICTS: Final = {
    Ending.DONE: WipeVerdict.POSSIBLE,
    Ending.NOT_NOW: WipeVerdict.NOT_NOW,
    Ending.IMPOSSIBLE: WipeVerdict.IMPOSSIBLE,
    Ending.REFUSED: WipeVerdict.IMPOSSIBLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the phone said; None: it was not reached."""

    facts: PhoneFacts | None = None
    ready: Readiness | None = None


class WipeOutlooks:
    """One per daemon."""

    def __init__(self, *, archive: Archive, pins: ShopPins, fleet: Fleet, link: PhoneLink, clock: Clock) -> None:
        self._archive = archive
        self._pins = pins
        self._fleet = fleet
        self._link = link
        self._clock = clock

    async def of(self, device: DeviceSerial, texts: Texts) -> WipeOutlook:
        """Of an enrolled phone. Raises errors of the archive."""
        asked = await self._ask(device)
        verdict, code = self._judged(asked)
        holds_pin = any(one.state is not PinState.PREVIOUS for one in await self._pins.of(device))
        credential = None if asked.facts is None else asked.facts.has_credential
        if verdict is WipeVerdict.POSSIBLE and credential is Credential.SET and not holds_pin:
            verdict, code = WipeVerdict.IMPOSSIBLE, Code.PIN_UNKNOWN.value
        enrolment = await self._archive.enrolment(device)
        live = self._fleet.live(device)
        read = await self._archive.sources_read_to_end(device)
        scope = frozenset[str]() if enrolment is None else frozenset(enrolment.scope)
        wanted = scope & {one.value for one in self._fleet.collected}
        return WipeOutlook(
            device=device,
            employee=None if enrolment is None else enrolment.employee,
            verdict=verdict,
            code=code,
            because=texts.get(f"result.{code}"),
            by_hand=_by_hand(asked.facts, verdict, code, texts),
            holds_pin=holds_pin,
            has_screen_lock={Credential.SET: True, Credential.NONE: False}.get(credential or Credential.UNKNOWN),
            battery_pct=None if asked.facts is None else asked.facts.battery_pct,
            is_by_network=None if asked.facts is None else asked.facts.carrier is not Carrier.CABLE,
            last_read_at=None if live is None else live.last_seen_at,
            is_read_whole=wanted <= {one.value for one in read},
            holds=await holds_on(self._archive, device, self._clock.now()),
        )

    async def _ask(self, device: DeviceSerial) -> _Asked:
        live = self._fleet.live(device)
        name = None if live is None else live.best_transport()
        if name is None:
            return _Asked()
        try:
            session = self._link.session(name)
        except AdbBridgeError:
            return _Asked()
        try:
            facts = await probe_facts(session)
            return _Asked(facts=facts, ready=await wipe_preconditions(session, facts, self._clock))
        except AdbBridgeError:
            return _Asked()
        finally:
            await session.close()

    @staticmethod
    def _judged(asked: _Asked) -> tuple[WipeVerdict, str]:
        if asked.ready is None:
            return WipeVerdict.UNKNOWN, NOT_CONNECTED
        result = asked.ready.result
        return _VERDICTS.get(result.ending, WipeVerdict.UNKNOWN), result.code


def _by_hand(facts: PhoneFacts | None, verdict: WipeVerdict, code: str, texts: Texts) -> str | None:
    """What a person does instead."""
    if verdict in {WipeVerdict.POSSIBLE, WipeVerdict.UNKNOWN} or facts is None:
        return None
    if code == Code.PIN_UNKNOWN:
        return texts.get("wipe.by_hand.pin")
    key = judge(OrderKind.WIPE, facts).by_hand or "verb.by_hand.recovery_wipe"
    return texts.get(key)
