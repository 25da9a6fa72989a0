"""Alerts reach their channels: once where all goes well, again where it does not, never lost, never unmasked."""

import asyncio
from pathlib import Path

import pytest

from daemon.api.wire import AlertStatus
from daemon.archive.delivery_records import MessageState
from daemon.delivery.sections import ChannelKind
from policies.model import Severity
from tests.archive_kit import PHONE, StepClock
from tests.delivery_kit import Said, channel, listening, shop

from .test_masking_walk import SECRETS, fill

FAILS = Said(status=503, body=b"")
TOLD = ("13912345678", "wx_lily88", "13800000017")


async def test_an_alert_is_told_once_masked_and_never_again(tmp_path: Path) -> None:
    with listening() as end:
        async with shop(tmp_path, channel(tmp_path, end.url("/in")), console="https://console.lan") as one:
            (alert_id,) = await one.alert()
            await one.delivery.take([alert_id])  # the outbox gives it again after a crash
            await one.drain()
            await one.later(60 * 24)
        (document,) = end.documents()
        assert (document.kind, document.count, document.store) == ("alert", 1, "一店")
        assert [alert.alert_id for alert in document.alerts] == [alert_id]
        assert "微信号" in document.alerts[0].evidence[0] and "https://console.lan" in document.text
        assert end.heard[0].headers["Idempotency-Key"] == document.id
        sent = end.heard[0].body.decode() + str(end.heard[0].headers)
        assert not [one for one in TOLD if one in sent]


async def test_a_customer_whom_the_archive_knows_is_nowhere_in_any_message(tmp_path: Path) -> None:
    with listening() as end:
        paths = {
            ChannelKind.WECOM: "/cgi-bin/webhook/send?key=1",
            ChannelKind.DINGTALK: "/robot/send?access_token=1",
            ChannelKind.FEISHU: "/open-apis/bot/v2/hook/1",
            ChannelKind.WEBHOOK: "/hook",
        }
        channels = {
            kind.value: channel(tmp_path, end.url(path), kind, language=language, digest_every_min=minutes)
            for (kind, path), language, minutes in zip(
                paths.items(), ("zh", "en", "zh", "en"), (None, None, 5, 5), strict=True
            )
        }
        async with shop(tmp_path, channels) as one:
            await one.archive.end_enrolment(PHONE, actor="owner", reason="anew")
            await fill(one.archive)  # a name, numbers and accounts in contacts; an alert whose hits they are
            await one.delivery.take(await one.archive.take_outbox(10))
            await one.drain()
            await one.later(6)
        sent = [heard.body.decode() for heard in end.heard]
        assert len(sent) == 4 and all(any(one in text for text in sent) for one in ("［手机号］", "［number］"))
        assert {secret: text for secret in SECRETS for text in sent if secret in text} == {}


async def test_only_what_a_channel_wants(tmp_path: Path) -> None:
    with listening() as end:
        url = end.url("/in")
        channels = {
            "severe": channel(tmp_path, url, least="critical"),
            "rules": channel(tmp_path, url, rules=("kickback.*",), shows="title"),
            "other": channel(tmp_path, url, categories=("theft",)),
        }
        async with shop(tmp_path, channels) as one:
            await one.alert(rule="kickback.gift")
            await one.alert(rule="poaching.number", severity=Severity.CRITICAL)
            await one.alert(rule="kickback.cash", severity=Severity.LOW)
            await one.drain()
        told = {(document.channel, document.alerts[0].rule_id) for document in end.documents()}
        assert told == {("severe", "poaching.number"), ("rules", "kickback.gift")}
        assert {one.alerts[0].evidence for one in end.documents() if one.channel == "rules"} == {()}


async def test_what_repeats_itself_is_counted(tmp_path: Path) -> None:
    with listening() as end:
        async with shop(tmp_path, channel(tmp_path, end.url("/in"), group_min=10)) as one:
            await one.alert()
            await one.drain()
            await one.later(3)
            await one.alert(7)
            await one.alert(peer=b"13700000018")  # somebody else: told at once
            await one.drain()
            assert [document.count for document in end.documents()] == [1, 1]
            await one.later(10)
        documents = end.documents()
        assert [document.count for document in documents] == [1, 1, 7]
        assert "另有 6 条" in documents[2].text
        assert len({document.id for document in documents}) == 3


