"""A mistyped phone or conversation is told apart from one without records; a masked number is no number."""

from pathlib import Path

import pytest

from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.exit_codes import ExitCode
from daemon.api.timeline import TimelineQuery
from daemon.api.timeline_client import timeline
from daemon.api.wire import EventQuery
from daemon.event_filters import is_masked_number
from tests.archive_kit import OTHER_PHONE, PHONE

from .cli_runner import shopwarden
from .test_search_timeline import shop


async def test_unknown_phones_and_conversations_are_not_found(tmp_path: Path) -> None:
    async with shop(tmp_path) as (archive, _), ApiClient(tmp_path / "api.sock", "en") as client:
        known = archive.conversation(PHONE, "+8613800000017")
        unknown = archive.conversation(PHONE, "+8613800000099")
        wrong = (("device", "NO_SUCH"), ("conversation", unknown), ("conversation", "nonsense"))
        for name, value in wrong:
            for ask in (
                client.events(EventQuery(**{name: value})),  # type: ignore[arg-type]
                timeline(client, TimelineQuery(**{name: value})),  # type: ignore[arg-type]
            ):
                with pytest.raises(ApiRefusedError) as refused:
                    await ask
                assert (refused.value.code, refused.value.exit_code) == (f"{name}.not_found", ExitCode.NOT_FOUND)
        with pytest.raises(ApiRefusedError):
            await client.events(EventQuery(devices=(PHONE, "NO_SUCH")))
        assert await client.events(EventQuery(conversation=known)) != ()
        assert await client.events(EventQuery(device=OTHER_PHONE, kind="mms")) == ()
        told = await shopwarden(tmp_path, "--lang", "zh", "events", "--device", "NO_SUCH")
        assert (told.code, told.out) == (ExitCode.NOT_FOUND, "") and "没有此序列号" in told.err


async def test_a_mask_is_told_to_be_no_complete_number(tmp_path: Path) -> None:
    async with shop(tmp_path), ApiClient(tmp_path / "api.sock", "en") as client:
        assert len(await client.events(EventQuery(text="138****0017"))) == 2, "as the texts show it"
        for query in (EventQuery(text="139****0018"), EventQuery(peer="138****0017")):
            with pytest.raises(ApiRefusedError) as refused:
                await client.events(query)
            assert refused.value.code == "events.bad_number"
        assert await client.events(EventQuery(text="原话 **")) == ()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("139****2222", True), ("+86 139****2222", True), ("１３９＊＊＊＊２２２２", True), ("*#06#", False),
     ("13800000017", False), ("**21*139#", False), ("3 * 4", False), ("您好****", False)],
)  # fmt: skip
def test_what_a_mask_looks_like(text: str, is_one: bool) -> None:  # noqa: FBT001 - a table
    assert is_masked_number(text) is is_one
