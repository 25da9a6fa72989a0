"""A phone's clock over time: jumps and zones are kept once, in the ledger."""

from datetime import timedelta
from pathlib import Path

from daemon.archive.clocks import ClockReading
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, archive_in


def reading(minute: int, offset_ms: int, zone_min: int | None = 480) -> ClockReading:
    return ClockReading(read_at=NOON + timedelta(minutes=minute), offset_ms=offset_ms, utc_offset_min=zone_min)


async def test_only_changes_are_kept_newest_first_and_proven(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        noted = [
            await archive.clocks.note(PHONE, one)
            for one in (
                reading(0, 150),
                reading(1, 900),  # the way of the answer
                reading(2, 3_600_900),  # an hour ahead
                reading(3, 3_600_500, 540),  # and in Tokyo
                reading(4, 3_600_500, None),  # not told: no news
                reading(5, -86_400_000, 540),
            )
        ]
        assert noted == [True, False, True, True, False, True]
        kept = await archive.clocks.readings(PHONE)
        assert [(one.offset_ms, one.utc_offset_min) for one in kept] == [
            (-86_400_000, 540), (3_600_500, 540), (3_600_900, 480), (150, 480),
        ]  # fmt: skip
        assert await archive.clocks.readings(OTHER_PHONE) == ()
        assert (await archive.verify(None)).problem is None
