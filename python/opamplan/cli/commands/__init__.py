"""The commands, one module each, which is found by being here.

A module has `add_parser(subparsers)`, which ends in `parser.set_defaults(run=run)`, and
`run(args) -> int`, the exit status. It imports what takes time only where it needs it.
"""
