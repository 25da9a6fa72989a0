"""Everyday words: what is said in every shop, and what people are called by as well (小雨, Sunny); names of firms."""

import re
from functools import lru_cache
from importlib import resources

from .name_words import is_everyday
from .wording import words

LONGEST = 3
_BY_HAND = frozenset(
    words(
        "糖糖 果果 豆豆 宝妈 宝爸 老客 老客户 新客户 大客户 同事 邻居 前台 仓库 快递 物流 客服 师傅 店长 顺丰 中通 "
        "圆通 韵达 申通 极兔 京东 淘宝 天猫 美团 抖音 微信 支付宝 周大福 周生生 老凤祥 物业 房东 中介 外卖 保洁 "
        "维修 装修 银行 供货商"
    )
)
_LATIN = frozenset(
    words(
        "may will hope joy grace rose mark bill art sky sunny happy lucky sweet honey candy summer spring winter "
        "autumn rain snow sun moon star angel baby queen king prince princess boss dear love life dream home shop "
        "store vip gold silver diamond pearl ruby amber jade crystal ice fire wind cloud river lake ocean forest "
        "apple cherry lemon peach plum olive lily daisy violet iris ivy holly april june august melody harmony "
        "faith charity destiny miracle smile peace free cool nice fine good best new old man girl boy lady mum "
        "mom dad sister brother friend customer client guest member sir miss hi hello ok yes no the and you me "
        "day my we they she he it is are"
    )
)

_FIRM = re.compile(
    "黄金|珠宝|首饰|银楼|金店|金行|玉器|翡翠|服装|服饰|女装|男装|童装|鞋业|箱包|母婴|奶粉|礼品|公司|集团|有限|批发|专柜|门店|"
    "旗舰店|专卖|工厂|工作室|快递|物流|快运|速运|银行|客服|中心|商场|广场|百货|超市|酒店|宾馆|饭店|餐厅|医院|学校|幼儿园|物业|"
    "派出所|[店厂行局馆]$|(?<![a-z])(?:ltd|inc|shop|store|hotel|bank)(?![a-z])"
)

_OF_ACCOUNT = re.compile(r"[0-9@_]")


@lru_cache(maxsize=1)
def everyday_words() -> frozenset[str]:
    """Simplified Han words of two and three characters."""
    text = resources.files(__package__).joinpath("everyday_words.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(
        line[at : at + size]
        for size, line in zip(range(2, LONGEST + 1), lines, strict=True)
        for at in range(0, len(line), size)
    )


def is_everyday_word(word: str) -> bool:
    """Whether a folded word of two or more characters is said of other things than persons, in every shop."""
    return word in everyday_words() or word in _BY_HAND or word in _LATIN or is_everyday(word)


def is_everyday_phrase(name: str) -> bool:
    """Whether a folded name is nothing but everyday words one after the other (阳光明媚, 顺丰快递). Linear."""
    reached = [True] + [False] * len(name)
    for end in range(1, len(name) + 1):
        reached[end] = any(
            reached[start] and is_everyday_word(name[start:end]) for start in range(max(0, end - 8), end - 1)
        )
    return reached[-1]


def is_firm(name: str) -> bool:
    """Whether a folded name is a firm's or a place's rather than a person's (老庙黄金, 水贝批发), and no account."""
    return _FIRM.search(name) is not None and _OF_ACCOUNT.search(name) is None
