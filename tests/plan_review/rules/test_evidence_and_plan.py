"""E, P and T: evidence, the plan as a whole, tags."""

import json
from typing import Any

import pytest

from plan_review.lock import Lock
from tests.plan_review.cases import Case, Cases
from tests.plan_review.plans import Values, resource

CASES = Cases()
TRAIL, FLOW, BUCKET, CLUSTER = "aws_cloudtrail.Main", "aws_flow_log.Main", "aws_s3_bucket.Main", "aws_rds_cluster.Main"


def changed(address: str, name: str, before: object, after: object) -> Values:
    return resource(address, {name: before}, {name: after})


def hidden(address: str, name: str, before: object) -> Values:
    return resource(address, {name: before}, {}, unknown={name: True})


ANY = changed("aws_lb.Main", "idle_timeout", 60, 90)

CASES.fires("E-01", "BLOCK", "a trail goes", resource(TRAIL, {"name": "main"}))
CASES.fires("E-01", "BLOCK", "a trail stops", changed(TRAIL, "enable_logging", True, False))
CASES.fires("E-01", "BLOCK", "only what is refused", changed(FLOW, "traffic_type", "ALL", "REJECT"))
CASES.fires(
    "E-01", "BLOCK", "no access logs", changed("aws_lb.Main", "access_logs", [{"enabled": True}], [{"enabled": False}])
)
CASES.fires(
    "E-01", "BLOCK", "a gap", resource(FLOW, {"traffic_type": "ALL"}, {"traffic_type": "ALL"}, action="replace")
)
CASES.silent("E-01", "a trail starts", changed(TRAIL, "enable_logging", False, True))
CASES.silent("E-01", "everything from now on", changed(FLOW, "traffic_type", "REJECT", "ALL"))
CASES.unsure("E-01", "DANGER", "not known", hidden(FLOW, "traffic_type", "ALL"))

CASES.fires("E-02", "DANGER", "no validation", changed(TRAIL, "enable_log_file_validation", True, False))
CASES.fires("E-02", "DANGER", "no encryption", changed(TRAIL, "kms_key_id", "arn:aws:kms:eu-west-1:1:key/a", None))
CASES.silent("E-02", "more regions", changed(TRAIL, "is_multi_region_trail", False, True))
CASES.unsure("E-02", "REVIEW", "not known", hidden(TRAIL, "kms_key_id", "arn:aws:kms:eu-west-1:1:key/a"))

CASES.fires("P-01", "DANGER", "a part only", ANY, complete=False)
CASES.fires("P-01", "DANGER", "deferred changes", ANY, deferred_changes=[{"reason": "unknown"}])
CASES.fires("P-01", "DANGER", "a check failed", ANY, checks=[{"status": "fail"}])
CASES.fires("P-01", "DANGER", "can't be applied", ANY, applyable=False)
CASES.silent("P-01", "the whole of it", ANY, checks=[{"status": "pass"}])
CASES.unsure("P-01", "REVIEW", "an old Terraform does not say", ANY, complete=None)

QUEUES = [changed(f"aws_sqs_queue.Q{number}", "delay_seconds", 0, 1) for number in range(11)]
GONE = [resource(f"aws_iam_role.R{number}", {"name": str(number)}) for number in range(11)]
STAY = [resource(f"aws_subnet.S{n}", {"id": str(n)}, {"id": str(n)}, action="nothing") for n in range(40)]
CASES.fires("P-02", "BLOCK", "eleven go", *GONE, *STAY, environment="dev")
CASES.fires("P-02", "BLOCK", "everything changes", *QUEUES)
CASES.fires("P-02", "BLOCK", "everything is new", resource(BUCKET, None, {"bucket": "b"}))
CASES.silent("P-02", "ten go", *GONE[:10], *STAY)
CASES.silent("P-02", "a quarter changes", *QUEUES, *STAY)
CASES.silent("P-02", "announced", resource(BUCKET, None, {"bucket": "b"}), first_deployment=True)

SIZE = "instance_class"
DRIFT = changed("aws_rds_cluster_instance.A", SIZE, "db.r7g.large", "db.r7g.2xlarge")
BACK = changed("aws_rds_cluster_instance.A", SIZE, "db.r7g.2xlarge", "db.r7g.large")
CASES.fires("P-03", "REVIEW", "taken back", BACK, resource_drift=[DRIFT])
CASES.fires(
    "P-03",
    "REVIEW",
    "made again",
    resource("aws_lb.Main", None, {"name": "a"}),
    resource_drift=[resource("aws_lb.Main", {"name": "a"})],
)
CASES.silent("P-03", "drift elsewhere", ANY, resource_drift=[DRIFT])
CASES.silent(
    "P-03",
    "drift of another attribute",
    changed("aws_rds_cluster_instance.A", "promotion_tier", 1, 2),
    resource_drift=[DRIFT],
)
CASES.unsure(
    "P-03",
    "REVIEW",
    "the new value is not known",
    hidden("aws_rds_cluster_instance.A", SIZE, "a"),
    resource_drift=[DRIFT],
)


