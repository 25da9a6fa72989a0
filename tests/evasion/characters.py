"""Readings, homophones and traditional forms, from `unihan.txt`; other data than `policies/` is built from."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("unihan.txt")
WORDS_READ_OTHERWISE = {
    "便宜": "pian2 yi2",
    "银行": "yin2 hang2",
    "行长": "hang2 zhang3",
    "返还": "fan3 huan2",
    "还款": "huan2 kuan3",
    "还钱": "huan2 qian2",
    "归还": "gui1 huan2",
    "还给": "huan2 gei3",
    "店长": "dian4 zhang3",
    "长高": "zhang3 gao1",
    "增长": "zeng1 zhang3",
    "会长": "hui4 zhang3",
    "会计": "kuai4 ji4",
    "重新": "chong2 xin1",
    "双重": "shuang1 chong2",
    "快乐": "kuai4 le4",
    "音乐": "yin1 yue4",
    "单于": "chan2 yu2",
    "朝阳": "chao2 yang2",
    "调包": "diao4 bao1",
    "调换": "diao4 huan4",
    "调货": "diao4 huo4",
    "调价": "tiao2 jia4",
    "差价": "cha1 jia4",
    "差额": "cha1 e2",
    "差评": "cha4 ping2",
    "出差": "chu1 chai1",
    "没了": "mei2 le5",
    "着": "zhe5",
    "得了": "de2 le5",
    "大夫": "dai4 fu5",
    "分红": "fen1 hong2",
    "空包": "kong1 bao1",
    "传销": "chuan2 xiao1",
    "私传": "si1 chuan2",
    "投降": "tou2 xiang2",
    "降价": "jiang4 jia4",
    "降糖": "jiang4 tang2",
    "降压": "jiang4 ya1",
    "血压": "xue4 ya1",
    "贴牌": "tie1 pai2",
    "角色": "jue2 se4",
    "地下": "di4 xia4",
    "地方": "di4 fang1",
    "给": "gei3",
    "都": "dou1",
    "的": "de5",
    "不": "bu4",
    "了": "le5",
}
"""Words and characters whose reading is not their characters' most frequent one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """The table, looked up each way."""

    by_toned: Mapping[str, tuple[str, ...]]
    """Characters in common use, most frequent first."""
    by_syllable: Mapping[str, tuple[str, ...]]
    """Without tones; each tone's most frequent first."""
    main_reading: Mapping[str, str]
    traditional: Mapping[str, str]


@lru_cache(maxsize=1)
def characters() -> Characters:
    """The table, read once."""
    by_toned: dict[str, tuple[str, ...]] = {}
    main_reading: dict[str, str] = {}
    pairs = ""
    in_readings = True
    for line in TABLE.read_text("utf-8").splitlines():
        if line.startswith(("[", "#")):
            in_readings = line != "[traditional]"
        elif in_readings:
            syllable, _, chars = line.partition(" ")
            common, _, rare = chars.split("|")
            by_toned[syllable] = tuple(common)
            main_reading.update(dict.fromkeys(common + rare, syllable))
        else:
            pairs += line
    by_syllable: defaultdict[str, list[str]] = defaultdict(list)
    for syllable, known in by_toned.items():
        by_syllable[syllable[:-1]] += known
    return Characters(
        by_toned=by_toned,
        by_syllable={syllable: tuple(known) for syllable, known in by_syllable.items()},
        main_reading=main_reading,
        traditional=dict(zip(pairs[::2], pairs[1::2], strict=True)),
    )


def toned_readings(word: str) -> tuple[str | None, ...]:
    """One reading with its tone for each character of `word`, None for what has none; words of the list above first."""
    main = characters().main_reading
    found: list[str | None] = [main.get(char) for char in word]
    for part, reading in sorted(WORDS_READ_OTHERWISE.items(), key=lambda item: len(item[0])):
        at = word.find(part)
        if at >= 0:
            found[at : at + len(part)] = reading.split(" ")
    return tuple(found)


def homophones(char: str, toned: str) -> tuple[str, ...]:
    """Characters that sound like `char` read as `toned`: the same tone first, then the others, commonest first."""
    known = characters()
    same = [other for other in known.by_toned.get(toned, ()) if other != char]
    others = [other for other in known.by_syllable.get(toned[:-1], ()) if other != char and other not in same]
    return (*same, *others)
