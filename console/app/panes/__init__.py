"""The screens of the console.

Reading order:
- which there are: `registry`
- what all share: `frame` (`listing`: columns and order; `filter_input`) → `pane` → `item_pane` (all in memory,
  `item_rows`)
- one each: `devices` (`device_detail`), `alerts` (`alert_detail`),
  `events` (`event_rows`), `commands` (`life`), `rules`, `health`
  (`figures_block`), `audit` (`audit_query`)
"""
