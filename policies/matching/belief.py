"""Which sound-alike writings are believed to be a disguise, and which are honest talk that sounds so."""

import re
from collections.abc import Sequence
from enum import IntEnum

from ..folding.clean import is_usual, sound_level
from ..folding.sounds import is_han, main_syllable

ALWAYS_FROM = 4
"""Words of so many syllables are believed whatever honest talk sounds like."""
RARE = 1
"""Level of a pair of syllables up to which honest talk hardly has it."""
CUE_WITHIN = 15
_CUE_WORDS = (
    "加我 加你 加她 加他 加v 加个 加下 微信 威信 v信 vx wx wechat qq 扣扣 私下 私聊 私人 单独 悄悄 偷偷 别让 别说"
    " 不要说 不能说 客户 客人 顾客 老板 店长 公司 钱 转账 转给 打给 打到 收款 付款 支付 佣金 提成 返现 返利 红包"
    " 现金 比例 利润 折扣 便宜 低价 给你 给我 给您 帮你 帮您 帮我 走账 报价 订单 拿货 联系 电话 手机 号码 个点"
    " 做不做 收不收"
)
CUES = tuple(_CUE_WORDS.split())
"""Folded words of dealings."""
LONG_NUMBER = re.compile("[0-9]{5}")
_CUE = re.compile("|".join((*CUES, LONG_NUMBER.pattern)))


class Belief(IntEnum):
    """How much a sound-alike writing of a word must show to be believed, least first."""

    ALWAYS = 0
    UNUSUAL = 1
    """Its characters do not follow each other in honest talk."""
    STANDING_OUT = 2
    """That, and the first or the last does not go with its neighbour either, or a cue of dealings is near."""
    APART = 3
    """Those go with neither neighbour, or a cue is near."""
    CUED = 4
    """A cue is near."""


def belief_of(chars: str) -> Belief:
    """What a word must show, by its length and by how often honest talk sounds like it; letters in it help."""
    if len(chars) >= ALWAYS_FROM:
        return Belief.ALWAYS
    syllables = [main_syllable(char) for char in chars]
    count = len(chars)
    if not all(syllables):
        return Belief.ALWAYS
    level = min(sound_level(a, b) for a, b in zip(syllables, syllables[1:], strict=False))
    if count == ALWAYS_FROM - 1:
        return Belief.UNUSUAL if level <= RARE else Belief.STANDING_OUT
    return Belief.CUED if level > RARE else Belief.APART if level else Belief.STANDING_OUT


def drawing_belief(chars: str) -> Belief:
    """What a word in look-alike characters must show, by its length."""
    if len(chars) >= ALWAYS_FROM:
        return Belief.ALWAYS
    return Belief.UNUSUAL if len(chars) == ALWAYS_FROM - 1 else Belief.STANDING_OUT


def is_believed(belief: Belief, folded: str, positions: Sequence[int]) -> bool:
    """Whether the sound-alike characters of `folded` at `positions` are a disguise."""
    if belief is Belief.ALWAYS:
        return True
    chars = [folded[at] for at in positions]
    if all(is_usual(a + b) for a, b in zip(chars, chars[1:], strict=False) if a != b):
        return False
    if belief is Belief.UNUSUAL:
        return True
    start, end = positions[0], positions[-1] + 1
    most = {Belief.STANDING_OUT: 1, Belief.APART: 0}.get(belief)
    if most is not None and _neighbours(folded, start, end) <= most:
        return True
    return has_cue(folded, start, end)


def has_cue(folded: str, start: int, end: int) -> bool:
    """Whether a word of dealings or a number stands within CUE_WITHIN characters."""
    around = folded[max(0, start - CUE_WITHIN) : start] + "\n" + folded[end : end + CUE_WITHIN]
    return _CUE.search(around) is not None


def _neighbours(folded: str, start: int, end: int) -> int:
    """How many of the two characters beside go with the one they touch in honest talk."""
    left = folded[start - 1 : start + 1] if start else ""
    right = folded[end - 1 : end + 1] if end < len(folded) else ""
    return sum(
        len(pair) == 2 and (not all(map(is_han, pair)) or is_usual(pair)) for pair in (left, right) if pair.isalnum()
    )
