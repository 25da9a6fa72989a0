"""The local API's server side.

Reading order:
- coming in: `listener`, `identity` (who calls), `server`, `rate_limit`
- the table of routes: `routes`, made of `call`; what each does: `handlers`, `connecting`
- going out: `answers`, `errors`, `download`, `stream`; for people: `openapi`
"""
