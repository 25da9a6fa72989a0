"""Words beside a number that say what it is. All patterns are for folded text: lower case, simplified, half width."""

import re

REACH = 16
"""How far to the left of a number a cue is looked for, in code points."""

_WECHAT = (
    r"[微薇威维徽唯vw][^\w\n]{0,3}[信伈]|wei信|vx|wx|wechat|weixin|绿泡泡?|小绿书号|"
    r"[微薇威徽维v][❤♥💕💗💓🧡💚心芯]\ufe0f?|(?:加|\+|➕)我?[^\w\n]{0,2}[v微薇威徽维]|(?<![a-z0-9])v"
)
_NAME = r"(?P<name>(?:号码|账号|帐号|号|id)?)"
_VERB = "[私详细]?聊|搜索?|找我?|联系我?|加我?|发我?|问我?"
_LINK = rf"(?P<link>[^\w\n]{{0,3}}(?:是|为|改成|换成|{_VERB})?[^\w\n]{{0,3}})"
WECHAT_LEFT = re.compile(rf"(?:{_WECHAT}){_NAME}{_LINK}$")
WECHAT_TRACE = re.compile(r"[微薇威维徽唯vwx绿小]")
"""A character of every WeChat cue, for a quick no."""
WECHAT_RIGHT = re.compile(r"[^\w\n]{0,2}(?:这?是)?我?的?(?:[微薇威维徽v][^\w\n]{0,3}信|vx|wx|weixin|wechat)")
WECHAT_HEAD = re.compile(r"(?:vx|wx|weixin|wechat|v)[-_]?(?=[a-z0-9])")
QQ_LEFT = re.compile(
    r"(?:(?<![a-z])qq?|扣扣|叩叩|企鹅|球球|秋秋|抠抠)(?:号码|号|群)?[^\w\n]{0,3}(?:是|为)?[^\w\n]{0,2}$"
)
PHONE_WORDS = "电话|手机|号码|联系|致电|拨打|来电|热线|座机|固话|tel|phone|mobile|call|whatsapp|短信"
CONTACT_LEFT = re.compile(rf"{PHONE_WORDS}|{_WECHAT}|qq|扣扣|加我")
LANDLINE_LEFT = re.compile(r"(?:电话|座机|固话|tel|总机|分机)(?:号码|号)?[^\w\n]{0,3}(?:是|为)?[^\w\n]{0,2}$")
CARD_LEFT = re.compile(r"卡号|银行卡|账号|帐号|账户|借记卡|信用卡|储蓄卡|打到|转到|card")
ID_LEFT = re.compile(r"身份证|证件号|id ?card|身份号")
NUMBER_OF_A_THING = re.compile(
    r"订单|单号|运单|快递|物流|流水|编号|货号|款号|证书|条码|条形码|发票|批号|工单|券码|取件码|验证码|序列号|编码|型号|商品|"
    r"鉴定|会员|积分|gia|igi|ngtc|order|tracking|invoice|sku|serial|(?<![a-z])(?:sn|no|id)(?![a-z])"
)
LETTERS_BEFORE = re.compile(r"[a-z]{1,12}[:.]?$")
LETTERS_THAT_CUE = frozenset(
    [
        "tel",
        "t",
        "mobile",
        "mob",
        "phone",
        "ph",
        "call",
        "wx",
        "vx",
        "v",
        "wechat",
        "weixin",
        "qq",
        "q",
        "m",
        "hp",
        "whatsapp",
        "cell",
        "dianhua",
        "shouji",
        "lianxi",
        "me",
    ]
)


WORDS = re.compile(r"[^\W\d_]")
"""Any letter: text without one holds no cue."""


def is_of_a_thing(left: str) -> bool:
    """True when an order, courier or certificate word stands nearer to the number than a contact word."""
    thing = _last(NUMBER_OF_A_THING, left)
    return thing >= 0 and _last(CONTACT_LEFT, left) < thing


def _last(pattern: re.Pattern[str], left: str) -> int:
    end = -1
    for found in pattern.finditer(left):
        end = found.end()
    return end
