"""An invented jewellery shop: four phones, alerts, records and commands, in English and Chinese."""

from datetime import UTC, datetime, timedelta, timezone

from daemon.api.wire import (
    Alert,
    AlertStatus,
    CapabilityLine,
    Command,
    CommandState,
    Device,
    DeviceAvailability,
    Direction,
    Event,
    EventKind,
    Evidence,
    Health,
    Hello,
    Role,
    Severity,
    Verb,
)

NOW = datetime(2025, 11, 22, 6, 30, tzinfo=UTC)
ZONE = timezone(timedelta(hours=8))
LIN, ZHOU, HE, STRANGER = "SIM0001LIN", "SIM0002ZHOU", "SIM0003HE", "SIM0009NEW"


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def hello(role: Role = Role.OWNER, language: str = "en", ledger_size: int = 500) -> Hello:
    store = {"en": "Jinyu Jewellery, Nanjing Rd", "zh": "金玉缘珠宝 南京路店"}[language]
    return Hello(
        api_version=1,
        daemon_version="0.1.0",
        store=store,
        role=role,
        ledger_size=ledger_size,
        server_time=NOW,
        language=language,
    )


def device(serial: str, **changes: object) -> Device:
    base: dict[str, object] = {
        "serial": serial, "employee": None, "state": "device", "availability": DeviceAvailability.ONLINE,
        "last_seen_at": ago(seconds=2), "battery_pct": 80, "profile": "Redmi Note 12 · Android 13", "capabilities": (),
        "pending_commands": 0, "transports": (serial,), "is_locked": False, "is_screen_on": True, "is_charging": False,
        "clock_offset_ms": 40, "backfill_done": True, "events": 1200, "open_alerts": 0, "last_error": None,
        "notice_posted": True,
    }  # fmt: skip
    return Device(**{**base, **changes})  # type: ignore[arg-type]


def devices(language: str = "en") -> tuple[Device, ...]:
    names = {"en": ("Lin Xiaoyu", "Zhou Min", "He Jia"), "zh": ("林晓雨", "周敏", "何佳")}[language]
    tap = {
        "en": "Developer options → USB debugging (Security settings) on",
        "zh": "开发者选项 → 打开“USB 调试（安全设置）”",
    }[language]
    caps = tuple(
        CapabilityLine(name=name, availability=yes, evidence="rows_readable", advice=advice)
        for name, yes, advice in (
            ("sms", "yes", None), ("call_log", "no", tap), ("contacts", "yes", None), ("lock", "yes", None),
        )
    )  # fmt: skip
    return (
        device(LIN, employee=names[0], capabilities=caps, open_alerts=3, battery_pct=64,
               transports=("192.168.1.21:5555",)),
        device(ZHOU, employee=names[1], profile="vivo Y77 · Android 12", battery_pct=17, open_alerts=1, is_locked=True),
        device(HE, employee=names[2], profile="HUAWEI nova 9 · Android 12", state="offline",
               availability=DeviceAvailability.OFFLINE, last_seen_at=ago(hours=2, minutes=5), battery_pct=41),
        device(STRANGER, profile="OPPO A97 · Android 12", state="unauthorized",
               availability=DeviceAvailability.MISSING, battery_pct=None, last_seen_at=None, events=0,
               is_locked=None, notice_posted=None, backfill_done=False),
    )  # fmt: skip


def alert(number: int, **changes: object) -> Alert:
    base: dict[str, object] = {
        "alert_id": f"al_{number:04d}", "event_id": f"ev_{number:04d}", "device": LIN, "rule_id": "retail-zh.kickback",
        "title": "Kickback", "category": "money", "severity": Severity.HIGH, "status": AlertStatus.OPEN,
        "raised_at": ago(minutes=number), "evidence": (evidence("回扣按老规矩给你", 0, 2, "回扣"),), "source": "sms",
        "source_key": str(number), "employee": "Lin Xiaoyu", "occurred_at": ago(minutes=number, seconds=2),
    }  # fmt: skip
    return Alert(**{**base, **changes})  # type: ignore[arg-type]


def evidence(surface: str, start: int, end: int, word: str, how: str = "exact") -> Evidence:
    return Evidence(surface=surface, start=start, end=end, word=word, how=how, ruleset="retail-zh@1+ab12cd34")


def alerts(language: str = "en") -> tuple[Alert, ...]:
    titles = {
        "en": (
            "Kickback offered",
            "Invitation to private WeChat",
            "Customer no longer on the phone",
            "Mobile number sent",
        ),
        "zh": ("疑似回扣", "私下加微信", "客户已不在手机上", "发送手机号"),
    }[language]
    lin, zhou, he = (one.employee for one in devices(language)[:3])
    return (
        alert(1, severity=Severity.CRITICAL, title=titles[0], employee=lin,
              evidence=(evidence("这单走我个人收款，回扣按老规矩给你", 9, 11, "回扣"),)),
        alert(4, severity=Severity.HIGH, title=titles[1], employee=lin, rule_id="retail-zh.private-wechat",
              category="contact", evidence=(evidence("姐，加我薇❤信 w***8，款式图发您", 3, 7, "加微信", "folded"),)),
        alert(12, severity=Severity.MEDIUM, title=titles[2], employee=zhou, device=ZHOU, evidence=(),
              source="contacts", rule_id="retail-zh.customer-absent", category="absence"),
        alert(40, severity=Severity.LOW, title=titles[3], employee=he, device=HE, status=AlertStatus.ACKNOWLEDGED,
              handled_by="owner", handled_at=ago(minutes=20), category="contact",
              evidence=(evidence("打我电话 138****0017 吧", 5, 16, "mobile"),)),
    )  # fmt: skip


