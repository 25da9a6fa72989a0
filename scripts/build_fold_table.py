"""Builds `policies/folding/fold_table.txt`, the 1:1 code point table, at release time.

    python -m venv /tmp/v
    /tmp/v/bin/pip install opencc-python-reimplemented==0.1.7 confusable-homoglyphs==3.3.1
    python scripts/build_fold_table.py --packages /tmp/v/lib/python3.*/site-packages

Sources: the Unicode data of this Python and Unicode's confusables (Unicode-3.0), OpenCC's character dictionaries
(Apache-2.0), both through the packages named above, and the hand-kept pairs below. Only pairs of one code point to one
code point are taken, so that folding never moves an offset. The result is committed; nothing of this runs on a shop's
machine.
"""

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "policies" / "folding" / "fold_table.txt"
LAST = 0x31FFF
WRAPPING = frozenset("().,〔〕")
PAIRS_PER_LINE = 40

CYRILLIC_GREEK = (
    "АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX аa еe ѕs іi јj оo рp сc уy хx вb кk мm нh тt ԁd ԛq ԝw һh ӏl гr пn"
    " ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX αa βb εe ιi κk νv οo ρp τt υu χx ϲc ωw γy"
    " ɑa ɡg ɩi ʀr ɴn ʟl ʏy ƽ5 ʋv ѵv ѡw ꭰd ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ᴍm ᴏo ᴘp ꜱs ᴛt ᴜu ᴠv ᴡw ᴢz"
    " ՕO ՍU օo սu հh Ꭰd Ꮩv Ꮃw Ꮪs Ꮯc Ꭲt Ꮋh Ꭵi ⅼl Ⅴv Ⅹx"
)
"""Letters of other scripts drawn like Latin ones, both cases where they differ."""

HAN_LOOKALIKES = (
    "囘回 囬回 囙因 釦扣 囗口 ロ口 ㅁ口 カ力 ニ二 ハ八 エ工 タ夕 ト卜 ㄧ一 著着 裡里 裏里 瞭了 彔录 冋回 徴微"
    " 莪我 伱你 尐小 孒子 亇个 莣忘 悳德 眞真 仩上 芐下 魭元 氺水"
    " イ亻 オ才 メ乂 ム厶 ヒ匕 ン冫 シ氵 ノ丿"
)
"""Characters that stand in for another in chat. Only pairs whose left side is no word of honest shop talk."""

HAN_VARIANTS = (
    "価价 銭钱 転转 収收 処处 戸户 売卖 読读 発发 図图 単单 実实 対对 県县 栄荣 営营 楽乐 薬药 関关 駅驿 験验 険险"
    " 検检 剣剑 権权 観观 歓欢 勧劝 広广 拡扩 鉱矿 黒黑 斉齐 済济 剤剂 経经 軽轻 渓溪 継继 鶏鸡 沢泽 択择 訳译 駆驱"
    " 労劳 覚觉 歯齿 児儿 恵惠 徳德 気气 帰归 亀龟 戯戏 犠牺 拠据 挙举 暁晓 勲勋 桜樱 応应 仮假 絵绘 壊坏 懐怀 殻壳"
    " 陥陷 巻卷 圏圈 撃击 厳严 呉吴 娯娱 砕碎 歳岁 雑杂 桟栈 賛赞 釈释 渋涩 獣兽 縦纵 粛肃 焼烧 奨奖 証证 縄绳 畳叠"
    " 譲让 醸酿 嬢娘 酔醉 穂穗 髄髓 瀬濑 摂摄 専专 戦战 繊纤 捜搜 挿插 巣巢 総总 聡聪 蔵藏 臓脏 続续 帯带 団团 弾弹"
    " 遅迟 鋳铸 庁厅 聴听 逓递 鉄铁 闘斗 弐贰 悩恼 脳脑 覇霸 廃废 拝拜 髪发 抜拔 浜滨 払拂 仏佛 辺边 変变 舗铺 歩步"
    " 豊丰 様样 揺摇 頼赖 覧览 竜龙 猟猎 緑绿 霊灵 齢龄 欵款 帐账 甴由 犮发 剋刻 伈信 㸃点 奌点 疔疗 毎每 値值 眞真"
    " 羙美 㓞契 莔苗 恠怪 囍喜 囯国 凃涂 冄冉 叧另 凬风 呌叫 呺号 啇商 亾亡 兲天 刴剁 劵券 勄敏 匨藏 卆卒 厐庞 厰厂"
    " 叏夬 吔也 唿忽 喩喻 嘨啸 塡填 壻婿 夀寿 奬奖 姉姐 姍姗 寃冤 寳宝 寶宝 屛屏 岀出 嵗岁 巿市 幷并 廹迫 彥彦 恊协"
    " 悪恶 慙惭 扵于 拕拖 攺改 敎教 旣既 昻昂 曽曾 栁柳 槪概 氷冰 汚污 沒没 浄净 涙泪 淸清 減减 渇渴 湻淳 溌泼 灋法"
    " 煑煮 牀床 犲豺 狥徇 珎珍 瑠琉 畵画 皃貌 砲炮 祕秘 窓窗 竒奇 筞策 箇个 粧妆 紥扎 絶绝 緖绪 縂总 羣群 聟婿 胷胸"
    " 脗吻 艶艳 荅答 葢盖 蔴麻 虗虚 衆众 襍杂 覩睹 謌歌 貭质 賍赃 贋赝 軆体 踁胫 輙辄 迯逃 遊游 邨村 郞郎 酧酬 鎻锁"
    " 貍狸 遶绕 閇闭 陁陀 隣邻 雞鸡 靣面 頋顾 飜翻 餠饼 駡骂 髥髯 鬪斗 鮏腥 鷄鸡 麯曲 黙默 龝秋"
)
"""Other forms of a character, Japanese and old ones, that the traditional dictionaries leave out."""

