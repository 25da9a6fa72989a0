"""How far a request reaches: records by class and phone, and what a legal hold keeps."""

from ..api.rights import HeldBack, Holding, Reach
from ..archive.archive import Archive
from ..archive.data_classes import DataClass, class_of
from ..archive.requests import ArchivedRequest
from ..archive.subjects import DataSubject, HoldingCount
from .subject import subject_of


async def reach_of(archive: Archive, request: ArchivedRequest) -> Reach:
    """Counts only. Raises what the archive raises."""
    subject = subject_of(request)
    holdings = await holdings_of(archive, subject)
    return Reach(
        request_id=request.request_id,
        holdings=holdings,
        records=sum(one.count for one in holdings),
        held=0,
        holds=(),
    )


async def holdings_of(archive: Archive, subject: DataSubject) -> tuple[Holding, ...]:
    """By phone and class of data."""
    found: dict[tuple[str, DataClass], Holding] = {}
    for count in await archive.subjects.holdings(subject):
        key = (count.device, class_of(count.kind, count.source))
        found[key] = _joined(found.get(key), count, key[1])
    return tuple(found[key] for key in sorted(found))


def _joined(before: Holding | None, count: HoldingCount, data_class: DataClass) -> Holding:
    return Holding(
        device=count.device,
        data_class=data_class.value,
        count=count.count + (0 if before is None else before.count),
        first_at=count.first_at if before is None else min(before.first_at, count.first_at),
        last_at=count.last_at if before is None else max(before.last_at, count.last_at),
    )


__all__ = ["HeldBack", "holdings_of", "reach_of"]
