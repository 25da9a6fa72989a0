"""Which writings of a word are believed to be a disguise, and which are honest talk that sounds or looks so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

from ..folding.bonds import are_bound, bond, open_after, open_before
from ..folding.clean import odd_pairs, sound_level
from ..folding.likeness import is_drawn_alike
from ..folding.sounds import is_han, main_syllable
from .weighing import most_weight, weight

ALWAYS_FROM = 4
"""Words of so many syllables are looked for whatever honest talk sounds like."""
RARE = 1
"""Level of a pair of syllables up to which honest talk hardly has it."""
COMMON = 6
"""Level from which on honest talk is full of it."""
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
DOUBLED = 4
"""Bond of a character with itself from which on it is a word: 妈妈, 往往."""
MEASURED = 12
"""What a digit or letter before a character weighs: 3件货."""
OPEN_GAP = -27
"""How far a word of two characters must stand out to be believed with something between them."""
OPEN_REPEAT = -32
"""The same for a short word with a character doubled that honest talk doubles."""


class Belief(IntEnum):
    """How much a disguised writing of a word must show to be believed.

    All but ALWAYS want two characters that hardly follow each other in honest talk, and weight (`weighing`): the more,
    the shorter the word and the oftener honest talk sounds like it.
    """

    ALWAYS = 0
    """Four syllables want little, more have what they need."""
    UNUSUAL = 1
    """Three syllables."""
    STANDING_OUT = 2
    """Two syllables that honest talk hardly has."""
    APART = 3
    """Two that it has."""
    CUED = 4
    """Two that it is full of: most often a cue of dealings must be near."""
    DRAWN = 5
    """Three look-alike characters."""
    DRAWN_APART = 6
    """Two of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What characters have to show: by their weight, or, where they are not one for one, by how far they stand out."""

    weight: int = 0
    """The least weight of a word in other characters (`weighing`)."""
    near: int = 0
    """So much less weight is enough where a cue is near."""
    least: int
    """How far other writings must stand out from what is beside them."""
    kept: int
    """So much less where a character is the word's own or is spelled."""
    cued: int
    """So much less where a cue is near."""
    openness: int
    """What the openness of the characters weighs."""
    edge: int
    """What an end of the text or a mark beside them weighs."""


_NEVER = 1_000
_SOUNDING = {"openness": 1, "edge": 4}
_ALIKE = {"openness": 2, "edge": 0}
_DEMANDS = {
    Belief.UNUSUAL: Demand(weight=-60, near=10, least=-25, kept=6, cued=4, **_SOUNDING),
    Belief.STANDING_OUT: Demand(weight=-54, near=10, least=-13, kept=10, cued=5, **_SOUNDING),
    Belief.APART: Demand(weight=-48, near=10, least=-10, kept=10, cued=5, **_SOUNDING),
    Belief.CUED: Demand(weight=-36, near=18, least=_NEVER, kept=9, cued=_NEVER + 14, **_SOUNDING),
    Belief.DRAWN: Demand(weight=-52, near=0, least=-44, kept=10, cued=0, **_ALIKE),
    Belief.DRAWN_APART: Demand(weight=-42, near=0, least=-30, kept=11, cued=0, **_ALIKE),
}
_LONG, _LONG_DRAWN = -86, -68
"""The least weight of a word of ALWAYS_FROM characters that all sound so, and of one with look-alikes."""
GAP = Demand(least=OPEN_GAP, kept=0, cued=0, **_SOUNDING)
"""Of a word as it is written with something between its characters."""


def belief_of(chars: str) -> Belief:
    """What a word must show, by its length and by how often honest talk sounds like it; letters in it help."""
    if len(chars) >= ALWAYS_FROM:
        return Belief.ALWAYS
    syllables = [main_syllable(char) for char in chars]
    if not all(syllables):
        return Belief.ALWAYS
    if len(chars) == ALWAYS_FROM - 1:
        return Belief.UNUSUAL
    level = min(sound_level(a, b) for a, b in zip(syllables, syllables[1:], strict=False))
    if level >= COMMON:
        return Belief.CUED
    return Belief.APART if level > RARE else Belief.STANDING_OUT


def drawing_belief(chars: str) -> Belief:
    """What a word in look-alike characters must show, by its length."""
    if len(chars) >= ALWAYS_FROM:
        return Belief.ALWAYS
    return Belief.DRAWN if len(chars) == ALWAYS_FROM - 1 else Belief.DRAWN_APART


