"""What is kept of each phone of a run, so that an interruption at any point costs nothing and tells no lie."""

from datetime import datetime

import msgspec

from ..api.provisioning import PhoneResult, StepName


class KeptChange(msgspec.Struct, frozen=True, kw_only=True):
    """Something that differed from the plan. Kept before it is written: after a crash in between, a phone that is as
    it should be was changed by us."""

    step: StepName
    name: str
    before: str | None
    after: str | None


class KeptItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something for a person."""

    item: str
    step: StepName
    text_key: str
    values: dict[str, str] = {}
    is_detected: bool = False
    is_required: bool = True
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the phone waits for it."""
        return self.is_required and (self.is_detected or self.confirmed_at is None)


class KeptPhone(msgspec.Struct, frozen=True, kw_only=True):
    """One place of a run."""

    entry: int
    """The plan's line, from 1; 0: a person's own line."""
    person: int | None = None
    """Which of the plan's people, from 0."""
    serial: str | None = None
    employee: str | None = None
    label: str | None = None
    vendor: str | None = None
    android: str | None = None
    result: PhoneResult = PhoneResult.WAITING
    step: StepName | None = None
    code: str | None = None
    changes: tuple[KeptChange, ...] = ()
    items: tuple[KeptItem, ...] = ()
    begun: tuple[str, ...] = ()
    """`step:name` of changes whose end is not known: they were about to be made when something came in between."""
    orders: int = 0
    """Commands to this phone that ended without success: the next one is another."""

    @property
    def is_over(self) -> bool:
        """It has its result."""
        return self.result not in {PhoneResult.WAITING, PhoneResult.WORKING}


def with_changes(phone: KeptPhone, new: tuple[KeptChange, ...]) -> KeptPhone:
    """Beside those that are kept; what was found first stays what it was before."""
    known = {(one.step, one.name): one for one in phone.changes}
    for one in new:
        former = known.get((one.step, one.name))
        known[one.step, one.name] = (
            one if former is None else KeptChange(step=one.step, name=one.name, before=former.before, after=one.after)
        )
    begun = dict.fromkeys((*phone.begun, *(mark_of(one) for one in new)))
    return msgspec.structs.replace(phone, changes=tuple(known.values()), begun=tuple(begun))


def mark_of(change: KeptChange) -> str:
    """As `begun` has it."""
    return f"{change.step.value}:{change.name}"


def settled(phone: KeptPhone, changes: tuple[KeptChange, ...]) -> KeptPhone:
    """These were made and read back."""
    marks = {mark_of(one) for one in changes}
    return msgspec.structs.replace(phone, begun=tuple(one for one in phone.begun if one not in marks))


def without_changes(phone: KeptPhone, step: StepName, names: frozenset[str]) -> KeptPhone:
    """These did not happen: they were read, and are not there."""
    kept = tuple(one for one in phone.changes if one.step is not step or one.name not in names)
    return msgspec.structs.replace(phone, changes=kept)


def with_items(phone: KeptPhone, step: StepName, new: tuple[KeptItem, ...]) -> KeptPhone:
    """Those of one step anew; what was confirmed stays confirmed."""
    confirmed = {one.item: one for one in phone.items if one.confirmed_at is not None}
    others = tuple(one for one in phone.items if one.step is not step)
    told = {one.item for one in others}
    mine = tuple(
        one
        if (former := confirmed.get(one.item)) is None
        else msgspec.structs.replace(one, confirmed_by=former.confirmed_by, confirmed_at=former.confirmed_at)
        for one in new
        if one.item not in told
    )
    return msgspec.structs.replace(phone, items=(*others, *mine))
