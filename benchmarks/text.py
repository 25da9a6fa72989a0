"""Judging and masking one message, against plain `in` over the same lexicon in the same run."""

import random
import time

from policies.contacts import find_contacts
from policies.engine import Engine
from policies.masking import mask_text
from policies.model import Subject, SubjectKind
from policies.packs import load_ruleset

MESSAGES = 20_000
LEXICON = 10_000
PIECES = (
    "您好，您看中的那条项链到货了",
    "明天下午三点可以过来试戴",
    "可以用微信支付吗",
    "这款戒指18K金，重3.25克",
    "证书编号已经发您",
    "加我薇❤️ 详聊",
    "订单号202611220013456789",
    "谢谢亲，喜欢的话给个好评",
    "门店电话021-00000000",
    "私下给你返点",
    "婴儿连体衣有80码和90码",
    "这件大衣打八折",
    "运单号SF1234567890123",
    "生日快乐，凭短信领取礼品",
    "在吗",
    "好的好的",
    "OK 收到",
)


async def run() -> dict[str, float | int | str]:
    """Messages of about 60 characters made of everyday retail talk, some of it forbidden."""
    chance = random.Random(7)
    messages = ["，".join(chance.choices(PIECES, k=5))[:60] for _ in range(MESSAGES)]
    words = ["".join(chance.choices([chr(code) for code in range(0x4E00, 0x9FA5)], k=3)) for _ in range(LEXICON)]
    engine = Engine(load_ruleset(["retail-zh"]))

    naive_us = _each_us(messages[:200], lambda text: [word for word in words if word in text])
    evaluate_us = _each_us(
        messages, lambda text: engine.evaluate(Subject(kind=SubjectKind.MESSAGE, channel="sms", text=text))
    )
    contacts_us = _each_us(messages, find_contacts)
    mask_us = _each_us(messages, mask_text)
    return {
        "messages": MESSAGES,
        "engine": engine.version,
        "evaluate_us": evaluate_us,
        "contacts_us": contacts_us,
        "mask_us": mask_us,
        "naive_in_loop_10k_words_us": naive_us,
        "ratio_naive_to_evaluate": naive_us / evaluate_us,
    }


def _each_us(messages: list[str], work: object) -> float:
    assert callable(work)
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        for message in messages:
            work(message)
        best = min(best, (time.perf_counter() - started) / len(messages) * 1e6)
    return best