def event(index: int, **changes: object) -> Event:
    base: dict[str, object] = {
        "event_id": f"ev_{index:04d}", "ledger_index": index, "device": LIN, "kind": EventKind.MESSAGE, "source": "sms",
        "source_key": str(index), "occurred_at": ago(minutes=500 - index), "received_at": ago(minutes=500 - index),
        "direction": Direction.OUT if index % 3 else Direction.IN, "peer": "138****0017",
        "conversation": f"cv_{index % 4}", "body": f"您好，您看中的和田玉手镯到货了 #{index}", "attachments": (),
        "absent_since": None,
    }  # fmt: skip
    return Event(**{**base, **changes})  # type: ignore[arg-type]


def events(count: int = 500) -> tuple[Event, ...]:
    """Oldest first, ledger indexes 0 to count - 1."""
    bodies = (
        "您好，您看中的和田玉手镯到货了，今天可以来店里试戴",
        "好的，下午三点到，麻烦帮我留一下",
        "收到，给您留在二楼柜台，顺便免费清洗旧戒指",
        "姐，加我薇❤信 w***8，款式图发您",
        "这单走我个人收款，回扣按老规矩给你",
        "您的会员积分 1,280 分，可抵 128 元",
    )
    made = []
    for index in range(count):
        peer = f"13{index % 9}****00{index % 90 + 10}"
        who = (LIN, ZHOU, HE)[index % 3]
        match index % 7:
            case 5:
                made.append(
                    event(index, device=who, kind=EventKind.CALL, source="call_log", peer=peer, body="呼出 2:41")
                )
            case 6:
                made.append(
                    event(index, device=who, kind=EventKind.CONTACT, source="contacts", direction=Direction.NONE,
                          peer="王*士", body="王*士 138****0017")
                )  # fmt: skip
            case step:
                made.append(event(index, device=who, peer=peer, body=bodies[(index + step) % len(bodies)]))
    if count > 2:
        made[-2] = event(count - 2, device=ZHOU, kind=EventKind.ABSENCE, source="contacts", direction=Direction.NONE,
                         peer="李*姐", body="李*姐 139****0042", absent_since=ago(minutes=12))  # fmt: skip
    return tuple(made)


def command(number: int, **changes: object) -> Command:
    base: dict[str, object] = {
        "command_id": f"cm_{number:04d}", "device": LIN, "verb": Verb.LOCK, "state": CommandState.QUEUED,
        "reason": "phone left in the shop", "requested_by": "owner", "requested_at": ago(minutes=number),
        "expires_at": ago(hours=-24), "updated_at": ago(minutes=number), "tries": 0, "result": None,
        "result_text": None,
    }  # fmt: skip
    return Command(**{**base, **changes})  # type: ignore[arg-type]


def health(open_high: int = 1) -> Health:
    return Health(
        checks=(),
        is_collecting=True,
        disk_free_bytes=10**10,
        queue_depth=0,
        events=500,
        open_alerts_by_severity={Severity.HIGH.value: open_high},
    )


def many_devices(language: str = "en") -> tuple[Device, ...]:
    """Nine phones, for pictures."""
    names = {
        "en": ("Sun Yue", "Wu Tong", "Xu Lan", "Ma Li", "Gao Qing"),
        "zh": ("孙悦", "吴桐", "徐岚", "马丽", "高晴"),
    }[language]
    profiles = ("Redmi Note 13 · Android 14", "vivo S18 · Android 14", "HONOR 90 · Android 13",
                "OPPO Reno 10 · Android 13", "Redmi 12C · Android 12")  # fmt: skip
    charge = (92, 55, 38, 71, 12)
    more = tuple(
        device(
            f"SIM001{number}X", employee=name, profile=profiles[number], battery_pct=charge[number],
            transports=(f"192.168.1.{30 + number}:5555",), is_charging=number == 4, open_alerts=number % 2,
            availability=DeviceAvailability.IDLE if number == 3 else DeviceAvailability.ONLINE, is_locked=number == 2,
        )
        for number, name in enumerate(names)
    )  # fmt: skip
    return (*devices(language), *more)


def many_alerts(language: str = "en") -> tuple[Alert, ...]:
    """Nine alerts, for pictures."""
    titles = {
        "en": (
            "Selling past the till",
            "Payment to a private account",
            "QQ number sent",
            "Stock list asked for",
            "Unkind words to a customer",
        ),
        "zh": ("私下交易", "要求转入私人账户", "发送QQ号", "索要货品清单", "对客户用语不当"),
    }[language]
    surfaces = (
        ("不走店里，我私下便宜给你", 6, 8, "私下"), ("尾款转我支付宝就行", 4, 7, "支付宝"),
        ("加我qq 1***8 聊", 2, 4, "qq"),
        ("把货品清单发我一份", 1, 5, "货品清单"), ("爱买不买，随便你", 0, 4, "爱买不买"),
    )  # fmt: skip
    people = many_devices(language)
    more = tuple(
        alert(
            number * 13 + 20, title=title, severity=(Severity.HIGH, Severity.CRITICAL, Severity.MEDIUM, Severity.LOW,
            Severity.INFO)[number], employee=people[number + 4].employee, device=people[number + 4].serial,
            evidence=(evidence(*surfaces[number]),),
            status=(AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED, AlertStatus.OPEN, AlertStatus.RESOLVED,
            AlertStatus.RESOLVED)[number],
        )
        for number, title in enumerate(titles)
    )  # fmt: skip
    return (*alerts(language), *more)
