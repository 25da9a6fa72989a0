"""The reconnect machine under any sequence of events: never hasty, never stuck, never nagging."""

import math

from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.addresses import ConnectOutcome
from adb_bridge.reconnect import (
    ANSWER_AT_MOST_S,
    HANDSHAKE_AT_MOST_S,
    JITTER,
    LONGEST_DELAY_S,
    SHORTEST_GAP_S,
    Act,
    Dialled,
    Dialling,
    Link,
    LinkEvent,
    LinkState,
    Listed,
    Passed,
    ServerBack,
    ServerLost,
    Withdrawn,
    Woken,
    delay_s,
    step,
)
from adb_bridge.records import AdbState

LONGEST_S = LONGEST_DELAY_S * (1 + JITTER)
ONLINE = {AdbState.DEVICE, AdbState.RECOVERY, AdbState.SIDELOAD, AdbState.BOOTLOADER, AdbState.RESCUE, AdbState.HOST}
ASKING = {AdbState.UNAUTHORIZED, AdbState.NO_PERMISSIONS}

events = st.one_of(
    st.builds(Listed, state=st.sampled_from([None, *AdbState])),
    st.builds(Dialled, outcome=st.sampled_from(ConnectOutcome)),
    st.sampled_from([Woken(), Withdrawn(), ServerLost(), ServerBack(), Passed()]),
)
histories = st.lists(
    st.tuples(st.floats(0, 100), events, st.floats(0, 1, exclude_max=True), st.booleans()), max_size=60
)


def is_under_way(link: Link) -> bool:
    return link.is_served and link.state is LinkState.CONNECTING and link.due_s is None


def advance(link: Link, event: LinkEvent, now_s: float, chance: float = 0.5) -> Link:
    return step(link, event, now_s=now_s, chance=chance)


@given(histories)
def test_any_history(history: list[tuple[float, LinkEvent, float, bool]]) -> None:
    link, now_s, ended_s = Link(), 0.0, -math.inf
    for pause_s, event, chance, is_dial_followed in history:
        now_s += pause_s
        if isinstance(event, Dialled):
            if not is_under_way(link):
                continue
            ended_s = now_s
        link = advance(link, event, now_s, chance)
        assert link.due_s is None or link.due_s <= now_s + LONGEST_S, "no wait is longer than the longest"
        if link.is_served and link.listed in ONLINE:
            assert link.state is LinkState.READY
        if link.state is LinkState.READY:
            assert link.listed in ONLINE
        if link.state is LinkState.PARKED and link.listed in ASKING:
            assert link.act(math.inf) is Act.NOTHING, "a question on the screen is not asked again"
        if not link.is_served or link.state is LinkState.READY:
            assert link.act(math.inf) is Act.NOTHING
        act = link.act(now_s)
        if act is not Act.NOTHING:
            assert now_s - ended_s >= SHORTEST_GAP_S * 0.999, "two dials in a row"
            assert (act is Act.RELEASE_AND_DIAL) is (link.listed is not None)
            if is_dial_followed:
                link = advance(link, Dialling(), now_s, chance)
                assert is_under_way(link)
    must_act = link.is_served and link.state is not LinkState.READY and not is_under_way(link)
    if must_act and not (link.state is LinkState.PARKED and link.listed in ASKING):
        now_s += HANDSHAKE_AT_MOST_S
        link = advance(link, Passed(), now_s)
        assert link.act(now_s + LONGEST_S) is not Act.NOTHING, "stuck"


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_patience_grows_to_a_minute(failures: int, chance: float) -> None:
    plain = min(1.8 ** (failures - 1), LONGEST_DELAY_S)
    assert plain * (1 - JITTER) <= delay_s(failures, chance) <= plain * (1 + JITTER)


def dialled(link: Link, outcome: ConnectOutcome, now_s: float) -> Link:
    assert link.act(now_s) is not Act.NOTHING
    return advance(advance(link, Dialling(), now_s), Dialled(outcome=outcome), now_s)


def test_a_dead_address_is_dialled_ever_more_rarely_and_at_once_when_announced() -> None:
    link, now_s, waits = Link(), 0.0, []
    for _ in range(10):
        link = dialled(link, ConnectOutcome.FAILED, now_s)
        assert link.due_s is not None
        waits.append(round(link.due_s - now_s, 2))
        now_s = link.due_s
    assert waits == [1.0, 1.8, 3.24, 5.83, 10.5, 18.9, 34.01, 60.0, 60.0, 60.0]
    link = dialled(link, ConnectOutcome.FAILED, now_s)
    link = advance(link, Woken(), now_s + 5)
    assert link.act(now_s + 5) is Act.DIAL