def requires(version: str, source: str = "aws") -> Values:
    return {"terraform": {"required_providers": {"aws": {"source": source, "version": version}}}}


LOCKED = Lock({"hashicorp/aws": "6.25.0"})
CASES.fires("P-04", "REVIEW", "another provider", ANY, synthesized=requires("6.26.0"), lock=LOCKED)
CASES.fires(
    "P-04", "REVIEW", "not locked", ANY, synthesized=requires("6.25.0"), lock=Lock({"hashicorp/random": "1.0.0"})
)
CASES.fires("P-04", "REVIEW", "another Terraform", ANY, last_terraform_version="1.11.3")
CASES.silent("P-04", "as locked", ANY, synthesized=requires("6.25.0"), lock=LOCKED, last_terraform_version="1.11.4")
CASES.unsure("P-04", "REVIEW", "not pinned", ANY, synthesized=requires("~> 6.0"), lock=LOCKED)

PROVISIONED = {"address": CLUSTER, "mode": "managed", "provisioners": [{"type": "local-exec"}]}
EXTERNAL = resource("data.external.Script", {}, {}, action="nothing", mode="data")
CASES.fires("P-05", "BLOCK", "a provider", ANY, synthesized=requires("1.0.0", "someone/aws"))
CASES.fires(
    "P-05", "BLOCK", "a provider on another host", ANY, synthesized=requires("1.0.0", "example.com/hashicorp/aws")
)
CASES.fires("P-05", "BLOCK", "a data source that runs a program", {**EXTERNAL, "type": "external"})
CASES.fires("P-05", "BLOCK", "a provisioner", ANY, configuration={"root_module": {"resources": [PROVISIONED]}})
CASES.fires(
    "P-05",
    "BLOCK",
    "a provisioner in a module",
    ANY,
    configuration={"root_module": {"module_calls": {"a": {"module": {"resources": [PROVISIONED]}}}}},
)
CASES.silent("P-05", "ours", ANY, synthesized=requires("6.25.0"))
CASES.silent(
    "P-05", "ours, by its full name", ANY, synthesized=requires("6.25.0", "registry.terraform.io/hashicorp/aws")
)
CASES.unsure(
    "P-05", "DANGER", "a provider without a source", ANY, configuration={"provider_config": {"aws": {"name": "aws"}}}
)

IMPORTED = {"id": "payments-prod-audit"}
SAME = {"bucket": "payments-prod-audit"}
CASES.fires("P-06", "REVIEW", "taken over as it is", resource(BUCKET, SAME, SAME, action="nothing", importing=IMPORTED))
CASES.fires("P-06", "REVIEW", "and changed", resource(BUCKET, SAME, {"bucket": "b"}, importing=IMPORTED))
CASES.silent("P-06", "no import", resource(BUCKET, None, SAME))
CASES.unsure("P-06", "REVIEW", "an unknown object", resource(BUCKET, None, SAME, importing={"id": None}))


def tagged(before: Values | None, after: Values | None, **fields: Any) -> Values:
    return resource("aws_subnet.A", {"id": "s", "tags": before}, {"id": "s", "tags": after}, **fields)


CASES.fires("T-01", "NOISE", "a tag", tagged({}, {"Name": "a"}))
CASES.fires("T-01", "NOISE", "a description", changed("aws_security_group.A", "description", "a", "b"))
CASES.fires("T-01", "REVIEW", "a tag that the bill reads", tagged({"CostCenter": "a"}, {"CostCenter": "b"}))
CASES.fires(
    "T-01",
    "REVIEW",
    "a tag that a backup selection reads",
    tagged({"Backup": "daily"}, {}),
    resource("aws_backup_selection.A", *([{"selection_tag": [{"key": "Backup"}]}] * 2), action="nothing"),
)
TEAM = {
    "Effect": "Allow",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:ResourceTag/Team": "a"}},
}
CASES.fires(
    "T-01",
    "REVIEW",
    "a tag that a policy reads",
    tagged({"Team": "a"}, {"Team": "b"}),
    resource("aws_iam_policy.A", *([{"policy": json.dumps({"Statement": [TEAM]})}] * 2), action="nothing"),
)
CASES.silent("T-01", "more than tags", resource("aws_lb.A", {"tags": {}, "port": 1}, {"tags": {"A": "b"}, "port": 2}))
CASES.unsure("T-01", "REVIEW", "the tags are not known", tagged({}, None, unknown={"tags": True}))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    case.check()
