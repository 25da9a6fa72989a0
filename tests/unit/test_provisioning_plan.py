"""Plans: every mistake with its line, people from spreadsheets, layers, and whose phone is whose."""

import json
from pathlib import Path

import pytest

import console.main
from adb_bridge.provisioning.checklist import every_text
from adb_bridge.provisioning.places import parse_access_point
from adb_bridge.provisioning.settings import RULES, SettingFault, fault_of, keep_alive
from console.cli.plan_files import mistake_text
from console.cli.provision_arguments import with_action
from console.cli.provision_report import changed_count
from console.cli.provision_texts import _EXAMPLE
from daemon.api.plan_people import read_people, with_people
from daemon.api.plan_text import PlanError, PlanMistake, check_plan, read_plan
from daemon.api.provision_plan import SETTINGS, Plan, PlanPerson, plan_schema, wanted
from daemon.api.provisioning import PhoneResult, StepName
from daemon.api.texts import load_texts
from daemon.app import CATALOG as DAEMON_CATALOG
from daemon.provisioning.matching import Candidate, Place, assign, first_places, line_of
from daemon.provisioning.records import KeptChange, KeptPhone, settled, with_changes
from daemon.provisioning.views import phone_view

BAD = """\
schema = 2
nam = "bench"
[defaults]
scope = ["sms", "cal_log"]
keep_alive = "yes"
[defaults.settings]
"global.auto_time" = 1.5
"goobal.x" = 1

[group.sales]
pin = "2580"
[group."bad name"]
pin = "leave"

[[phone]]
serial = "A 1"
employe = "Li"
[[phone]]
serial = 7
work_hours = ["Mon-Sat 09:00-21:00",
              "8-9"]
[[person]]
serial = "x"
"""


def mistakes(text: str | bytes) -> list[tuple[int | None, str, str]]:
    content = text if isinstance(text, bytes) else text.encode()
    try:
        check_plan(read_plan(content), content)
    except PlanError as error:
        return [(one.line, one.code, one.key) for one in error.mistakes]
    return []


