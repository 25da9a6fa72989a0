"""Texts of a million characters made to be slow: for whatever runs over runs, gaps, digits, letters, cues."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

from tests.evasion.corpora import retail_words

SIZE: Final = 1_000_000


def _of(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


def _any_of(*edges: int) -> str:
    """Five thousand characters of these ranges, each as likely, always the same."""
    chance = random.Random(len(edges))
    ranges = [range(first, last) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    return "".join(chr(chance.choice(chance.choice(ranges))) for _ in range(5_000))


def _behind_a_list(piece: str) -> str:
    """A list of details, after which a text is read coarsely, and then this again and again."""
    return "13800138000 " * 3_000 + piece * ((SIZE - 36_000) // len(piece) + 1)


def _rows(pieces: Sequence[str], between: str = "") -> str:
    """Two thousand of these, each as likely, always the same."""
    chance = random.Random(len(pieces))
    return "".join(chance.choice(pieces) + between for _ in range(2_000))


_WORDS: Final = retail_words()
_NEAR: Final = "微信 薇信 威信 徽信 卫星 V信 vx weixin wei信 微❤ 加微 佳微 回扣 回寇 返点 饭店 飞单 私下 丝下 转账"
_SYLLABLES: Final = "jia wo wei xin hui kou fan dian si xia zhuan zhang shou kuan guan ang ei xian er"
_DIGIT_SYLLABLES: Final = "ling yi er san si wu liu qi ba jiu yao dong "
_PIECES: Final = (
    *(
        "加我微信",
        "13800138000 ",
        "jiawoweixin",
        "王先生",
        "a@b.cn ",
        "http://a.cn/",
        "①③⑧",
        "力口",
        "wei1xin4",
        "幺三八",
    ),
    *("北京市海淀区中关村大街1号", "110101199003078419", "QQ123456", "京A12345", "😀", "\u200b", " ", "\n"),
)
_DIGITS_OF_ALL: Final = "1２٣४۵６７８９０①②③④⑤一二三四五六七八九零壹贰叁"

HOSTILE: Final[Mapping[str, str]] = {
    name: _of(piece)
    for name, piece in {
        "one character": "加",
        "a word": "回扣",
        "a word's first half": "加我微",
        "spaced word": "回 扣 ",
        "symbols only": "*",
        "spaces only": " ",
        "line ends": "\n",
        "zero-width only": "\u200b",
        "zero-width between": "加\u200b" * 3 + "我\u200b微\u200b",
        "combining marks": "加\u0336\u0301\u20dd",
        "emoji": "👨\u200d👩\u200d👧",
        "hearts in words": "加❤我❤微❤",
        "digits": "1",
        "spaced digits": "1 ",
        "mobile numbers": "13800138000",
        "mobile numbers, commas": "13800138000,",
        "broken mobile numbers": "1380013800 ",
        "spoken digits": "幺三八零零",
        "one spoken digit": "一",
        "circled digits": "①③⑧",
        "brackets": "((((1",
        "letters": "a",
        "letters and digits": "a1",
        "at signs": "@",
        "mail addresses": "a@b.cn ",
        "broken mail addresses": "a.b@c.",
        "links": "http://a.cn/",
        "broken links": "http://a.b.c.",
        "pinyin": "jiawoweixin",
        "pinyin syllables": "hui ",
        "one vowel": "ang",
        "homophones": "佳偎新",
        "parts": "力口",
        "parts only": "口",
        "repeats of two": "微微信信",
        "cues": "微信号",
        "cues and digits": "微信号1",
        "id cards": "110101199003078419",
        "bank cards": "6222021234567890128",
        "addresses": "北京市海淀区中关村大街1号",
        "address ends": "路号室栋",
        "surnames": "王李张",
        "names": "王女士",
        "plates": "京A12345",
        "codes": "91310000552936878J",
        "above the planes": "\U000e0041",
        "lone surrogates": "\ud800",
        "percent escapes": "%31",
        "numbers told in parts": "138后面0013",
        "joined digits": "138杠0013杠8000",
        "digits and stickers": "138[微笑]",
        "words before places": "地址",
        "roads without a number": "路一",
        "titles": "王伟先生",
        "traces of accounts": "微",
        "letters after a cue": "加我a",
        "digits of two scripts": "一1二2",
        "hidden mail addresses": "a\u200b@q\u200bq.com",
        "keycap digits": "1\ufe0f\u20e3",
        "struck digits": "1\u0336",
        "signs of two digits": "⑩",
        "strokes between digits": "1丨3",
        "digits said twice": "138双",
        "accounts": "微信abc12345 ",
        "accounts too short": "微信abc12 ",
        "account in signs": "v a b c 1 2 3 ",
        "QQ numbers": "QQ123456 ",
        "sound digits": "腰三八林",
        "numbers abroad": "+852 9123 4567 ",
        "landlines": "0571-88888888 ",
        "times": "0930-1130 ",
        "prices": "158 168 188 99 ",
        "orders": "订单号202611220013456789 ",
        "addresses of machines": "192.168.1.1 ",
        "id cards, wrong check": "110101199003078410 ",
        "bank cards, wrong check": "6222021234567890120 ",
        "cards of Hong Kong": "A123456(3) ",
        "cards of Macao": "澳门1234567(8) ",
        "passports": "护照E12345678 ",
        "codes, wrong check": "91310000552936878I ",
        "one at sign after another": "a@a@a@",
        "dots": "a.",
        "links to persons": "https://wa.me/8613800138000 ",
        "announced names": "收货人：王小明，",
        "surnames and titles": "王先生",
        "parts told": "后四位8000，前三位138，中间0013，",
        "escapes": "&#49;",
        "stars": "138****8000 ",
        "English": "thank you for the order we will ship it tomorrow ",
        "pinyin with tones": "jia1wo3wei1xin4",
        "letters apart": "w e i x i n ",
        "parts of a word": "力口我彳山夂",
        "reversed": "信微我加",
        "any Han": _any_of(0x4E00, 0x9FA5),
        "any character": _any_of(0x20, 0x7F, 0x4E00, 0x9FA5, 0x1F300, 0x1F650),
        "any letter": _any_of(0x61, 0x7B),
        "any letter and digit": _any_of(0x61, 0x7B, 0x30, 0x3A),
        "any digit": _any_of(0x30, 0x3A, 0x20, 0x21),
        "any printable": _any_of(0x20, 0x7F),
        "any digit and sign": _any_of(0x28, 0x3A),
        "words": _rows(_WORDS),
        "words apart": _rows(_WORDS, " "),
        "words backwards": _rows(_WORDS)[::-1],
        "words doubled": "".join(char * 2 for char in _rows(_WORDS)),
        "halves of words": _rows([word[: (len(word) + 1) // 2] for word in _WORDS]),
        "near words": _rows(_NEAR.split()),
        "near words, commas": _rows(_NEAR.split(), "，"),
        "any syllables": _rows(_SYLLABLES.split()),
        "any syllables, apart": _rows(_SYLLABLES.split(), " "),
        "any syllables with tones": _rows([f"{one}{tone}" for one in _SYLLABLES.split() for tone in "1234"]),
        "syllables in lines": "jiawo\nweixin\n",
        "syllables with marks": "jiā wǒ wēi xìn ",
        "marks of their own": "jia\u0304wo\u030cwe\u0304ixi\u0300n",
        "any parts": _rows(list("力口彳山一几攵亻言十扌氵讠木女马钅日月土")),
        "parts and letters": _rows(list("力口彳山一几攵亻言wxinjaoe")),
        "letters of mathematics": "𝔴𝔢𝔦𝔵𝔦𝔫𝟙𝟛𝟠",
        "digits of every script": _rows(list(_DIGITS_OF_ALL)),
        "digits of every script, apart": _rows(list(_DIGITS_OF_ALL), "-"),
        "pluses": "+8613+",
        "calling codes": _rows([f"+{code} " for code in range(1, 999)]),
        "plates of every province": _rows([f"{sign}A1234" for sign in "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋"]),
        "flags": "🇨🇳🇦🇧🇺🇸a",
        "signs of digits in escapes": _rows(["%31", "%3", "%ef%bc%91", "&#49;", "&#x3", "\\u003", "1"]),
        "full-width letters and digits": _any_of(0xFF41, 0xFF5B, 0xFF10, 0xFF1A),
        "syllables of digits and digits": _rows([*_DIGIT_SYLLABLES.split(), *"0123456789"]),
        "syllables of digits, cut": _DIGIT_SYLLABLES.replace(" ", "，") * 200 + "yix ",
        "any syllables, commas": _rows(_SYLLABLES.split(), "，"),
        "characters and syllables": _rows(
            [f"{char}{one}" for char in "加我微信回扣返点" for one in _SYLLABLES.split()]
        ),
        "characters and tones": _rows([*(f"{one}1" for one in _SYLLABLES.split()), *"加我微信回扣返点"]),
        "signs of no width in talk": "一次\u200b购物三\u200b天到货b\u200boss说好c\u200bom",
        "machine readable": '{"id":550e8400-e29b-41d4-a716,"name":"王小明","phone":"13800138000"},',
        "log lines": "2026-11-22 10:11:12.123 INFO order 202611220013 done\n",
        "everything": _rows(_PIECES),
        "roads behind a list": _behind_a_list("路街道巷"),
        "surnames behind a list": _behind_a_list("王李张"),
        "halves of plates behind a list": _behind_a_list("京a1234京"),
        "any printable behind a list": _behind_a_list(_any_of(0x20, 0x7F)),
        "roads and numerals without a door": "路街道巷弄一二三四五六七八九的号",
        "few digits apart, and an at sign": "1 2 3 4 5的" * 900 + "@",
        "sounds between digits": "1腰2三3八4林5的",
        "letters and digits of no paper": "a1234567b",
        "hosts of nobody": "http://qq.com/ t.m/ ",
        "Roman numerals": "ⅠⅡⅢⅣⅤ",
        "circled letters": "ⓦⓔⓘⓧⓘⓝ①",
        "words far apart in syllables": "jia1wo3wei1xin4" * 60 + "私下回扣加我微信",
    }.items()
}
