"""The first setup at a terminal: every step, back and on, both languages, refusals, and where a later run goes on."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Checkbox, Input, TextArea

from console.setup.answers import Answers, KeyKind
from console.setup.desk import SetupDesk, Step
from console.setup.page import Choice
from console.setup.pages_phone import PhonePage
from console.setup.pages_store import NoticePage
from console.setup.place import Place, is_needed, key_source, place_of
from console.setup.program import SetupClient, SetupError
from console.setup.strength import Strength, strength_of
from console.setup.wizard import CATALOG, Ending, SetupApp
from console.setup.zones import own_zone
from daemon.api.connecting import PairingReport
from daemon.api.requests import Nothing
from daemon.api.texts import Texts, load_texts
from daemon.api.unlocking import SealedState
from daemon.api.wire import DeviceAvailability, Enrolment, EnrolRequest
from daemon.api.wire import Page as Listed
from daemon.api.wire_base import Wire

from . import sample_shop as sample
from .fake_client import FakeClient

SECRET = "CANARY-four random words"


class Program(FakeClient):
    """The daemon's program and client at once; what it was asked is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[Answers, str | None]] = []
        self.started: list[str | None] = []
        self.failures: list[SetupError] = []
        self.is_sealed = False
        self.is_slow = False
        self.answers = {
            ("GET", "/v1/unlock"): self._sealed,
            ("POST", "/v1/unlock"): self._unlock,
            ("GET", "/v1/devices"): lambda body: Listed(items=self.device_list),
            ("POST", "/v1/enrolments"): self._enrol,
            ("POST", "/v1/pairings"): lambda body: self.invitation("waiting"),
            ("GET", "/v1/pairings/"): lambda body: self.invitation("waiting"),
            ("DELETE", "/v1/pairings/"): lambda body: Nothing(),
        }
        self.device_list = ()

    def invitation(self, state: str) -> PairingReport:
        return PairingReport(
            pairing_id="p1", state=state, is_over=False, payload="WIFI:T:ADB;S:one;P:two;;", expires_in_s=60
        )

    async def initialise(self, answers: Answers, passphrase: str | None) -> None:
        if self.is_slow:
            await asyncio.sleep(60)
        if self.failures:
            raise self.failures.pop()
        self.made.append((answers, passphrase))

    async def start(self, passphrase: str | None) -> None:
        if self.failures:
            raise self.failures.pop()
        self.started.append(passphrase)

    def client(self) -> SetupClient:
        return self

    async def close(self) -> None:
        self.is_closed = True

    def _sealed(self, body: Wire | None) -> SealedState:
        return SealedState(is_sealed=self.is_sealed, phones_connected=0, batches=0, is_disk_full=False, problem=None)

    def _unlock(self, body: Wire | None) -> SealedState:
        self.is_sealed = False
        return self._sealed(body)

    def _enrol(self, body: Wire | None) -> Enrolment:
        assert isinstance(body, EnrolRequest)
        return Enrolment(
            serial=body.serial, employee=body.employee, notice_version=body.notice_version, notice_sha256="",
            acknowledged_by=body.acknowledged_by, acknowledged_at=sample.NOW, enrolled_by="owner",
            enrolled_at=sample.NOW, scope=body.scope, ended_at=None,
        )  # fmt: skip


@asynccontextmanager
async def setup(
    program: Program, folder: Path, language: str = "en", size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[SetupApp, Pilot[int]]]:
    texts = load_texts(language, CATALOG)
    place = place_of(folder / "state", folder / "state" / "api.sock", {})
    desk = SetupDesk(texts=texts, place=place, answers=Answers(language=texts.language), open_program=lambda _: program)
    app = SetupApp(desk)
    traces: list[str] = []
    handle = app._handle_exception

    def noted(error: Exception) -> None:
        traces.extend(traceback.format_exception(error))
        handle(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "_handle_exception", noted)
        async with app.run_test(size=size) as pilot:
            await pilot.pause(0.05)
            yield app, pilot
            assert app.faults == [], "".join(traces)


def shown(app: SetupApp) -> str:
    strips = app.screen._compositor.render_strips(app.size)
    return "\n".join("".join(part.text for part in strip).rstrip() for strip in strips)


async def on(pilot: Pilot[int], key: str = "f8") -> None:
    await pilot.press(key)
    await pilot.pause(0.05)


def at(app: SetupApp, step: Step) -> bool:
    return app.step is step


def is_busy(app: SetupApp) -> bool:
    return app.is_working


def look(app: SetupApp) -> None:
    assert isinstance(app.page, PhonePage)
    app.page.look()


def fill(app: SetupApp, **fields: str) -> None:
    for name, text in fields.items():
        app.page.query_one(f"#{name.replace('_', '-')}", Input).value = text


