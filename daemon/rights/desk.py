"""The desk for requests: whoever asks about their records gets an answer in time, and every step is in the ledger."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import timedelta

from ..api.exit_codes import ExitCode
from ..api.rights import (
    AnswerRequest,
    AssignRequest,
    CloseRequest,
    CorrectRequest,
    ErasureRequest,
    ExtendRequest,
    MarkRequest,
    NewRequest,
    NoteRequest,
    Outcome,
    Reach,
    RequestKind,
    RequestQuery,
    RequestStep,
    SubjectKind,
    SubjectRequest,
)
from ..archive.errors import IllegalTransitionError, RecordNotFoundError
from ..archive.requests import ArchivedRequest, RequestDraft, SecondPersonError, StepDraft
from ..audit import MAX_REASON
from ..bundles.errors import BundleError
from ..bundles.parts import BundleOrder, BundleReceipt, BundleSource
from ..bundles.writer import write_bundle
from ..desk_parts import DeskParts
from ..events import EventId
from ..people_names import is_same_name
from ..roles import Permission, require
from ..service import Caller, ServiceError
from ..service_errors import invalid, not_found, not_permitted, refusing, unusable
from .copies import new_bundle_id, prepared_copy
from .due import due_at, extended_due_at
from .erasing import Erasing
from .guard import PrivacyGuard
from .reach import Measure
from .sight import Sight
from .subject import NamedSubject, named_subject, told
from .views import in_order, request_view


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCopy:
    """A bundle whose handing over is in the audit."""

    bundle_id: str
    chunks: AsyncIterator[bytes]
    """Raises ServiceError, perhaps after the first pieces; then it is no bundle."""


_CLOCKS_DIFFER = timedelta(minutes=5)


class RequestsDesk:
    """Each method says what permission it needs; raises ServiceError only."""

    def __init__(self, parts: DeskParts, guard: PrivacyGuard) -> None:
        self._parts = parts
        self._archive = parts.archive
        self._audit = parts.audit
        self._guard = guard
        self._erasing = Erasing(archive=parts.archive)
        self._measure = Measure(archive=parts.archive, retention=parts.config.retention)
        self._deciding = asyncio.Lock()

    async def add(self, caller: Caller, request: NewRequest) -> SubjectRequest:
        """Keep a request; its time runs from its receipt."""
        require(caller, Permission.REQUESTS_HANDLE)
        return await self.file(caller, request, named_subject(request.subject, self._archive.tokens))

    async def file(self, caller: Caller, request: NewRequest, subject: NamedSubject) -> SubjectRequest:
        """`add` for whoever may."""
        now = self._parts.clock.now()
        if request.received_at > now + _CLOCKS_DIFFER:
            raise unusable("rights.received_in_future")
        section, zone = self._parts.config.requests, self._parts.config.store.zone()
        draft = RequestDraft(
            kind=request.kind,
            subject_kind=subject.kind,
            subject=subject.shown,
            subject_token=subject.token,
            received_at=request.received_at,
            due_at=due_at(request.received_at, section, zone),
            channel=told(request.channel) or "-",
            note=told(request.note),
            recorded_by=caller.name,
        )
        with refusing():
            await self._audit.write(caller, "requests.add", f"{request.kind.value} {subject.kind.value}")
            return await self._view(caller, await self._archive.requests.add(draft))

    async def all(self, caller: Caller, query: RequestQuery) -> tuple[SubjectRequest, ...]:
        """Open ones first, by due date."""
        require(caller, Permission.REQUESTS_READ)
        now = self._parts.clock.now()
        with refusing():
            found = in_order(await self._archive.requests.all())
            sight = await self._sight(caller)
        wanted = [one for one in found if query.state is None or one.state is query.state]
        return tuple(request_view(one, now, sight, with_changes=False) for one in wanted[: query.limit])

    async def one(self, caller: Caller, request_id: str) -> SubjectRequest:
        """With its steps."""
        require(caller, Permission.REQUESTS_READ)
        return await self._view(caller, await self._existing(request_id))

    async def assign(self, caller: Caller, request_id: str, body: AssignRequest) -> SubjectRequest:
        """Somebody works on it."""
        draft = StepDraft(step=RequestStep.ASSIGNED, actor=caller.name, assignee=told(body.to))
        return await self._step(caller, request_id, draft)

    async def note(self, caller: Caller, request_id: str, body: NoteRequest) -> SubjectRequest:
        """Something to remember."""
        draft = StepDraft(step=RequestStep.NOTED, actor=caller.name, text=told(body.text))
        return await self._step(caller, request_id, draft)

    async def extend(self, caller: Caller, request_id: str, body: ExtendRequest) -> SubjectRequest:
        """Once; only while the first time has not passed."""
        require(caller, Permission.REQUESTS_HANDLE)
        request = await self._existing(request_id)
        if self._parts.clock.now() > request.due_at:
            raise unusable("rights.too_late_to_extend", http_status=409)
        section, zone = self._parts.config.requests, self._parts.config.store.zone()
        later = extended_due_at(request.received_at, section, zone)
        draft = StepDraft(step=RequestStep.EXTENDED, actor=caller.name, text=told(body.reason), due_at=later)
        return await self._step(caller, request_id, draft, reason=body.reason)

    async def answer(self, caller: Caller, request_id: str, body: AnswerRequest) -> SubjectRequest:
        """What the person was told. A deletion that is granted names its certificates."""
        require(caller, Permission.REQUESTS_HANDLE)
        request = await self._existing(request_id)
        done = [step for step in request.steps if step.step in {RequestStep.ERASED, RequestStep.BUNDLED}]
        is_promised = request.kind is RequestKind.DELETION and body.outcome is Outcome.GRANTED
        if is_promised and not any(step.step is RequestStep.ERASED for step in done):
            raise unusable("rights.not_erased_yet", http_status=409)
        draft = StepDraft(
            step=RequestStep.ANSWERED,
            actor=caller.name,
            text=told(body.reason),
            outcome=body.outcome,
            reference=done[-1].reference if done else None,
        )
        return await self._step(caller, request_id, draft, reason=body.reason)

    async def close(self, caller: Caller, request_id: str, body: CloseRequest) -> SubjectRequest:
        """After the answer."""
        draft = StepDraft(step=RequestStep.CLOSED, actor=caller.name, text=told(body.reason))
        return await self._step(caller, request_id, draft, reason=body.reason)

    async def reach(self, caller: Caller, request_id: str) -> Reach:
        """How many records there are, what would go and what is held; nothing is opened."""
        require(caller, Permission.REQUESTS_READ)
        request = await self._existing(request_id)
        with refusing():
            await self._audit.write(caller, "requests.reach", request_id)
            return await self._measure.reach(request, self._parts.clock.now(), await self._sight(caller))

    async def correct(self, caller: Caller, request_id: str, body: CorrectRequest) -> SubjectRequest:
        """Records of this person get what they say beside them; nothing of them is changed."""
        require(caller, Permission.REQUESTS_HANDLE)
        with _refusing():
            target = f"{request_id} count={len(body.event_ids)}"
            await self._audit.write(caller, "requests.correct", target)
            return await self._view(
                caller,
                await self._archive.privacy.correct(
                    request_id,
                    tuple(EventId(event_id) for event_id in body.event_ids),
                    text=body.text.strip(),
                    actor=caller.name,
                ),
            )

    async def mark(self, caller: Caller, request_id: str, body: MarkRequest) -> SubjectRequest:
        """From now on nothing of the person is collected, and what was is withheld."""
        require(caller, Permission.REQUESTS_HANDLE)
        await self._markable(request_id, body)
        with _refusing():
            await self._audit.write(caller, "requests.mark", request_id, reason=told(body.reason))
            changed = await self._archive.privacy.mark(
                request_id, conversation=body.conversation, actor=caller.name, reason=told(body.reason) or "-"
            )
            await self._guard.load()
        return await self._view(caller, changed)

    async def lift(self, caller: Caller, request_id: str, body: MarkRequest) -> SubjectRequest:
        """Collecting begins again."""
        require(caller, Permission.REQUESTS_HANDLE)
        await self._markable(request_id, body)
        with _refusing():
            await self._audit.write(caller, "requests.lift", request_id, reason=told(body.reason))
            changed = await self._archive.privacy.lift(
                request_id, conversation=body.conversation, actor=caller.name, reason=told(body.reason) or "-"
            )
            await self._guard.load()
        return await self._view(caller, changed)

    async def copy(self, caller: Caller, request_id: str) -> OpenedCopy:
        """The person's own bundle. Who recorded a request does not make its copy: two people, as for every export."""
        require(caller, Permission.COPY_MAKE)
        request = await self._existing(request_id)
        if is_same_name(request.recorded_by, caller.name):
            raise not_permitted("rights.second_person_copies")
        if request.kind not in {RequestKind.ACCESS, RequestKind.COPY} or not request.state.is_open:
            raise unusable("rights.wrong_state", http_status=409)
        bundle_id = new_bundle_id()
        with _refusing():
            order, source = await prepared_copy(self._parts, request, caller, bundle_id)
            target = f"{request_id} {bundle_id} count={len(source.indexes)}"
            await self._audit.write(caller, "requests.copy", target, reason=request.kind.value)
        return OpenedCopy(bundle_id=bundle_id, chunks=self._pieces(caller, request, order, source))

    async def _pieces(
        self, caller: Caller, request: ArchivedRequest, order: BundleOrder, source: BundleSource
    ) -> AsyncGenerator[bytes, None]:
        """The last piece goes out when the ledger has what was made."""
        receipt = BundleReceipt()
        held = b""
        with _refusing():
            try:
                async with aclosing(write_bundle(order, source, receipt)) as pieces:
                    async for piece in pieces:
                        if held:
                            yield held
                        held = piece
            except BundleError as error:
                raise ServiceError(error.code, http_status=500, exit_code=ExitCode.PARTIAL) from None
            reference = f"{order.bundle_id} sha256:{receipt.manifest_sha256}"
            draft = StepDraft(step=RequestStep.BUNDLED, actor=caller.name, reference=reference)
            await self._archive.requests.take(request.request_id, draft)
        yield held

    async def ask_erasure(self, caller: Caller, request_id: str, body: ErasureRequest) -> SubjectRequest:
        """Another person has to decide on it."""
        draft = StepDraft(step=RequestStep.ERASURE_ASKED, actor=caller.name, text=told(body.reason))
        return await self._step(caller, request_id, draft, reason=body.reason, permission=Permission.ERASURE_ASK)

    async def refuse_erasure(self, caller: Caller, request_id: str, body: ErasureRequest) -> SubjectRequest:
        """Nothing is erased; it may be asked for again."""
        draft = StepDraft(step=RequestStep.ERASURE_REFUSED, actor=caller.name, text=told(body.reason))
        async with self._deciding:
            return await self._step(caller, request_id, draft, reason=body.reason, permission=Permission.ERASURE_DECIDE)

    async def approve_erasure(self, caller: Caller, request_id: str, body: ErasureRequest) -> SubjectRequest:
        """Erase everything about the person that no legal hold keeps, with a certificate for each class."""
        require(caller, Permission.ERASURE_DECIDE)
        async with self._deciding:  # nothing is erased that another decision refused meanwhile
            return await self._approved_erasure(caller, request_id, body)

    async def _approved_erasure(self, caller: Caller, request_id: str, body: ErasureRequest) -> SubjectRequest:
        request = await self._existing(request_id)
        asked = request.erasure_asked
        if asked is None:
            raise unusable("rights.wrong_state", http_status=409)
        if is_same_name(asked.actor, caller.name):
            raise not_permitted("rights.second_person")
        with _refusing():
            await self._audit.write(caller, "requests.erase", request_id, reason=told(body.reason), outcome="asked")
            reference = await self._erasing.erase(request, asked_by=asked.actor, approved_by=caller.name)
            draft = StepDraft(step=RequestStep.ERASED, actor=caller.name, text=told(body.reason), reference=reference)
            changed = await self._archive.requests.take(request_id, draft)
            await self._audit.write(caller, "requests.erase", request_id, outcome="ok")
        return await self._view(caller, changed)

    async def _step(
        self,
        caller: Caller,
        request_id: str,
        draft: StepDraft,
        *,
        reason: str | None = None,
        permission: Permission = Permission.REQUESTS_HANDLE,
    ) -> SubjectRequest:
        require(caller, permission)
        with _refusing():
            why = None if reason is None else (told(reason) or "")[:MAX_REASON]
            await self._audit.write(caller, f"requests.{draft.step.value}", request_id, reason=why)
            return await self._view(caller, await self._archive.requests.take(request_id, draft))

    async def _existing(self, request_id: str) -> ArchivedRequest:
        with refusing():
            request = await self._archive.requests.one(request_id)
        if request is None:
            raise not_found("rights.request")
        return request

    async def _markable(self, request_id: str, body: MarkRequest) -> None:
        request = await self._existing(request_id)
        if body.conversation is None and request.subject_kind is not SubjectKind.CUSTOMER:
            raise invalid("conversation")

    async def _view(self, caller: Caller, request: ArchivedRequest) -> SubjectRequest:
        with refusing():
            sight = await self._sight(caller)
        return request_view(request, self._parts.clock.now(), sight, with_changes=True)

    async def _sight(self, caller: Caller) -> Sight:
        return await self._guard.sight(caller.role, self._parts.texts[caller.language])


@contextmanager
def _refusing() -> Iterator[None]:
    with refusing():
        try:
            yield
        except IllegalTransitionError:
            raise unusable("rights.wrong_state", http_status=409) from None
        except SecondPersonError:
            raise not_permitted("rights.second_person") from None
        except RecordNotFoundError as error:
            raise not_found("rights.request" if error.detail == "request" else "event") from None
