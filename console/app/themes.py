"""The console's themes: dark, light, high contrast, and the terminal's own sixteen colours."""

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="shop-dark", primary="#6cb6ff", secondary="#8ddb8c", warning="#f0b849", error="#ff7b72", success="#6bc46d",
    accent="#d2a8ff", foreground="#d8dee6", background="#0f1318", surface="#151b22", panel="#1f2731", dark=True,
    variables={"muted": "#909ba8"},
)  # fmt: skip
LIGHT: Final = Theme(
    name="shop-light", primary="#0a58a8", secondary="#2b6a2b", warning="#8a5a00", error="#b3261e", success="#1d6b2a",
    accent="#6f42c1", foreground="#1c2128", background="#fbfbf8", surface="#f1f1ec", panel="#e3e4de", dark=False,
    variables={"muted": "#59616d"},
)  # fmt: skip
CONTRAST: Final = Theme(
    name="shop-contrast", primary="#7fd0ff", secondary="#9dff9d", warning="#ffd84d", error="#ff9c94", success="#8dff8d",
    accent="#e6c8ff", foreground="#ffffff", background="#000000", surface="#000000", panel="#222222", dark=True,
    variables={"muted": "#cfcfcf"},
)  # fmt: skip
OURS: Final = (DARK, LIGHT, CONTRAST)
ANSI: Final = "ansi-dark"
CHOICES: Final = {
    "dark": DARK.name,
    "light": LIGHT.name,
    "contrast": CONTRAST.name,
    "ansi": ANSI,
}
"""Name in the catalog to name of the theme."""
DEFAULT_VARIABLES: Final = {"muted": "ansi_default"}
"""For themes that are not ours."""
