"""Invented shops' traffic in any amount: the same seed gives the same rows. All people, numbers and words are made up.

Words are two characters of a list of everyday ones, used as often as words of a language are (Zipf): rank r about 1/r
as often as the first. A message has 4 to 12 of them with punctuation, about 24 characters; every eighth has a number in
it. Of ten rows nine are messages and one is a call.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from adb_bridge.records import CallRow, DeviceSerial, RawRecord, SmsRow, Source, Untrusted, UntrustedBytes
from daemon.events import CollectedEvent
from daemon.normalise import normalise

_CHARACTERS: Final = (
    "您好今天店里新到一批项链戒指耳环手镯款式漂亮喜欢可以过来试戴看周末有活动打折满减赠送礼品会员积分兑换定金余款付清发货单号快递"
    "明后早晚上午下点半左右方便联系电话微地址保养清洗维修刻字尺寸圈口重量成色证书鉴定编码退换期限内外需要带票据小票身份证先生女士姐哥"
    "朋友妈爸儿子生日纪念结婚求婚礼物惊喜价格优惠最低实在真心感谢支持信任放心满意收到图片颜色白金玫瑰黄铂钻石珍珠翡翠玉琥珀蓝红绿宝"
    "库存调仓总公司经理同意审批报销业绩提成目标完成排班休息替换请假培训考核会议通知准时参加记得带上钥匙密盘点陈列橱窗灯光卫生检查"
)
_WORDS: Final = 3_000
_PUNCTUATION: Final = ("，", "，", "。", "", "", "？", "！", " ")
_START: Final = datetime(2025, 11, 3, 1, 0, tzinfo=UTC)
_STEP_S: Final = 37
PHONES: Final = tuple(DeviceSerial(f"BENCH{number:04d}") for number in range(1, 9))
PEERS_OF_A_PHONE: Final = 400
CALL_EVERY: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Rows `first` to `first + count - 1` of a phone, by provider id from 1."""

    device: DeviceSerial
    first: int
    count: int


@cache
def words() -> tuple[str, ...]:
    """The vocabulary, most frequent first; no word twice."""
    chance = random.Random(20261122)
    found: dict[str, None] = {}
    alphabet = sorted(set(_CHARACTERS))
    while len(found) < _WORDS:
        found["".join(chance.choices(alphabet, k=2))] = None
    return tuple(found)


def records(wanted: Slice) -> Iterator[RawRecord]:
    """What collectors would hand over: messages, and calls as `Source.CALL_LOG`."""
    phone = PHONES.index(wanted.device)
    chance = random.Random(f"{wanted.device}:{wanted.first}:{wanted.count}")
    vocabulary = words()
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
    for key in range(wanted.first, wanted.first + wanted.count):
        at = _START + timedelta(seconds=_STEP_S * key + phone)
        number = peer_number(phone, min(int(chance.expovariate(1 / 80)), PEERS_OF_A_PHONE - 1))
        if key % CALL_EVERY == 0:
            yield _call(key, number, at, chance)
            continue
        chosen = chance.choices(vocabulary, cum_weights=weights, k=chance.randrange(4, 13))
        text = "".join(word + chance.choice(_PUNCTUATION) for word in chosen)
        if key % 8 == 0:
            text += f"单号{chance.randrange(10**11, 10**12)}"
        yield _message(key, number, text, at, chance)


def events(wanted: Slice) -> list[CollectedEvent]:
    """The same as the archive takes them."""
    return [normalise(record, wanted.device) for record in records(wanted)]


def peer_number(phone: int, peer: int) -> str:
    """The number of a customer; a tenth of them write to the next phone as well."""
    owner = (phone + 1) % len(PHONES) if peer % 10 == 9 else phone
    return f"+86170{owner:02d}{peer:06d}"


def _message(key: int, number: str, text: str, at: datetime, chance: random.Random) -> RawRecord:
    return RawRecord(
        source=Source.SMS,
        source_key=str(key),
        row=SmsRow(
            provider_id=key,
            address=UntrustedBytes(number.encode()),
            body=UntrustedBytes(text.encode()),
            date_ms=round(at.timestamp() * 1000),
            date_sent_ms=0,
            type=chance.choice((1, 1, 2)),
            thread_id=int(number[-6:]) + 1,
            read=1,
            sub_id=1,
        ),
        collected_at=at + timedelta(seconds=4),
    )


def _call(key: int, number: str, at: datetime, chance: random.Random) -> RawRecord:
    return RawRecord(
        source=Source.CALL_LOG,
        source_key=str(key),
        row=CallRow(
            provider_id=key,
            number=Untrusted(number),
            date_ms=round(at.timestamp() * 1000),
            duration_s=chance.randrange(0, 600),
            type=chance.choice((1, 2, 3)),
            presentation=1,
            subscription_id=Untrusted("1"),
            cached_name=None,
            last_modified_ms=None,
        ),
        collected_at=at + timedelta(seconds=4),
    )
