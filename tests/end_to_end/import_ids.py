"""The ids by which Terraform imports what is in the account and in no state.

What has a name refuses to be made twice, and is imported by that name. What has an id of Amazon's choice (in EC2 and
KMS) is looked for by its tags `Name` and `Workspace`. What neither holds for may be made again.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.end_to_end import account
from tests.end_to_end.emulator.client import Emulator

# How each type's id follows from its attributes; the provider's documentation says so under "Import".
BY_NAME: Mapping[str, str] = {
    "aws_backup_vault": "{name}",
    "aws_cloudwatch_log_group": "{name}",
    "aws_db_event_subscription": "{name}",
    "aws_db_parameter_group": "{name}",
    "aws_db_subnet_group": "{name}",
    "aws_ecs_service": "{cluster}/{name}",
    "aws_elasticache_parameter_group": "{name}",
    "aws_elasticache_replication_group": "{replication_group_id}",
    "aws_elasticache_subnet_group": "{name}",
    "aws_elasticache_user": "{user_id}",
    "aws_elasticache_user_group": "{user_group_id}",
    "aws_iam_role": "{name}",
    "aws_kms_alias": "{name}",
    "aws_lambda_permission": "{function_name}/{statement_id}",
    "aws_network_acl_rule": "{network_acl_id}:{rule_number}:{protocol}:{egress}",
    "aws_rds_cluster": "{cluster_identifier}",
    "aws_rds_cluster_instance": "{identifier}",
    "aws_rds_cluster_parameter_group": "{name}",
    "aws_route": "{route_table_id}_{destination_cidr_block}",
    "aws_route_table_association": "{subnet_id}/{route_table_id}",
    "aws_s3_bucket": "{bucket}",
}
# Types whose ids EC2 makes up, and how those begin.
_EC2: Mapping[str, str] = {
    "aws_eip": "eipalloc",
    "aws_flow_log": "fl",
    "aws_internet_gateway": "igw",
    "aws_nat_gateway": "nat",
    "aws_network_acl": "acl",
    "aws_route_table": "rtb",
    "aws_security_group": "sg",
    "aws_subnet": "subnet",
    "aws_vpc": "vpc",
    "aws_vpc_endpoint": "vpce",
}
_KEY = "aws_kms_key"
# Terraform goes on asking for five minutes for a function that exists, so nobody waits for the refusal.
_FUNCTION = "aws_lambda_function"
LOOKED_FOR: Mapping[str, str] = {**_EC2, _KEY: _KEY, _FUNCTION: _FUNCTION}
# Settings of something else, which are written over, and what runs anew.
WRITTEN_OVER = {
    "aws_acm_certificate_validation",
    "aws_appautoscaling_policy",
    "aws_appautoscaling_target",
    "aws_backup_vault_lock_configuration",
    "aws_backup_vault_notifications",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_metric_alarm",
    "aws_default_security_group",
    "aws_ecs_cluster",
    "aws_ecs_cluster_capacity_providers",
    "aws_iam_role_policy",
    "aws_iam_role_policy_attachment",
    "aws_lambda_invocation",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_secretsmanager_secret_rotation",
    "aws_secretsmanager_secret_version",
    "aws_sns_topic",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_sqs_queue_policy",
    "aws_sqs_queue_redrive_allow_policy",
    "aws_wafv2_web_acl_association",
    "aws_wafv2_web_acl_logging_configuration",
}
# Made a second time: nothing finds the first one (docs/decisions/0043-after-a-kill.md).
MADE_AGAIN = {
    "aws_acm_certificate",
    "aws_backup_selection",
    "aws_ecs_task_definition",
    "aws_secretsmanager_secret",
}
_REFERENCE = re.compile(r"\$\{(\w+)\.(\w+)\.\w+\}")


@dataclass(frozen=True)
class ImportIds:
    """The ids of one root module's resources in the emulated AWS; `module` is its JSON."""

    module: dict[str, Any]
    emulator: Emulator

    def by_name(self, addresses: Iterable[str]) -> dict[str, str]:
        """The ids of what exists by its name, or by what only one resource can have, by address."""
        ec2 = self._ec2()
        return {address: self._by_name(address, ec2) for address in addresses}

    def looked_for(self, addresses: Iterable[str]) -> dict[str, str]:
        """The ids of those of the resources that were found, by address."""
        ids, found = self._ec2() | self._keys() | self._functions(), {}
        for address in addresses:
            type_, _, name = address.partition(".")
            if type_ in LOOKED_FOR:
                tags = self.module["resource"][type_][name]["tags"]
                if (LOOKED_FOR[type_], tags["Name"]) in ids:
                    found[address] = ids[LOOKED_FOR[type_], tags["Name"]]
        return found

    def client(self, service: str) -> Any:
        """A client for the account and region of the module."""
        region = self.module["provider"]["aws"][0]["region"]
        return self.emulator.client(service, account.account_of(self.module), region)

    def _by_name(self, address: str, ec2: Mapping[tuple[str, str], str]) -> str:
        type_, _, name = address.partition(".")
        attributes = {key: self._literal(value, ec2) for key, value in self.module["resource"][type_][name].items()}
        if type_ in ASKED:
            return ASKED[type_](self, attributes)
        values = {key: str(value).lower() if isinstance(value, bool) else value for key, value in attributes.items()}
        return BY_NAME[type_].format_map(values)

    def _literal(self, value: Any, ec2: Mapping[tuple[str, str], str]) -> Any:
        """A value of the module; a reference to another resource means that one's id in EC2, or its name."""
        found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        target = self.module["resource"].get(found[1], {}).get(found[2], {}) if found else {}
        if found and found[1] in _EC2:
            return ec2[_EC2[found[1]], target["tags"]["Name"]]
        return target.get("name", value)

    def _ec2(self) -> dict[tuple[str, str], str]:
        """The ids of what this workspace has in EC2, by the beginning of the id and the tag `Name`."""
        tags = self.client("ec2").describe_tags(Filters=[{"Name": "key", "Values": ["Name", "Workspace"]}])["Tags"]
        ours = {tag["ResourceId"] for tag in tags if (tag["Key"], tag["Value"]) == ("Workspace", self._workspace)}
        return {
            (tag["ResourceId"].partition("-")[0], tag["Value"]): tag["ResourceId"]
            for tag in tags
            if tag["Key"] == "Name" and tag["ResourceId"] in ours
        }

    def _keys(self) -> dict[tuple[str, str], str]:
        """The ids of this workspace's keys, by `_KEY` and the tag `Name`: a key has its tags before it has an alias."""
        kms, found = self.client("kms"), {}
        for key in kms.list_keys()["Keys"]:
            listed = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
            tags = {tag["TagKey"]: tag["TagValue"] for tag in listed}
            if tags.get("Workspace") == self._workspace:
                found[_KEY, tags["Name"]] = str(key["KeyId"])
        return found

    def _functions(self) -> dict[tuple[str, str], str]:
        """The names of the account's functions, by `_FUNCTION` and the name, which is their tag `Name`, too."""
        functions = self.client("lambda").list_functions()["Functions"]
        return {(_FUNCTION, function["FunctionName"]): str(function["FunctionName"]) for function in functions}

    @property
    def _workspace(self) -> str:
        """The tag that all resources of the module carry."""
        return str(self.module["provider"]["aws"][0]["default_tags"][0]["tags"]["Workspace"])


