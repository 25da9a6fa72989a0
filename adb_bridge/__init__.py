"""Everything that touches a phone: the private adb server, sessions, collectors, commands, the simulated phone."""
