"""Addresses: after a word that announces one, or a region, a road and a number in a row."""

import re
from functools import lru_cache
from importlib import resources

from ..model import ContactKind
from .parts import Budget, Found
from .wording import any_of, words

CUES = words(
    "地址 住址 住所 户籍 籍贯 寄到 寄去 寄往 寄回 邮到 邮寄到 发到 发往 发货到 送到 送去 快递到 住在 家在 "
    "我家 我家住 我家住在 家住 家住在 收货地址 收件地址 送货地址 搬到 我住 们住 位于 配送到 收货地 送货到 address addr"
)
_CUE = re.compile(
    rf"{any_of(CUES)}(?:就?是|为|在|改成|改为|换成|改到)?[^\w\n]{{0,3}}(?:我?家?的?[^\w\n]?(?:在|是))?[^\w\n]{{0,2}}"
)
_SURE = re.compile("地址|住址|住所|户籍|收货地|address|addr")
_NUMBER = r"[0-9a-z零〇一二三四五六七八九十百\-#]{1,7}"
_UNIT_SIGN = "号楼|号院|号|栋|幢|座|楼|层|室|单元|弄|房|组|铺|档|厅"
_ROAD_SIGN = "大道|街道|路|街|道|巷|胡同|里弄|村|镇|乡|屯|庄|公路|环线"
_PLACE_SIGN = (
    "小区|花园|家园|公寓|大厦|广场|中心|苑|园|城|府|湾|庭|院|里|坊|厦|"
    "学校|大学|中学|小学|医院|宿舍|驿站|工业区|产业园|科技园|商场|店|厂|公司|社区|新村|期|柜"
)
_REGION_SIGN = "特别行政区|自治区|自治州|自治县|开发区|新区|省|市|区|县|旗|盟|州"
_NOT_INNER = "我你他她您了吗呢吧请谢麻给的买么对不很以但可从还就也都被让把进去来这那个有说为因之所而在是与及"
_INNER = rf"(?:(?!电话|手机|联系|收件|姓名|微信|谢谢|麻烦)[^\W_{_NOT_INNER}]|(?<=[^\W_])对(?=面)|(?<=[成华首国丽新])都)"
_STEP = re.compile(
    rf"[ \-]?(?:(?P<unit>{_INNER}{{0,6}}? ?{_NUMBER} ?(?:{_UNIT_SIGN}))|"
    rf"(?P<region>{_INNER}{{1,10}}?(?:{_REGION_SIGN}))|"
    rf"(?P<road>{_INNER}{{1,8}}?(?:{_ROAD_SIGN}))|(?P<place>{_INNER}{{1,10}}?(?:{_PLACE_SIGN})))"
)
_TAIL = re.compile(
    r"[ ]?(?:[0-9a-z]{1,5}(?:[-#][0-9a-z]{1,5}){0,4}(?![0-9a-z])(?:室|号|房)?)"
    r"|(?:门口|旁边|[东西南北中][边]?户|对面|楼下|东门|西门|南门|北门|[ab]区)"
)
ROAD_ENDS = "路街道巷弄同村镇乡区园苑厦场庄里城府湾寓院心"
UNIT_NUMBERS = "0123456789abcdefghijklmnopqrstuvwxyz零〇一二三四五六七八九十百#-"
UNITS = "号栋幢座楼层室单弄房组铺档厅"
ROADS = "路街道巷胡里村镇乡屯庄环"
UNIT_OR_ROAD = rf"(?:[{UNIT_NUMBERS}] ?[{UNITS}]|[{ROADS}])"
"""In every address that a word announces: a number with its unit, or a road."""
_DOORS = "号栋幢座单弄室"
NUMBER_TAIL = (
    rf"(?=[^\n{_DOORS}]{{0,20}}+[{_DOORS}])(?:{_INNER}{{0,10}}?) ?{_NUMBER} ?(?:号楼|号院|号|栋|幢|座|单元|弄|室)"
)
_ROAD_AND_NUMBER = re.compile(f"[{ROAD_ENDS}]{NUMBER_TAIL}")
_ROAD_NAME = re.compile(rf"{_INNER}*$")
_NOT_A_ROAD = frozenset(words("知道 味道 频道 渠道 管道 报道 这里 那里 哪里 家里 心里 店里 里里"))
_FIGURE = re.compile("[0-9零〇一二三四五六七八九十百]")
_HAN = r"[^\W\d_a-z]"
_HAN_BEFORE = re.compile(rf"(?:{_HAN}|[0-9]|(?<={_HAN})[ ,](?={_HAN}))*$")
_REACH = 40
_LONGEST_REGION = 12
_MAX_STEPS = 14
_SHORTEST = 5