def is_believed(belief: Belief, folded: str, positions: Sequence[int], own: str | None = None) -> bool:
    """Whether the characters of `folded` at `positions` are a disguise of a word with the characters `own`.

    Without `own`: whether they may be one of any word.
    """
    if belief is Belief.ALWAYS:
        return own is None or len(own) != ALWAYS_FROM or _is_long_believed(folded, positions, own)
    chars = "".join(map(folded.__getitem__, positions))
    if are_bound(chars) if belief is Belief.UNUSUAL else 1 not in odd_pairs(chars):
        return False
    demand = _DEMANDS[belief]
    if own is None:
        return _is_standing_out(demand, folded, positions, demand.least - demand.kept) or _weighs(
            demand, folded, positions, most_weight(folded, positions)
        )
    if _is_written_out(folded, positions, own):
        return _weighs(demand, folded, positions, weight(folded, positions, own))
    has_own = any(folded[at] in own or not is_han(folded[at]) for at in positions)
    return _is_standing_out(demand, folded, positions, demand.least - demand.kept * has_own)


def _is_long_believed(folded: str, positions: Sequence[int], own: str) -> bool:
    if not _is_written_out(folded, positions, own):
        return True
    least = _LONG if all(map(_is_heard_as, map(folded.__getitem__, positions), own)) else _LONG_DRAWN
    return weight(folded, positions, own) >= least


def _weighs(demand: Demand, folded: str, positions: Sequence[int], shown: int) -> bool:
    if shown >= demand.weight:
        return True
    return shown >= demand.weight - demand.near and has_cue(folded, positions[0], positions[-1] + 1)


def _is_written_out(folded: str, positions: Sequence[int], own: str) -> bool:
    """Whether each character of a word is one that sounds or looks like it, and nothing else is between them."""
    if len(positions) != len(own) or not all(map(_is_instead, map(folded.__getitem__, positions), own)):
        return False
    return len(positions) == sum(map(str.isalnum, folded[positions[0] : positions[-1] + 1]))


@lru_cache(maxsize=1 << 14)
def _is_instead(char: str, own: str) -> bool:
    return is_han(own) and (_is_heard_as(char, own) or is_drawn_alike(char, own))


def _is_heard_as(char: str, own: str) -> bool:
    return main_syllable(char) == main_syllable(own) != ""


def _is_standing_out(demand: Demand, folded: str, positions: Sequence[int], least: int) -> bool:
    shown = _standing_out(demand, folded, positions[0], positions[-1])
    if shown >= least:
        return True
    return shown >= least - demand.cued and has_cue(folded, positions[0], positions[-1] + 1)


def demand_of(belief: Belief) -> Demand | None:
    """What the characters have to show; None for ALWAYS."""
    return _DEMANDS.get(belief)


def is_apart(folded: str, positions: Sequence[int]) -> bool:
    """Whether a word of two characters with something between them is that word, and not two words: 套，现在."""
    return _standing_out(GAP, folded, positions[0], positions[-1]) >= OPEN_GAP


def has_honest_doubling(folded: str, positions: Sequence[int]) -> bool:
    """Whether the characters at `positions` hold one that honest talk doubles: 往往."""
    return any(folded[a] == folded[b] and bond(folded[a] * 2) >= DOUBLED for a, b in pairwise(positions))


def is_honest_repeat(folded: str, positions: Sequence[int]) -> bool:
    """Whether a word with a character doubled is rather honest talk that doubles it: 其他妈妈的."""
    is_apart_so = _standing_out(GAP, folded, positions[0], positions[-1]) >= OPEN_REPEAT
    return not is_apart_so and has_honest_doubling(folded, positions)


def has_cue(folded: str, start: int, end: int) -> bool:
    """Whether a word of dealings or a number stands within CUE_WITHIN characters."""
    around = folded[max(0, start - CUE_WITHIN) : start] + "\n" + folded[end : end + CUE_WITHIN]
    return _CUE.search(around) is not None


def _standing_out(demand: Demand, folded: str, first: int, last: int) -> int:
    """The less the outer characters go with what is beside them, and the fewer others each stands beside, the more."""
    start, end = folded[first], folded[last]
    before, after = folded[first - 1 : first], folded[last + 1 : last + 2]
    shown = 0
    if not before.isalnum():
        shown += demand.edge
    elif before.isascii() and is_han(start):
        shown -= MEASURED
    else:
        shown -= 2 * bond(before + start)
    shown += -2 * bond(end + after) if after.isalnum() else demand.edge
    return shown - demand.openness * (open_before(start) + open_after(end))
