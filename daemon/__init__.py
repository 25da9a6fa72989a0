"""The service on the shop's mini-PC: collects from enrolled phones, judges, archives, alerts, commands."""
