"""The `opamplan` command: one module a command, see `main`."""
