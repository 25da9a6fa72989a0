"""How far a request reaches: records by class and phone, and what a legal hold keeps."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..api.rights import HeldBack, Holding, Reach
from ..archive.archive import Archive
from ..archive.data_classes import DataClass, class_of, period_end, period_of
from ..archive.requests import ArchivedRequest
from ..archive.subjects import DataSubject, HoldingCount
from ..config import RetentionSection
from .sight import Sight
from .subject import subject_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Counts what there is. Raises what the archive raises."""

    archive: Archive
    retention: RetentionSection

    async def reach(self, request: ArchivedRequest, now: datetime, sight: Sight) -> Reach:
        """Counts only; nothing is opened."""
        subject = subject_of(request)
        holdings = await self.holdings(subject)
        held = Counter((await self.archive.holds.covering(await self.archive.subjects.indexes(subject), now)).values())
        reasons = {hold.hold_id: hold for hold in await self.archive.holds.all()}
        return Reach(
            request_id=request.request_id,
            holdings=holdings,
            records=sum(one.count for one in holdings),
            held=held.total(),
            holds=tuple(
                HeldBack(
                    hold_id=hold_id,
                    reason=sight.line(reasons[hold_id].reason),
                    until=reasons[hold_id].until,
                    count=count,
                )
                for hold_id, count in sorted(held.items())
            ),
        )

    async def holdings(self, subject: DataSubject) -> tuple[Holding, ...]:
        """By phone and class of data."""
        found: dict[tuple[str, DataClass], Holding] = {}
        for count in await self.archive.subjects.holdings(subject):
            key = (count.device, class_of(count.kind, count.source))
            found[key] = self._joined(found.get(key), count, key[1])
        return tuple(found[key] for key in sorted(found))

    def _joined(self, before: Holding | None, count: HoldingCount, data_class: DataClass) -> Holding:
        last_at = count.last_at if before is None else max(before.last_at, count.last_at)
        days = timedelta(days=self.retention.days_of(data_class))
        return Holding(
            device=count.device,
            data_class=data_class.value,
            count=count.count + (0 if before is None else before.count),
            first_at=count.first_at if before is None else min(before.first_at, count.first_at),
            last_at=last_at,
            kept_until=period_end(period_of(last_at)) + days,
        )