def _backup_plan(ids: ImportIds, attributes: Mapping[str, Any]) -> str:
    plans = ids.client("backup").list_backup_plans()["BackupPlansList"]
    return next(str(plan["BackupPlanId"]) for plan in plans if plan["BackupPlanName"] == attributes["name"])


def _load_balancer(ids: ImportIds, attributes: Mapping[str, Any]) -> str:
    found = ids.client("elbv2").describe_load_balancers(Names=[attributes["name"]])
    return str(found["LoadBalancers"][0]["LoadBalancerArn"])


def _listener(ids: ImportIds, attributes: Mapping[str, Any]) -> str:
    arn = _load_balancer(ids, {"name": attributes["load_balancer_arn"]})
    found = ids.client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
    return next(str(listener["ListenerArn"]) for listener in found if listener["Port"] == attributes["port"])


def _target_group(ids: ImportIds, attributes: Mapping[str, Any]) -> str:
    found = ids.client("elbv2").describe_target_groups(Names=[attributes["name"]])
    return str(found["TargetGroups"][0]["TargetGroupArn"])


def _record(ids: ImportIds, attributes: Mapping[str, Any]) -> str:
    zones = ids.client("route53").list_hosted_zones()["HostedZones"]
    zone = next(one["Id"] for one in zones if f"{attributes['name']}.".endswith(one["Name"]))
    return f"{zone.rpartition('/')[2]}_{attributes['name']}_{attributes['type']}"


def _queue(ids: ImportIds, attributes: Mapping[str, Any]) -> str:
    return str(ids.client("sqs").get_queue_url(QueueName=attributes["name"])["QueueUrl"])


def _security_group_rule(ids: ImportIds, attributes: Mapping[str, Any], egress: bool) -> str:
    group = {"Name": "group-id", "Values": [attributes["security_group_id"]]}
    rules = ids.client("ec2").describe_security_group_rules(Filters=[group])["SecurityGroupRules"]
    wanted = (egress, attributes["description"])
    return next(
        str(rule["SecurityGroupRuleId"]) for rule in rules if (rule["IsEgress"], rule.get("Description")) == wanted
    )


def _web_acl(ids: ImportIds, attributes: Mapping[str, Any]) -> str:
    acls = ids.client("wafv2").list_web_acls(Scope=attributes["scope"])["WebACLs"]
    id_ = next(acl["Id"] for acl in acls if acl["Name"] == attributes["name"])
    return f"{id_}/{attributes['name']}/{attributes['scope']}"


# Types whose ids AWS makes up, and has to be asked for by the name.
ASKED: Mapping[str, Callable[[ImportIds, Mapping[str, Any]], str]] = {
    "aws_backup_plan": _backup_plan,
    "aws_lb": _load_balancer,
    "aws_lb_listener": _listener,
    "aws_lb_target_group": _target_group,
    "aws_route53_record": _record,
    "aws_sqs_queue": _queue,
    "aws_vpc_security_group_egress_rule": partial(_security_group_rule, egress=True),
    "aws_vpc_security_group_ingress_rule": partial(_security_group_rule, egress=False),
    "aws_wafv2_web_acl": _web_acl,
}
