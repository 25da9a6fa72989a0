"""The Textual app: a live view of one shop, a client of daemon.api and of nothing else.

Reading order:
- the app: `app` on `calls` (worker, message, follow-up), `work` (what takes a while), `run_log` and `sturdy`; the
  daemon: `link` → `shop` (what is known), through `client_port`
- the app's own lines: `trouble` (what is wrong with the link), `entries` (what the palette offers), `history`
- the screen: `stage` → `panes/` → `widgets/`; long lists: `event_pages`, `timeline_rows`, `health_times`,
  `filter_line` → `filters`; what leaves the console: `clipboard`, `shown_table`
- a person acts: `keys`, `palette` → `flows/` → `dialogs/`, as far as `access` allows
- how things are said: `desk` (what all share), `settings` and `settings_file`, `keymap`, `ordering`, `symbols`,
  `glyphs`, `times`, `themes` and `theme_names`, `announcer`; how it ends: `endings`
"""