@lru_cache(maxsize=1)
def region_names() -> frozenset[str]:
    """Provinces, cities and counties, and short names of the first two."""
    lines = resources.files(__package__).joinpath("regions.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


@lru_cache(maxsize=1)
def _region_starts() -> frozenset[str]:
    return frozenset(name[:2] for name in region_names())


def region_at(flat: str, start: int) -> int:
    """End of the longest region name that begins at `start`, `start` without one."""
    if flat[start : start + 2] not in _region_starts():
        return start
    names = region_names()
    for length in range(_LONGEST_REGION, 1, -1):
        if flat[start : start + length] in names:
            return start + length
    return start


def addresses_in(flat: str, budget: Budget) -> list[Found]:
    """Addresses in folded text: behind one of `CUES`, or a road and a number."""
    found: list[Found] = []
    edge = 0
    for cue in _CUE.finditer(flat):
        budget.left -= 2
        if cue.end() < edge:
            continue
        end = _end(flat, cue.end(), least=2 if _SURE.search(cue.group()) else 3)
        if end:
            found.append((cue.end(), end, ContactKind.ADDRESS))
            edge = end
    announced = iter(tuple(found))
    taken = next(announced, None)
    edge = 0
    for match in _ROAD_AND_NUMBER.finditer(flat):
        budget.left -= 2
        while taken and taken[1] <= match.start():
            edge = max(edge, taken[1])
            taken = next(announced, None)
        if match.start() < edge or (taken and taken[0] <= match.start()):
            continue
        span = _around(flat, match.start(), edge)
        if span:
            found.append((*span, ContactKind.ADDRESS))
            edge = span[1]
    return found


def _around(flat: str, at: int, edge: int) -> tuple[int, int] | None:
    """The address without a cue whose road or place ends at `at`."""
    low = max(edge, at - _REACH)
    chain = _HAN_BEFORE.search(flat[low : at + 1])
    first = low + chain.start() if chain else at
    start = next((place for place in range(first, at) if region_at(flat, place) > place), None)
    if start is not None:
        end = _end(flat, start, least=3)
        return (start, end) if end > at else None
    if flat[at - 1 : at + 1] in _NOT_A_ROAD:
        return None
    low = max(first, at - 5)
    road = _ROAD_NAME.search(flat[low : at + 1])
    start = low + road.start() if road else low
    end = _end(flat, start, least=4)
    return (start, end) if end > at else None


def _end(flat: str, start: int, least: int) -> int:
    """Where the address that begins at `start` ends, 0 when there is none with `least` points for its parts."""
    at = start
    points = 0
    has_unit = has_number = has_road = False
    parts = 0
    region_end = region_at(flat, at)
    has_region = region_end > at
    while region_end > at:
        points += 1 if parts else 2
        parts += 1
        at = region_end
        skipped = at + (flat[at : at + 1] in (" ", "-", ",") and flat[at + 1 : at + 2].isalpha())
        region_end = region_at(flat, skipped)
        if region_end == skipped:
            region_end = at
    for _ in range(_MAX_STEPS):
        step = _STEP.match(flat, at)
        if step is None:
            break
        points += 2 if step["unit"] or step["road"] else 1
        parts += 1
        has_unit = has_unit or step["unit"] is not None
        has_number = has_number or (step["unit"] is not None and _FIGURE.search(step["unit"]) is not None)
        has_road = has_road or step["road"] is not None
        at = step.end()
    tail = _TAIL.match(flat, at) if parts else None
    while tail:
        points += 1
        has_number = has_number or (has_unit and tail.group().strip(" ")[:1].isdigit())
        at = tail.end()
        tail = _TAIL.match(flat, at)
    is_exact = has_number or (has_region and has_road and parts > 2)
    return at if is_exact and points >= least and at - start >= _SHORTEST - 1 else 0
