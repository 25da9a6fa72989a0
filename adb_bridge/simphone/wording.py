"""Fills the braces of scenario texts and invents people, all from one random source."""

import random
from collections.abc import Mapping
from typing import Final

from .rows import Contact
from .scenario import BUILT_IN, Customer, Scenario, placeholders

_DAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_NESTING: Final = 2


class Wording:
    """Texts and people of one phone."""

    def __init__(self, scenario: Scenario, chance: random.Random, *, staff: str) -> None:
        self._scenario = scenario
        self._chance = chance
        self._staff = staff
        self.people: list[Customer] = list(scenario.customers)
        self._numbers = {one.number for one in scenario.customers}

    def fill(self, text: str, *, customer: str) -> str:
        """Replace every `{name}`; a word may itself hold names of built-in words."""
        for _ in range(_NESTING):
            for name in placeholders(text):
                text = text.replace(f"{{{name}}}", self._word(name, customer), 1)
        return text

    def invent_person(self) -> Customer:
        """A new customer with a dummy number (1380013xxxx), added to `people`."""
        name = self._chance.choice(self._scenario.surnames) + self._chance.choice(self._scenario.given_names)
        number = self._number()
        person = Customer(key=number, name=name, number=number, note=None)
        self.people.append(person)
        return person

    def anybody(self) -> Customer:
        """One of `people`; invents the first."""
        return self._chance.choice(self.people) if self.people else self.invent_person()

    def _number(self) -> str:
        while True:
            number = f"1380013{self._chance.randrange(10_000):04d}"
            # 13800138000 is a real service number.
            if number != "13800138000" and (number not in self._numbers or len(self._numbers) > 9_000):
                self._numbers.add(number)
                return number

    def _word(self, name: str, customer: str) -> str:
        words: Mapping[str, tuple[str, ...]] = self._scenario.words
        if name in words:
            return self._chance.choice(words[name])
        match name:
            case "customer":
                return customer
            case "staff":
                return self._staff
            case "day":
                return self._chance.choice(_DAYS)
            case "hour":
                return str(self._chance.randrange(10, 21))
            case "price":
                return str(self._chance.randrange(8, 300) * 100)
            case _:
                assert name in BUILT_IN
                return f"{self._chance.randrange(10_000):04d}"


def contact_of(person: Customer) -> Contact:
    """The person in an address book."""
    return Contact(name=person.name, numbers=(person.number,), note=person.note)
