"""The link: how the lists get into the shop, page by page, and anew in another language."""

import asyncio
from collections.abc import Mapping

from console.app.link import ALERT_PAGE, Link
from console.app.shop import Part, Shop
from daemon.api.alert_life import AlertBatchReport
from daemon.api.errors import ApiUnreachableError, UnreachableReason
from daemon.api.transport import AnswerT
from daemon.api.wire import Alert, AlertStatus, Page, Severity
from daemon.api.wire_base import Wire

from . import sample_shop as sample
from .fake_client import FakeClient

OPEN = 3 * ALERT_PAGE + 17


class Paging(FakeClient):
    """A daemon that holds many alerts; `fails_after` pages it is gone."""

    def __init__(self, *, fails_after: int = 99) -> None:
        super().__init__()
        self.alert_list = [
            sample.alert(number, ledger_index=OPEN - number, severity=Severity.LOW) for number in range(OPEN)
        ]
        self.looked_at = sample.alert(OPEN + 1, ledger_index=0, status=AlertStatus.ACKNOWLEDGED)
        self.fails_after = fails_after

    async def call(
        self,
        method: str,
        path: str,
        answer: type[AnswerT],
        *,
        body: Wire | None = None,
        query: Mapping[str, str] | None = None,
        timeout_s: float = 1.0,
    ) -> AnswerT:
        assert (method, path) == ("GET", "/v1/alerts") and answer is not AlertBatchReport and query is not None
        self.asked.append(("page", query.get("before")))
        if len(self.calls("page")) > self.fails_after:
            raise ApiUnreachableError(UnreachableReason.NOT_RUNNING, "No daemon answers.", "Start it.")
        if query["status"] == AlertStatus.ACKNOWLEDGED:
            page = Page[Alert](items=(self.looked_at,))
        else:
            before = int(query["before"])
            older = [alert for alert in self.alert_list if (alert.ledger_index or 0) < before][:ALERT_PAGE]
            more = len(older) == ALERT_PAGE
            page = Page[Alert](items=tuple(older), next_before=older[-1].ledger_index if more else None)
        assert isinstance(page, Page)
        return page  # type: ignore[return-value]


async def loaded(client: Paging, *, steps: int = 200) -> tuple[Shop, Link]:
    shop = Shop()
    link = Link(client, shop, changed=lambda parts: None, arrived=lambda item: None, reloaded=lambda: None)
    following = asyncio.create_task(link.follow())
    for _ in range(steps):
        await asyncio.sleep(0.01)
        if Part.HEALTH in shop.loaded and (link._rest is None or link._rest.done()):
            break
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    return shop, link


async def test_every_open_alert_gets_here_newest_first_and_is_counted() -> None:
    client = Paging()
    shop, _ = await loaded(client)
    assert len(shop.alerts) == OPEN + 1 and client.looked_at.alert_id in shop.alerts
    assert client.calls("page") == [str(OPEN - ALERT_PAGE + 1), str(OPEN - 2 * ALERT_PAGE + 1), str(18), None]
    assert shop.is_alert_count_exact and dict(shop.open_alerts())[Severity.LOW] == OPEN


async def test_a_daemon_that_goes_away_between_pages_leaves_what_came_and_its_own_count() -> None:
    shop, _ = await loaded(Paging(fails_after=1))
    assert len(shop.alerts) == 2 * ALERT_PAGE and not shop.is_alert_count_exact
    assert dict(shop.open_alerts())[Severity.HIGH] == 1, "the daemon's own count"


async def test_a_restart_asks_for_the_lists_again_where_it_was() -> None:
    client = FakeClient()
    shop = Shop()
    link = Link(client, shop, changed=lambda parts: None, arrived=lambda item: None, reloaded=lambda: None)
    following = asyncio.create_task(link.follow())
    await asyncio.sleep(0.05)
    link.restart()
    await asyncio.sleep(0.05)
    assert client.calls("stream") == [None, 499] and len(client.calls("devices")) == 2
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