def test_every_mistake_has_its_line() -> None:
    assert mistakes(BAD) == [
        (1, "bad_value", "schema"),
        (2, "unknown_key", "nam"),
        (4, "bad_choice", "defaults.scope[2]"),
        (5, "wrong_type", "defaults.keep_alive"),
        (7, "wrong_type", "defaults.settings.global.auto_time"),
        (8, "bad_key", "defaults.settings.goobal.x"),
        (11, "bad_choice", "group.sales.pin"),
        (12, "bad_key", "group.bad name"),
        (16, "bad_form", "phone[1].serial"),
        (17, "unknown_key", "phone[1].employe"),
        (19, "wrong_type", "phone[2].serial"),
        (20, "bad_form", "phone[2].work_hours[2]"),
        (22, "missing_key", "person[1]"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"schema = 1\nx = [1,\n", [(3, "not_toml", "")]),
        (b"schema = 1\nname = \"\xff\"", [(2, "not_utf8", "")]),
        ("schema = 1", [(None, "no_phones", "")]),
        ("", [(1, "missing_key", "")]),
        ("schema = nan", [(1, "wrong_type", "schema")]),
        ("schema = 1\n[phone]\nserial = 'a'", [(2, "wrong_type", "phone")]),
        ("schema = 1\n[[phone]]\nserial = 'a'\norder = 1\nemployee = 'x'", [(2, "one_selector", "phone[1]")]),
        ("schema = 1\n[[phone]]\nserial = 'a'", [(2, "no_employee", "phone[1]")]),
        ("schema = 1\n[[phone]]\nconnected = true\nemployee = 'x'",
         [(4, "many_one_person", "phone[1].employee"), (2, "no_people", "phone[1]")]),
        ("schema = 1\n[[phone]]\nserial = 'a'\nemployee = 'x'\ngroup = 'y'", [(5, "no_group", "phone[1].group")]),
        ("schema = 1\n[[phone]]\nserial='a'\nemployee='x'\n[[phone]]\nserial='a'\nemployee='y'",
         [(6, "twice", "phone[2].serial")]),
        ("schema = 1\n[[phone]]\nserial='a'\nemployee='x'\n[phone.settings]\n'global.adb_enabled' = 0",
         [(6, "setting_not_allowed", "phone[1].settings.global.adb_enabled")]),
        ("schema = 1\n[[phone]]\nserial='a'\nemployee='x'\nsettings = {'global.auto_time' = 7}",
         [(5, "setting_bad_value", "phone[1].settings.global.auto_time")]),
        ("schema = 1\n[[phone]]\nserial='a'\nemployee=\"x\\u202e\"", [(4, "not_printable", "phone[1].employee")]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(text: str | bytes, expected: list[tuple[int | None, str, str]]) -> None:
    assert mistakes(text) == expected


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mistake_has_words(language: str) -> None:
    texts = load_texts(language, Path(console.main.__file__).parent / "catalog")
    codes = {key.removeprefix("cli.plan.") for key in texts.keys() if key.startswith("cli.plan.")}  # noqa: SIM118
    for told in (BAD, "x =", "schema = 1", "schema=1\n[[phone]]\nconnected=true\nemployee='x'"):
        assert {code for _, code, _ in mistakes(told)} <= codes

    class Context:
        def __init__(self) -> None:
            self.texts = texts

    with pytest.raises(PlanError) as caught:
        read_plan(BAD.encode())
    for mistake in caught.value.mistakes:
        text = mistake_text(Context(), mistake)  # type: ignore[arg-type]
        assert text.startswith(mistake.key) and "{" not in text and "2580" not in text
    shown = mistake_text(Context(), PlanMistake(code="bad_form", line=16, key="phone[1].serial"))  # type: ignore[arg-type]
    assert shown.startswith("phone[1].serial: ") and "{" not in shown


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_is_a_plan(language: str) -> None:
    content = _EXAMPLE[language].encode()
    plan = with_people(read_plan(content), (PlanPerson(employee="Han"),))
    check_plan(plan, content)
    assert json.dumps(plan_schema())


@pytest.mark.parametrize(
    "content",
    [
        "姓名,序列号,分组\n李娜,A1,counter\n\n王伟,,\n".encode("gb18030"),
        "员工;序列号;组\n李娜;A1;counter\n王伟;;\n".encode("utf-8-sig"),
        "employee\tserial\tgroup\r\n李娜\tA1\tcounter\r\n王伟\t\t\r\n".encode("utf-16"),
    ],
    ids=["excel in China", "semicolons", "unicode text"],
)
def test_people_come_from_any_spreadsheet(content: bytes) -> None:
    assert [(one.employee, one.serial, one.group) for one in read_people(content)] == [
        ("李娜", "A1", "counter"), ("王伟", None, None),
    ]  # fmt: skip


def test_mistakes_of_people_have_lines() -> None:
    with pytest.raises(PlanError) as caught:
        read_people(b"employee,serial\n,A1\nx,b b\n")
    assert [(one.line, one.code, one.key) for one in caught.value.mistakes] == [
        (2, "missing_key", "employee"), (3, "bad_form", "serial"),
    ]  # fmt: skip


PLAN = read_plan(
    b"""schema = 1
[defaults]
keep_alive = true
pin = "leave"
[defaults.settings]
"global.auto_time" = true
"system.time_12_24" = 24
[group.counter]
pin = "generate"
[group.counter.settings]
"global.auto_time" = false
[[phone]]
serial = "A1"
employee = "Li"
group = "counter"
[[phone]]
order = 1
employee = "First"
[[phone]]
match = "RMX*"
[[phone]]
connected = true
[[person]]
employee = "Match"
[[person]]
employee = "Rest"
[[person]]
employee = "Own"
serial = "Z9"
"""
)


def test_the_phone_goes_before_its_group_before_the_defaults() -> None:
    found = wanted(PLAN, PLAN.phone[0], None)
    assert found is not None
    assert (found.employee, found.pin, found.keep_alive) == ("Li", "generate", True)
    assert found.settings == {"global.auto_time": False, "system.time_12_24": 24}


def given(plan: Plan, *candidates: tuple[str, str | None]) -> dict[str, str | None]:
    """Serials to employees, None: nobody for it."""
    places = list(first_places(plan))
    for serial, employee in candidates:
        for at, place in assign(plan, places, [Candidate(serial=serial, employee=employee)]):
            places[at : at + 1] = [place]
    return {
        place.serial: None
        if (w := wanted(plan, line_of(plan, place.entry), _person(plan, place))) is None
        else w.employee
        for place in places
        if place.serial is not None
    }


def _person(plan: Plan, place: Place) -> PlanPerson | None:
    return None if place.person is None else plan.person[place.person]


def test_phones_find_their_lines() -> None:
    fresh = given(PLAN, ("RMX1", None), ("B2", None), ("C3", None), ("RMX2", None))
    assert fresh == {"A1": "Li", "Z9": "Own", "RMX1": "Match", "B2": "First", "C3": "Rest", "RMX2": None}


def test_a_phone_at_work_keeps_its_employee_or_is_left_alone() -> None:
    again = given(PLAN, ("X0", "Somebody"), ("C3", "Rest"), ("RMX7", None), ("B2", "First"))
    assert again == {"A1": "Li", "Z9": "Own", "C3": "Rest", "RMX7": "Match", "B2": "First"}


def test_settings_that_watch_or_shut_out_are_not_on_the_list() -> None:
    for name in (
        "secure.enabled_accessibility_services", "secure.enabled_notification_listeners", "secure.default_input_method",
        "secure.location_mode", "global.http_proxy", "global.adb_enabled", "global.development_settings_enabled",
    ):  # fmt: skip
        assert fault_of(name, "1") is SettingFault.NOT_ALLOWED
    assert fault_of("global.auto_time", "2") is SettingFault.BAD_VALUE
    assert fault_of("global.device_name", "x\ny") is SettingFault.BAD_VALUE
    for sdk in (29, 30, 36):
        assert all(fault_of(name, value) is None for name, value in keep_alive(sdk).items())
    assert "global.adb_allowed_connection_time" not in keep_alive(29)
    assert {name: rule.form for name, rule in RULES.items()} == SETTINGS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_checklist_has_words_for_every_maker(language: str) -> None:
    texts = load_texts(language, DAEMON_CATALOG)
    assert all(texts.has(key) for key in every_text())


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (b'WifiInfo: SSID: "Shop", BSSID: 02:00:5E:10:00:01, MAC: x', ("02:00:5e:10:00:01", "Shop")),
        (b'SSID: "a", BSSID: evil", BSSID: 02:00:5e:10:00:02, x', None),
        (b"SSID: <unknown ssid>, BSSID: 02:00:00:00:00:00", None),
        (b"Wifi is disabled", None),
    ],
)
def test_access_points_are_read(printed: bytes, expected: tuple[str, str] | None) -> None:
    found = parse_access_point(printed)
    assert (None if found is None else (found.bssid, found.ssid)) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["provision", "p.toml", "--check"], ["provision", "run", "p.toml", "--check"]),
        (["--lang", "zh", "provision", "--jobs", "4", "p"], ["--lang", "zh", "provision", "run", "--jobs", "4", "p"]),
        (["provision", "show", "last"], ["provision", "show", "last"]),
        (["provision", "--json", "list"], ["provision", "--json", "list"]),
        (["provision"], ["provision"]),
        (["events", "p.toml"], ["events", "p.toml"]),
    ],
)
def test_a_plan_needs_no_word_before_it(arguments: list[str], expected: list[str]) -> None:
    assert with_action(arguments) == expected


def test_mistakes_of_people_are_told_with_their_own_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('schema = 1\nemployees = "e.csv"\n[[phone]]\nconnected = true\n[[person]]\nemployee = "Han"\n')
    (tmp_path / "e.csv").write_bytes("姓名,分组,电话\n\n李娜,,1\n王伟,柜台,2\n".encode("gb18030"))
    assert console.main.main(["--lang", "en", "--state", str(tmp_path), "provision", str(plan), "--check"]) == 2
    told = capsys.readouterr().err
    assert f'{tmp_path}/e.csv:4: group: there is no [group."柜台"]' in told and "passed over: 电话" in told


def test_only_what_was_read_back_counts_as_changed() -> None:
    def change(name: str) -> KeptChange:
        return KeptChange(step=StepName.SETTINGS, name=name, before=None, after="1")

    begun = with_changes(KeptPhone(entry=1, result=PhoneResult.FAILED), (change("a"), change("b")))
    told = phone_view(settled(begun, (change("a"),)), load_texts("en"))
    assert [(one.name, one.is_certain) for one in told.changes] == [("a", True), ("b", False)]
    assert changed_count(told) == 1