async def at_key(app: SetupApp, pilot: Pilot[int]) -> None:
    await on(pilot)
    fill(app, store_name="Jade House")
    await on(pilot)
    assert at(app, Step.KEY)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_from_nothing_to_an_enrolled_phone(tmp_path: Path, language: str) -> None:
    program = Program()
    async with setup(program, tmp_path, language) as (app, pilot):
        say = app.desk.say
        assert str(tmp_path / "state") in shown(app).replace("\n   ", "")
        await on(pilot, "enter")
        await on(pilot)
        assert say("refusal.store_name") in shown(app)
        fill(app, store_name="Jade House", timezone="Mars/Olympus")
        await on(pilot)
        assert "Mars/Olympus" in shown(app) and at(app, Step.STORE)
        fill(app, timezone="Asia/Shanghai")
        await on(pilot)
        await on(pilot)
        assert say("refusal.no_passphrase") in shown(app)
        fill(app, passphrase=SECRET, passphrase_again="another")
        await on(pilot)
        assert say("refusal.mismatch") in shown(app)
        fill(app, passphrase_again=SECRET)
        await on(pilot)
        assert at(app, Step.NOTICE)
        app.page.query_one("#notice-text", TextArea).text = "short"
        await on(pilot)
        assert at(app, Step.NOTICE)
        app.page.query_one("#notice-text", TextArea).text = "This phone is the shop's and is read."
        await on(pilot)
        assert "Jade House" in shown(app) and "Asia/Shanghai" in shown(app)
        await on(pilot)
        (answers, passphrase) = program.made[0]
        assert (answers.store_name, answers.notice_text) == ("Jade House", "This phone is the shop's and is read.")
        assert (answers.language.value, answers.key, passphrase) == (language, KeyKind.PASSPHRASE, SECRET)
        await on(pilot)
        assert program.started == [SECRET] and app.desk.passphrase is None
        assert at(app, Step.PHONE) and say("phone.none") in shown(app)
        await on(pilot)
        assert say("refusal.no_phone")[:30] in shown(app)
        waiting = sample.device(
            "NEW1",
            employee=None,
            state="unauthorized",
            availability=DeviceAvailability.OFFLINE,
            connect_advice="Tap it.",
        )
        program.device_list = (waiting, sample.device("OLD", employee="Lin"))
        look(app)
        await pilot.pause(0.05)
        assert "NEW1" in shown(app) and "Tap it." in shown(app) and "OLD" not in shown(app)
        await on(pilot)
        assert at(app, Step.PHONE)
        program.device_list = (sample.device("NEW1", employee=None),)
        look(app)
        await pilot.pause(0.05)
        await on(pilot)
        fill(app, employee="Chen", acknowledged_by="Chen")
        await on(pilot)
        assert say("refusal.not_acknowledged")[:20] in shown(app) and not program.calls("POST /v1/enrolments")
        app.page.query_one(Checkbox).value = True
        await on(pilot)
        (asked,) = program.calls("POST /v1/enrolments")
        assert isinstance(asked, EnrolRequest) and (asked.serial, asked.employee) == ("NEW1", "Chen")
        assert at(app, Step.DONE) and "Chen" in shown(app)
        await on(pilot)
        assert app.ending is Ending.OPEN_CONSOLE
    assert program.is_closed


async def test_a_secret_stays_nowhere_and_another_language_keeps_what_was_typed(tmp_path: Path) -> None:
    async with setup(Program(), tmp_path) as (app, pilot):
        await on(pilot)
        fill(app, store_name="Jade House")
        await on(pilot, "f2")
        assert "门店名称" in shown(app) and "Jade House" in shown(app)
        await on(pilot)
        fill(app, passphrase=SECRET, passphrase_again=SECRET)
        old = list(app.page.query(Input))
        await on(pilot, "f7")
        assert at(app, Step.STORE) and all(SECRET not in field.value for field in old)
        assert app.desk.passphrase is None and SECRET not in repr(app.desk)
        await on(pilot)
        assert all(not field.value for field in app.page.query(Input) if field.password)
        assert SECRET not in shown(app)


async def test_a_page_that_goes_is_not_painted_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with setup(Program(), tmp_path) as (app, pilot):
        await at_key(app, pilot)
        fill(app, passphrase=SECRET, passphrase_again=SECRET)
        await on(pilot)
        late = ExitStack()

        async def fields_are_gone(page: NoticePage) -> None:
            late.close()
            page.screen.check_idle()
            await asyncio.sleep(0.05)  # three times as long as the screen waits before it paints

        monkeypatch.setattr(NoticePage, "on_unmount", fields_are_gone, raising=False)
        await pilot.pause(0.05)
        late.enter_context(app.batch_update())  # as on a machine that does not come to painting
        app.page.query_one("#notice-text", TextArea).refresh()
        await on(pilot)
        assert at(app, Step.WRITE) and "Jade House" in shown(app)


