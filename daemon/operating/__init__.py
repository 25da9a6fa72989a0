"""The daemon as a service that runs for years: what it tells systemd, figures for a monitor, logs, its own parts.

Reading order:
- put together: `operations`; what of it is configured: `sections`, `section_sense`
- beginning and end: `starting`, `stopping` (an end that is never late)
- does it get anywhere: `progress` → `watchdog` (told to systemd), `housekeeping`; for people: `checks`
- figures: `meters` (since the start) → `exposition` → `metrics_service`
- logs: `log_file`; SIGHUP: `reloading`; which versions wrote the archive: `components`
"""
