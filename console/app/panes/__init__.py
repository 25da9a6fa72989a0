"""The screens of the console.

Reading order:
- which there are: `registry`
- what all share: `pane` → `item_pane` (everything in memory)
- one each: `devices`, `alerts` (`alert_detail`),
  `events` (`event_rows`), `commands` (`life`), `rules`, `health`, `audit`
"""
