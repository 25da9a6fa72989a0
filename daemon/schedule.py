"""What one phone is asked next, and when. Pure: time comes in as seconds of a monotonic clock.

Rules:
1. A change signal makes its sources due at once, and again a little later: a provider may write after the signal.
2. While a messaging, contacts or phone app is in front, its sources are due every `fast_poll_interval_s`, for at most
   `FAST_AT_MOST_S`; when it leaves, once more.
3. Without signals every source is due every `poll_interval_s`; when signals do not work at all, every `UNSIGNALLED_S`.
4. Live work goes before status, notice, backfill pages and sweeps, in this order; backfill
   is handed back after each page. What has waited `PATIENCE_S` gets one turn first, or a slow phone would never come
   to it.
5. Sources that are rarely worth hurrying (`_SOON_S`) are asked a little after their signal, so that the messages
   themselves come first.
6. A source that is asleep is not asked until it is woken (calls by telephony state, while the call log can be read).
7. A read may ask to be repeated soon (`ask_again`), because something on the phone is under way.
8. A source that failed waits by itself, 2 s doubling to a minute; others go on. When permission is denied, 10 s
   doubling to 10 minutes: somebody may just be flipping a switch.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from adb_bridge.records import Source

from .config import CaptureSection

UNSIGNALLED_S = 5.0
FAST_AT_MOST_S = 900.0
PATIENCE_S = 10.0
"""How long other work waits behind live polls that never end."""
MIN_GAP_S = 0.25
"""Between two polls of one source, however many signals come."""
FOLLOW_UPS_S = {
    Source.SMS: (1.0, 4.0),
    Source.MMS: (2.0, 8.0, 30.0),
    Source.CONTACTS: (1.0, 4.0),
    Source.CALL_LOG: (1.5, 5.0, 15.0),
    Source.NOTIFICATIONS: (1.0,),
    Source.RECORDINGS: (1.5, 3.0, 6.0),
    Source.CALL_STATE: (1.0, 2.0, 4.0),
}
"""Call logs are written some seconds after a call ends; an MMS is downloaded after its announcement."""
_SOON_S = {Source.MMS: 1.5}
"""An MMS is announced before it is downloaded."""
_HEADSTART_S = {Source.SMS: 3.0}
"""Of several sources that are due, the one people wait for goes first."""
UNHURRIED = {Source.RECORDINGS: 4.0, Source.CALL_STATE: 3.0}
"""Seconds between polls of sources that cost a phone nearly nothing and that no notification announces."""
_WATCHED_S = {Source.RECORDINGS: 6.0}
"""The same while the events log tells of calls: it wakes the source when one ends."""
_FIRST_FAILURE_S, _LAST_FAILURE_S = 2.0, 60.0
_FIRST_DENIED_S, DENIED_S = 10.0, 600.0
_BUSY_STATUS_GAP_S = 2.0


@dataclass(frozen=True, slots=True)
class Poll:
    """What is new in a source?"""

    source: Source
    is_backfill: bool


@dataclass(frozen=True, slots=True)
class Sweep:
    """Look through one window of a source for late, edited and vanished rows."""

    source: Source


@dataclass(frozen=True, slots=True)
class ReadStatus:
    """Battery, screen, lock, clock."""


@dataclass(frozen=True, slots=True)
class CheckNotice:
    """Is the standing notice there?"""


Job = Poll | Sweep | ReadStatus | CheckNotice


@dataclass(slots=True)
class _SourcePlan:
    due_s: float
    sweep_s: float
    is_caught_up: bool
    extra_s: list[float] = field(default_factory=list)
    fast_until_s: float = 0.0
    asked_s: float = float("-inf")
    blocked_until_s: float = float("-inf")
    failures: int = 0
    is_asleep: bool = False
    is_midway: bool = False
    """The last page was not the end: the next is due at once."""

    def next_poll_s(self) -> float:
        if self.is_asleep:
            return float("inf")
        soonest = self.asked_s if self.is_midway else min([self.due_s, *self.extra_s])
        return max(soonest, self.asked_s + MIN_GAP_S, self.blocked_until_s)


class Schedule:
    """One phone's plan. `chance` in [0, 1) spreads twenty phones over the interval."""

    def __init__(
        self, settings: CaptureSection, caught_up: dict[Source, bool], *, now_s: float, chance: float = 0.5
    ) -> None:
        self._settings = settings
        self._spread = 0.8 + 0.4 * chance
        sweep_s = now_s + settings.sweep_interval_s * (0.25 + 0.5 * chance)
        self._plans = {
            source: _SourcePlan(due_s=now_s, sweep_s=sweep_s, is_caught_up=is_caught_up)
            for source, is_caught_up in caught_up.items()
        }
        self._begun_s = now_s
        self._tends_phone = True
        self._told_by_phone: set[Source] = set()
        self._status_s = now_s
        self._status_read_s = float("-inf")
        self._notice_s = now_s
        self.has_signals = False
        """Whether change signals work on this phone now."""

    def only_sources(self) -> None:
        """Another schedule of the same phone looks after status and notice."""
        self._tends_phone = False
        self._status_s = self._notice_s = float("inf")

    def signal(self, sources: Iterable[Source], *, now_s: float) -> None:
        """Something changed there."""
        for source in sources:
            if (plan := self._plans.get(source)) is not None:
                plan.due_s = now_s + _SOON_S.get(source, 0.0)
                plan.extra_s = [now_s + delay_s for delay_s in FOLLOW_UPS_S.get(source, ())]

    def be_fast(self, sources: Iterable[Source], *, now_s: float) -> None:
        """Their app came to the front."""
        for source in sources:
            if (plan := self._plans.get(source)) is not None:
                plan.fast_until_s = now_s + FAST_AT_MOST_S
                plan.due_s = min(plan.due_s, now_s)

    def be_calm(self, *, now_s: float) -> None:
        """Another app is in front now: look once more at what was watched closely."""
        for source, plan in self._plans.items():
            if plan.fast_until_s > now_s:
                plan.fast_until_s = 0.0
                self.signal((source,), now_s=now_s)

    def status_changed(self, *, now_s: float) -> None:
        """Screen or battery: read the status soon."""
        self._status_s = min(self._status_s, max(now_s, self._status_read_s + _BUSY_STATUS_GAP_S))

    def refetch(self, *, now_s: float) -> tuple[Source, ...]:
        """An operator wants everything read again: polls and one sweep of each source that is returned."""
        awake = [(source, plan) for source, plan in self._plans.items() if not plan.is_asleep]
        for _, plan in awake:
            plan.due_s, plan.sweep_s, plan.blocked_until_s = now_s, now_s, float("-inf")
        if self._tends_phone:
            self._status_s = now_s
        return tuple(source for source, _ in awake)

    def next_job(self, now_s: float) -> Job | None:
        """The most urgent job that is due, None when nothing is."""
        starving = self._starving(now_s)
        if starving is not None:
            return starving
        live = [
            (plan.next_poll_s() - _HEADSTART_S.get(source, 0.0), source)
            for source, plan in self._plans.items()
            if plan.is_caught_up and plan.next_poll_s() <= now_s
        ]
        if live:
            return Poll(min(live)[1], is_backfill=False)
        if self._status_s <= now_s:
            return ReadStatus()
        if self._notice_s <= now_s:
            return CheckNotice()
        filling = [
            (plan.asked_s, source)
            for source, plan in self._plans.items()
            if not plan.is_caught_up and plan.next_poll_s() <= now_s
        ]
        if filling:
            return Poll(min(filling)[1], is_backfill=True)
        sweeps = [
            (plan.sweep_s, source)
            for source, plan in self._plans.items()
            if plan.is_caught_up and not plan.is_asleep and max(plan.sweep_s, plan.blocked_until_s) <= now_s
        ]
        return Sweep(min(sweeps)[1]) if sweeps else None

    def _starving(self, now_s: float) -> Job | None:
        """What has been due for long behind live work: a phone may be too slow to answer all polls in their interval.
        One page, or one window, then live work goes first again."""
        since_s: list[tuple[float, int, Job]] = [(self._status_s, 0, ReadStatus()), (self._notice_s, 1, CheckNotice())]
        for number, (source, plan) in enumerate(self._plans.items(), 2):
            if plan.is_asleep or plan.blocked_until_s > now_s:
                continue
            if plan.is_caught_up:
                since_s.append((max(plan.sweep_s, plan.blocked_until_s), number, Sweep(source)))
            else:
                waits_s = max(plan.next_poll_s(), plan.asked_s, self._begun_s)
                since_s.append((waits_s, number, Poll(source, is_backfill=True)))
        due_s, _, job = min(since_s, key=lambda one: one[:2])
        return job if now_s - max(due_s, self._begun_s) >= PATIENCE_S else None

    def next_due_s(self) -> float:
        """When to look again; in the past when something is due."""
        moments = [self._status_s, self._notice_s]
        for plan in self._plans.values():
            moments.append(plan.next_poll_s())
            if plan.is_caught_up and not plan.is_asleep:
                moments.append(max(plan.sweep_s, plan.blocked_until_s))
        return min(moments)

    def has_urgent(self, now_s: float) -> bool:
        """Whether a backfill should be interrupted now."""
        job = self.next_job(now_s)
        return job is not None and not isinstance(job, Sweep) and not (isinstance(job, Poll) and job.is_backfill)

    def started(self, job: Job, now_s: float) -> None:
        """The job begins: signals that come from now on make it due again."""
        match job:
            case Poll(source=source):
                plan = self._plans[source]
                plan.asked_s = now_s
                plan.is_midway = False
                plan.extra_s = [moment for moment in plan.extra_s if moment > now_s]
                plan.due_s = now_s + self._interval_s(source, plan, now_s)
            case Sweep(source=source):
                self._plans[source].sweep_s = now_s + self._settings.sweep_interval_s * self._spread
            case ReadStatus():
                self._status_read_s = now_s
                self._status_s = now_s + self._settings.status_interval_s * self._spread
            case CheckNotice():
                self._notice_s = now_s + self._settings.notice_interval_s * self._spread

    def told_by_phone(self, source: Source) -> None:
        """The phone has shown that it tells of every change there by itself: the calm interval is enough."""
        self._told_by_phone.add(source)

    def untold(self, source: Source) -> None:
        """It tells no more."""
        self._told_by_phone.discard(source)

    def put_to_sleep(self, source: Source) -> None:
        """Do not ask it until `wake`."""
        self._plans[source].is_asleep = True

    def wake(self, source: Source, now_s: float) -> None:
        """Ask it again from now on."""
        if (plan := self._plans.get(source)) is not None and plan.is_asleep:
            plan.is_asleep, plan.due_s = False, now_s

    def ask_again(self, source: Source, now_s: float, in_s: float) -> None:
        """Something is under way there."""
        plan = self._plans[source]
        plan.due_s = min(plan.due_s, now_s + max(in_s, MIN_GAP_S))

    def page_done(self, source: Source, now_s: float, *, is_caught_up: bool) -> None:
        """A batch was committed. Once caught up always caught up: later reads are short."""
        plan = self._plans[source]
        plan.failures = 0
        plan.is_caught_up = plan.is_caught_up or is_caught_up
        plan.is_midway = not is_caught_up
        if not is_caught_up:
            plan.asked_s = now_s - MIN_GAP_S

    def failed(self, source: Source, now_s: float, *, is_denied: bool) -> None:
        """The source waits."""
        plan = self._plans[source]
        plan.failures += 1
        first_s, last_s = (_FIRST_DENIED_S, DENIED_S) if is_denied else (_FIRST_FAILURE_S, _LAST_FAILURE_S)
        delay_s = min(first_s * 2 ** min(plan.failures - 1, 10), last_s)
        plan.blocked_until_s = now_s + delay_s

    @property
    def sources(self) -> frozenset[Source]:
        """Those that are planned here."""
        return frozenset(self._plans)

    def is_caught_up(self) -> bool:
        """Whether every source was read to its end at least once."""
        return all(plan.is_caught_up for plan in self._plans.values())

    def is_source_caught_up(self, source: Source) -> bool:
        """Whether this source was read to its end at least once."""
        return self._plans[source].is_caught_up

    def _interval_s(self, source: Source, plan: _SourcePlan, now_s: float) -> float:
        if source in UNHURRIED and source not in self._told_by_phone:
            most_s = _WATCHED_S.get(source, UNHURRIED[source]) if self.has_signals else UNHURRIED[source]
            return min(self._settings.poll_interval_s, most_s) * self._spread
        if plan.fast_until_s > now_s:
            return min(self._settings.fast_poll_interval_s, self._settings.poll_interval_s)
        calm_s = self._settings.poll_interval_s
        return (calm_s if self.has_signals else min(calm_s, UNSIGNALLED_S)) * self._spread
