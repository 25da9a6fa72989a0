"""Whatever ends answer and whenever the daemon is killed: each alert arrives, always in a message of the same id."""

import random
from collections import defaultdict
from pathlib import Path

import pytest

from daemon.archive.delivery_records import MessageState
from policies.model import Severity
from tests.archive_kit import StepClock
from tests.delivery_kit import End, Said, channel, listening, shop

_SEVERITIES = tuple(Severity)
_ANSWERS = (
    Said(),
    Said(status=503),
    Said(status=500),  # as far as it knows it may have arrived
    Said(status=429, headers=(("Retry-After", "90"),)),
    Said(status=404),
)


@pytest.mark.parametrize("seed", [2])
async def test_nothing_is_lost_and_doubles_have_the_same_id(tmp_path: Path, seed: int) -> None:
    chance, clock = random.Random(seed), StepClock()
    raised: set[str] = set()
    with listening() as end:
        front = channel(
            tmp_path, end.url("/in"), least="info", quiet_hours=("21:00-21:30",), group_min=3, max_age_h=720,
            per_minute=5,
        )  # fmt: skip
        number = 0
        for _ in range(6):
            async with shop(tmp_path, front, clock=clock) as one:
                one.number = number
                for _ in range(5):
                    peer = b"1370000000%d" % chance.randrange(3)
                    raised |= set(
                        await one.alert(chance.randrange(1, 4), severity=chance.choice(_SEVERITIES), peer=peer)
                    )
                    end.usual = chance.choice(_ANSWERS)
                    await one.later(chance.choice((0.2, 2, 12)))
                if chance.random() < 0.5:  # killed between writing that it is tried and sending
                    await one.archive.deliveries.take("front")
                number = one.number
        end.usual = Said()
        async with shop(tmp_path, front, clock=clock) as one:
            for dead in await one.archive.deliveries.dead(100):
                await one.archive.deliveries.move_dead(dead.message_id, MessageState.WAITING)
            for _ in range(30):
                await one.later(20)
            (state,) = (await one.archive.deliveries.channels()).values()
        assert (state.waiting, state.dead) == (0, 0)
    ids = arrived(end)
    assert set(ids) == raised
    assert {len(found) for found in ids.values()} == {1}


def arrived(end: End) -> dict[str, set[str]]:
    """Ids of messages by alert."""
    found: dict[str, set[str]] = defaultdict(set)
    for document in end.documents():
        for alert in document.alerts:
            found[alert.alert_id].add(document.id)
    return found
