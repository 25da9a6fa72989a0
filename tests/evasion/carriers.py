# ruff: noqa: E501
"""Sentences of shop chat around a word, and chat without any; with the span of what was put in."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .operators import OPERATORS, Group, Operator

STAFF = (
    "亲，{}的话您看方便吗", "这边跟您说下{}的事，别急", "宝贝我们这里{}，您放心", "姐，{}这个事我来安排", "您好，关于{}晚点跟您细说", "哥，{}可以的，老客户都这样",
    "嗯嗯，{}，明天给您答复", "刚到的新款，{}，要的抓紧哦", "今天店里人多，{}，您先忙", "亲亲，{}～有需要随时喊我", "好的呢，{}没问题", "{}，懂的都懂",
    "其他人我都没说，{}", "就咱俩知道哈，{}", "行，那就{}吧", "您要是介意就算了，{}也行", "[图片] {} [玫瑰]", "小姐姐，{}了解一下？", "这款只剩两件了，{}！", "{}：老顾客专享",
)  # fmt: skip
CUSTOMER = (
    "你们店员跟我说{}，真的假的", "请问{}是什么意思？", "上次那个导购{}，我截图了", "能不能{}啊，老客户了", "我朋友说你们家{}", "{}？这样不好吧", "我不想{}，正常买就行",
    "为什么要{}呢", "你们{}这种事我要反映的", "说好的{}呢？", "他让我{}，我没答应", "行，{}，什么时候", "还能{}吗，之前都可以的", "哦哦{}啊，知道了", "你就直说是不是{}",
)  # fmt: skip
HONEST = (
    "您好，您看中的那条项链到货了，随时来试戴", "可以用微信支付吗？支付宝也行", "这款戒指18K金，重3.25克，圈口13号", "订单号 202611220013456789 已经发货了", "扫码关注我们的微信公众号，领10元券",
    "婴儿连体衣有 80 码和 90 码，纯棉 A 类", "您加的项链到货了，会发短信通知您", "今天加湿器做活动，买一送一", "返校季全场八折，学生凭证再减 20", "这个饭店就在我们店旁边，三楼",
    "麻烦提供一下订单号，我帮您查物流", "收货地址：上海市静安区南京西路 1000 号 3 楼", "奶粉 3 段 800g，保质期到 2027/05/01", "退货请在 7 天内寄回，运费险已经买好", "客服热线 400-800-8888，早 9 点到晚 9 点",
    "亲，发票开个人还是公司抬头？", "会员积分可以抵现，100 分抵 1 元", "孩子 3 岁，身高 98cm，穿 100 码合适", "谢谢谢谢，太好看了吧！！！", "这件大衣打八折，还可以叠加满 300 减 30",
    "非但不贵，单看做工也值这个价", "转账的话请走对公账户，开户名是公司全称", "没有回来的客户我们会再扣一次积分吗？", "点了外卖，返回店里再聊", "银行卡、微信、支付宝都能付，柜台扫码即可",
    "飞机上单独托运的箱子有没有 20 寸的", "妈妈的生日礼物，想选个手镯", "您的包裹已经放到丰巢 3 号柜，取件码 88-2-3015", "婴儿车折叠以后多大？能上飞机吗", "明天下午 3 点到 5 点之间送货上门",
    "周年庆 11.20—11.28，全场珠宝 85 折", "刷卡 POS 机坏了，麻烦扫柜台的码", "信号不好，加了半天也没打开页面", "这家店微微有点远，信得过才来的", "麻烦帮我把 XS 换成 S 码，谢谢",
    "OK，收到，谢谢！", "Hi, is this ring available in size 12?", "Please keep the receipt for warranty.", "客人回来拿扣子，放在前台了", "他反复点了三次，系统才反应",
    "您私信后台留言也可以，单号发我们查", "做活动才便宜这么多，平时 899", "给您包好了，处理费用不收", "证书编号 NGTC 2024110012345，官网可查", "鸡蛋糕、滚烫的汤别放婴儿车上",
    "国家标准 GB 31701，A 类婴幼儿用品", "这款高领仿羊绒，手感很好", "人头马一瓶，费用另算", "介绍一下费用构成：工费 + 金价", "假如发货晚了，给您补券",
)  # fmt: skip
"""Nothing here is to be found; several hold the characters of forbidden words, apart."""
NEUTRAL = (
    "项链",
    "戒指",
    "连衣裙",
    "奶粉",
    "优惠券",
    "微信支付",
    "加湿器",
    "返校",
    "饭店",
    "订单号",
    "会员卡",
    "公众号",
    "扣子",
    "点心",
    "飞机",
    "单价",
    "转运珠",
    "客厅",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sentence with a disguised word in it. Offsets are code points of `text`, end exclusive."""

    text: str
    start: int
    end: int
    word: str
    group: Group
    operator: str


def carried(disguise: str, chance: random.Random) -> tuple[str, int, int]:
    """(sentence, start, end) with `disguise` in it; letters are kept apart from letters."""
    before, _, after = chance.choice(STAFF + CUSTOMER).partition("{}")
    return f"{before}{disguise}{after}", len(before), len(before) + len(disguise)


def samples(words: Sequence[str], *, seed: int, rounds: int = 1) -> Iterator[Sample]:
    """Every word under every operator that can change it, `rounds` times, each in a sentence of its own."""
    for group, operators in OPERATORS.items():
        for name, operator in operators.items():
            chance = random.Random(f"{seed} {name}")
            for word in words:
                for _ in range(rounds):
                    sample = _sample(word, group, name, operator, chance)
                    if sample is not None:
                        yield sample


def _sample(word: str, group: Group, name: str, operator: Operator, chance: random.Random) -> Sample | None:
    disguise = operator(word, chance)
    if disguise is None:
        return None
    text, start, end = carried(disguise, chance)
    return Sample(text=text, start=start, end=end, word=word, group=group, operator=name)


def negatives(*, seed: int, count: int) -> Iterator[str]:
    """Honest sentences, some with an honest word disguised in them as forbidden ones would be."""
    chance = random.Random(f"{seed} negatives")
    ways = [way for group in (Group.MECHANICAL, Group.HOMOPHONE, Group.PINYIN) for way in OPERATORS[group].values()]
    for number in range(count):
        text = chance.choice(HONEST)
        if number % 3:
            word = chance.choice(NEUTRAL)
            text = f"{text}，{chance.choice(ways)(word, chance) or word}"
        yield text
