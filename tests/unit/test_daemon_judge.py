"""Live batches overtake backfill, and a fault in a rule never keeps a message out of the archive."""

import asyncio
from datetime import UTC, datetime

from adb_bridge.records import CollectedBatch, Cursor, DeviceSerial, RawRecord, SmsRow, Source, UntrustedBytes
from daemon.judge import SLICE, Judge, Turnstile, Urgency
from daemon.rules import engine_of
from policies.model import Subject, Verdict

PHONE = DeviceSerial("SN1")


def batch(count: int, body: str = "你好") -> CollectedBatch:
    now = datetime.now(UTC)
    return CollectedBatch(
        source=Source.SMS,
        records=tuple(
            RawRecord(
                source=Source.SMS,
                source_key=str(number),
                row=SmsRow(
                    provider_id=number,
                    address=UntrustedBytes(b"13800000017"),
                    body=UntrustedBytes(body.encode()),
                    date_ms=int(now.timestamp() * 1000),
                    date_sent_ms=0,
                    type=2,
                    thread_id=1,
                    read=1,
                    sub_id=1,
                ),
                collected_at=now,
            )
            for number in range(1, count + 1)
        ),
        absent=(),
        cursor=Cursor("c"),
        is_caught_up=True,
    )


async def test_the_urgent_overtake_those_who_wait() -> None:
    turnstile = Turnstile()
    order: list[str] = []

    async def pass_through(name: str, urgency: Urgency) -> None:
        await turnstile.enter(urgency)
        try:
            order.append(name)
            await asyncio.sleep(0)
        finally:
            turnstile.leave()

    await turnstile.enter(Urgency.BACKFILL)
    waiting = [
        asyncio.create_task(pass_through(name, urgency))
        for name, urgency in [("b1", Urgency.BACKFILL), ("b2", Urgency.BACKFILL), ("live", Urgency.LIVE)]
    ]
    await asyncio.sleep(0)
    assert turnstile.depth == 3
    turnstile.leave()
    await asyncio.gather(*waiting)
    assert order == ["live", "b1", "b2"]


async def test_who_gives_up_waiting_does_not_hold_up_the_others() -> None:
    turnstile = Turnstile()
    await turnstile.enter(Urgency.LIVE)
    gives_up = asyncio.create_task(turnstile.enter(Urgency.LIVE))
    stays = asyncio.create_task(turnstile.enter(Urgency.BACKFILL))
    await asyncio.sleep(0)
    gives_up.cancel()
    turnstile.leave()
    await asyncio.wait_for(stays, 1)
    late = asyncio.create_task(turnstile.enter(Urgency.LIVE))
    await asyncio.sleep(0)
    stays_turn_cancelled = asyncio.create_task(turnstile.enter(Urgency.BACKFILL))
    await asyncio.sleep(0)
    turnstile.leave()  # hands the turn to `late`, which is cancelled before it runs
    late.cancel()
    await asyncio.wait_for(stays_turn_cancelled, 1)


async def test_a_batch_becomes_one_transaction() -> None:
    judge = Judge(engine_of(["retail-zh"]))
    try:
        ingest = await judge.judge(PHONE, batch(SLICE + 5, "回扣转我个人卡"), {}, Urgency.BACKFILL)
        assert [one.event.source_key for one in ingest.judged] == [str(n) for n in range(1, SLICE + 6)]
        assert all(one.verdicts for one in ingest.judged)
        assert ingest.cursor == "c"
        assert ingest.is_caught_up
    finally:
        judge.close()


async def test_an_empty_batch_still_moves_the_cursor() -> None:
    judge = Judge(engine_of(["retail-zh"]))
    try:
        ingest = await judge.judge(PHONE, batch(0), {}, Urgency.LIVE)
        assert ingest.judged == ()
        assert ingest.cursor == "c"
    finally:
        judge.close()


class BrokenEngine:
    version = "broken@1"

    def evaluate(self, subject: Subject) -> tuple[Verdict, ...]:
        raise ZeroDivisionError(subject.text)


async def test_a_rule_that_fails_costs_its_verdict_not_the_message() -> None:
    judge = Judge(BrokenEngine())  # type: ignore[arg-type]
    try:
        ingest = await judge.judge(PHONE, batch(3), {}, Urgency.LIVE)
        assert len(ingest.judged) == 3
        assert all(one.verdicts == () for one in ingest.judged)
        assert judge.failures == 3
    finally:
        judge.close()
