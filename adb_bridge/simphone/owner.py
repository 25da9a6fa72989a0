"""Who owns the device in the sense of Android's device policy, and why nobody can come to own it."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class DeviceOwner:
    """The device owner of one phone."""

    component: str | None = None
    """`package/.Receiver`, None when nobody owns it."""
    is_test_only: bool = False
    """Its package is testOnly: goes in with accounts present, and out by `dpm remove-active-admin`."""

    @property
    def package(self) -> str | None:
        """The owner's package."""
        return self.component.partition("/")[0] if self.component else None

    @property
    def full_component(self) -> str:
        """With the class name in full; raise `RuntimeError` without an owner."""
        if self.component is None:
            raise RuntimeError("nobody owns the device")
        return spelled_out(self.component)


def spelled_out(component: str) -> str:
    """`a.b/.C` as `a.b/a.b.C`."""
    package, _, name = component.partition("/")
    return f"{package}/{package}{name}" if name.startswith(".") else component
