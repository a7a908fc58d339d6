"""Every wrong setting gets one sentence that names the file, the setting, the value and what would be right."""

import pytest

from tests.environments.conftest import Edit, problems

DIGEST = "@sha256:5a6c31ebb541dd084792fd5161631c55a4d547a4186db4757e6c761fbdd0aa5d"

# environment, text in its file, text in its place, what the one line of the error must say
WRONG = {
    "engine version that never existed": (
        *("prod", 'engine_version="17.7"', 'engine_version="15.3"'),
        ["environments/prod.py: database.engine_version = '15.3'", "nearest are 15.8, 15.10"],
    ),
    "engine version out of standard support": (
        *("dev", 'engine_version="17.7"', 'engine_version="13.9"'),
        ["database.engine_version = '13.9'", "standard support on 2026-02-28", "14.22"],
    ),
    "engine version without minor": (
        *("dev", 'engine_version="17.7"', 'engine_version="17"'),
        ["database.engine_version = '17'", "write major.minor"],
    ),
    "major version that does not exist": (
        *("dev", 'engine_version="17.7"', 'engine_version="99.1"'),
        ["'99.1'", "does not exist", "18.3"],
    ),
    "image latest": (
        *("dev", f"payments-foundation-dev{DIGEST}", "payments-foundation-dev:latest"),
        ["environments/dev.py: service.image", "'latest' is whatever was pushed last"],
    ),
    "image without tag": (
        *("dev", f"payments-foundation-dev{DIGEST}", "payments-foundation-dev"),
        ["service.image", "neither tag nor digest"],
    ),
    "image by tag in prod": (
        *("prod", f"payments-foundation-prod{DIGEST}", "payments-foundation-prod:1.4.2"),
        ["environments/prod.py: service.image", ":1.4.2", "prod needs a digest"],
    ),
    "placeholder digest": (
        *("dev", DIGEST, "@sha256:" + "0" * 64),
        ["service.image", "this digest is a placeholder"],
    ),
    "image of a public registry": (
        *("dev", f"111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-dev{DIGEST}", "nginx:1.27"),
        ["service.image = 'nginx:1.27'", "private ECR repository"],
    ),
    "range too small": (
        *("dev", 'cidr="10.20.0.0/16"', 'cidr="10.20.0.0/24"'),
        ["network.cidr = '10.20.0.0/24'", "from /16 to /19"],
    ),
    "range with host bits": (
        *("dev", 'cidr="10.20.0.0/16"', 'cidr="10.20.0.1/16"'),
        ["network.cidr = '10.20.0.1/16'", "write it as '10.20.0.0/16'"],
    ),
    "public range": (
        *("dev", 'cidr="10.20.0.0/16"', 'cidr="8.8.0.0/16"'),
        ["network.cidr = '8.8.0.0/16'", "RFC 1918"],
    ),
    "range of another environment": (
        *("staging", 'cidr="10.30.0.0/16"', 'cidr="10.20.0.0/17"'),
        ["environments/staging.py: network.cidr = '10.20.0.0/17'", "overlaps 10.20.0.0/16 of environments/dev.py"],
    ),
    "account of another environment": (
        *("staging", 'account_id="444455556666"', 'account_id="111122223333"'),
        [
            "environments/staging.py: account_id = '111122223333'",
            "is the account of environments/dev.py; each environment needs one of its own",
        ],
    ),
    "nobody to hear of alarms": (
        *("dev", 'emails=("platform@example.com",), ', "emails=(), "),
        ["environments/dev.py: monitoring.emails = ()", "write at least one e-mail address"],
    ),
    "nobody to hear of the budget": (
        *("dev", 'emails=("finops@example.com",)', "emails=()"),
        ["environments/dev.py: budget.emails = ()", "write at least one e-mail address"],
    ),
    "one zone": (
        *("dev", 'zones=("a", "b")', 'zones=("a",)'),
        ["network.zones = ('a',)", "2 or 3 different zones"],
    ),
    "prod in two zones": (
        *("prod", 'zones=("a", "b", "c")', 'zones=("a", "b")'),
        ["environments/prod.py: network.zones", "prod needs 3 zones"],
    ),
    "prod with one NAT gateway": (*("prod", '"per_zone"', '"single"'), ["network.nat = 'single'", "'per_zone'"]),
    "prod without deletion protection": (
        *("prod", "        readers=2,", "        readers=2,\n        deletion_protection=False,"),
        ["database.deletion_protection = False", "prod needs True"],
    ),
    "prod without a reader": (*("prod", "readers=2", "readers=0"), ["database.readers = 0", "multi-AZ"]),
    "prod with short backups": (
        *("prod", "readers=2", "readers=2, backup_retention_days=34"),
        ["database.backup_retention_days = 34", "prod needs 35"],
    ),
    "prod with one task": (
        *("prod", "cpu=2048, memory=4096, min_tasks=3", "cpu=2048, memory=4096, min_tasks=1"),
        ["service.api.min_tasks = 1", "prod needs 2 or more"],
    ),
    "setting class that was not imported": (
        *("prod", "    queue=Queue", "    logs=Logs(retention_days=30),\n    queue=Queue"),
        ["environments/prod.py: line", "name 'Logs' is not defined"],
    ),
    "retention that CloudWatch does not know": (
        *("dev", "Logs(retention_days=30", "Logs(retention_days=45"),
        ["logs.retention_days = 45", "nearest is 30"],
    ),
    "Fargate pair": (
        *("dev", "api=Task(cpu=512, memory=1024", "api=Task(cpu=512, memory=8192"),
        ["service.api.memory = 8192", "Fargate does not pair it with cpu 512", "nearest is 4096"],
    ),
    "Fargate CPU": (
        *("dev", "api=Task(cpu=512", "api=Task(cpu=500"),
        ["service.api.cpu = 500", "Fargate does not offer it; take one of 256, 512,"],
    ),
    "windows that overlap": (
        *("dev", "readers=0,", 'readers=0, backup_window="03:30-04:30",'),
        ["database.backup_window = '03:30-04:30'", "overlaps maintenance_window sun:03:00-sun:04:00"],
    ),
    "default port": (*("dev", "readers=0,", "readers=0, port=5432,"), ["database.port = 5432", "other than 5432"]),
    "misspelt setting": (
        *("dev", "readers=0,", "reader=0,"),
        ["database.reader = 0", "did you mean readers?"],
    ),
    "text for a number": (
        *("dev", "readers=0,", 'readers="0",'),
        ["database.readers = '0'", "write a whole number without quotes"],
    ),
    "missing setting": (*("dev", '    account_id="111122223333",\n', ""), ["dev.py: account_id: is required"]),
    "account id of eleven digits": (
        *("dev", 'account_id="111122223333"', 'account_id="11112222333"'),
        ["account_id = '11112222333'", "write 12 digits, like '111122223333'"],
    ),
    "copy in the same region": (
        *("prod", 'copy_region="eu-central-1"', 'copy_region="eu-west-1"'),
        ["environments/prod.py: backup.copy_region = 'eu-west-1': is the region of the originals; take another one"],
    ),
    "domain longer than a certificate's": (
        *("dev", 'hosted_zone="dev.example.com"', f'hosted_zone="{"z" * 44}.example.com"'),
        ["environments/dev.py: edge.hosted_zone", f"payments.{'z' * 44}.example.com of 65", "ACM certificate", "64"],
    ),
    "host name longer than a DNS label": (
        *("dev", 'hosted_zone="dev.example.com"', f'hosted_zone="a.io", hostname="{"h" * 64}"'),
        ["environments/dev.py: edge.hostname", "'" + "h" * 64 + "'", "a DNS label", "63"],
    ),
    "number for text": (
        *("dev", 'account_id="111122223333"', "account_id=111122223333"),
        ["account_id = 111122223333: write it in quotes: '111122223333'"],
    ),
    "text for a tuple": (
        *("dev", 'emails=("finops@example.com",)', 'emails=("finops@example.com")'),
        ["budget.emails = 'finops@example.com': write a tuple", "('finops@example.com',)"],
    ),
    "list for a tuple": (
        *("dev", 'zones=("a", "b")', 'zones=["a", "b"]'),
        ["network.zones = ['a', 'b']: write a tuple", "('a', 'b')"],
    ),
    "choice that is none": (*("dev", 'nat="single"', 'nat="none"'), ["network.nat = 'none': must be 'single' or"]),
    "number below its range": (
        *("dev", "backup_retention_days=7", "backup_retention_days=6"),
        ["database.backup_retention_days = 6: must be 7 or more"],
    ),
    "number above its range": (*("dev", "spot_percent=90", "spot_percent=91"), ["= 91: must be 90 or less"]),
    "capacity of neither kind": (
        *("dev", "capacity=Serverless(min_acu=0.5, max_acu=4.0)", "capacity=4"),
        ["database.capacity = 4: write Serverless(...) or Provisioned(...)"],
    ),
    "capacity that is reversed": (
        *("dev", "min_acu=0.5, max_acu=4.0", "min_acu=4.0, max_acu=1.0"),
        ["database.capacity.min_acu = 4.0: is above max_acu 1.0"],
    ),
    "instance class that Aurora lacks": (
        *("prod", '"db.r7g.xlarge"', '"db.x2g.medium"'),
        ["database.capacity.instance_class = 'db.x2g.medium': db.x2g comes as large, xlarge,"],
    ),
    "cache node of another size": (
        *("prod", '"cache.m7g.large"', '"cache.m7g.small"'),
        ["cache.node_type = 'cache.m7g.small': cache.m7g comes as large, xlarge,"],
    ),
    "cache node of no size": (
        *("prod", '"cache.m7g.large"', '"cache.r7g.7xlarge"'),
        ["cache.node_type = 'cache.r7g.7xlarge': cache.r7g comes as large,"],
    ),
    "cache node of another family": (
        *("prod", '"cache.m7g.large"', '"cache.c7g.large"'),
        ["cache.node_type = 'cache.c7g.large'", "take one of cache.t4g, cache.m7g, cache.r7g"],
    ),
    "monthly backups that end before daily ones": (
        *("dev", "daily_retention_days=7", "daily_retention_days=90"),
        ["backup.monthly_retention_days = 90: must be above daily_retention_days 90"],
    ),
    "missing section": (
        *("dev", '    delivery=Delivery(repository="example/payments-platform"),\n', ""),
        ["environments/dev.py: delivery: is required: add delivery=Delivery(...)"],
    ),
    "settings without names": (*("dev", "queue=Queue(worker_timeout=60)", "queue=Queue(60)"), ["line", "by name"]),
    "no settings": (
        *("dev", "ENVIRONMENT = Environment(", "SETTINGS = Environment("),
        ["environments/dev.py: ENVIRONMENT: write ENVIRONMENT = Environment(...)"],
    ),
    "syntax": (*("dev", "readers=0,", "readers=0 0,"), ["environments/dev.py: line", "cannot be read"]),
    "other environment's name": (*("dev", 'name="dev"', 'name="staging"'), ["dev.py: name = 'staging'", "'dev'"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_setting_gets_one_sentence(case: str, edit: Edit) -> None:
    environment, old, new, expected = WRONG[case]
    edit(environment, old, new)
    found = problems()
    assert len(found) == 1, found
    for fragment in expected:
        assert fragment in found[0]


def test_all_problems_of_all_files_are_shown_at_once(edit: Edit) -> None:
    edit("dev", 'engine_version="17.7"', 'engine_version="15.3"')
    edit("dev", "Logs(retention_days=30", "Logs(retention_days=45")
    edit("staging", 'cidr="10.30.0.0/16"', 'cidr="10.20.0.0/16"')
    edit("prod", "readers=2", "readers=0, backup_retention_days=7")
    found = "\n".join(problems({"ENVIRONMENT_SUFFIX": "x", "CONTAINER_IMAGE": "nginx"}))
    expected = ["database.engine_version", "logs.retention_days", "network.cidr", "database.readers"]
    expected += ["database.backup_retention_days", "ENVIRONMENT_SUFFIX", "CONTAINER_IMAGE"]
    assert [name for name in expected if name not in found] == []
    assert len(found.splitlines()) == len(expected)


def test_the_files_of_the_repository_are_right() -> None:
    assert problems() == []
