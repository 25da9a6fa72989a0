"""Holding the connection to one address: when to dial, to wait, to leave a phone alone. Pure: no I/O, no clock.

Rules:
1. RESOLVING   The phone withdrew its announcement: the address is most likely dead. Dialled as patiently as possible,
               because withdrawals get lost and forged.
2. CONNECTING  A dial is due or under way. Two dials are at least `SHORTEST_GAP_S` apart, whoever asks for them.
3. HANDSHAKING The server took the address; its list has not shown the phone yet, or shows it between states. The list
               is believed, not the words: after `failed to authenticate` a phone may be there a moment later. After
               `HANDSHAKE_AT_MOST_S` without an end, or `ANSWER_AT_MOST_S` without a place on the list, it failed.
4. READY       The list shows the phone in a state in which it can be talked to. Nothing is done.
5. WAITING     Back-off of min(1.8^n, 60) s with jitter after n failures in a row; the first try after a loss is quick.
               A phone that stayed `STEADY_S` begins again at n = 0. A transport that the server calls offline is
               released before it is dialled: the server would answer "already connected".
6. PARKED      A person is needed. While the list shows the phone as unauthorized its question is on the screen: it is
               not asked again by itself. When it refused this computer without a question, or turned it away twice in
               a row (wireless debugging; once may be a phone that is just going), it is dialled as rarely as can be.
7. An announcement, an operator or a new server wakes RESOLVING, WAITING and PARKED at once.
8. While the server is down nothing is due; when it is back every address is dialled at once, without failures.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from .addresses import ConnectOutcome
from .records import AdbState

LONGEST_DELAY_S: Final = 60.0
FIRST_DELAY_S: Final = 0.5
"""Before the first try after a loss. The server itself tries after 0.25 s: a try at the same moment would tear down
the connection that it just made."""
SHORTEST_GAP_S: Final = 0.25
STEADY_S: Final = 5.0
HANDSHAKE_AT_MOST_S: Final = 60.0
ANSWER_AT_MOST_S: Final = 3.0
JITTER: Final = 0.2
_MOST_FAILURES: Final = 20

_ONLINE: Final = frozenset(
    {
        AdbState.DEVICE, AdbState.BOOTLOADER, AdbState.RECOVERY, AdbState.RESCUE, AdbState.SIDELOAD, AdbState.HOST,
    }
)  # fmt: skip
_ASKING: Final = frozenset({AdbState.UNAUTHORIZED, AdbState.NO_PERMISSIONS})


class LinkState(StrEnum):
    """See the module's rules."""

    RESOLVING = "resolving"
    CONNECTING = "connecting"
    HANDSHAKING = "handshaking"
    READY = "ready"
    WAITING = "waiting"
    PARKED = "parked"


class Act(StrEnum):
    """What is to be done now."""

    NOTHING = "nothing"
    DIAL = "dial"
    RELEASE_AND_DIAL = "release_and_dial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The server's list; None: the address is not on it."""

    state: AdbState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A dial ended."""

    outcome: ConnectOutcome


@dataclass(frozen=True, slots=True)
class Dialling:
    """What `Link.act` asked for has begun."""


@dataclass(frozen=True, slots=True)
class Woken:
    """Announced on the network, or an operator asks."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The phone took its announcement back."""


@dataclass(frozen=True, slots=True)
class ServerLost:
    """No adb server at the moment."""


@dataclass(frozen=True, slots=True)
class ServerBack:
    """An adb server, with an empty list."""


@dataclass(frozen=True, slots=True)
class Passed:
    """Only time."""


LinkEvent = Listed | Dialling | Dialled | Woken | Withdrawn | ServerLost | ServerBack | Passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address. Times are monotonic seconds."""

    state: LinkState = LinkState.CONNECTING
    failures: int = 0
    """In a row."""
    due_s: float | None = float("-inf")
    """When something is to be done; None: only an event changes anything."""
    listed: AdbState | None = None
    is_served: bool = True
    dialled_s: float = float("-inf")
    """The last dial's end."""
    ready_s: float = float("-inf")
    """Since when READY, or when it last was."""
    turned_away: int = 0
    """Dials in a row that ended so."""
    was_refused: bool = False
    """The last word of the phone was that it does not know this computer."""

    def act(self, now_s: float) -> Act:
        """What the rules ask for now; anything but NOTHING must be followed by `Dialling` and `Dialled`."""
        is_due = self.due_s is not None and now_s >= self.due_s
        if not is_due or self.state in {LinkState.READY, LinkState.HANDSHAKING}:
            return Act.NOTHING
        return Act.DIAL if self.listed is None else Act.RELEASE_AND_DIAL


