"""The impact assessment: a template filled with how the shop works, and whether an accepted version still fits."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from ..api.texts import Texts
from ..api.words import word_of
from ..archive.data_classes import DataClass
from ..archive.records import ArchivedEnrolment
from ..config import Config
from .due import first_days

KEPT_YEARS: Final = 3
REVIEW_DAYS: Final = 365


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What an assessment rests on. A change of any of it asks for a new look."""

    scope: tuple[str, ...]
    """Sources that enrolments in force allow."""
    apps: tuple[str, ...]
    retention: tuple[str, ...]
    """`class=days`, in order."""
    notice_sha256: str

    def sha256(self) -> str:
        """Of their canonical JSON."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How the shop works now."""

    config: Config
    enrolments: tuple[ArchivedEnrolment, ...]
    notice_sha256: str
    now: datetime


def facts_of(situation: Situation) -> Facts:
    """What the daemon knows."""
    in_force = [one for one in situation.enrolments if one.ended_at is None]
    return Facts(
        scope=tuple(sorted({source for one in in_force for source in one.scope})),
        apps=tuple(sorted(situation.config.capture.notification_apps)),
        retention=retention_lines(situation.config),
        notice_sha256=situation.notice_sha256,
    )


def retention_lines(config: Config) -> tuple[str, ...]:
    """`class=days` as configured."""
    return tuple(f"{one.value}={config.retention.days_of(one)}" for one in DataClass)


def filled_template(situation: Situation, texts: Texts) -> str:
    """To be completed by people where it says so."""
    facts = facts_of(situation)
    config = situation.config
    in_force = [one for one in situation.enrolments if one.ended_at is None]
    nothing, between = texts.get("document.word.none"), texts.get("document.word.between")
    roles = {name: len(getattr(config.roles, name)) for name in ("owner", "admin", "reviewer", "auditor")}
    return texts.get(
        "document.assessment",
        store=config.store.name,
        date=situation.now.date().isoformat(),
        phones=len(in_force),
        scope=between.join(word_of(texts, "source", one) for one in facts.scope) or nothing,
        apps=between.join(facts.apps) or nothing,
        retention=between.join(
            texts.get("document.word.kept", what=word_of(texts, "data_class", one), days=config.retention.days_of(one))
            for one in DataClass
        ),
        rules=between.join(config.policy.packs) or nothing,
        notice=facts.notice_sha256[:16],
        roles=between.join(f"{word_of(texts, 'role', name)} {count}" for name, count in roles.items()),
        due_days=first_days(config.requests),
    )