def test_a_phone_that_does_not_know_this_computer_waits_the_longest() -> None:
    link = dialled(Link(), ConnectOutcome.AUTH_PENDING, 0.0)
    assert (link.state, link.was_refused) == (LinkState.PARKED, True)
    assert link.act(LONGEST_DELAY_S * (1 - JITTER) - 1) is Act.NOTHING
    there = advance(link, Listed(state=AdbState.DEVICE), 0.1)
    assert (there.state, there.was_refused) == (LinkState.READY, False), "the list is believed, not the words"
    asking = advance(link, Listed(state=AdbState.UNAUTHORIZED), 0.1)
    assert asking.act(1e9) is Act.NOTHING
    assert advance(asking, Woken(), 5.0).act(5.0) is Act.RELEASE_AND_DIAL


def test_wireless_debugging_must_turn_us_away_twice() -> None:
    link = dialled(Link(), ConnectOutcome.TURNED_AWAY, 0.0)
    assert (link.state, link.was_refused) == (LinkState.WAITING, False)
    assert link.due_s is not None
    link = dialled(link, ConnectOutcome.TURNED_AWAY, link.due_s)
    assert (link.state, link.was_refused) == (LinkState.PARKED, True)
    assert link.act(LONGEST_DELAY_S * (1 - JITTER) - 1) is Act.NOTHING
    woken = advance(link, Woken(), 9.0)
    assert woken.was_refused, "until it answers"
    assert not dialled(woken, ConnectOutcome.FAILED, 9.0).was_refused


def test_a_loss_is_answered_quickly_and_flapping_with_patience() -> None:
    link = advance(dialled(Link(), ConnectOutcome.CONNECTED, 0.0), Listed(state=AdbState.DEVICE), 0.1)
    now_s, waits = 100.0, []
    for _ in range(4):
        link = advance(link, Listed(state=None), now_s)
        assert link.due_s is not None
        waits.append(round(link.due_s - now_s, 2))
        now_s = link.due_s
        link = advance(dialled(link, ConnectOutcome.CONNECTED, now_s), Listed(state=AdbState.DEVICE), now_s)
        now_s += 0.5
    assert waits == [0.5, 0.5, 1.0 * 1.8, 1.8 * 1.8]


def test_a_transport_that_the_server_calls_offline_is_released_first() -> None:
    link = advance(dialled(Link(), ConnectOutcome.CONNECTED, 0.0), Listed(state=AdbState.DEVICE), 0.1)
    link = advance(link, Listed(state=AdbState.OFFLINE), 50.0)
    assert link.act(50.6) is Act.RELEASE_AND_DIAL


def test_connected_but_never_listed_counts_as_a_failure() -> None:
    link = dialled(Link(), ConnectOutcome.CONNECTED, 0.0)
    assert link.act(1e9) is Act.NOTHING
    link = advance(link, Passed(), ANSWER_AT_MOST_S)
    assert (link.state, link.failures) == (LinkState.WAITING, 1)


def test_a_withdrawn_address_is_dialled_rarely_and_a_connected_one_is_kept() -> None:
    waiting = dialled(Link(), ConnectOutcome.FAILED, 0.0)
    gone = advance(waiting, Withdrawn(), 0.1)
    assert gone.state is LinkState.RESOLVING
    assert gone.act(LONGEST_DELAY_S * (1 - JITTER) - 1) is Act.NOTHING
    assert advance(gone, Woken(), 3.0).act(3.0) is Act.DIAL
    ready = advance(dialled(Link(), ConnectOutcome.CONNECTED, 0.0), Listed(state=AdbState.DEVICE), 0.1)
    assert advance(ready, Withdrawn(), 1.0) == ready


def test_nothing_is_dialled_without_a_server_and_everything_when_it_is_back() -> None:
    link = advance(dialled(Link(), ConnectOutcome.FAILED, 0.0), ServerLost(), 0.5)
    assert link.act(1e9) is Act.NOTHING
    link = advance(link, ServerBack(), 9.0)
    assert (link.act(9.0), link.failures) == (Act.DIAL, 0)
