"""`python -m preflight.catalogue`: asks RDS for the engine versions it offers and rewrites the catalogue."""

import argparse
import ast
import os
import re
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from environments.schema import engine_versions
from environments.schema.environment import Environment
from preflight.aws import Aws
from preflight.stack import CannotRun

ENGINE = "aurora-postgresql"
STANDARD_SUPPORT = "open-source-rds-standard-support"
FILE = Path(engine_versions.__file__)
# Others, such as 16.9-limitless, are editions of their own.
_VERSION = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True)
class Catalogue:
    """Minor versions by major, and the last day of standard support by major."""

    minors: dict[int, tuple[int, ...]]
    ends: dict[int, date]


SHIPPED = Catalogue(engine_versions.MINORS, engine_versions.STANDARD_SUPPORT_ENDS)


def fetch(aws: Aws, known: Catalogue) -> Catalogue:
    """What RDS offers in the region. Of a major version whose end of support it does not tell, the known one is kept.

    Raises CannotRun for an answer without versions, or without an end of support that was never known.
    """
    versions = aws.pages("rds", "describe_db_engine_versions", "DBEngineVersions", Engine=ENGINE)
    found: dict[int, set[int]] = {}
    for version in versions:
        match = _VERSION.fullmatch(version["EngineVersion"])
        if match and version.get("Status", "available") == "available":
            found.setdefault(int(match[1]), set()).add(int(match[2]))
    if not found:
        raise CannotRun(f"RDS offers no version of {ENGINE} in {aws.region}; the catalogue is left as it is")
    majors = aws.pages("rds", "describe_db_major_engine_versions", "DBMajorEngineVersions", Engine=ENGINE)
    told = {int(m["MajorEngineVersion"]): _end(m) for m in majors if m["MajorEngineVersion"].isdecimal()}
    ends = {major: told.get(major) or known.ends.get(major) for major in found}
    if missing := [str(major) for major, end in ends.items() if end is None]:
        raise CannotRun(
            f"RDS does not tell the end of standard support of {ENGINE} {', '.join(missing)}; the catalogue is left as "
            "it is: enter the date from the Aurora user guide in STANDARD_SUPPORT_ENDS, and run it again"
        )
    newest_first = sorted(found, reverse=True)
    return Catalogue(
        {major: tuple(sorted(found[major])) for major in newest_first},
        {major: end for major in newest_first if (end := ends[major])},
    )


def _end(major: Any) -> date | None:
    for lifecycle in major.get("SupportedEngineLifecycles", []):
        if lifecycle["LifecycleSupportName"] == STANDARD_SUPPORT:
            end: date = lifecycle["LifecycleSupportEndDate"].date()
            return end
    return None


def difference(old: Catalogue, new: Catalogue) -> list[str]:
    """One line for each version that came or went, and for each end of support that moved."""
    before, after = _versions(old), _versions(new)
    lines = [f"+ {major}.{minor}" for major, minor in sorted(after - before)]
    lines += [f"- {major}.{minor}" for major, minor in sorted(before - after)]
    for major, end in sorted(new.ends.items()):
        if old.ends.get(major) != end:
            lines.append(f"~ {major}: standard support ends {end}, was {old.ends.get(major, 'not listed')}")
    return lines


def _versions(catalogue: Catalogue) -> set[tuple[int, int]]:
    return {(major, minor) for major, minors in catalogue.minors.items() for minor in minors}


def render(catalogue: Catalogue, source: str, as_of: date) -> str:
    """The part of engine_versions.py that holds the data, as `ruff format` leaves it."""
    minors = "".join(f"    {major}: {minors!r},\n" for major, minors in catalogue.minors.items())
    ends = "".join(f"    {major}: {_call(end)},\n" for major, end in catalogue.ends.items())
    return (
        f'SOURCE = "{source}"\n'
        f"AS_OF = {_call(as_of)}\n\n"
        f"MINORS: dict[int, tuple[int, ...]] = {{\n{minors}}}\n\n"
        "# After this day AWS bills extended support per vCPU-hour.\n"
        f"STANDARD_SUPPORT_ENDS: dict[int, date] = {{\n{ends}}}\n"
    )


def _call(day: date) -> str:
    return f"date({day.year}, {day.month}, {day.day})"


def rewrite(text: str, data: str) -> str:
    """The module's text with its data, SOURCE to STANDARD_SUPPORT_ENDS, replaced."""
    places = {}
    for node in ast.parse(text).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            places[target.id] = (node.lineno - 1, node.end_lineno)
    lines = text.splitlines(keepends=True)
    start, end = places["SOURCE"][0], places["STANDARD_SUPPORT_ENDS"][1]
    return "".join([*lines[:start], data, *lines[end:]])


def main(arguments: list[str] | None = None) -> int:
    """Prints the difference and writes the file; exit code 2 and nothing written when AWS does not answer."""
    parser = argparse.ArgumentParser(prog="python -m preflight.catalogue", description=__doc__)
    default = Environment.model_fields["region"].default
    parser.add_argument("--region", default=default, help=f"the region to ask (default: {default})")
    region = parser.parse_args(arguments).region
    try:
        new = _ask(region)
    except CannotRun as error:
        print(f"catalogue: {error}", file=sys.stderr)
        return 2
    for line in difference(SHIPPED, new) or ["no difference"]:
        print(line)
    source = f"RDS in {region}, DescribeDBEngineVersions and DescribeDBMajorEngineVersions"
    _write(FILE, rewrite(FILE.read_text(), render(new, source, date.today())))
    print(f"{FILE.name} is of today; review it with `git diff`, and run `make test`")
    return 0


def _ask(region: str) -> Catalogue:
    from preflight.errors import UNANSWERED, sentence

    try:
        return fetch(Aws(region), SHIPPED)
    except UNANSWERED as error:
        raise CannotRun(sentence(error)) from None


def _write(path: Path, text: str) -> None:
    """All or nothing: a run that is stopped leaves the old file."""
    beside = path.with_suffix(".new")
    beside.write_text(text)
    os.replace(beside, path)


if __name__ == "__main__":
    sys.exit(main())
