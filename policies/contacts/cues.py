"""Words beside a number that say what it is. All patterns are for folded text: lower case, simplified, half width."""

import re

from .wording import any_of, words

REACH = 16
"""How far to the left of a number a cue is looked for, in code points."""

TRACES = "微薇威维徽唯魏围葳喂危溦嶶癓巍玮炜韦卫"
"""What is written for the first character of 微信."""
HEARTS = "❤♥♡💕💗💓💖💘💝💞💟🧡💛💚💙💜🖤🤍🤎心"
SECONDS = "信伈芯訫新欣辛鑫馨薪忻昕"
"""What is written for the second one."""
ADDING = "加伽佳嘉迦珈茄架咖枷嫁家夹价驾咔笳"
"""What is written for 加."""
_HAN = r"[^\W\d_a-z]"
GREENS = "💚🟢🍀🍏"
"""What is drawn for 绿."""
_BETWEEN = r"[^\w\n]|[丨丶冫丿乀乁]"
_ALONE = "微薇威徽维唯嶶溦葳"
"""Of `TRACES` those that mean 微信 without a second character, before a colon or in brackets."""
_WECHAT_FIRSTS = f"{TRACES}{ADDING}{GREENS}⊕✚+➕为未尾味征十我绿小某🛰vwj"
_WECHAT = (
    rf"(?=[{_WECHAT_FIRSTS}])(?:"
    rf"[为未尾味](?:[{SECONDS}]|亻言)|征信(?=号|[^\w\n]?:)|(?:[{TRACES}v]|(?<![a-z0-9])w)(?:{_BETWEEN}){{0,3}}(?:[{SECONDS}]|亻言|xin|x(?![a-z]))|wei[^\w\n]{{0,2}}(?:xin|信)|vx|wx|"
    rf"w[^\w\n]{{0,2}}e[^\w\n]{{0,2}}chat|v[^\w\n]{{1,2}}x|w[^\w\n]{{1,2}}x|[绿{GREENS}]\ufe0f?泡泡?|绿色的?(?:那个)?(?:聊天|社交)?(?:软件|图标|app|应用|平台)|"
    rf"绿标|小绿书?号?|绿信|绿聊|绿软|某信|[{TRACES}v][{HEARTS}]\ufe0f?|"
    rf"(?:[{ADDING}⊕✚]|\+|➕|jia ?)我?[^\w\n]{{0,2}}个?(?:[v微薇威徽维]|wei|卫星)|十[v微薇]|"
    rf"我的?(?:[微薇v]|卫星)|[微薇威维](?=我)|(?<!{_HAN})(?:[薇徽嶶溦葳](?=[^\w\n]{{0,4}}$)|微(?=[^\w\n]{{1,4}}$))|[微薇](?=[^\w\n]?:)|[{_ALONE}](?=号)|(?<!{_HAN})(?:[{_ALONE}]|wei)(?=[^\w\n]?:)|"
    rf"(?<=[(\[{{<【「〔])(?:[{_ALONE}绿v]|wei)(?=[)\]}}>】」〕])|卫星(?=号|[^\w\n]?:)|🛰\ufe0f?|(?<![a-z0-9])[vw])"
)
_NAME = r"(?P<name>(?:[^\w\n]{0,2}(?:号码|账号|帐号|号|id))?)"
_VERB = "[私详细]?聊|搜索?|找我?|联系我?|加我?|发我?|问我?|我"
_LINK = (
    rf"(?P<link>[^\w\n]{{0,3}}(?:是|为|系|叫|改成|换成|给你|发你|多少|几号|同步|同号|{_VERB})?"
    r"[哈呀啊吧哦呢嘛了]?[^\w\n]{0,3})"
)
WECHAT_LEFT = re.compile(rf"(?:{_WECHAT}){_NAME}{_LINK}$")
WECHAT_TRACE = re.compile(f"[{TRACES}{ADDING}{GREENS}为未尾味征十vwx绿小某🛰]")
"""A character of every WeChat cue, for a quick no."""
FRIEND_LEFT = re.compile(r"(?:加我|加我?好友|加个好友|加一下|搜我|搜索)[^\w\n]{0,3}$")
FRIEND_RIGHT = re.compile(r"[ ,(]{0,2}[加搜](?:我|好友|[微薇v](?!信?(?:支付|公众)))(?![们的])")
WECHAT_RIGHT = re.compile(
    rf"[^\w\n]{{0,2}}(?:这?是)?我?的?(?:[{TRACES}v][^\w\n]{{0,3}}信|vx|wx|weixin|wechat)"
    r"|[^\w\n]{0,2}\((?:v|vx|wx|[微薇]信?)\)|[^\w\n]{0,2}(?:(?:这?是)?我的?|这个?是|加我?)[微薇v](?![^\W_])|[^\w\n]{0,2}v同号"
)
WECHAT_HEAD = re.compile(r"(?:vx|wx|weixin|wechat|v)[-_]?(?=[a-z0-9])")
QQ_LEFT = re.compile(
    r"(?:(?<![a-z])q[^\w\n]{0,2}q?|扣扣|加扣|扣(?=[号群])|叩叩|企[鹅蛾俄]|鹅(?=号)|koukou|qiuqiu|球球|秋秋|丘丘|抠抠|蔻蔻|寇寇|口口|🐧\ufe0f?)"
    r"(?:(?P<number>号码)|号|群号|群|id)?[^\w\n]{0,3}(?:是|为|[加搜]我?)?[^\w\n]{0,2}$"
    r"|(?P<bare>(?<!\w)扣[^\w\n]{0,3}$)"
)
PHONE_WORDS = (
    "电话|手机|号码|联系|致电|拨打|来电|热线|座机|固话|传真|总机|短信|收货|收件|同号|本人|尾号|"
    "tel|phone|mobile|call|whatsapp"
)
CONTACT_LEFT = re.compile(rf"{PHONE_WORDS}|{_WECHAT}|qq|扣扣|加我|打给|找我|[打拨][^\w\n]{{0,2}}$")
PHONE_LEFT = re.compile(
    r"(?:电话|手机|(?<![0-9] )号码|联系方式|致电|拨打|来电|热线|座机|"
    r"固话|传真|总机|分机|打[俾畀给]我|tel|phone|mobile|whatsapp|cell|fax|ph|line|"
    r"(?:call|text|ring|reach)(?: (?:me|us))?(?: (?:at|on))?)"
    r"(?:号码|号|number|no)?[^\w\n]{0,3}(?:请?[打拨]|是|为|系|改成|换成)?[^\w\n]{0,3}$"
)
"""A telephone word directly before the number."""
MOBILE_WORDS = re.compile("手机|打[俾畀]|电话系|whatsapp|mobile|cell|line")
NEAR_ABROAD = re.compile("香港|港澳|澳门|台湾|台北|高雄|九龙|hk|macau|taiwan")
CARD_LEFT = re.compile(r"卡号|银行卡|账号|帐号|账户|借记卡|信用卡|储蓄卡|打到|转到|card")
ID_LEFT = re.compile(r"身份证|证件号|id ?card|身份号|身份证号|证号|身分证")
PASSPORT_LEFT = re.compile(r"护照|passport|通行证|回乡证|台胞证|证件")
PASSPORT_NUMBER_LEFT = re.compile(
    r"(?:护照|passport|通行证|回乡证|台胞证)(?:号码|号|no)?[^\w\n]{0,3}(?:是|为)?[^\w\n]{0,2}$"
)
PARAMETER = re.compile(r"(?:phone|tel|mobile|mob|uin|qq|wx|wechat|call|whatsapp|wa\.me)[=/]$")
PHONE_RIGHT = re.compile(r"[^\w\n]{0,2}(?:这?是|打|加|拨|有)?(?:我的?|这个|她的?|他的?)?(?:电话|手机|号码|微信|能打通)")
QQ_RIGHT = re.compile(r"[^\w\n]{0,2}(?:这?是)?我?的?(?:qq|扣扣|企鹅)")
PLATE_LEFT = re.compile(r"车牌|牌照|车号|开车|停车|我的车|车是")
MACAO_LEFT = re.compile(r"澳门|macau|身份证|身分证|证件")
HINTS = words(
    "电话 手机 号码 联系 致电 拨打 来电 热线 座机 固话 传真 总机 分机 tel phone mobile call whatsapp cell "
    "fax ph line text ring reach 打俾 打畀 打给 "
    "q 扣 企鹅 企蛾 企俄 鹅号 koukou 球球 秋秋 丘丘 叩叩 抠抠 蔻蔻 寇寇 口口 🐧 🛰 微 薇 威 维 徽 唯 魏 围 v wx w: "
    "加卫星 绿 护照 passport 通行证 回乡证 台胞证 证件 身分证 澳门 macau 卡 账号 帐号 账户 打到 转到 身份证"
)
HINT = re.compile(any_of(HINTS))
"""Every cue that makes a contact of a number without a shape of its own, for a quick no."""
THING_RIGHT = re.compile(
    r"(?:[ ]?(?:号|是|为|这个?|这张?|\()(?:我的|你的|微信|支付宝|淘宝|京东|抖音)?"
    r"(?:订单|运单|快递单|单号|货号|款号|编号|证书|条码|批号|序列号|流水)"
    r"|[ ]?(?:订单号|运单号|快递单号|单号|货号|款号|编号|证书号|条码|批号|序列号|流水号)"
    r"(?![ ]?[是多几:0-9a-z])|(?:运单|证书|流水))"
)
"""What says directly behind a number that it is a thing's. 13800138000的订单 is somebody's, and a comma begins anew."""
COURIER_LEFT = re.compile(
    r"(?:顺丰|申通|中通|圆通|韵达|极兔|德邦|百世|天天|京东|邮政|菜鸟|丰网|优速|安能|ems|dhl|fedex|ups|usps)(?:快递|物流|速运|速递|快运|特快)?[^\w\n]{0,3}$"
)
"""A courier directly before a number: it may be their man's telephone, and no paper or card."""
OF_A_LIST_RIGHT = re.compile(r"[^\w\n]?(?:[号码款层楼]|各|[这那共]?[两二三四几3-5][个种]?(?:款|色|型|价|尺|规格|货号))")
"""Behind what is a list of styles or sizes."""
_THINGS = words(
    "订单 单号 运单 快递 物流 流水 编号 货号 款号 证书 条码 条形码 发票 批号 工单 券码 "
    "客户号 串号 箱号 柜号 学号 工号 病历号 车架号 发动机号 报关单 提单 出库单 入库单 送货单 销售单 收银单 采购单 "
    "调拨单 盘点单 换货单 维修单 售后单 面单 底单 回单 券号 vip卡 储值卡 礼品卡 购物卡 grc hrd gtc ngdtc "
    "会员号 会员卡 会员编号 会员码 会员等级 会员id 积分 凭证 参考号 票号 交易号 商户 终端 税号 柜台号 "
    "序列号 编码 型号 商品 鉴定 "
    "密码 口令 款式 批次 钢印 卡券 优惠码 兑换码 提货 防伪 查询码 追溯 保单 合同号 "
    "imei meid gia igi ngtc order tracking invoice sku serial barcode 货: 库存 销量"
)
NUMBER_OF_A_THING = re.compile(
    rf"{any_of(_THINGS)}(?![员小师人])(?:号码|编号|号)?|(?<![退货尾余付打收汇贷])款(?![式项])"
)
_LATIN_THING = re.compile(r"(?<![a-z])(?:sn|no|id|ean|upc|ref)(?![a-z])")
LETTERS_BEFORE = re.compile(r"[a-z]{1,12}[:.]?$")
LETTERS_THAT_CUE = frozenset(
    words(
        "tel t mobile mob phone ph call wx vx v wechat weixin qq q m hp whatsapp cell dianhua shouji lianxi me "
        "ok okay thx thanks pls please haha hahaha bye hi hello and or at"
    )
)


WORDS = re.compile(r"[^\W\d_]|[🐧🛰❤]")
"""Any letter: text without one holds no cue."""


_GLUED = re.compile(r"[^\w\n]{0,3}[a-z]{1,2}$")
"""Letters with which the number of a thing begins: 维修单 WX2026."""
_APART = re.compile(
    r"[,。;!?\n写打拨留找填呼问]|发[到给至]|[寄转交]给|备注|签收|[没未]到|到了|[查收找]不到|有问题|联系|我的号|客人|顾客|客户|女士|先生"
)
"""Between the word for a thing and a number that is not the thing's."""


def is_of_a_thing(left: str) -> bool:
    """True when the last word that says what the number is means an order, a parcel, a certificate."""
    thing = max(_last(NUMBER_OF_A_THING, left), _last(_LATIN_THING, left))
    if thing < 0 or _APART.search(left, thing):
        return False
    return _last(CONTACT_LEFT, left) <= thing or _GLUED.match(left, thing) is not None


def _last(pattern: re.Pattern[str], left: str) -> int:
    end = -1
    for found in pattern.finditer(left):
        end = found.end()
    return end