RADICALS = (
    "⺮竹 ⻊足 ⺙攵 ⻌辶 ⻍辶 ⺾艹 ⺘扌 ⺡氵 ⺅亻 ⻏阝 ⻖阝 ⺼月 ⺗心 ⺖忄 ⺨犭 ⺩王 ⺬示 ⺭礻 ⺲罒 ⻂衤 ⻈讠 ⻋车"
    " ⻐钅 ⻔门 ⻗雨 ⻚页 ⻝食 ⻟饣 ⻢马 ⻤鬼 ⻥鱼 ⻦鸟 ⺌小 ⺊卜 ⺉刂 ⺣灬 ⺤爫 ⺷羊 ⺻聿 ⻞饣"
)
"""Radicals that have code points of their own, to those that people type; else they would be passed over."""

BLANKS = "\u115f\u1160\u3164\uffa0\u2800\U00013441\U00013442\U0001d159"
"""Letters and symbols that show nothing: the fillers of Hangul, an empty Braille cell, an empty note head, blanks among
hieroglyphs. All else that shows nothing is no letter by Unicode, and is passed over as other signs are."""

WIDE_BLANK = "\u3000"
"""What they fold to: a blank that no editor takes off the end of a line."""

LETTERS_LIKE_MARKS = (
    "ʹ' ʺ\" ʻ' ʼ' ʽ' ʾ' ʿ' ˆ^ ˇ^ ˈ' ˉ- ˊ' ˋ` ˌ, ˍ_ ˎ, ˏ, ː: ˑ· ˮ\" ՙ' ߴ' ߵ' ـ_ ߺ_ ǃ! ꜝ! ꜞ! ꜟ! ꓸ. ꓹ, ꓼ; ꓽ: ꞌ' Ꞌ'"
    " ᐧ· ㆍ· ᆞ· ꞏ· ⸯ~ ॱ·"
)
"""Letters by Unicode that are drawn as marks, which no reader takes for a part of a word."""

TEXT_HAN_DIGITS = "零0 〇0 一1 壹1 弌1 二2 贰2 貳2 三3 叁3 叄3 四4 肆4 五5 伍5 六6 陆6 陸6 七7 柒7 八8 捌8 九9 玖9"
"""Digits as written; the spoken ones (洞 幺 两 拐) are ordinary words in text; the contact stage knows them."""


def code_points() -> Iterator[str]:
    """Every assigned character below `LAST` that is no surrogate and no private-use character."""
    for number in range(0x80, LAST + 1):
        if not 0xD800 <= number <= 0xF8FF and unicodedata.category(chr(number)) != "Cn":
            yield chr(number)


def pairs_of(text: str) -> dict[str, str]:
    """`"ab cd"` to `{a: b, c: d}`."""
    return {pair[0]: pair[1] for pair in text.split() if len(pair) == 2}


def width_pairs() -> dict[str, str]:
    """NFKC where it gives one code point, or one alphanumeric in brackets or with a full stop (⑴ ⒋ ⒦)."""
    found: dict[str, str] = {}
    for char in code_points():
        flat = unicodedata.normalize("NFKC", char)
        if len(flat) > 1:
            inner = [c for c in flat if c not in WRAPPING]
            flat = inner[0] if len(inner) == 1 and inner[0].isalnum() else ""
        if len(flat) == 1 and flat != char:
            found[char] = flat
    for number in range(0x1F100, 0x1F190):
        name = unicodedata.name(chr(number), "")
        if "NEGATIVE" in name and "LATIN CAPITAL LETTER " in name:
            letter = name.rsplit(" ", 1)[1]
            if len(letter) == 1:
                found[chr(number)] = letter
    for offset in range(26):
        found[chr(0x1F1E6 + offset)] = chr(ord("A") + offset)
    found["➕"] = "+"
    return found


def case_pairs() -> dict[str, str]:
    """Case folding where it keeps the length, ASCII included."""
    found = {chr(n): chr(n).lower() for n in range(ord("A"), ord("Z") + 1)}
    for char in code_points():
        for flat in (char.casefold(), char.lower()):
            if len(flat) == 1:
                if flat != char:
                    found[char] = flat
                break
    return found


