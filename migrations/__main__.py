"""`python -m migrations new|local|docs|lint`: what a developer does with revisions."""

import argparse
import sys

from migrations.commands import describe, lint, local, new
from migrations.errors import MigrationError
from migrations.revisions import RevisionError


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m migrations", description="Work on the schema's revisions.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("new", help="make the next file").add_argument("name", help="such as add_refunds")
    commands.add_parser("local", help="run all revisions on a throw-away PostgreSQL and print the schema")
    commands.add_parser("docs", help="write docs/schema.md from the schema that the revisions make")
    commands.add_parser("lint", help="check every revision with squawk")
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "new":
                print(new.create(options.name))
            case "local":
                print(local.schema(describe.describe))
            case "docs":
                describe.write(local.schema(describe.describe))
            case _:
                return lint.run()
    except (MigrationError, RevisionError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
