"""Packs of every shop, jewellers, gift shops: told in both languages, own words found, honest talk left alone."""

import pytest

from policies.model import Hit, Side
from tests.packs_kit import every_engine, of_packs, packs

pytestmark = packs
PACKS = ("retail-common", "jewellery", "gifts")
SAID = [
    ("亲，平台查得严，咱们换个地方聊，我微信发你", "common.talk.wechat-instead"),
    ("公司手机能被看到，你打我自己的电话", "common.talk.shop-phone"),
    ("尾款您微信红包给我，分三个发", "common.talk.pay-me-app"),
    ("你转到我老公那个卡上吧，一样的", "common.talk.relatives-account"),
    ("這單別錄系統了，我給您按批發價", "common.talk.off-system"),
    ("走之前把客户全删", "common.data.delete-customers"),
    ("客户资料一条两块，要多少", "common.talk.data-for-money"),
    ("盘点少了就报损耗呗，没人查", "common.talk.write-off"),
    ("给个五星好评截图发我，返你5块", "common.talk.paid-praise"),
    ("采购那边每吨给他留五个点", "common.talk.cut-for-buyer"),
    ("验 证 码 发 过 来 我帮你操作", "common.safety.code"),
    ("Can you pay to my own Alipay? cheaper", "common.talk.own-account-english"),
    ("旧金你别卖给店里，我这收，高二十", "jewellery.talk.gold-to-me"),
    ("洗戒指的时候把主钻给她换了", "jewellery.talk.swapped"),
    ("培育的他看不出来，就说天然的", "jewellery.talk.say-natural"),
    ("高仿GIA，腰码都能刻", "jewellery.stone.fake-report"),
    ("金条私下交易，不登记", "jewellery.gold.bars"),
    ("从香港带回来的表，没交税所以便宜", "jewellery.talk.untaxed"),
    ("月饼券我这边八折收，有多少要多少", "gifts.talk.vouchers-bought"),
    ("给王主任单独准备了一张京东卡", "gifts.talk.for-the-director"),
    ("三家比价的报价单我帮您都弄好", "gifts.talk.quotes-arranged"),
    ("茅台瓶子回收，带盒子的加钱", "gifts.talk.bottles"),
    ("发 票 别 写 茅 台，写成招待餐费", "gifts.talk.as-something-else"),
]
HONEST = [
    "您好，定金请在收银台付，给您开收据",
    "今日足金 612 元一克，工费每克 20",
    "旧金换新免工费，称重请您当面看",
    "这颗是培育钻，证书和吊牌都写明了",
    "GIA证书编号和腰码一致，官网可以查",
    "俄料和和田籽料的价格差很多，这件是俄料",
    "戒指改圈三天，取货请带维修单",
    "礼品卡不能兑换现金，可以分次使用",
    "蟹卡到期可以延期一个月",
    "发票内容按实际商品开具，抬头请发我",
    "请勿把验证码告诉任何人",
    "公司规定严禁私下收款，违者开除",
    "防骗提醒：先下单后退款的都是诈骗",
    "我把链接发您，微信支付宝都可以付",
    "客户档案请保密，不要外发",
    "积分到您会员账户，生日当月双倍",
    "七夕花束请提前三天预订",
    "茅台每人限购两瓶，请带身份证",
    "Please pay at the cashier and keep your receipt",
    "The stone is lab-grown, it says so on the tag",
]


def hits(text: str, *, side: Side = Side.UNKNOWN) -> list[Hit]:
    """By the packs' own rules, while every pack is in force."""
    return of_packs(every_engine().hits(text, side=side), PACKS)


@pytest.mark.parametrize(("text", "rule_id"), SAID)
def test_what_people_say_is_found(text: str, rule_id: str) -> None:
    assert rule_id in {hit.rule_id for hit in hits(text)}


@pytest.mark.parametrize("text", HONEST)
def test_honest_talk_is_left_alone(text: str) -> None:
    for side in Side:
        assert [(hit.rule_id, text[hit.start : hit.end]) for hit in hits(text, side=side)] == []
