"""The pages' phones with other Android versions: `hyperos@33` is the page `hyperos` at API level 33."""

from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Final

from ..faults import Right
from ..spec import Brand
from ..toml_table import Table
from ..traits import CALL_LOG_SDK, NotificationLayout, Presence, Traits, plain_traits
from .profile import Profile

_FORMAT: Final = 1
_ONE_UI: Final = {34: NotificationLayout.ONEUI_14, 35: NotificationLayout.ONEUI_15, 36: NotificationLayout.ONEUI_15}
_FIRST_NOTIFICATION_SHELL: Final = 30


def generation_names() -> tuple[str, ...]:
    """`page@sdk`, sorted."""
    return tuple(sorted(_tables()))


def at_generation(page: Profile, name: str) -> Profile:
    """The page's phone as `name` says. Raise `KeyError` for a name that is none of `generation_names()`."""
    table = _tables()[name]
    sdk = table.whole("sdk", low=28, high=36)
    without = (*table.texts("without", ()),)
    own = table.table("properties")
    properties = {key: value for key, value in page.properties.items() if key not in without}
    properties |= {key: own.text(key) for key in own.keys()}  # noqa: SIM118 (a Table is not a dict)
    switchless = table.texts("switchless", ())
    traits = replace(page.traits, switches=tuple(one for one in page.traits.switches if one.switch not in switchless))
    profile = replace(
        page,
        name=name,
        title=table.text("title"),
        model=table.text("model"),
        device=table.text("device"),
        sdk=sdk,
        properties=properties,
        traits=_dated(traits, page.brand, sdk),
    )
    table.text("of")
    table.finish()
    return profile


def _dated(traits: Traits, brand: Brand, sdk: int) -> Traits:
    plain = plain_traits(sdk)
    layout = _ONE_UI.get(sdk, plain.layout) if brand is Brand.SAMSUNG else plain.layout
    call_log = {Right.CALL_LOG} if sdk < CALL_LOG_SDK else set()
    return replace(
        traits,
        layout=layout,
        denied=(traits.denied - {Right.CALL_LOG}) | call_log,
        notification_shell=Presence.PRESENT if sdk >= _FIRST_NOTIFICATION_SHELL else Presence.ABSENT,
    )


@cache
def _tables() -> dict[str, Table]:
    page = resources.files("adb_bridge.simphone.profiles") / "generations.toml"
    with resources.as_file(page) as path:
        root = Table.load(path)
    if root.whole("schema") != _FORMAT:
        raise root.error("schema", f"must be {_FORMAT}")
    tables = root.tables("generation")
    root.finish()
    return {f"{table.text('of')}@{table.whole('sdk', low=28, high=36)}": table for table in tables}
