"""The messages written by hand are well formed and enough to measure by."""

from collections import Counter

from policies.model import Side
from tests.evasion.dev_set import LABELS, dev_messages


def test_labels_and_senders_are_known_ones() -> None:
    for message in dev_messages():
        assert message.label in LABELS, message
        assert Side(message.sender) is not Side.UNKNOWN, message
        assert message.text.strip() == message.text != "", message


def test_there_are_enough_of_each() -> None:
    labels = Counter(message.label for message in dev_messages())
    assert labels["honest"] >= 300
    assert labels.total() - labels["honest"] >= 300
    assert set(labels) == LABELS
    assert min(labels.values()) >= 20
    assert sum(bool(message.prev) for message in dev_messages()) >= 10


def test_nothing_is_said_twice() -> None:
    said = Counter((message.text, message.prev) for message in dev_messages())
    assert [text for text, count in said.items() if count > 1] == []
