"""Which phone is which line of a plan, and whose it becomes. Pure.

A phone that is enrolled already belongs to its employee: no line takes it for anybody else, and one whose employee the
plan does not name is left alone. That makes a plan repeatable, and keeps a bench from taking phones that are at work.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..api.provision_plan import Plan, PlannedPhone, matches


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A phone that is there, in the order in which they came."""

    serial: str
    employee: str | None
    """Whose it is by its enrolment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A line of the plan with a person where it has one, and the phone, once there is one."""

    entry: int
    """From 1; 0: a person's own line."""
    person: int | None
    serial: str | None


OWN_LINE = PlannedPhone()
"""Of a person with a serial number that no line of the plan means: the defaults and the group alone."""


def line_of(plan: Plan, entry: int) -> PlannedPhone:
    """The plan's line."""
    return plan.phone[entry - 1] if entry else OWN_LINE


def first_places(plan: Plan) -> tuple[Place, ...]:
    """Those that exist before any phone is there: lines with `serial` or `order`, then people."""
    places: list[Place] = []
    persons = {one.serial: at for at, one in enumerate(plan.person) if one.serial is not None}
    for entry, line in enumerate(plan.phone, 1):
        if line.serial is not None:
            places.append(Place(entry=entry, person=persons.pop(line.serial, None), serial=line.serial))
    for serial, at in persons.items():
        entry = next((n for n, line in enumerate(plan.phone, 1) if matches(line, serial)), 0)
        entry = entry or next((n for n, line in enumerate(plan.phone, 1) if line.connected), 0)
        places.append(Place(entry=entry, person=at, serial=serial))
    free = _free_people(plan, places)
    orders = sorted((line.order, entry) for entry, line in enumerate(plan.phone, 1) if line.order is not None)
    for _, entry in orders:
        own = line_of(plan, entry).employee
        places.append(Place(entry=entry, person=None if own is not None else next(free, None), serial=None))
    if any(line.match is not None or line.connected for line in plan.phone):
        places += [Place(entry=0, person=at, serial=None) for at in free]
    return tuple(places)


def assign(plan: Plan, places: Sequence[Place], candidates: Sequence[Candidate]) -> tuple[tuple[int, Place], ...]:
    """Places that get their phone now, with their index; an index beyond the last one is a new place, for a phone
    that the plan means and has nobody for."""
    now = list(places)
    named = {place.serial for place in now}
    found: list[tuple[int, Place]] = []
    for candidate in candidates:
        if candidate.serial in named:
            continue
        made = _place_for(plan, now, candidate)
        if made is None:
            continue
        at, place = made
        named.add(candidate.serial)
        found.append(made)
        if at < len(now):
            now[at] = place
        else:
            now.append(place)
    return tuple(found)


def _place_for(plan: Plan, places: Sequence[Place], candidate: Candidate) -> tuple[int, Place] | None:
    serial = candidate.serial
    by_match = next((n for n, line in enumerate(plan.phone, 1) if line.match is not None and matches(line, serial)), 0)
    rest = next((n for n, line in enumerate(plan.phone, 1) if line.connected), 0)
    if candidate.employee is not None:
        for at, place in enumerate(places):
            if place.serial is None and _employee_of(plan, place) == candidate.employee:
                entry = place.entry or by_match or rest
                if entry:
                    return at, Place(entry=entry, person=place.person, serial=serial)
        return None
    if not by_match:
        for at, place in enumerate(places):
            if place.serial is None and place.entry and line_of(plan, place.entry).order is not None:
                return at, Place(entry=place.entry, person=place.person, serial=serial)
    entry = by_match or rest
    if not entry:
        return None
    for at, place in enumerate(places):
        if place.serial is None and not place.entry:
            return at, Place(entry=entry, person=place.person, serial=serial)
    return len(places), Place(entry=entry, person=None, serial=serial)


def _employee_of(plan: Plan, place: Place) -> str | None:
    if place.entry and (own := line_of(plan, place.entry).employee) is not None:
        return own
    return None if place.person is None else plan.person[place.person].employee


def _free_people(plan: Plan, places: Sequence[Place]) -> Iterator[int]:
    taken = {place.person for place in places}
    return iter([at for at, one in enumerate(plan.person) if one.serial is None and at not in taken])
