"""What of the messages in tests/evasion/street is found, and which honest ones are called so.

`python -m benchmarks.street`: words as `benchmarks.counter` measures them, then contact details, by kind; as text.
"""

import sys
from collections import Counter, defaultdict

from policies.contacts.finder import find_contacts
from policies.model import ContactKind
from tests.evasion.street_set import contacts, disguised, honest, numbers

from .counter import print_found


def main() -> int:
    """Print figures."""
    print_found(disguised(), honest())
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    missed: list[str] = []
    for one in contacts():
        spans = find_contacts(one.text)
        found = any(span.start < one.end and one.start < span.end for span in spans)
        exact = any((span.start, span.end) == (one.start, one.end) for span in spans)
        for name in ("contacts", one.kind):
            counts[name].update(of=1, found=found, exact=exact)
        missed += [] if found else [f"{one.kind}: {one.text}"]
    for name, count in counts.items():
        print(f"{name:16}{count['of']:5} {count['found'] / count['of']:.3f} exact {count['exact'] / count['of']:.3f}")
    print(f"missed {len(missed)}:", *missed, sep="\n")
    false = [
        f"{text} ({span.kind} {text[span.start : span.end]})"
        for text in numbers()
        for span in find_contacts(text)
        if span.kind in ASKED
    ]
    print(f"honest numbers {len(numbers())}: {len(false)} falsely found", *false, sep="\n")
    return 0


ASKED = frozenset((ContactKind.MOBILE, ContactKind.WECHAT, ContactKind.QQ, ContactKind.EMAIL))
"""The kinds that the set has; landlines, plates and addresses of its honest messages are such."""


if __name__ == "__main__":
    sys.exit(main())
