"""A simulated phone: an ADB device over TCP with a small Android userspace, driven by a scenario."""
