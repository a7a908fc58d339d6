"""Forty changes of production, each an edit of its settings or of a construct's source."""

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from constructs_lib.schema import Schema, prepare
from environments.loading import load
from environments.schema.service import Task
from environments.schema.workspace import Workspace

PROJECT = Path(__file__).resolve().parents[2]
EDITABLE = ("constructs_lib", "stacks")
HARMLESS, LOOK, DANGEROUS = "harmless", "worth a look", "dangerous"
# An edit is a file, a text that stands in it once, and what stands there afterwards.
Edit = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """`rule` is the one that has to speak; empty for harmless changes."""

    name: str
    kind: str
    rule: str = ""
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        return self.name

    def workspace(self, workspace: Workspace) -> Workspace:
        """The workspace with other settings; the environment as a whole is not asked, which would refuse some."""
        environment = workspace.environment
        sections = {}
        for name, values in self.settings.items():
            section = getattr(environment, name)
            sections[name] = type(section)(**{**dict(section), **values})
        return replace(workspace, environment=environment.model_copy(update=sections))


def harmless(name: str, *edits: Edit, **settings: dict[str, Any]) -> Change:
    return Change(name, HARMLESS, "", settings, edits)


def look(rule: str, name: str, *edits: Edit, **settings: dict[str, Any]) -> Change:
    return Change(name, LOOK, rule, settings, edits)


def dangerous(rule: str, name: str, *edits: Edit, **settings: dict[str, Any]) -> Change:
    return Change(name, DANGEROUS, rule, settings, edits)


ALARMS, BALANCER = "constructs_lib/alarms.py", "constructs_lib/load_balancer.py"
DATABASE, ENCRYPTION = "constructs_lib/database.py", "constructs_lib/encryption.py"
NETWORK, PARAMETERS = "constructs_lib/network.py", "constructs_lib/database_parameters.py"
QUEUE, SERVICE, STACK = "constructs_lib/queue.py", "constructs_lib/service.py", "stacks/payments.py"
LAST_LINE = 'TerraformOutput(self, "dashboard"'
LARGE_API = Task(cpu=2048, memory=4096, min_tasks=3, max_tasks=40)

