"""The whole product on simulated phones: a stage (phones, daemon, enrolments) and what is played on it."""
