"""The `opamplan` command: `main` is its entry point, `commands` has one module a command."""