CHANGES = (
    harmless("more tasks at the peak", service={"api": LARGE_API}),
    harmless("logs kept for longer", logs={"retention_days": 731}),
    harmless("one endpoint more", network={"extra_endpoints": ("sns",)}),
    harmless("a stricter alarm", monitoring={"error_rate_percent": 0.4}),
    harmless("one more address for alarms", monitoring={"emails": ("on-call@example.com", "lead@example.com")}),
    harmless("another snapshot window", cache={"snapshot_window": "03:30-04:30"}),
    harmless("another maintenance window", database={"maintenance_window": "sun:04:00-sun:05:00"}),
    harmless("a lower rate limit", edge={"rate_limit": 4000}),
    harmless("another name tag", (QUEUE, 'tags={"Name": name}', 'tags={"Name": f"queue-{name}"}')),
    harmless("a slower query is logged", (PARAMETERS, '("1000", "immediate")', '("2000", "immediate")')),
    look("T-01", "another cost center", tags={"cost_center": "payments-research"}),
    look("A-02", "a minor version up", database={"engine_version": "17.9"}),
    look(
        "A-05",
        "a static parameter",
        (PARAMETERS, '"pg_stat_statements,pgaudit"', '"pg_stat_statements,pgaudit,pg_cron"'),
    ),
    look("A-08", "fewer healthy tasks", (SERVICE, "healthy_percent=100", "healthy_percent=50")),
    look(
        "A-08",
        "no circuit breaker",
        (SERVICE, "Breaker(enable=True, rollback=True)", "Breaker(enable=False, rollback=False)"),
    ),
    look("A-08", "a slower health check", (BALANCER, "interval=15", "interval=60")),
    look(
        "A-10", "an alarm is silenced", (ALARMS, '"alarm_actions": [', '"actions_enabled": False, "alarm_actions": [')
    ),
    look("A-10", "an alarm goes", (STACK, '            "Valkey": monitoring.cache(alarms, cache),\n', "")),
    look(
        "N-03",
        "a way out to the internet",
        (STACK, LAST_LINE, f'migration.security_group.allow_to_internet(443, "x")\n        {LAST_LINE}'),
    ),
    look(
        "N-03",
        "a way out on another port",
        (
            STACK,
            'allow_to_internet(443, "Card networks and banks")',
            'allow_to_internet(8443, "Card networks and banks")',
        ),
    ),
    look(
        "G-08",
        "prevent_destroy goes",
        (ENCRYPTION, '_key",\n            protected=protected', '_key",\n            protected=False'),
    ),
    look("A-08", "a longer grace period", (SERVICE, "seconds=60 if target", "seconds=600 if target")),
    look(
        "N-02",
        "a new security group with a way in",
        (
            STACK,
            LAST_LINE,
            'network.security_group("SpareGroup", "spare", "Spare").allow_from(api.security_group, 9000, "Spare")\n'
            f"        {LAST_LINE}",
        ),
    ),
    look(
        "I-02",
        "a role for another service",
        (
            STACK,
            LAST_LINE,
            "import constructs_lib.access as access\n"
            '        access.Role(self, "Reports", name="payments-prod-reports", description="Reports",\n'
            '            trust_policy=access.trust("lambda.amazonaws.com"), permissions_boundary=names.boundary_arn,\n'
            '        ).allow("queue", access.Statement("Read", ["sqs:GetQueueAttributes"], [queue.arn]))\n'
            f"        {LAST_LINE}",
        ),
    ),
    look(
        "A-10", "fewer workers at the peak", service={"worker": Task(cpu=1024, memory=2048, min_tasks=3, max_tasks=20)}
    ),
    dangerous(
        "D-01",
        "the cluster is replaced",
        (DATABASE, "database_name=self.name,", 'database_name="ledger",'),
        database={"deletion_protection": False},
    ),
    dangerous("G-01", "no deletion protection", database={"deletion_protection": False}),
    dangerous(
        "N-01",
        "a port for everybody",
        (STACK, LAST_LINE, f'api.security_group.allow_from_internet(22, "x")\n        {LAST_LINE}'),
    ),
    dangerous("I-02", "one action more", (QUEUE, '"sqs:SendMessage"]', '"sqs:SendMessage", "sqs:PurgeQueue"]')),
    dangerous("G-06", "logs kept for a month", logs={"retention_days": 30}),
    dangerous("S-03", "keys do not rotate", (ENCRYPTION, "enable_key_rotation=True", "enable_key_rotation=False")),
    dangerous("D-06", "a construct is renamed", (NETWORK, '            "FlowLogs",', '            "TrafficLogs",')),
    dangerous("A-03", "a version down", database={"engine_version": "17.6"}),
    dangerous("G-03", "backups for a week", database={"backup_retention_days": 7}),
    dangerous("G-02", "no final snapshot", database={"final_snapshot": False}),
    dangerous("G-07", "one reader fewer", database={"readers": 1}),
    dangerous("N-05", "older TLS", (BALANCER, "TLS13-1-2-Res-2021-06", "TLS-1-2-2017-01")),
    dangerous("A-09", "messages kept for a day", queue={"retention_days": 1}),
    dangerous(
        "I-04", "a role that others may take", (SERVICE, '"StringEquals": {"aws:SourceAccount": names.account_id},', "")
    ),
    dangerous(
        "S-04",
        "a password in the open",
        (STACK, '"CACHE_USER": cache.user,', '"CACHE_USER": cache.user, "GATEWAY_PASSWORD": "hunter2-hunter2",'),
    ),
)


@contextmanager
def edited(edits: tuple[Edit, ...], folder: Path) -> Iterator[None]:
    """The project's modules with some of their text replaced; only those that hold constructs are loaded anew."""
    for package in EDITABLE:
        shutil.copytree(PROJECT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file, old, new in edits:
        text = (folder / file).read_text()
        assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
        (folder / file).write_text(text.replace(old, new))
    loaded = _take_out()
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _take_out()
        sys.modules.update(loaded)


def _take_out() -> dict[str, Any]:
    names = [name for name in sys.modules if name.partition(".")[0] in EDITABLE]
    return {name: sys.modules.pop(name) for name in names}


def synthesize(change: Change, folder: Path, schema: Schema | None = None) -> Path:
    """The folder of production's stack after the change, made the way `main.py` makes it."""
    [workspace] = load({"ENVIRONMENT": "prod"})
    schema = schema or prepare(folder / "migrations.zip")
    with edited(change.edits, folder / "source"):
        build = importlib.import_module("stacks.app").build
        build([change.workspace(workspace)], str(folder / "cdktf.out"), schema).synth()
    return folder / "cdktf.out" / "stacks" / workspace.names.stack
