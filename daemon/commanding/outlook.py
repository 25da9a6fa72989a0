"""What a phone can be told, asked of the phone itself: by which way, or why not and what a person does by hand."""

import asyncio
from collections.abc import Callable
from typing import Final

from adb_bridge.errors import AdbBridgeError
from adb_bridge.records import DeviceSerial, TransportSerial
from adb_bridge.session import Session
from adb_bridge.verbs.facts import PhoneFacts, probe_facts
from adb_bridge.verbs.feasibility import Feasibility, Verdict, judge
from adb_bridge.verbs.orders import OrderKind

from ..api.batches import Possibility, VerbChance
from ..api.texts import Texts
from ..api.wire import Verb
from ..fleet import Fleet
from ..phone_link import PhoneLink
from .known_facts import facts_from

_AT_MOST_S: Final = 10.0
_KINDS: Final = {
    Verb.LOCK: OrderKind.LOCK,
    Verb.UNLOCK: OrderKind.CLEAR_PIN,
    Verb.SET_PIN: OrderKind.SET_PIN,
    Verb.LOST: OrderKind.LOST_ON,
    Verb.FOUND: OrderKind.LOST_OFF,
    Verb.RING: OrderKind.RING,
    Verb.MESSAGE: OrderKind.MESSAGE,
    Verb.NOTICE: OrderKind.NOTICE,
    Verb.REBOOT: OrderKind.REBOOT,
    Verb.FREEZE: OrderKind.FREEZE,
    Verb.UNFREEZE: OrderKind.UNFREEZE,
    Verb.KEEP_ALIVE: OrderKind.KEEP_ALIVE,
    Verb.CALL: OrderKind.CALL,
    Verb.WIPE: OrderKind.WIPE,
}
_POSSIBILITIES: Final = {
    Verdict.POSSIBLE: Possibility.POSSIBLE,
    Verdict.NOT_NOW: Possibility.NOT_NOW,
    Verdict.IMPOSSIBLE: Possibility.IMPOSSIBLE,
    Verdict.UNKNOWN: Possibility.UNKNOWN,
}


class Outlook:
    """One per daemon."""

    def __init__(
        self,
        fleet: Fleet,
        session_of: Callable[[TransportSerial], Session],
    ) -> None:
        self._fleet = fleet
        self._session_of = session_of

    @classmethod
    def over(cls, fleet: Fleet, link: PhoneLink) -> "Outlook":
        """Of the phones that are connected."""
        return cls(fleet, link.session)

    async def facts(self, serial: DeviceSerial) -> tuple[PhoneFacts | None, bool]:
        """What is known, and whether the phone said so now; None: nothing is known."""
        live = self._fleet.live(serial)
        transport = None if live is None else live.best_transport()
        if live is None:
            return None, False
        if transport is not None:
            session = self._session_of(transport)
            try:
                async with asyncio.timeout(_AT_MOST_S):
                    return await probe_facts(session), True
            except (AdbBridgeError, TimeoutError):
                pass
            finally:
                await session.close()
        return facts_from(live.profile, live.status, transport or TransportSerial(serial)), False


def chances(facts: PhoneFacts | None, texts: Texts) -> tuple[VerbChance, ...]:
    """Every verb, in order. With no facts only trying tells."""
    return tuple(_chance(verb, None if facts is None else facts, texts) for verb in Verb)


def _chance(verb: Verb, facts: PhoneFacts | None, texts: Texts) -> VerbChance:
    kind = _KINDS.get(verb)
    if kind is None:  # reading again is done by the daemon itself, of whatever the phone lets it read
        return VerbChance(
            verb=verb, verdict=Possibility.POSSIBLE, route="none", because="none", because_text="", by_hand=""
        )
    if facts is None:
        return VerbChance(
            verb=verb,
            verdict=Possibility.UNKNOWN,
            route="none",
            because="not_told",
            because_text=_word(texts, "verb.because.not_told"),
            by_hand="",
        )
    return _judged(verb, judge(kind, facts), texts)


def _judged(verb: Verb, found: Feasibility, texts: Texts) -> VerbChance:
    because = "" if found.because == "none" else _word(texts, f"verb.because.{found.because}")
    return VerbChance(
        verb=verb,
        verdict=_POSSIBILITIES[found.verdict],
        route=found.route,
        because=found.because,
        because_text=because,
        by_hand=_by_hand(texts, found.by_hand),
    )


def _by_hand(texts: Texts, key: str) -> str:
    """Keys of the advice about phones stand beside those of verbs."""
    if not key:
        return ""
    return _word(texts, key if texts.has(key) else f"advice.{key}")


def _word(texts: Texts, key: str) -> str:
    return texts.get(key) if texts.has(key) else key
