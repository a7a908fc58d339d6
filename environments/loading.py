"""Reads the environment files and the caller's choice among them; reports every problem of a run at once."""

import importlib
import itertools
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from environments.schema import names
from environments.schema.base import Problem, Rejected, SettingsError, gathering
from environments.schema.environment import Environment, production_problems
from environments.schema.network import Network
from environments.schema.service import check_image
from environments.schema.workspace import Workspace, workspace_of

VARIABLES = "environment variable"


def load(variables: Mapping[str, str]) -> tuple[Workspace, ...]:
    """The workspaces that ENVIRONMENT, ENVIRONMENT_SUFFIX and CONTAINER_IMAGE ask for; all three without any.

    Raises SettingsError with the problems of all environment files and of the variables.
    """
    files = {name: _read(f"environments.{name}") for name in names.ENVIRONMENTS}
    problems = [problem for file in files.values() for problem in file.problems]
    sections = {name: file.sections for name, file in files.items()}
    problems += [*_shared_accounts(sections), *_overlaps(sections)]
    environments = {name: file.environment for name, file in files.items() if file.environment}
    wanted = variables.get("ENVIRONMENT", "")
    suffix = variables.get("ENVIRONMENT_SUFFIX", "")
    image = variables.get("CONTAINER_IMAGE", "")
    problems += [p.found_in(VARIABLES) for p in _variable_problems(wanted, suffix, image)]
    selected = [environments[name] for name in ([wanted] if wanted else names.ENVIRONMENTS) if name in environments]
    problems += [problem for environment in selected for problem in _name_problems(Workspace(environment, suffix))]
    if problems:
        raise SettingsError(problems)
    return tuple(workspace_of(environment, suffix, image) for environment in selected)


@dataclass(frozen=True)
class _File:
    """What one environment file gave: its settings when they are right, its problems when they are not.

    The sections are kept apart, since they can be compared with other files' even when one of them was rejected.
    """

    environment: Environment | None
    problems: list[Problem]
    sections: Mapping[str, object] = field(default_factory=dict)


def _read(module: str) -> _File:
    source = module.replace(".", "/") + ".py"
    try:
        with gathering():
            settings = getattr(importlib.import_module(module), "ENVIRONMENT", None)
    except Exception as error:  # whatever a person can write into a Python file
        return _File(None, [_broken(source, error)])
    if isinstance(settings, Rejected):
        found = [*settings.problems, *production_problems(str(settings.sections.get("name")), settings.sections)]
        return _File(None, [p.found_in(source) for p in found], settings.sections)
    if not isinstance(settings, Environment):
        return _File(None, [Problem("ENVIRONMENT", settings, "write ENVIRONMENT = Environment(...)", source)])
    expected = module.rpartition(".")[2]
    if settings.name != expected:
        return _File(None, [Problem("name", settings.name, f"must be {expected!r}, like the file", source)])
    found = [problem.found_in(source) for problem in production_problems(settings.name, dict(settings))]
    return _File(None if found else settings, found, dict(settings))


def _broken(source: str, error: Exception) -> Problem:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(source)]
    line = error.lineno if isinstance(error, SyntaxError) else (lines[-1] if lines else None)
    return Problem(f"line {line}" if line else "ENVIRONMENT", None, f"cannot be read: {error}", source)


def _shared_accounts(sections: Mapping[str, Mapping[str, object]]) -> Iterator[Problem]:
    """Two foundations in one account would fight for what an account has once: GitHub's provider, the public block."""
    accounts = {name: of["account_id"] for name, of in sections.items() if isinstance(of.get("account_id"), str)}
    for (other, taken), (name, account) in itertools.combinations(accounts.items(), 2):
        if account == taken:
            yield Problem(
                "account_id",
                account,
                f"is the account of environments/{other}.py; each environment needs one of its own",
                f"environments/{name}.py",
            )


def _overlaps(sections: Mapping[str, Mapping[str, object]]) -> Iterator[Problem]:
    """Two environments that may be peered one day must not share addresses."""
    networks = {name: n for name, of in sections.items() if isinstance(n := of.get("network"), Network)}
    for (other, taken), (name, network) in itertools.combinations(networks.items(), 2):
        if taken.range.overlaps(network.range):
            yield Problem(
                "network.cidr",
                network.cidr,
                f"overlaps {taken.cidr} of environments/{other}.py; take a range that no other environment uses",
                f"environments/{name}.py",
            )


def _variable_problems(wanted: str, suffix: str, image: str) -> Iterator[Problem]:
    if wanted and wanted not in names.ENVIRONMENTS:
        yield Problem("ENVIRONMENT", wanted, f"there are {', '.join(names.ENVIRONMENTS)}")
    if suffix and not wanted:
        yield Problem("ENVIRONMENT_SUFFIX", suffix, "say which environment to copy, for example ENVIRONMENT=dev")
    elif suffix:
        yield from names.suffix_problems(wanted, suffix)
    if image:
        try:
            check_image(image)
        except ValueError as error:
            yield Problem("CONTAINER_IMAGE", image, str(error))
        else:
            if wanted in ("", "prod") and "@sha256:" not in image:
                yield Problem("CONTAINER_IMAGE", image, "prod needs a digest (@sha256:...), a tag can be pushed again")


def _name_problems(workspace: Workspace) -> Iterator[Problem]:
    if workspace.suffix and next(names.suffix_problems(workspace.environment.name, workspace.suffix), None):
        return
    for sentence in names.too_long(workspace.names, workspace.domain):
        yield Problem("ENVIRONMENT_SUFFIX", workspace.suffix, f"{sentence}; shorten it", VARIABLES)
