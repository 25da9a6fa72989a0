"""What a ping of the watchdog means."""

from dataclasses import dataclass

import pytest

from daemon.operating.progress import Patience, Stuck, stuck_part
from daemon.operating.watchdog import look_s

PATIENCE = Patience(writer_s=40, collectors_s=900)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    is_writable: bool = True
    writer_busy_s: float = 0.0


@pytest.mark.parametrize(
    ("writer", "turned_s", "expected"),
    [
        (_Writer(), (), None),
        (_Writer(writer_busy_s=39.9), (), None),
        (_Writer(writer_busy_s=40.0), (1000.0,), Stuck.WRITER),
        (_Writer(is_writable=False), (1000.0,), Stuck.WRITER_ENDED),
        (_Writer(), (1000.0,), None),
        (_Writer(), (0.0, 1.0, 100.1), None),
        (_Writer(), (0.0, 1.0, 100.0), Stuck.COLLECTORS),
    ],
)
def test_a_part_is_stuck_only_when_nothing_of_it_goes_on(
    writer: _Writer, turned_s: tuple[float, ...], expected: Stuck | None
) -> None:
    assert stuck_part(writer, turned_s, now_s=1000.0, patience=PATIENCE) is expected


@pytest.mark.parametrize(
    ("usec", "expected_s"), [(None, 5.0), ("60000000", 5.0), ("3000000", 1.0), ("0", 5.0), ("x", 5.0), ("", 5.0)]
)
def test_pings_come_three_times_as_often_as_systemd_wants(usec: str | None, expected_s: float) -> None:
    assert look_s({} if usec is None else {"WATCHDOG_USEC": usec}) == expected_s
