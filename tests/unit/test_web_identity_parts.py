"""Passwords of web accounts and the sessions that they open."""

import asyncio
import itertools
from collections.abc import Awaitable
from types import SimpleNamespace

import pytest

from daemon.api.wire import Role
from daemon.people_names import is_same_name
from daemon.service import Caller, ServiceError
from daemon.web import sessions
from daemon.web.passwords import NOBODYS, PasswordHash, new_hash, read_hash
from daemon.web.sessions import Opened, SessionBook, WebAccount

GATE = 1000
WORD = "correct horse 7"
HASH = new_hash(WORD)


class Now:
    s = 0.0


def book(*names: str, now: type[Now] | None = None) -> SessionBook:
    accounts = {name: WebAccount(name=name, role=Role.REVIEWER, password=HASH) for name in names or ("wang",)}
    clock = now or Now
    clock.s = 0.0
    return SessionBook(accounts, lambda: clock.s)


async def opened(of: SessionBook, name: str = "wang", password: str = WORD) -> Opened:
    return await of.open(GATE, name, password, "zh")


async def refused(call: Awaitable[object]) -> ServiceError:
    with pytest.raises(ServiceError) as error:
        await call
    return error.value


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[PasswordHash]:
    """No scrypt; tells which hashes were looked at."""
    looked: list[PasswordHash] = []

    def fits(self: PasswordHash, password: str) -> bool:
        looked.append(self)
        return password == WORD and self is not NOBODYS

    monkeypatch.setattr(PasswordHash, "fits", fits)
    return looked


def test_a_hash_is_read_back_and_fits_its_password_alone() -> None:
    read = read_hash(str(HASH))
    assert read == HASH
    assert read.fits(WORD) and read.fits("ｃorrect horse ７"), "full-width forms count as the same"
    assert not read.fits(WORD + " ") and not read.fits("") and not NOBODYS.fits(WORD)
    assert str(new_hash(WORD)) != str(HASH), "a salt of its own"
    assert WORD not in str(HASH)


@pytest.mark.parametrize(
    "text",
    [
        "", "hunter2", "scrypt$32768$8$1", "scrypt$x$8$1$AAAA$AAAA", "bcrypt$32768$8$1$AAAA$AAAA",
        str(HASH).replace("32768", "1024"), str(HASH).replace("32768", "32769"), str(HASH).replace("32768", "262144"),
        str(HASH).replace("$8$", "$64$"), str(HASH)[:-4], str(HASH) + "!", str(HASH).replace("32768", "-32768"),
        "scrypt$32768$8$1$AAAA$" + str(HASH).rsplit("$", 1)[1],
    ],
    ids=itertools.count(),
)  # fmt: skip
def test_what_is_no_hash_of_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"form|cost|base64"):
        read_hash(text)


@pytest.mark.usefixtures("quick")
async def test_a_token_is_of_the_account_and_of_the_user_it_was_given_to() -> None:
    of = book("wang", "li")
    wang, li = await opened(of), await opened(of, "li")
    caller = of.caller(wang.token, GATE, "en")
    assert isinstance(caller, Caller)
    assert (caller.name, caller.role, caller.language) == ("web:wang", Role.REVIEWER, "en")
    other = of.caller(li.token, GATE, "en")
    assert other is not None
    assert caller.uid != other.uid and min(caller.uid, other.uid) >= 2**32, "two people, and no user of the machine"
    assert of.caller(wang.token, GATE + 1, "en") is None, "stolen by another user"
    assert of.caller(wang.token[:-1], GATE, "en") is None and of.caller("\udcff", GATE, "en") is None
    assert len(wang.token) >= 43 and wang.token not in repr(of.__dict__)
    of.end(caller.web_session or "")
    of.end(caller.web_session or "")
    assert of.caller(wang.token, GATE, "en") is None
    assert of.caller(li.token, GATE, "en") is not None


@pytest.mark.usefixtures("quick")
async def test_sessions_end_when_left_alone_and_after_half_a_day() -> None:
    of = book()
    one = await opened(of)
    session = one.caller.web_session or ""
    Now.s += sessions.IDLE_S - 1
    assert of.caller(one.token, GATE, "en") is not None and of.is_open(session)
    Now.s += 1
    assert not of.is_open(session), "being asked for is no use"
    assert of.caller(one.token, GATE, "en") is None
    one = await opened(of)
    for _ in range(24):
        of.used(one.caller.web_session or "")
        Now.s += sessions.IDLE_S - 1
        still = of.caller(one.token, GATE, "en")
    assert still is not None
    Now.s += 24
    of.used(one.caller.web_session or "")
    assert of.caller(one.token, GATE, "en") is None


async def test_guessing_is_slowed_for_one_account_and_for_all(quick: list[PasswordHash]) -> None:
    of = book("wang", "li")
    for _ in range(sessions.FAILURES_OF_ONE):
        assert (await refused(opened(of, password="guess"))).code == "web.login_refused"
        Now.s += 1
    looked = len(quick)
    limited = await refused(opened(of))
    assert (limited.code, limited.http_status, limited.values["retry_in_s"]) == ("web.too_many", 429, 56)
    assert len(quick) == looked, "the right one is not looked at either"
    assert await opened(of, "li")
    Now.s += 56
    assert await opened(of)
    names = [f"nobody{number}" for number in range(sessions.FAILURES_OF_ALL)]
    Now.s += 60
    for name in names:
        assert (await refused(opened(of, name))).code == "web.login_refused"
    assert quick[-len(names) :] == [NOBODYS] * len(names), "a name that nobody has takes the same time"
    assert (await refused(opened(of))).code == "web.too_many"


async def test_guessing_at_once_gains_nothing(quick: list[PasswordHash]) -> None:
    of = book()
    found = await asyncio.gather(*(opened(of, password=f"g{number}") for number in range(40)), return_exceptions=True)
    codes = [error.code for error in found if isinstance(error, ServiceError)]
    assert len(codes) == 40 and codes.count("web.login_refused") == sessions.FAILURES_OF_ONE == len(quick)


@pytest.mark.usefixtures("quick")
async def test_there_are_no_more_sessions_than_people_need() -> None:
    of = book("wang", "li")
    for _ in range(sessions.MOST_OF_ONE):
        await opened(of)
    assert (await refused(opened(of))).code == "web.too_many_sessions"
    assert await opened(of, "li")
    Now.s += sessions.IDLE_S
    assert await opened(of), "those that ended do not count"


def test_two_names_may_be_one_person_by_the_web_or_not() -> None:
    assert is_same_name("wang", "web:Wang") and is_same_name("WANG", "wang")
    assert not is_same_name("web:wang", "web:li")
    assert not is_same_name("web:web:wang", "wang")


def test_a_login_does_not_show_its_password() -> None:
    from daemon.api.web import WebLogin, WebSession
    from tests.archive_kit import NOON

    login = WebLogin(account="wang", password=WORD)
    session = WebSession(token="t0ken", account="wang", role=Role.OWNER, expires_at=NOON)
    shown = repr(SimpleNamespace(login=login, session=session))
    assert WORD not in shown and "t0ken" not in shown and "wang" in shown
