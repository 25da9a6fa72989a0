"""Two decisions on one erasure at the same time, and one person under two spellings of a name."""

import asyncio
from dataclasses import replace
from pathlib import Path

from daemon.api.rights import ErasureRequest, RequestKind, RequestStep
from daemon.service import ServiceError

from .daemon_support import ADMIN, AUDITOR, OWNER, quick_config, running
from .test_requests_desk import archive_of, asking, refused, with_messages

WHY = ErasureRequest(reason="asked by letter")


async def test_what_was_refused_is_not_erased_and_a_name_in_capitals_is_no_other_person(tmp_path: Path) -> None:
    async with running(tmp_path, quick_config()) as service:
        await with_messages(service)
        archive, desk = archive_of(service), service.desks.requests
        request = await desk.add(ADMIN, asking(RequestKind.DELETION))
        await desk.ask_erasure(OWNER, request.request_id, WHY)
        again = replace(OWNER, name=OWNER.name.upper())
        assert await refused(desk.approve_erasure(again, request.request_id, WHY)) == "rights.second_person"
        assert await refused(desk.refuse_erasure(again, request.request_id, WHY)) == "rights.second_person"
        both = await asyncio.gather(
            desk.refuse_erasure(AUDITOR, request.request_id, WHY),
            desk.approve_erasure(AUDITOR, request.request_id, WHY),
            return_exceptions=True,
        )
        assert [isinstance(one, ServiceError) for one in both] == [False, True]
        assert (await desk.one(OWNER, request.request_id)).changes[-1].step is RequestStep.ERASURE_REFUSED
        assert await archive.deletions.certificates() == ()
