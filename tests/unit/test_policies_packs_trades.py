"""Packs of apparel, mother and baby, direct selling: rules that are told in both languages, honest talk left alone."""

import pytest

from policies.model import Hit, How, Severity
from tests.packs_kit import every_engine, of_packs, packs

pytestmark = packs
PACKS = ("apparel", "maternal-and-baby", "direct-selling")
SAID = [
    ("这件吊牌我给你换成特价款的，三折走", "apparel.labels.tag-for-discount"),
    ("样衣放仓库也是浪费，你要的话我悄悄拿给你", "apparel.stock.samples-sold"),
    ("我帮你藏一件，别人来问我就说断码", "apparel.stock.hidden-for-friends"),
    ("莆田那边的鞋，鞋盒小票齐全，得物都能过", "apparel.counterfeit.putian"),
    ("腿这么粗还穿短裤", "apparel.conduct.body-shaming"),
    ("更衣室里装了针孔", "apparel.privacy.fitting-room"),
    ("面料商每米返你两块，月底打你卡", "apparel.suppliers.kickback"),
    ("一段现在做活动，买三送一", "baby.formula.stage-one-discount"),
    ("去妇幼保健院跟护士说好了，都推我们的奶粉", "baby.formula.hospital"),
    ("奶粉过期几天没事，把日期擦了卖", "baby.goods.date-changed"),
    ("宝妈群我都拉到自己群里了，换个牌子接着卖", "baby.data.group-taken"),
    ("宝宝喝完奶粉全身起红疹送急诊了", "baby.safety.allergy"),
    ("我撑不下去了，带孩子好累", "baby.safety.mother-distress"),
    ("推荐两个人进来就返你八百", "direct.pyramid.reward-per-person"),
    ("交6980入会，以后躺着收钱", "direct.pyramid.passive-income"),
    ("头晕是排毒反应，坚持喝", "direct.claims.detox-reaction"),
    ("用你老公身份证再报一单，占两个点位", "direct.selling.fake-orders"),
    ("退货？没有冷静期，交了就不退", "direct.selling.return-denied"),
]
HONEST = [
    "您好，这款羊绒衫含绒量70%，吊牌上有成分",
    "试衣间在左手边，可以带两件进去",
    "特价款不参加积分，质量问题可以退换",
    "您的退款已原路返回，三到五个工作日到账",
    "样衣只做展示不出售",
    "宝宝六个月可以转二段了，转奶要慢慢来",
    "一段不参加活动，二段买三送一",
    "母乳是宝宝最好的食物，坚持母乳喂养",
    "打完疫苗可以洗澡吗，建议问接种医生",
    "扫罐底码可以查溯源，积分到您会员账户",
    "30天内未开封都可以退货",
    "公司奖金按本人销售额计算",
    "产品不能代替药物，请遵医嘱",
    "新人培训免费，下周二两点",
    "请通过公司商城下单，货款付对公账户",
    "We never sell expired formula, check the date on the tin",
]


def hits(text: str) -> list[Hit]:
    """By the packs' own rules, while every pack is in force."""
    return of_packs(every_engine().hits(text), PACKS)


@pytest.mark.parametrize(("text", "rule_id"), SAID)
def test_what_people_say_is_found(text: str, rule_id: str) -> None:
    assert rule_id in {hit.rule_id for hit in hits(text)}


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ("先 涨 价 再 打 五 折", "apparel.claims.fake-price"),
        ("跟母*乳*没*区*别", "baby.formula.replaces-breast-milk"),
        ("團 隊 計 酬，越大越賺", "direct.pyramid.team-pay"),
        ("善意的谎言先约来，见面再说", "direct.control.invite-pretext"),
    ],
)
def test_disguises_do_not_help(text: str, rule_id: str) -> None:
    assert rule_id in {hit.rule_id for hit in hits(text)}


@pytest.mark.parametrize("text", HONEST)
def test_honest_talk_is_left_alone(text: str) -> None:
    assert hits(text) == []


def test_a_mother_in_distress_is_no_offender() -> None:
    (hit,) = [hit for hit in hits("我撑 不 下 去了，带孩子好累") if hit.rule_id == "baby.safety.mother-distress"]
    assert (hit.how, hit.severity, hit.category) == (How.GAP, Severity.HIGH, "welfare")