def step(link: Link, event: LinkEvent, *, now_s: float, chance: float) -> Link:
    """The next state; total. `chance` in [0, 1) is the jitter."""
    match event:
        case Listed(state=state):
            return link if state is link.listed or not link.is_served else _listed(link, state, now_s, chance)
        case Dialling():
            return replace(link, state=LinkState.CONNECTING, due_s=None, listed=None)
        case Dialled(outcome=outcome):
            return _dialled(replace(link, dialled_s=now_s), outcome, now_s, chance)
        case Woken():
            return _woken(link, now_s)
        case Withdrawn():
            if not link.is_served or link.listed is not None or link.state not in {LinkState.WAITING, LinkState.PARKED}:
                return link  # the list or a dial under way knows better
            return replace(link, state=LinkState.RESOLVING, due_s=now_s + delay_s(_MOST_FAILURES, chance))
        case ServerLost():
            gone = replace(_left(link, now_s), state=LinkState.WAITING, due_s=None)
            return replace(gone, is_served=False, listed=None)
        case ServerBack():
            if link.is_served:
                return link
            due_s = max(now_s, link.dialled_s + SHORTEST_GAP_S)
            return replace(link, is_served=True, state=LinkState.CONNECTING, failures=0, due_s=due_s)
        case Passed():
            is_over = link.due_s is not None and now_s >= link.due_s
            return _failed(link, now_s, chance) if is_over and link.state is LinkState.HANDSHAKING else link
        case _:
            assert_never(event)


def delay_s(failures: int, chance: float) -> float:
    """Rule 5's wait after so many failures in a row (>= 1), seconds."""
    exponent = min(max(failures, 1), _MOST_FAILURES) - 1
    return min(float(1.8**exponent), LONGEST_DELAY_S) * (1 - JITTER + 2 * JITTER * chance)


def _listed(before: Link, state: AdbState | None, now_s: float, chance: float) -> Link:
    """The list shows another state than before."""
    link = replace(_left(before, now_s), listed=state)
    if state in _ONLINE:
        return replace(link, state=LinkState.READY, due_s=None, ready_s=now_s, was_refused=False, turned_away=0)
    if state in _ASKING:
        return replace(link, state=LinkState.PARKED, due_s=None, was_refused=True)
    if before.state is LinkState.CONNECTING:
        return link  # the dial's end tells more
    if state is None or state is AdbState.OFFLINE:
        is_first = before.state is LinkState.READY and before.failures == 0
        wait_s = FIRST_DELAY_S if is_first else delay_s(link.failures, chance)
        return replace(link, state=LinkState.WAITING, due_s=now_s + wait_s)
    return replace(link, state=LinkState.HANDSHAKING, due_s=now_s + HANDSHAKE_AT_MOST_S)


def _dialled(link: Link, outcome: ConnectOutcome, now_s: float, chance: float) -> Link:
    if link.state is not LinkState.CONNECTING or link.due_s is not None:
        return link  # the list told meanwhile, or the server went
    match outcome:
        case ConnectOutcome.FAILED:
            return replace(_failed(link, now_s, chance), was_refused=False, turned_away=0)
        case ConnectOutcome.CONNECTED | ConnectOutcome.ALREADY:
            return replace(link, state=LinkState.HANDSHAKING, due_s=now_s + ANSWER_AT_MOST_S)
        case ConnectOutcome.TURNED_AWAY if link.turned_away == 0:
            return replace(_failed(link, now_s, chance), turned_away=1)
        case ConnectOutcome.AUTH_PENDING | ConnectOutcome.TURNED_AWAY:
            due_s = now_s + delay_s(_MOST_FAILURES, chance)
            return replace(link, state=LinkState.PARKED, failures=_MOST_FAILURES, due_s=due_s, was_refused=True)
        case _:
            assert_never(outcome)


def _failed(link: Link, now_s: float, chance: float) -> Link:
    failures = min(link.failures + 1, _MOST_FAILURES)
    return replace(link, state=LinkState.WAITING, failures=failures, due_s=now_s + delay_s(failures, chance))


def _woken(link: Link, now_s: float) -> Link:
    if not link.is_served or link.state not in {LinkState.RESOLVING, LinkState.WAITING, LinkState.PARKED}:
        return link
    due_s = max(now_s, link.dialled_s + SHORTEST_GAP_S)
    return replace(link, state=LinkState.CONNECTING, failures=0, due_s=due_s)


def _left(link: Link, now_s: float) -> Link:
    """READY ended: steady ones are forgiven, flapping ones are not."""
    if link.state is not LinkState.READY:
        return link
    is_steady = now_s - link.ready_s >= STEADY_S
    return replace(link, failures=0 if is_steady else min(link.failures + 1, _MOST_FAILURES))
