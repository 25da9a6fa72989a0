"""Short samples of the campaigns in tests/campaigns, which `make faults` runs whole."""

import random
from pathlib import Path

import pytest

from tests.campaigns import fuse_wire, power, shim
from tests.campaigns.bits import BitRange
from tests.campaigns.crash_states import Survival
from tests.campaigns.kills import Range
from tests.campaigns.nursery import Nursery
from tests.campaigns.old_pages import OldPages
from tests.campaigns.shim import FOR_EVER, Action

POINTS = (
    ("work", Action.KILL, 0.3), ("work", Action.KILL_TORN, 0.6), ("work", Action.NO_SPACE, 0.2),
    ("work", Action.FAILED_SYNC, 0.5), ("rotation", Action.KILL, 0.4),
)  # fmt: skip


@pytest.mark.skipif(shim.why_not() is not None, reason=str(shim.why_not()))
def test_killed_or_refused_at_a_write_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    with Nursery() as nursery:
        place = Range(tmp_path, nursery)
        for stage, action, part in POINTS:
            span = FOR_EVER if action in (Action.NO_SPACE, Action.FAILED_SYNC) else 1
            outcome = place.strike_at(stage, action, part, span)
            assert outcome.problem is None, outcome
            assert outcome.took_effect, outcome


@pytest.mark.skipif(fuse_wire.why_not() is not None, reason=str(fuse_wire.why_not()))
def test_after_power_cuts_all_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    recording = power.record("work", tmp_path)
    for cut in power.cuts_of(recording, 2 * len(Survival), random.Random(3)):
        outcome = power.strike(recording, cut, tmp_path)
        assert outcome.problem is None, outcome
    weak = power.record("work", tmp_path, power.normal_synchronous)
    cuts = power.cuts_of(weak, 5 * len(Survival), random.Random(3))
    assert any(power.strike(weak, cut, tmp_path).problem for cut in cuts), "the harness does not see a loss"


def test_old_pages_put_back_are_found(tmp_path: Path) -> None:
    place = OldPages(tmp_path)
    points = place.points()
    for point in [*random.Random(5).sample(points[:-3], 12), *points[-3:]]:
        assert place.strike(point).problem is None, point


def test_every_sampled_bit_is_found(tmp_path: Path) -> None:
    place = BitRange(tmp_path)
    chance = random.Random(9)
    groups: dict[str, list[str]] = {}
    for point in place.points():
        groups.setdefault(point.split("/")[1], []).append(point)
    assert groups.keys() == {"pages", "verify", "heads", "keys", "part", "list", "log"}
    samples = {"pages": 3, "verify": 10, "heads": 0, "keys": 1, "part": 1, "list": 1, "log": 0}
    for kind, count in samples.items():
        for point in chance.sample(groups[kind], count):
            outcome = place.strike(point)
            assert outcome.problem is None, outcome
    for kind in ("heads", "log"):
        path = {"heads": "heads.log", "log": "unclean/archive.db-wal"}[kind]
        size = (place.whole / path).stat().st_size
        for at in (0, *chance.sample(range(size), 3)):
            assert place.is_found(kind, at, bit=at % 8), f"{kind} byte {at}"