def digit_pairs() -> dict[str, str]:
    """Every character that is a single decimal digit in some script or enclosure, to ASCII."""
    found: dict[str, str] = {}
    for char in code_points():
        value = unicodedata.digit(char, -1)
        if value >= 0:
            found[char] = str(value)
    return found


def lookalike_pairs() -> dict[str, str]:
    """Other scripts' letters, Latin letters with marks, and the curated Han pairs."""
    found: dict[str, str] = {}
    for char in code_points():
        flat = unicodedata.normalize("NFD", char)
        if len(flat) > 1 and flat[0].isascii() and flat[0].isalpha() and all(map(unicodedata.combining, flat[1:])):
            found[char] = flat[0]
    found.update(pairs_of(CYRILLIC_GREEK))
    for pairs in (HAN_VARIANTS, RADICALS, HAN_LOOKALIKES, LETTERS_LIKE_MARKS):
        found.update(pairs_of(pairs))
    return found


def confusable_pairs(file: Path, known: Iterable[str]) -> dict[str, str]:
    """Letters and numerals that Unicode has as confusable with a Latin letter, but for those known and for Han."""
    taken = set(known)
    found: dict[str, str] = {}
    for char, alike in json.loads(file.read_text("utf-8")).items():
        letters = [c for c in (other["c"] for other in alike) if len(c) == 1 and c.isascii() and c.isalpha()]
        is_new = len(char) == 1 and char not in taken and char != "〇" and 0x80 <= ord(char) <= LAST
        if letters and is_new and unicodedata.category(char)[0] in "LN":
            found[char] = letters[0].lower()
    return found


def trad_pairs(dictionaries: Path) -> dict[str, str]:
    """OpenCC: traditional, Taiwan and Hong Kong variants to simplified, first candidate, single characters."""
    simplified = single(dictionaries / "TSCharacters.txt")
    found = dict(simplified)
    for name in ("TWVariantsRev.txt", "HKVariantsRev.txt"):
        for variant, standard in single(dictionaries / name).items():
            flat = simplified.get(standard, standard)
            if variant not in found and variant not in simplified.values() and flat != variant:
                found[variant] = flat
    for char, flat in found.items():
        while flat in found and found[flat] != flat:
            flat = found[flat]
        found[char] = flat
    return {a: b for a, b in found.items() if a != b and ord(a) <= LAST}


def single(path: Path) -> dict[str, str]:
    """The one-to-one lines of an OpenCC dictionary file."""
    found: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        key, _, values = line.partition("\t")
        first = values.split(" ")[0].strip()
        if len(key) == 1 and len(first) == 1:
            found[key] = first
    return found


def lines(pairs: dict[str, str]) -> Iterable[str]:
    """Pairs in code point order, concatenated, `PAIRS_PER_LINE` a line."""
    flat = [a + b for a, b in sorted(pairs.items())]
    for at in range(0, len(flat), PAIRS_PER_LINE):
        yield "".join(flat[at : at + PAIRS_PER_LINE])


def main() -> int:
    """Write the table and print how many pairs each section got."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, required=True, help="where the packages are installed")
    packages: Path = parser.parse_args().packages
    sections = {
        "blank": dict.fromkeys(BLANKS, WIDE_BLANK),
        "width": {char: flat for char, flat in width_pairs().items() if char not in BLANKS},
        "case": case_pairs(),
        "trad": trad_pairs(packages / "opencc" / "dictionary"),
        "digits": digit_pairs(),
        "han_digits": pairs_of(TEXT_HAN_DIGITS),
        "lookalike": lookalike_pairs(),
    }
    known = {char for name in ("width", "case", "digits", "lookalike") for char in sections[name]}
    confusables = packages / "confusable_homoglyphs" / "confusables.json"
    sections["lookalike"] |= confusable_pairs(confusables, known)
    header = (
        "# One code point to one code point, by section; pairs concatenated. Built by scripts/build_fold_table.py.\n"
        f"# width, case, digits, lookalike (marks): Unicode {unicodedata.unidata_version} character data,\n"
        "#   licence Unicode-3.0.\n"
        "# trad: OpenCC character dictionaries TSCharacters, TWVariantsRev, HKVariantsRev,\n"
        "#   (c) BYVoid and contributors, Apache-2.0, through the PyPI package\n"
        "#   opencc-python-reimplemented 0.1.7 (Apache-2.0).\n"
        "# lookalike (further scripts): Unicode confusables through the PyPI package confusable-homoglyphs 3.3.1,\n"
        "#   licence Unicode-3.0.\n"
        "# blank, lookalike (scripts, Han, marks), han_digits: kept by hand in the script, Apache-2.0.\n"
    )
    body = "".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines(pairs)) for name, pairs in sections.items())
    TARGET.write_text(header + body, "utf-8")
    for name, pairs in sections.items():
        print(f"{name}: {len(pairs)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
