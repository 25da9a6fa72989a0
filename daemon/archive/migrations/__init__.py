"""The archive's schema, one numbered SQL file a step. A released file is never edited."""
