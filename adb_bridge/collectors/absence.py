"""Rows that were there and are not returned any more: all of them at once, with what makes them inconclusive.

Rules:
- One look at the whole source decides, not the window in which the first vanished row was noticed.
- A row of a SIM of which nothing is returned may be hidden (Android 14+ shows only rows of the SIMs that are in). A
  row whose SIM is not known shares the doubt when some SIM vanished as a whole.
- A source that returns nothing proves nothing. A phone that was not unlocked since its start proves nothing.
- The highest id fell and most of a sample of rows carry other times under their old ids: the source was rebuilt.
- An inconclusive absence is told once; again only when its reasons change, and as conclusive when they end. That a
  phone was restored, or that its list of deletions is too short, does not end.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..content_query import is_storage_locked
from ..records import AbsenceDoubt, AbsentRecord, Source
from ..session import Session
from .base import Holdings
from .census import Census, Roll, marks_of
from .presence import Doubted, Presence, doubt_key, doubts_of_key, pack_ids, unpack_ids

HIGHEST_ID = 2**63 - 1
_LASTING = frozenset({AbsenceDoubt.PHONE_RESTORED, AbsenceDoubt.DELETIONS_EXPIRED})
"""Reasons that no later look at the phone takes away."""
_UNKNOWN_SIMS = frozenset({None, -1})

Doubts = Callable[[Census, frozenset[int]], Mapping[int, AbsenceDoubt]]
"""A source's own reasons, by missing row."""


def no_doubts(_census: Census, _missing: frozenset[int]) -> Mapping[int, AbsenceDoubt]:
    """For a source without reasons of its own."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one census says."""

    absent: tuple[AbsentRecord, ...]
    presence: Presence
    is_restored: bool
    """The source was rebuilt: everything should be read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """One judgement of one source of one phone."""

    source: Source
    session: Session
    known: Holdings
    roll: Roll
    own_doubts: Doubts = no_doubts
    certain: frozenset[int] = frozenset()
    """Rows that the phone itself says it deleted: nothing makes their absence inconclusive."""

    async def judge(
        self, census: Census, presence: Presence, *, high: int, suspects: frozenset[int], now: datetime
    ) -> Verdict:
        """Compare the archive with the census.

        Args:
            high: Highest id that was ever returned.
            suspects: Rows that the caller missed; told as PARTIAL_READ when the census did not reach them.

        Raises:
            As `read_rows`.
        """
        archived = await self.known.present_ids(1, HIGHEST_ID)
        missing = archived - census.ids
        unreached: frozenset[int] = frozenset()
        if census.covered_to is not None:
            beyond = frozenset(row_id for row_id in missing if row_id > census.covered_to)
            missing, unreached = missing - beyond, beyond & suspects
        presence = presence.seen(census.ids)
        reasons = {row_id: {AbsenceDoubt.PARTIAL_READ} for row_id in unreached}
        is_restored = False
        if missing:
            common: set[AbsenceDoubt] = set()
            if await is_storage_locked(self.session):
                common.add(AbsenceDoubt.STORAGE_LOCKED)
            if not census.ids:
                common.add(AbsenceDoubt.SOURCE_EMPTY)
            else:
                is_restored = await self._is_restored(census, presence, high)
                if is_restored:
                    common.add(AbsenceDoubt.PHONE_RESTORED)
            reasons |= {row_id: set(common) for row_id in missing}
            if census.ids:
                for row_id in await self._hidden_by_sim(census, missing):
                    reasons[row_id].add(AbsenceDoubt.SIM_FILTER)
                for row_id, doubt in self.own_doubts(census, missing).items():
                    reasons[row_id].add(doubt)
                for key, group in presence.doubted.items():
                    if lasting := doubts_of_key(key) & _LASTING:
                        for row_id in unpack_ids(group.ids) & missing:
                            reasons[row_id] |= lasting
        for row_id in self.certain & reasons.keys():
            reasons[row_id] = set()
        return self._tell(census, presence, reasons, is_restored=is_restored, now=now)

    async def _is_restored(self, census: Census, presence: Presence, high: int) -> bool:
        if not presence.sample or max(census.ids) >= high:
            return False
        there = presence.sample.keys() & census.ids
        if not there:
            return False
        marks = await marks_of(self.session, self.roll, there)
        other = sum(mark != presence.sample[row_id] for row_id, mark in marks.items() if row_id in presence.sample)
        return other * 2 > len(there)

    async def _hidden_by_sim(self, census: Census, missing: frozenset[int]) -> frozenset[int]:
        if census.subscriptions is None:
            return frozenset()
        subscriptions = await self.known.subscriptions_of(missing)
        visible = census.subscriptions - _UNKNOWN_SIMS
        hidden = frozenset(
            row_id for row_id, sim in subscriptions.items() if sim not in _UNKNOWN_SIMS and sim not in visible
        )
        if not hidden:
            return frozenset()
        return hidden | frozenset(row_id for row_id in missing if subscriptions.get(row_id) is None)

    def _tell(
        self,
        census: Census,
        presence: Presence,
        reasons: Mapping[int, set[AbsenceDoubt]],
        *,
        is_restored: bool,
        now: datetime,
    ) -> Verdict:
        told: dict[int, str] = {}
        present_at_s: dict[int, int | None] = {}
        for key, group in presence.doubted.items():
            for row_id in unpack_ids(group.ids):
                told[row_id], present_at_s[row_id] = key, group.present_at_s
        absent: list[AbsentRecord] = []
        groups: dict[str, list[int]] = {}
        for row_id in sorted(reasons):
            key = doubt_key(reasons[row_id])
            was = told.get(row_id)
            if was is not None and AbsenceDoubt.SOURCE_EMPTY in reasons[row_id]:
                key = was  # that now nothing else is returned either adds nothing
            if key:
                groups.setdefault(key, []).append(row_id)
            if key != was:
                at_s = present_at_s.get(row_id, presence.passed_at_s)
                absent.append(
                    AbsentRecord(
                        source=self.source,
                        source_key=str(row_id),
                        noticed_at=now,
                        present_at=None if at_s is None else datetime.fromtimestamp(at_s, UTC),
                        doubts=frozenset(reasons[row_id]),
                    )
                )
        doubted = {
            key: Doubted(
                ids=pack_ids(ids),
                present_at_s=_earliest(present_at_s.get(row_id, presence.passed_at_s) for row_id in ids),
            )
            for key, ids in groups.items()
        }
        passed_at_s = int(census.taken_at.timestamp()) if census.covered_to is None else presence.passed_at_s
        following = replace(
            presence,
            passed_at_s=passed_at_s if census.ids else presence.passed_at_s,
            round_at_s=None if census.ids else presence.round_at_s,
            is_empty=not census.ids,
            doubted=doubted,
            sample={} if is_restored else presence.sample,
        )
        return Verdict(absent=tuple(absent), presence=following, is_restored=is_restored)


def _earliest(times_s: Iterator[int | None]) -> int | None:
    found = list(times_s)
    known = [at_s for at_s in found if at_s is not None]
    return min(known) if len(known) == len(found) and known else None
