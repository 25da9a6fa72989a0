"""The service on the shop's mini-PC: collects from enrolled phones, judges, archives, alerts, commands.

Reading order:
- put together and kept alive: `app` (over an open `vault`), `supervise`, `main` (`__main__`), `cli/`; before anybody
  has unlocked the vault: `sealed_start/`; one state directory: `paths`, `state_lock`, `config` (of
  `config_sections`; told by `config_reference`); the machine: `system`, `logs`, `version`
- phones: `phone_link` → `fleet` → `device_task` (`workshop`: what all of them share) → `lane` → `source_reader`, paced
  by `schedule`, all over again on `refetch`; what is known of one right now: `live`, `announcements` (notifications);
  when to ask what it permits: `prober`
- reaching phones: `discovery`, `pairing_desk`, `whereabouts`, `twins` (one serial, two phones), `caretaker`,
  `cables`; for the API: `connecting`
- a row's way: `normalise` (with `normalise_media`, `normalise_apps`, `event_fields`, `peers`) → `events` → `judge`
  (`judging_sides`, `conversations`; `rules`, `rule_watch`, `rule_reasons`) → `archive/` → `outbox` → `bus`; rows that
  vanished: `absence`
- files that belong to a record: `holdings` → `media_store` (on `media_shelves`), `attachments`, opened by
  `attachment_reading`; recordings and their calls: `pairing` with `pair_assignment` (pure), `recording_claims` →
  `recording_pairs`
- the archive looked through with other rules: `rescans`, `rescans_desk`; for plots: `figures/`
- alerts to people who are not at the console: `delivery/`
- how long things stay: `retention/`; what is handed over: `exports_desk` with `bundles/`
- many phones brought into service from a plan: `provisioning/`
- copies: `backup/`; evidence: `proofs/`
- files of the shop's own: `importing/`; what tells of changes in a folder, also of rules: `folder_notices`
- a service that runs for years: `operating/`
- the ways into the vault: `keys_desk`, `key_watch` (is the file ours and new?), `key_protection`, `credentials`
- commands to phones: `commanding/` (`config_commands`); PINs of phones: `pins/`; erasing them: `wiping/`
- what goes on for days by itself: `following`; employees who leave: `leaving/`; actions that follow a
  finding: `intercept/` (`config_intercept`)
- people who come by the web: `web/`, consoles of other machines: `lan/` (`config_lan`); whether two names may be one
  person: `people_names`
- what may be asked: `http/` → `service` (the contract), `service_impl` (of `service_parts`) and `desks` (of
  `desk_parts`), with `roles`, `callers`, `audit` (`audit_reading`), `denials`, `enrolment`,
  `event_reading` (`event_filters`), `timeline_desk`, `alerts_desk`, `device_directory`, `health` (`health_phones`,
  `health_check`), `stream_feed`; what people may ask about themselves, and what is private: `rights/`; what
  may leave: `views`, `timeline_view`, `event_told`, `event_text`, `device_view`
- errors: `errors` (our own), `refusals` (for programs), `service_errors` (for the API)
- for clients: `api/`; on simulated phones: `demo/`
"""
