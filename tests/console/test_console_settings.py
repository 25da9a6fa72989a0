"""What a person chooses is kept beside everything else that was chosen."""

from console.app.ordering import Order
from console.app.settings import (
    ColumnsChange,
    FilterChange,
    LookChange,
    Settings,
    SettingsChange,
    SortChange,
    changed_settings,
)


def after(*changes: SettingsChange) -> Settings:
    settings = Settings()
    for change in changes:
        settings = changed_settings(settings, change)
    return settings


def test_choices_add_up_and_the_last_one_counts() -> None:
    settings = after(
        SortChange(pane="devices", order=Order(column="name", is_descending=False)),
        SortChange(pane="alerts", order=Order(column="when", is_descending=False)),
        SortChange(pane="alerts", order=Order(column="when", is_descending=True)),
        ColumnsChange(pane="devices", columns=("name", "state")),
        LookChange(theme="light"),
        LookChange(language="zh"),
    )
    assert settings == Settings(
        theme="light",
        language="zh",
        sort={"devices": "name", "alerts": "-when"},
        columns={"devices": ("name", "state")},
    )
    assert Order.of_word(settings.sort["alerts"]) == Order(column="when", is_descending=True)


def test_a_saved_filter_is_renewed_and_forgotten_without_touching_others() -> None:
    grave = FilterChange(pane="alerts", name="grave", line="sev:>=high")
    mine = FilterChange(pane="alerts", name="mine", line="assignee:me")
    off = FilterChange(pane="devices", name="off", line="state:offline")
    renewed = FilterChange(pane="alerts", name="grave", line="sev:>=critical")
    assert after(grave, mine, off, renewed).filters == {
        "alerts": {"grave": "sev:>=critical", "mine": "assignee:me"},
        "devices": {"off": "state:offline"},
    }
    forgotten = FilterChange(pane="alerts", name="grave", line=None)
    assert after(grave, mine, forgotten, forgotten).filters == {"alerts": {"mine": "assignee:me"}}
