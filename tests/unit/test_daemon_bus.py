"""The bus never waits for a subscriber, never grows without bound, and tells a slow one that it missed something."""

import asyncio

from daemon.bus import AlertChanged, Bus, DeviceChanged, LedgerGrew, Overflowed


async def test_everything_arrives_in_order_with_the_ledger_last() -> None:
    bus = Bus()
    subscription = bus.subscribe()
    bus.publish(LedgerGrew(1))
    bus.publish(AlertChanged("a"))
    bus.publish(DeviceChanged("d"))
    bus.publish(LedgerGrew(7))
    bus.publish(AlertChanged("a"))
    assert await subscription.take() == (AlertChanged("a"), DeviceChanged("d"), LedgerGrew(7))


async def test_a_slow_subscriber_is_told_once_and_others_lose_nothing() -> None:
    bus = Bus(capacity=3)
    slow, quick = bus.subscribe(), bus.subscribe()
    seen = []
    for number in range(10):
        bus.publish(AlertChanged(str(number)))
        seen.append(await quick.take())
    assert seen == [(AlertChanged(str(number)),) for number in range(10)]
    assert await slow.take() == (Overflowed(),)
    bus.publish(AlertChanged("later"))
    assert await slow.take() == (AlertChanged("later"),)


async def test_closing_ends_streams_that_wait() -> None:
    bus = Bus()
    subscription = bus.subscribe()
    waiting = asyncio.create_task(subscription.take())
    await asyncio.sleep(0)
    bus.close()
    assert await asyncio.wait_for(waiting, 1) is None
    assert await asyncio.wait_for(subscription.take(), 1) is None


async def test_who_left_hears_nothing() -> None:
    bus = Bus()
    subscription = bus.subscribe()
    bus.unsubscribe(subscription)
    bus.publish(AlertChanged("a"))
    waiting = asyncio.create_task(subscription.take())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    waiting.cancel()
