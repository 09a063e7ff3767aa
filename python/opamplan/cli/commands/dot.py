"""opamplan dot: the dependency graph of a target for Graphviz."""

from __future__ import annotations

import argparse
import json
from typing import Any

from opamplan.cli.closures import add_closure_parser, closure_of_target
from opamplan.cli.json_output import print_json


def add_parser(subparsers: Any) -> None:
    parser = add_closure_parser(
        subparsers,
        "dot",
        "print a target's dependencies for Graphviz",
        "The closure of TARGET as a graph: `opamplan dot TARGET | dot -Tsvg >graph.svg`.",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from opamplan import deps_json, dot

    result = closure_of_target(args)
    if args.json:
        graph = json.loads(deps_json(result))
        edges = [[name, needed] for name, needs in graph.items() for needed in needs]
        print_json({"target": result.target, "nodes": list(graph), "edges": edges})
    else:
        print(dot(result), end="")
    return 0
