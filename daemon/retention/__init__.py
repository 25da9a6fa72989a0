"""How long things are kept, and how they go.

Reading order: `passes` (what is over its time goes), `files` (what no record names), `copies` (of before a migration),
`desk` (what people ask: the state, holds, certificates, a pass at once). The archive's side is in `archive/`:
`deletions`, `holds`, `retention_clock`.
"""
