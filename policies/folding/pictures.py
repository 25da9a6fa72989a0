"""Emoji that are written for the character that names what they show: 穷👻, 傻❌."""

from collections.abc import Mapping, Sequence
from typing import Final

_NAMED: Final = (
    "鼠🐭🐁🐀🐹 牛🐮🐂🐃🐄 虎🐯🐅 兔🐰🐇 龙🐲🐉 蛇🐍 马🐴🐎🏇🦄 羊🐑🐏🐐 猴🐵🐒 鸡🐔🐓🐤🐣🐥 狗🐶🐕🐩 猪🐷🐖🐽🐗 猫🐱🐈"
    " 鱼🐟🐠🐡 熊🐻 鸟🐦 鸭🦆 龟🐢 象🐘 狐🦊 狼🐺 狮🦁 蜂🐝 虫🐛 蚁🐜 鹰🦅 蛙🐸 鹅🦢 鹿🦌 猩🦍 虾🦐 蟹🦀 鲸🐳🐋 蝶🦋"
    " 骡🫏 驼🐫🐪 手✋🖐🤚 嘴👄 耳👂 鼻👃 眼👀 脚🦶 腿🦵 牙🦷 心❤ 血🩸 脑🧠 骨🦴 舌👅 拳👊 男👨 女👩 鬼👻 屎💩 爷👴"
    " 钱💰💵💴💶💷 币🪙 卡💳 牌🃏🀄 票🎫🎟 枪🔫 刀🔪 剑🗡 弹💣 家🏠🏡 店🏪 车🚗🚙 船🚢🛳 飞✈🛫🛩 茶🍵 奶🥛🍼 酒🍷🍶🥃"
    " 饭🍚 面🍜 蛋🥚🍳 菜🥬 糖🍬🍭 药💊 针💉 火🔥 水💧💦 雨🌧 电⚡ 月🌙🌛 日☀ 星🌟⭐ 花🌸🌺🌹💐🌷 草🌿🌱"
    " 叶🍃🍂 树🌲🌳 山⛰🏔 石🪨 金🥇 铃🔔 门🚪 窗🪟 床🛏 椅🪑 裙👗 裤👖 衣👕👚 鞋👟👞👠👡 包👜👛🎒💼 镜👓 冠👑 戒💍"
    " 书📖📚 笔✏🖊 锁🔒 叉❌ 球⚽🏀🎾🏐🎱 信✉💌📩📧📨 冰🧊 雪❄ 风🌬🌪 瓜🍉 桃🍑 梨🍐 果🍎🍏 葱🧅 蒜🧄 豆🫘 肉🥩🍖 盐🧂"
    " 米🌾 饼🍪 烟🚬 日🈷 满🈵 空🈳 禁🈲 得🉐 折🈹 申🈸 营🈺 合🈴 有🈶 无🈚 指🈯 减➖ 加➕ 礼🎁 斧🪓 伞☂🌂 钻💎"
)
CHARACTERS: Final[Mapping[str, str]] = {picture: named[0] for named in _NAMED.split() for picture in named[1:]}
"""By a picture the character."""
BASIC: Final = "\ufe0f❤➕❌"
"""What tells of pictures of the basic plane: the sign behind them, as telephones write them, and those that are written
without it."""
_LONG_TEXT: Final = 50_000
"""Code points from which on an array is as quick, and quicker where surrogates stand alone."""
_LAST_OF_PLANE: Final = 0xFFFF
_GROUP: Final = 12
"""Texts asked about together first."""


def may_hold_pictures(text: str) -> bool:
    """Whether emoji may be in `text`: most are beyond the basic plane, where Chinese talk has little else. That is
    told by its length in UTF-16, in a fraction of the time of a look at each character.
    """
    return _is_beyond_plane(text) or any(sign in text for sign in BASIC)


def _is_beyond_plane(text: str) -> bool:
    if len(text) > _LONG_TEXT:
        from .arrays import code_points  # numpy is for who has long texts

        return bool(code_points(text).max() > _LAST_OF_PLANE)
    return len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


def holding_pictures(texts: Sequence[str]) -> list[int]:
    """Numbers of the texts of which `may_hold_pictures` is true; of many with few such in a fraction of the time."""
    if not may_hold_pictures("".join(texts)):
        return []
    found: list[int] = []
    for start in range(0, len(texts), _GROUP):
        group = texts[start : start + _GROUP]
        if may_hold_pictures("".join(group)):
            found += [start + number for number, text in enumerate(group) if may_hold_pictures(text)]
    return found
