"""Who the archive knows: one pseudonym for a person on every phone, another in another store, none after the end."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from adb_bridge.records import ContactRow, DeviceSerial, RawRecord, Source, Untrusted
from adb_bridge.rows import ContactDetail, ContactDetailKind, NotificationRow
from daemon.api.rights import RequestKind, RequestStep, SubjectKind
from daemon.api.texts import load_texts
from daemon.api.wire import Role
from daemon.app import CATALOG
from daemon.archive.archive import Archive
from daemon.archive.drafts import EventFilter
from daemon.archive.erasing import Cause
from daemon.archive.people import known_contact
from daemon.archive.requests import RequestDraft, StepDraft
from daemon.archive.subjects import CustomerSubject
from daemon.events import UNCOLLECTED, CollectedEvent
from daemon.normalise import normalise
from daemon.rights.guard import PrivacyGuard
from daemon.rights.people import PeopleBook, shown_pseudonym
from daemon.rights.sight import Form, Shown, Sight
from daemon.views import event_view
from policies.model import ContactKind
from policies.pseudonyms import read_signs
from tests.archive_kit import (
    NOON,
    OTHER_PHONE,
    PHONE,
    archive_in,
    enrolment,
    ingest_of,
    kept,
    open_archive,
    root_key,
    sms,
)

OWN, OTHER, THIRD = "13800000017", "13900000028", "13700000039"
EN, ZH = load_texts("en", CATALOG), load_texts("zh", CATALOG)


def contact(
    key: int,
    name: str | None,
    *numbers: str,
    note: str | None = None,
    emails: tuple[str, ...] = (),
    details: tuple[ContactDetail, ...] = (),
    device: DeviceSerial = PHONE,
) -> CollectedEvent:
    row = ContactRow(
        provider_id=key,
        display_name=None if name is None else Untrusted(name),
        numbers=tuple(map(Untrusted, numbers)),
        emails=tuple(map(Untrusted, emails)),
        note=None if note is None else Untrusted(note),
        updated_ms=None,
        details=details,
    )
    return normalise(RawRecord(source=Source.CONTACTS, source_key=str(key), row=row, collected_at=NOON), device)


def chat(key: str, title: str, text: str) -> CollectedEvent:
    row = NotificationRow(
        key=Untrusted(key), package="com.tencent.mm", user_id=0, when_ms=0, title=Untrusted(title),
        text=Untrusted(text),
    )  # fmt: skip
    return normalise(RawRecord(source=Source.NOTIFICATIONS, source_key=key, row=row, collected_at=NOON), PHONE)


async def keep(archive: Archive, *events: CollectedEvent) -> None:
    for event in events:
        await archive.ingest(ingest_of([event], device=event.device, source=event.source))


async def reader(book: PeopleBook, form: Form = Form.FOLLOWED) -> Sight:
    return Sight(texts=ZH, form=form, people=await book.now())


async def code(book: PeopleBook, value: str, kind: ContactKind = ContactKind.MOBILE) -> str | None:
    found = (await book.now()).told_by(value, kind)
    return None if found is None else shown_pseudonym(found, "zh")


async def test_one_person_has_one_pseudonym_however_they_are_named(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=(PHONE, OTHER_PHONE)) as archive:
        book = PeopleBook(archive)
        assert await code(book, OWN) is None, "nobody is known"
        await keep(archive, sms(1, "您好".encode()))
        alone = await code(book, OWN)
        assert alone is not None
        im = ContactDetail(kind=ContactDetailKind.IM, value=Untrusted("DZC_1978"), label=Untrusted("WeChat"))
        await keep(
            archive,
            contact(1, "段正淳 金镯", "138 0000 0017", OTHER, emails=("duan@example.com",), details=(im,)),
            contact(2, "段总", "+86 139-0000-0028", note="加微信 zc19780101", device=OTHER_PHONE),
        )
        spellings = [
            (OWN, ContactKind.MOBILE), ("幺三八零零零零零零幺七", ContactKind.MOBILE), (OTHER, ContactKind.MOBILE),
            ("段正淳", ContactKind.NAME), ("段正淳 金镯", ContactKind.NAME), ("段总", ContactKind.NAME),
            ("dzc_1978", ContactKind.WECHAT), ("zc19780101", ContactKind.WECHAT),
            ("duan@example.com", ContactKind.EMAIL),
        ]  # fmt: skip
        assert {await code(book, value, kind) for value, kind in spellings} == {alone}, "nor does a contact change it"
        for value, kind in [
            (THIRD, ContactKind.MOBILE), ("段誉", ContactKind.NAME), ("6222021234567890128", ContactKind.BANK_CARD),
            ("abc12345", ContactKind.WECHAT), ("——", ContactKind.MOBILE),
        ]:  # fmt: skip
            assert await code(book, value, kind) is None, value
        people = await book.now()
        signs = read_signs(alone)
        assert signs is not None
        tokens = people.peer_tokens(signs)
        assert set(tokens) == {archive.tokens.of_number(f"+86{number}") for number in (OWN, OTHER)}
        assert people.peer_tokens("000000") == ()
        assert shown_pseudonym(people.of_token(tokens[0]), "en") == f"Customer·{signs}"


async def test_what_is_shown_holds_the_pseudonym_and_keeps_its_offsets(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        book = PeopleBook(archive)
        await keep(archive, contact(1, "段正淳", OWN))
        sight = await reader(book)
        text = f"段正淳的货，电话{OWN}，另一个{OTHER}"
        person = await code(book, OWN)
        shown = sight.shown(text)
        assert shown.text == f"{person}(段**)的货，电话{person}(138****0017)，另一个139****0028"
        assert sight.starred(text) == "段**的货，电话138****0017，另一个139****0028"
        for word in ("的货", "，另一个"):
            at = text.index(word)
            assert shown.text[shown.place(at) : shown.place_after(at + len(word))] == word
        assert shown.text[shown.place(1) : shown.place_after(2)] == f"{person}(段**)", "what lies within is shown whole"
        assert shown.text[shown.place(0) : shown.place_after(len(text))] == shown.text
        assert (await reader(book, Form.PARTIAL)).shown(text).text == sight.starred(text)
        tail = (await reader(book, Form.TAIL)).shown(text).text
        assert tail == "***的货，电话*******0017，另一个*******0028"
        kinds = await reader(book, Form.KIND)
        assert kinds.shown(text).text == "[姓名]的货，电话[手机号]，另一个[手机号]"
        assert kinds.line("致138****0017：13800000017") == "致[手机号]：[手机号]"
        assert sight.shown(text, limit=2).text == "段*", "a cut leaves no half of a detail to read"
        assert sight.shown("客户编号778899", hidden=((4, 10),)).text == "客户编号******"
        assert sight.shown(f"打{OWN}", hidden=((1, 12),)).text == f"打{person}(138****0017)"
        assert sight.starred("丁一: 好", names=((0, 2),)) == "丁*: 好"
        assert Shown("").place(3) == 3 and sight.optional_line(None) is None


@pytest.mark.parametrize(
    ("form", "name", "number", "short"),
    [
        (Form.FOLLOWED, "段**", "138****0017", "10086"),
        (Form.PARTIAL, "段**", "138****0017", "10086"),
        (Form.TAIL, "***", "*******0017", "10086"),
        (Form.KIND, "[姓名]", "[手机号]", "10086"),
    ],
)
def test_names_and_numbers_by_role(form: Form, name: str, number: str, short: str) -> None:
    sight = Sight(texts=ZH, form=form, people=None)
    assert (sight.name("段正淳"), sight.number(OWN), sight.number(short)) == (name, number, short)
    assert len(sight.starred_name("段正淳")) == 3 and len(sight.starred_number(OWN)) == len(OWN)
    assert sight.name("") == "" and sight.person(lambda people: people.of_token(b"x" * 16)) is None


async def test_a_name_of_two_people_is_masked_and_leads_to_neither(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        book = PeopleBook(archive)
        await keep(archive, contact(1, "王小明", OWN), contact(2, "王小明 银戒", OTHER), contact(3, "小雨", THIRD))
        sight = await reader(book)
        assert sight.shown("王小明说今天有小雨").text == "王**说今天有小雨"
        assert await code(book, OWN) != await code(book, OTHER)
        people, token = await book.now(), archive.tokens.of_number(f"+86{THIRD}")
        assert people.names_others("王小明来取", token) and not people.names_others("小雨，您好", token)
        assert not people.names_others("今天有小雨", token)


async def test_contacts_that_share_a_number_are_one_person(tmp_path: Path) -> None:
    async with archive_in(tmp_path, enrolled=(PHONE, OTHER_PHONE)) as archive:
        book, fourth = PeopleBook(archive), "13600000040"
        await keep(
            archive,
            contact(1, "段正淳", OWN, OTHER),
            contact(2, "段总", THIRD, fourth, device=OTHER_PHONE),
        )
        first, second = await code(book, OWN), await code(book, THIRD)
        assert first != second
        await keep(archive, contact(3, "老段", THIRD, OWN), contact(4, "老段二", OWN, THIRD))
        found = {await code(book, number) for number in (OWN, OTHER, THIRD, fourth)}
        assert found == {first}, "as the elder of both was called"
        assert found == {await code(PeopleBook(archive), number) for number in (OWN, OTHER, THIRD, fourth)}


def test_what_was_not_collected_is_nobody() -> None:
    empty = known_contact(5, kept(replace(contact(1, "段正淳", OWN), attributes=UNCOLLECTED, peer=None)))
    assert empty.names == empty.numbers == empty.accounts == ()
    odd = known_contact(5, kept(replace(contact(1, "段正淳", OWN), attributes="{")))
    assert odd.names == ("段正淳",) and odd.numbers == ()


async def test_people_without_a_number_and_services(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        book = PeopleBook(archive)
        many = [f"1370000{number:04d}" for number in range(8)]
        await keep(
            archive, contact(1, "钱多多"), contact(2, "顺风客服中心", "95338"), contact(3, None),
            contact(4, "通讯录", *many),
            chat("k1", "赵敏敏", "周末来"), chat("k2", "微信支付", "收款到账"), chat("k3", "老客户群", "大家好"),
            sms(9, "验证码".encode(), address=b"106912345678"),
        )  # fmt: skip
        sight = await reader(book)
        assert "(钱**)" in sight.shown("钱多多来了").text and "(赵**)" in sight.shown("赵敏敏来了").text
        for honest in ("顺风客服中心来电", "用微信支付付款", "老客户群里说的", "通讯录"):
            assert sight.shown(honest).text == honest
        assert await code(book, "106912345678") is None
        people = await book.now()
        assert people.of_event(kept(chat("k4", "赵敏敏", "在吗"))) == people.told_by("赵敏敏", ContactKind.NAME)
        assert people.of_event(kept(contact(5, "钱多多"))) == people.told_by("钱多多", ContactKind.NAME)
        assert people.of_event(kept(contact(6, "钱多多2号 钱多多"))) is not None
        assert people.of_event(kept(contact(7, "孙悟空"))) is None and people.of_event(kept(contact(8, None))) is None
        # the chat's person gets a number: both are one from now on
        await keep(archive, contact(9, "赵敏敏", OWN), sms(10, "好".encode()))
        people = await book.now()
        assert people.of_event(kept(chat("k4", "赵敏敏", "在吗"))) == people.told_by(OWN, ContactKind.MOBILE)
        # and another one of this name comes along
        await keep(archive, chat("k5", "赵敏敏", "x"), contact(10, "赵敏敏", OTHER))
        assert (await book.now()).told_by("赵敏敏", ContactKind.NAME) is None


async def test_another_store_has_other_pseudonyms(tmp_path: Path) -> None:
    codes = []
    for seed in (7, 8):
        (tmp_path / str(seed)).mkdir()
        archive = open_archive(tmp_path / str(seed), root=root_key(seed))
        try:
            await archive.add_enrolment(enrolment())
            await keep(archive, contact(1, "段正淳", OWN))
            first = await code(PeopleBook(archive), OWN)
            assert first == await code(PeopleBook(archive), "段正淳", ContactKind.NAME), "the same after a restart"
            codes.append(first)
        finally:
            await archive.close()
    assert None not in codes and codes[0] != codes[1]


async def test_erasure_ends_name_and_pseudonym(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        book = PeopleBook(archive)
        await keep(archive, contact(1, "段正淳", OWN), sms(1, "段正淳来取".encode()), contact(2, "李四光", OTHER))
        before, untouched = await code(book, OWN), await code(book, OTHER)
        assert before is not None and untouched is not None
        token = archive.tokens.of_number(f"+86{OWN}")
        request = await archive.requests.add(
            RequestDraft(
                kind=RequestKind.DELETION, subject_kind=SubjectKind.CUSTOMER, subject="138****0017",
                subject_token=token, received_at=NOON, due_at=NOON, channel="letter", note=None, recorded_by="admin",
            )
        )  # fmt: skip
        indexes = await archive.subjects.indexes(CustomerSubject(token=token))
        assert len(indexes) == 2
        await archive.deletions.erase(indexes, Cause(cause="request", data_class="", actor="a, b", reason="x"))
        assert await code(book, OWN) is None, "between the certificate and the step that tells of it"
        for step in (RequestStep.ERASURE_ASKED, RequestStep.ERASED):
            await archive.requests.take(request.request_id, StepDraft(step=step, actor=step.value, reference="1"))
        assert await code(book, OWN) is None and (await reader(book)).shown("段正淳来了").text == "段正淳来了"
        assert (await book.now()).peer_tokens(read_signs(before) or "") == ()
        assert await code(book, OTHER) == untouched, "who stays keeps theirs"
        await keep(archive, sms(2, "我又来了".encode()))
        assert await code(book, OWN) not in {None, before}, "who comes back is somebody else"


async def test_a_name_is_known_before_what_is_said_is_shown(tmp_path: Path) -> None:
    """Contacts that came with the records a page shows are masked in it."""
    async with archive_in(tmp_path) as archive:
        guard = PrivacyGuard(archive)
        await guard.load()
        for number in range(6):
            name = f"{'赵钱孙李周吴'[number]}大宝"
            await keep(archive, contact(number, name, f"1380000{number:04d}"), sms(number, f"{name}要的货".encode()))
            (archived,) = await archive.events(EventFilter(limit=1))
            view = event_view(archived, await guard.sight(Role.REVIEWER, EN))
            assert name not in view.body and "大宝" not in view.body
        unmarked = guard.without_marks()
        assert unmarked.people is guard.people


async def test_who_goes_away_leaves_nothing_half_read(tmp_path: Path) -> None:
    async with archive_in(tmp_path) as archive:
        await keep(
            archive, *(contact(number, f"段正{mark}", f"1380000{number:04d}") for number, mark in enumerate("淳明"))
        )
        book = PeopleBook(archive)
        for rounds in range(5):
            asking = asyncio.create_task(book.now())
            for _ in range(rounds):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        first, *others = await asyncio.gather(*(book.now() for _ in range(5)))
        assert all(len(people.names) == 2 for people in (first, *others))
        assert await book.now() is first, "what is known is not read again"


async def test_a_great_address_book_is_read_and_masked_fast(tmp_path: Path) -> None:
    """A page of 200 takes 10 ms or so; the bar leaves room for slow machines."""
    async with archive_in(tmp_path) as archive:
        given = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
        names = [a + b + c for a in "赵钱孙李周" for b in given for c in given][:1500]
        book = [contact(number, name, f"137{number:08d}") for number, name in enumerate(names)]
        await archive.ingest(ingest_of(book, source=Source.CONTACTS))
        talk = [
            sms(number, f"{name}说周六来取金镯，电话137{number:08d}".encode())
            for number, name in enumerate(names[:200])
        ]
        await archive.ingest(ingest_of(talk))
        guard = PrivacyGuard(archive)
        sight = await guard.sight(Role.REVIEWER, ZH)
        archived = [one for one in await archive.events(EventFilter(limit=400)) if one.event.source is Source.SMS]
        assert len(archived) == 200
        [event_view(one, sight) for one in archived]
        began = time.process_time()
        views = [event_view(one, sight) for one in archived]
        assert time.process_time() - began < 0.3
        assert all("客户·" in view.body and not any(name in view.body for name in names) for view in views)
