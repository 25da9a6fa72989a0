"""Words that exports of call lists and messages use for their columns and directions, in Chinese and English.

Source: exports of phone managers, operators' bills and call-list apps as shown in public; none is a standard. A word
that is not here is not guessed.
"""

import re
from enum import StrEnum
from typing import Final


class Column(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    NAME = "name"
    MOMENT = "moment"
    """Date and time together."""
    DATE = "date"
    TIME = "time"
    DURATION = "duration"
    DURATION_MIN = "duration_min"
    """In minutes, where a plain number stands."""
    DIRECTION = "direction"
    BODY = "body"
    SIM = "sim"


_HEADERS: Final = {
    Column.NUMBER: (
        "号码 电话 电话号码 手机 手机号 手机号码 对方号码 对方电话 对方手机号 对方手机号码 联系号码 联系电话 "
        "通话号码 来电号码 客户号码 客户电话 发件人号码 收件人号码 短信号码 號碼 電話 電話號碼 手機號碼 "
        "對方號碼 number phone phonenumber phoneno tel telephone telephonenumber mobile mobilenumber msisdn "
        "address callernumber contactnumber remotenumber othernumber"
    ),
    Column.NAME: (
        "姓名 名字 名称 联系人 联系人姓名 联系人名称 对方姓名 客户姓名 备注名 聯絡人 聯繫人 name contact "
        "contactname caller callername displayname"
    ),
    Column.MOMENT: (
        "日期时间 通话时间 通话开始时间 开始时间 起始时间 呼叫时间 拨打时间 来电时间 发生时间 收发时间 "
        "发送时间 接收时间 短信时间 消息时间 时间戳 日期和时间 日期時間 通話時間 開始時間 datetime "
        "dateandtime datetimelocal timestamp starttime startdate startdatetime calltime calldate "
        "calldatetime sentat receivedat senttime receivedtime readabledate occurredat"
    ),
    Column.DATE: "日期 通话日期 呼叫日期 短信日期 发送日期 day date",
    Column.TIME: "时间 時間 时刻 time timeofday",
    Column.DURATION: (
        "时长 通话时长 呼叫时长 持续时间 持续时长 通话秒数 时长秒 通话时长秒 秒数 時長 通話時長 duration "
        "callduration durations durationsec durationsecs durationsecond durationseconds durationinseconds "
        "length talktime seconds"
    ),
    Column.DURATION_MIN: (
        "时长分 时长分钟 通话时长分 通话时长分钟 durationmin durationmins durationminutes durationinminutes minutes"
    ),
    Column.DIRECTION: (
        "类型 通话类型 呼叫类型 短信类型 消息类型 方向 通话方向 收发 收发类型 呼叫方向 状态 通话状态 類型 "
        "方向 type calltype direction messagetype smstype kind status folder"
    ),
    Column.BODY: (
        "内容 短信内容 信息内容 消息内容 正文 短信正文 消息 短信 信息 文本 內容 簡訊內容 message body text "
        "content sms smstext messagebody messagetext messagecontent"
    ),
    Column.SIM: "卡槽 卡 sim simcard simslot 本机卡",
}
COLUMN_OF: Final = {word: column for column, words in _HEADERS.items() for word in words.split()}
_NOT_WORD: Final = re.compile(r"[\W_]+")

IN, OUT, MISSED, VOICEMAIL, REJECTED, BLOCKED, ELSEWHERE = range(1, 8)
"""AOSP CallLog.Calls; 1 and 2 mean the same for messages."""
_HAN: Final = (
    (
        OUT,
        ("呼出", "主叫", "拨出", "拨打", "已拨", "去电", "发送", "发出", "已发", "发件", "打出", "撥出", "去電"),
    ),
    (BLOCKED, ("拦截", "黑名单", "屏蔽", "攔截")),
    (REJECTED, ("拒接", "拒绝", "拒絕", "挂断", "已拒")),
    (MISSED, ("未接", "漏接", "未應答", "未应答")),
    (VOICEMAIL, ("语音信箱", "语音邮件", "留言", "語音信箱")),
    (IN, ("呼入", "来电", "被叫", "已接", "接听", "接收", "收到", "收件", "打入", "來電", "接聽")),
)  # fmt: skip
"""The first that is found: 来电 stands in 未接来电 too, and an unanswered call of one's own stays one's own."""
_EXACT: Final = {"收": IN, "入": IN, "发": OUT, "發": OUT, "出": OUT}
_LATIN: Final = (
    (BLOCKED, {"blocked", "spam"}),
    (REJECTED, {"rejected", "declined", "refused", "reject"}),
    (VOICEMAIL, {"voicemail"}),
    (ELSEWHERE, {"externally", "elsewhere"}),
    (OUT, {"outgoing", "out", "outbound", "dialed", "dialled", "sent", "outbox", "send", "mo"}),
    (MISSED, {"missed", "unanswered"}),
    (IN, {"incoming", "in", "inbound", "received", "inbox", "receive", "answered", "mt"}),
)
_MOST_CHARACTERS: Final = 100


def column_of(header: str) -> Column | None:
    """What a header names; None for one that is not known. Spaces, signs and case do not matter."""
    return COLUMN_OF.get(_NOT_WORD.sub("", header[:_MOST_CHARACTERS]).lower())


def direction_of(word: str) -> int | None:
    """The call type of a cell, 1 to 7; None when it says nothing known."""
    said = word.strip()[:_MOST_CHARACTERS].lower()
    if said.isascii() and said.isdecimal():
        return int(said) if IN <= int(said) <= ELSEWHERE else None
    if said in _EXACT:
        return _EXACT[said]
    for kind, parts in _HAN:
        if any(part in said for part in parts):
            return kind
    tokens = set(re.split(r"[^a-z]+", said))
    return next((kind for kind, words in _LATIN if tokens & words), None)