async def test_a_flood_becomes_one_message_and_stays_under_the_robots_limit(tmp_path: Path) -> None:
    with listening() as end:
        async with shop(tmp_path, channel(tmp_path, end.url("/in"), per_minute=3)) as one:
            for number in range(12):
                await one.alert(peer=b"1370000%04d" % number)
            await one.drain()
            assert [document.count for document in end.documents()] == [12]
            for number in range(3):
                await one.alert(peer=b"1371000%04d" % number)
            await one.drain()
            assert len(end.heard) == 3
            await one.later(1.1)
        assert [document.count for document in end.documents()] == [12, 1, 1, 1]
        assert end.documents()[0].kind == "digest"


async def test_the_same_message_again_until_it_arrives_with_patience(tmp_path: Path) -> None:
    with listening() as end:
        end.answers.extend([FAILS, Said(status=429, headers=(("Retry-After", "120"),)), FAILS])
        async with shop(tmp_path, channel(tmp_path, end.url("/in"))) as one:
            (alert_id,) = await one.alert()
            await one.drain()
            await one.drain()
            assert len(end.heard) == 1  # it waits between tries
            await one.later(0.5)
            assert len(end.heard) == 2
            await one.later(1)
            assert len(end.heard) == 2  # the end asked for two minutes
            await one.later(1.1)
            (state,) = (await one.archive.deliveries.channels()).values()
            assert (state.failures, state.code, state.waiting) == (3, "http_503", 1)
            await one.later(5)
            (state,) = (await one.archive.deliveries.channels()).values()
            assert (state.failures, state.code, state.waiting, state.dead) == (0, None, 0, 0)
        assert len(end.heard) == 4
        assert len({document.id for document in end.documents()}) == 1
        assert {one.alert_id for document in end.documents() for one in document.alerts} == {alert_id}


async def test_dead_letters_are_kept_tried_again_or_dropped(tmp_path: Path) -> None:
    with listening() as end:
        end.usual = FAILS
        async with shop(tmp_path, channel(tmp_path, end.url("/in"), max_age_h=1)) as one:
            await one.alert()
            await one.alert(peer=b"13700000018")
            for _ in range(12):
                await one.later(15)
            book = one.archive.deliveries
            dead = await book.dead(10)
            assert [(letter.code, letter.alerts) for letter in dead] == [("http_503", 1)] * 2
            end.usual = Said()
            end.heard.clear()
            await book.move_dead(dead[0].message_id, MessageState.WAITING)
            await book.move_dead(dead[1].message_id, MessageState.DROPPED)
            await one.later(1)
            assert [document.id for document in end.documents()] == [dead[0].message_id]
            assert await book.dead(10) == ()


async def test_what_is_refused_for_good_is_given_up_sooner(tmp_path: Path) -> None:
    with listening() as end:
        end.usual = Said(body=b'{"errcode":93000,"errmsg":"invalid webhook url"}')
        front = channel(tmp_path, end.url("/cgi-bin/webhook/send?key=k-1"), ChannelKind.WECOM)
        async with shop(tmp_path, front) as one:
            await one.alert()
            for _ in range(8):
                await one.later(5)
            (letter,) = await one.archive.deliveries.dead(10)
        assert (letter.code, letter.tries, len(end.heard)) == ("bad_address", 5, 5)


async def test_quiet_hours_collect_but_for_what_is_critical(tmp_path: Path) -> None:
    night = StepClock()
    night.advance(3.5 * 3600)  # 23:30 in Shanghai
    with listening() as end:
        front = channel(tmp_path, end.url("/in"), quiet_hours=("22:00-08:00",))
        async with shop(tmp_path, front, clock=night) as one:
            await one.alert(2)
            await one.alert(rule="poaching.number", severity=Severity.CRITICAL)
            await one.drain()
            assert [document.kind for document in end.documents()] == ["alert"]
            await one.later(60 * 8.4)
            assert len(end.heard) == 1
            await one.later(10)
        assert [(document.kind, document.count) for document in end.documents()] == [("alert", 1), ("digest", 2)]


async def test_a_digest_leaves_out_what_was_handled(tmp_path: Path) -> None:
    with listening() as end:
        async with shop(tmp_path, channel(tmp_path, end.url("/in"), digest_every_min=30)) as one:
            alert_ids = await one.alert(3)
            for alert_id in alert_ids[:2]:
                await one.archive.alert_life.change(alert_id, AlertStatus.RESOLVED, actor="owner", note=None)
            await one.later(29)
            assert end.heard == []
            await one.later(2)
            (document,) = end.documents()
            assert (document.count, [one.alert_id for one in document.alerts]) == (1, [alert_ids[2]])
            assert "2 条已处理" in document.text
            (last,) = await one.alert()
            await one.archive.alert_life.change(last, AlertStatus.ACKNOWLEDGED, actor="owner", note=None)
            await one.later(31)
        assert len(end.heard) == 1


