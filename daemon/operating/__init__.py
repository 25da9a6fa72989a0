"""The daemon as a service that runs for years: what it tells systemd, figures for a monitor, logs, its own parts.

Reading order: `starting`; `progress` (does it get anywhere?) → `watchdog` (told to systemd), `housekeeping`; `stopping`
(an end that is never late).
"""
