"""Versions of the notice, who acknowledged which, and who has to read the present one."""

import hashlib
from typing import Final

import msgspec

from ..api.documents import DocumentKind, DocumentStep, NoticeVersion
from ..archive.archive import Archive
from ..archive.documents import ArchivedDocument, ArchivedNotice, DocumentDraft
from ..archive.records import ArchivedEnrolment
from ..config import Config

_UNUSED: Final = "-"
"""Version of a text that no enrolment rests on yet."""


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str


class Notices:
    """A notice is its text: two versions with the same text are acknowledged together. Raises what the archive raises.

    An acknowledgement is part of an enrolment, or comes later as an entry of its own.
    """

    def __init__(self, archive: Archive, config: Config) -> None:
        self._archive = archive
        title, text = config.notice_for(config.store.language)
        self._text = f"{title}\n{text}"
        both = ("\n".join(config.notice_for(language)) for language in ("en", "zh"))
        self._current = frozenset(hashlib.sha256(one.encode()).hexdigest() for one in both)
        """Of the same notice in both languages: who read it in one has read it."""

    def current_sha256(self) -> str:
        """Of the text that phones show now."""
        return hashlib.sha256(self._text.encode()).hexdigest()

    async def versions(self) -> tuple[NoticeVersion, ...]:
        """The current text first."""
        stored = await self._archive.documents.notices()
        enrolments = await self._archive.enrolments()
        later = await self._later()
        current = self.current_sha256()
        known = [*stored]
        lines = [self._version(one, enrolments, later, current) for one in known]
        if not any(one.is_current for one in lines):
            lines.append(
                NoticeVersion(
                    version=_UNUSED,
                    sha256=current,
                    first_used_at=None,
                    is_current=True,
                    acknowledged=_acknowledged(current, enrolments, later),
                    missing=_missing(self._current, enrolments, later),
                    text=self._text,
                )
            )
        return tuple(sorted(lines, key=lambda one: not one.is_current))

    async def missing(self) -> tuple[str, ...]:
        """Employees with a phone who have not acknowledged the text that phones show now."""
        return _missing(self._current, await self._archive.enrolments(), await self._later())

    async def acknowledge(self, employee: str, *, actor: str) -> None:
        """The current text."""
        current = self.current_sha256()
        stored = await self._archive.documents.notices()
        version = next((one.version for one in stored if one.sha256 == current), _UNUSED)
        facts = msgspec.json.encode(_Facts(sha256=current), order="sorted").decode()
        await self._archive.documents.add(
            DocumentDraft(
                kind=DocumentKind.NOTICE,
                step=DocumentStep.ACKNOWLEDGED,
                actor=actor,
                name=version,
                title=employee,
                body=self._text,
                facts=facts,
            )
        )

    async def _later(self) -> dict[str, set[str]]:
        """Employees by the hash of what they acknowledged after their enrolment."""
        found: dict[str, set[str]] = {}
        for step in await self._archive.documents.steps(DocumentKind.NOTICE):
            if step.step is DocumentStep.ACKNOWLEDGED and step.title is not None:
                found.setdefault(_sha256_of(step), set()).add(step.title)
        return found

    def _version(
        self,
        notice: ArchivedNotice,
        enrolments: tuple[ArchivedEnrolment, ...],
        later: dict[str, set[str]],
        current: str,
    ) -> NoticeVersion:
        is_current = notice.sha256 == current
        return NoticeVersion(
            version=notice.version,
            sha256=notice.sha256,
            first_used_at=notice.first_used_at,
            is_current=is_current,
            acknowledged=_acknowledged(notice.sha256, enrolments, later),
            missing=_missing(self._current, enrolments, later) if is_current else (),
            text=notice.text,
        )


def _acknowledged(
    sha256: str, enrolments: tuple[ArchivedEnrolment, ...], later: dict[str, set[str]]
) -> tuple[str, ...]:
    at_enrolment = {one.employee for one in enrolments if one.notice_sha256 == sha256}
    return tuple(sorted(at_enrolment | later.get(sha256, set())))


def _missing(
    current: frozenset[str], enrolments: tuple[ArchivedEnrolment, ...], later: dict[str, set[str]]
) -> tuple[str, ...]:
    with_phone = {one.employee for one in enrolments if one.ended_at is None}
    have_read = {name for sha256 in current for name in _acknowledged(sha256, enrolments, later)}
    return tuple(sorted(with_phone - have_read))


def _sha256_of(step: ArchivedDocument) -> str:
    try:
        return msgspec.json.decode(step.facts, type=_Facts).sha256
    except msgspec.MsgspecError:
        return ""
