"""Whatever a phone prints, each line of its table is one of our words, and its text is in none of them."""

from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.advice import every_advice
from adb_bridge.evidence import Evidence
from adb_bridge.probe_services import SERVICES, SWITCHES, read_services, read_switches
from adb_bridge.probe_sources import System, read_own_notice
from adb_bridge.records import Capability, Vendor
from adb_bridge.shell_batch import Section

PIECES = st.sampled_from(
    [
        b"1", b"0", b"null", b"SecurityException", b"not found", b"android.text=String", b"android.title=String (x)\n",
        b" User \"a\" (id=0, flags=0x13) (current): trusted=0, trustManaged=0, deviceLocked=1\n", b"mCallState=1\n",
        b"CredentialType: PIN\n", b"Current Notification Manager state", b"\xff\x00", b"604800000",
    ]
)  # fmt: skip
PRINTED = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=6).map(b"\n".join))
SECTIONS = st.builds(lambda output, status: Section(output=output, status=status), PRINTED, st.integers(0, 255))
SYSTEMS = st.builds(lambda vendor, sdk: System(vendor=vendor, sdk=sdk), st.sampled_from(Vendor), st.integers(0, 999))
ADVICE = frozenset(every_advice())


def in_our_words(lines: tuple[Capability, ...]) -> bool:
    return all(line.evidence in set(Evidence) and (line.advice is None or line.advice in ADVICE) for line in lines)


@given(st.tuples(*[SECTIONS] * len(SERVICES)), SYSTEMS)
def test_services(sections: tuple[Section, ...], system: System) -> None:
    assert in_our_words(read_services(sections, system))


@given(st.tuples(*[SECTIONS] * len(SWITCHES)), SYSTEMS)
def test_switches(sections: tuple[Section, ...], system: System) -> None:
    assert in_our_words(read_switches(sections, system))


@given(SECTIONS, st.booleans())
def test_our_own_notice(printed: Section, is_dump: bool) -> None:  # noqa: FBT001
    assert in_our_words((read_own_notice(printed, is_dump=is_dump),))
