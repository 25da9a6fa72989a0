"""Everything that touches a phone: the private adb server, sessions, collectors, commands, the simulated phone.

Reading order:
- the server: `bridge` (the door), `server`, `binary`, `host_protocol`, `tracking`, `board`
- reaching phones: `addresses`, `reconnect` (the rules), `keeper`, `announced`, `discovery`, `pairing`, `wireless`
- how consoles of other machines find a daemon: `shop_advert`
- one phone: `session`, `streams`, `shell_protocol`, `shell_batch`, `sync_files`
- what it is and how it is: `identity`, `carrier`, `status`, `readings`, `signals`, `file_signals`, `commands`
- what a person has it do: `verbs/`, with `secret` for PINs and numbers
- what it permits: `probe` on `probe_sources`, `probe_services`; in words: `evidence`, `advice`, by `vendors`
- its records: `collectors/` on `content_query`, `content_batch`, `recordings/`, `phone_time`, `telephony_registry`
- what leaves this package: `records`, `rows`, `untrusted`
- bringing a phone into service: `provisioning/`
- everywhere: `errors`, `samples` (how errors quote a phone), `clock`
- a phone made of software: `simphone/`
"""
