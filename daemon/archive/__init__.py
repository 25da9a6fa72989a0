"""The encrypted archive: schema, migrations, the one writer, the readers."""