async def test_what_a_program_says_is_told_and_its_work_can_be_stopped(tmp_path: Path) -> None:
    program = Program()
    async with setup(program, tmp_path) as (app, pilot):
        await at_key(app, pilot)
        fill(app, passphrase=SECRET, passphrase_again=SECRET)
        await on(pilot)
        await on(pilot)
        program.failures = [SetupError("The disk is full.", "Make room.")]
        await on(pilot)
        assert "The disk is full." in shown(app) and "Make room." in shown(app) and at(app, Step.WRITE)
        program.is_slow = True
        await on(pilot)
        assert is_busy(app) and app.desk.say("button.working") in shown(app)
        await on(pilot, "escape")
        assert not is_busy(app) and "Stopped." in shown(app) and at(app, Step.WRITE)
        program.is_slow = False
        await on(pilot)
        program.failures = [SetupError("The passphrase is wrong.")]
        await on(pilot)
        assert "The passphrase is wrong." in shown(app) and app.desk.passphrase is None
        fill(app, passphrase="the right one")
        program.is_sealed = True
        await on(pilot)
        assert program.started == ["the right one"] and not program.is_sealed
        assert app.desk.say("button.leave") in shown(app)
        await on(pilot, "escape")
        assert "esc once more" in shown(app) and app.ending is Ending.LEFT
        await on(pilot, "escape")
    assert app.return_code == 0 and app.ending is Ending.LEFT


async def test_leaving_is_asked_anew_once_something_else_was_done(tmp_path: Path) -> None:
    async with setup(Program(), tmp_path) as (app, pilot):
        await on(pilot, "escape")
        await on(pilot)
        assert at(app, Step.STORE)
        await on(pilot, "escape")
        assert "esc once more" in shown(app) and app.return_code is None


async def test_key_files_stay_out_of_the_data_and_a_phone_may_be_invited(tmp_path: Path) -> None:
    program = Program()
    async with setup(program, tmp_path) as (app, pilot):
        await at_key(app, pilot)
        app.page.query_one("#kind-file", Choice).value = True
        await pilot.pause(0.05)
        fill(app, key_file=str(tmp_path / "state" / "shop.key"))
        await on(pilot)
        assert "beside the lock" in shown(app)
        fill(app, key_file=str(tmp_path / "shop.key"))
        for _ in range(4):
            await on(pilot)
        (answers, passphrase) = program.made[0]
        assert (answers.key, answers.key_file, passphrase) == (KeyKind.FILE, str(tmp_path / "shop.key"), None)
        assert at(app, Step.PHONE)
        await pilot.pause(0.1)
        await pilot.click("#extra")
        for _ in range(50):
            await pilot.pause(0.05)
            if "█" in shown(app):
                break
        assert "█" in shown(app) and "Whoever scans this" in shown(app)
        dialog = app.screen.query_one("#invitation")
        assert all(note.region.right <= dialog.content_region.right for note in dialog.query("Note"))
        await on(pilot, "escape")
        assert program.calls("DELETE /v1/pairings/p1") and at(app, Step.PHONE)
        await pilot.click("#skip")
        await pilot.pause(0.05)
        assert at(app, Step.DONE) and "No phone was enrolled" in shown(app)


async def test_a_later_run_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "keys.json").write_text("{}")
    (state / "shopwarden.toml").write_text('[key]\nsource = "file"\npath = "x"\n')
    program = Program()
    async with setup(program, tmp_path) as (app, pilot):
        await on(pilot)
        assert at(app, Step.PHONE) and not program.made
    program = Program()
    program.device_list = (sample.device("OLD", employee="Lin"),)
    async with setup(program, tmp_path) as (app, pilot):
        await on(pilot)
        assert at(app, Step.DONE)
    program = Program()
    program.is_sealed = True
    async with setup(program, tmp_path) as (app, pilot):
        await on(pilot)
        assert at(app, Step.START)


def test_a_setup_is_needed_where_nothing_is(tmp_path: Path) -> None:
    def place() -> Place:
        return place_of(tmp_path, tmp_path / "api.sock", {})

    assert is_needed(place()) and key_source(place()) is None
    assert not is_needed(place_of(tmp_path, tmp_path / "another.sock", {}))
    (tmp_path / "keys.json").touch()
    assert not is_needed(place())
    assert place_of(tmp_path, tmp_path / "s", {"SHOPWARDEN_CONFIG": "/x.toml"}).config == Path("/x.toml")


@pytest.mark.parametrize(
    ("passphrase", "strength"),
    [
        ("", Strength.WEAK), ("password", Strength.WEAK), ("12345678901234567890", Strength.WEAK),
        ("aaaaaaaaaaaaaaaaaaaaaa", Strength.WEAK), ("tr0ub4dor", Strength.FAIR), ("今天下雨", Strength.FAIR),
        ("correct horse battery staple", Strength.STRONG), ("翡翠柜台第三排左边", Strength.STRONG),
    ],
)  # fmt: skip
def test_strength(passphrase: str, strength: Strength) -> None:
    assert strength_of(passphrase) is strength


def test_the_zone_of_this_machine(tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/Asia/Shanghai")
    assert own_zone({}, link) == "Asia/Shanghai"
    assert own_zone({"TZ": ":Europe/Berlin"}, link) == "Europe/Berlin"
    assert own_zone({"TZ": "no zone"}, tmp_path / "none") == ""


def test_texts_are_there_for_all_steps() -> None:
    texts: Texts = load_texts("zh", CATALOG)
    for step in Step:
        assert texts.has(f"app.setup.{step}.title") and texts.has(f"app.setup.{step}.text")