async def test_what_nobody_acknowledges_is_handed_on_from_level_to_level(tmp_path: Path) -> None:
    with listening() as end:
        channels = {
            "front": channel(tmp_path, end.url("/1"), escalate_after_min=10, escalate_to="manager"),
            "manager": channel(
                tmp_path, end.url("/2"), takes="escalations", escalate_after_min=20, escalate_to="owner"
            ),
            "owner": channel(tmp_path, end.url("/3"), takes="escalations", quiet_hours=("00:00-23:59",)),
        }
        async with shop(tmp_path, channels) as one:
            seen, *unseen = await one.alert(3, severity=Severity.CRITICAL)
            await one.drain()
            await one.archive.alert_life.change(seen, AlertStatus.ACKNOWLEDGED, actor="owner", note=None)
            await one.later(9)
            assert {heard.path for heard in end.heard} == {"/1"}
            await one.later(2)
            await one.later(21)
            await one.later(60)
        told = [
            (heard.path, document.kind, document.count)
            for heard, document in zip(end.heard, end.documents(), strict=True)
        ]
        assert told == [("/1", "alert", 3), ("/2", "escalation", 2), ("/3", "escalation", 2)]
        assert {alert.alert_id for alert in end.documents()[2].alerts} == set(unseen)


async def test_a_dead_end_delays_nobody_else_and_its_alerts_are_handed_on_at_once(tmp_path: Path) -> None:
    with listening() as end, listening() as hangs:
        hangs.usual = Said(after_s=30)
        channels = {
            "front": channel(
                tmp_path, hangs.url("/1"), timeout_s=1, max_age_h=0.05, escalate_after_min=600, escalate_to="other"
            ),
            "other": channel(tmp_path, end.url("/2")),
        }
        async with shop(tmp_path, channels) as one:
            await one.alert()
            slow = asyncio.create_task(one.delivery.lanes["front"].step())
            await one.delivery.lanes["other"].step()
            assert len(end.heard) == 1 and not slow.done()
            await slow
            hangs.usual = FAILS
            await one.later(10)
            await one.later(1)
        assert [document.kind for document in end.documents()] == ["alert", "escalation"]


@pytest.mark.parametrize("held", ["front", "*"])
async def test_a_channel_that_is_held_sends_afterwards(tmp_path: Path, held: str) -> None:
    with listening() as end:
        async with shop(tmp_path, channel(tmp_path, end.url("/in"))) as one:
            until = one.clock.now().replace(hour=14)
            await one.archive.deliveries.hold(held, until, "owner")
            await one.alert(severity=Severity.CRITICAL)
            await one.later(60)
            assert end.heard == []
            await one.archive.deliveries.hold(held, None, "owner")
            await one.drain()
        assert len(end.heard) == 1


async def test_killed_while_sending_it_is_sent_again_under_the_same_id(tmp_path: Path) -> None:
    clock = StepClock()
    with listening() as end:
        front = channel(tmp_path, end.url("/in"))
        async with shop(tmp_path, front, clock=clock) as one:
            (alert_id,) = await one.alert()
            end.answers.append(Said(after_s=1))
            sending = asyncio.create_task(one.delivery.lanes["front"].step())
            while not end.heard:
                await asyncio.sleep(0.01)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        async with shop(tmp_path, front, clock=clock) as one:
            await one.delivery.take([alert_id])
            await one.drain()
            await one.drain()
        assert len(end.heard) == 2
        assert len({document.id for document in end.documents()}) == 1


async def test_an_alert_that_is_deleted_takes_its_message_along(tmp_path: Path) -> None:
    from daemon.archive.drafts import EventFilter
    from daemon.archive.erasing import Cause

    with listening() as end:
        async with shop(tmp_path, channel(tmp_path, end.url("/in"))) as one:
            await one.alert()
            indexes = [event.ledger_index for event in await one.archive.events(EventFilter())]
            cause = Cause(cause="request", data_class="", actor="owner", reason="asked")
            await one.archive.deletions.erase(indexes, cause)
            await one.drain()
            assert (await one.archive.verify()).ok
        assert end.heard == []
