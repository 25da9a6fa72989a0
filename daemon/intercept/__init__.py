"""Actions that follow a finding by themselves: an app paused for minutes, a lock, a message; always undone and told.

`deciding` (whether a finding has an action), `orders` (what the phone is told), `interceptor` (drives each to its end),
`telling` (how it stands, in words), `desk` (what the API asks).
"""
