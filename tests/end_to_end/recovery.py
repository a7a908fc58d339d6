"""What a person does after Terraform was killed: release the lock, apply again, and import what exists already.

Terraform writes its state to a bucket every 20 seconds and when it is told to stop, not when it is killed: what was
made since the last time is in the account and in no state. What has a name then refuses to be made twice, and Terraform
imports it by that name. What has an id of Amazon's choice (in EC2 and KMS) is found by its tags.
"""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.end_to_end import account, leaks
from tests.end_to_end.bench import Bench, module_of
from tests.end_to_end.emulator.client import Emulator
from tests.end_to_end.terraform import Terraform

# How each type's import id follows from its attributes; the provider's documentation says so under "Import".
IMPORT_IDS: Mapping[str, str] = {
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
    "aws_lambda_function": "{function_name}",
    "aws_network_acl_rule": "{network_acl_id}:{rule_number}:{protocol}:{egress}",
    "aws_rds_cluster": "{cluster_identifier}",
    "aws_rds_cluster_instance": "{identifier}",
    "aws_rds_cluster_parameter_group": "{name}",
    "aws_route": "{route_table_id}_{destination_cidr_block}",
    "aws_route_table_association": "{subnet_id}/{route_table_id}",
    "aws_s3_bucket": "{bucket}",
}
# Types whose ids EC2 makes up, and how those begin; found by their tags `Name` and `Workspace`.
TAGGED: Mapping[str, str] = {
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
KEY = "aws_kms_key"
IMPORTS = "recovery.tf.json"
_ADDRESS = re.compile(r"^  with (\S+),$", re.MULTILINE)
_EXISTS = re.compile(r"exist|duplicate|conflict|already|not idempotent", re.IGNORECASE)
_REFERENCE = re.compile(r"\$\{(\w+)\.(\w+)\.\w+\}")
# The shares of the resources that are made when a kill comes: from an empty account to one where all is applied.
Chain = tuple[float, ...]
# 20 points, spread over the apply.
CHAINS: tuple[Chain, ...] = tuple(tuple((chain + 5 * link) / 21 for link in range(4)) for chain in range(1, 6))
# A round makes what the round before could not; the longest chain of a workspace has fewer links.
ROUNDS = 8


@dataclass
class Recovery:
    """One root module whose applies are killed, and what was imported to go on."""

    module: Terraform
    emulator: Emulator
    imported: dict[str, str] = field(default_factory=dict)
    # How many applies were really killed.
    kills: int = 0
    # After the last apply: addresses in the state, whether there is something to do, files that hold a password.
    made: set[str] = field(default_factory=set)
    changes: bool = True
    leaks: list[str] = field(default_factory=list)

    def apply(self, kill_at: int | None = None) -> None:
        """Applies until `kill_at` resources are made, then kills Terraform and its providers; or to the end.

        Raises AssertionError when something fails for another reason than that it exists already.
        """
        for _ in range(ROUNDS):
            self._import(self._nameless())
            known, begin = len(self.module.addresses()), self.module.log.stat().st_size
            process = self.module.start("apply", "-auto-approve")
            while process.poll() is None:
                time.sleep(0.05)
                made = known + self.module.log.read_text()[begin:].count("Creation complete")
                if kill_at is not None and made >= kill_at:
                    self.kill(process)
                    return
            if process.returncode == 0:
                (self.module.folder / IMPORTS).unlink(missing_ok=True)
                return
            self._import(self._named(existing(self.module.log.read_text()[begin:])))
        raise AssertionError(f"still not applied after {ROUNDS} rounds:\n{self.module.log.read_text()[-4000:]}")

    def kill(self, process: subprocess.Popen[str]) -> None:
        """Kills Terraform with its providers, and releases the lock that it leaves."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.kills += 1
        self.emulator.settle()  # a person comes when AWS has done what it was asked for
        backend = self._content["terraform"]["backend"]["s3"]
        lock = self._client("s3").get_object(Bucket=backend["bucket"], Key=f"{backend['key']}.tflock")
        self.module.run("force-unlock", "-force", json.load(lock["Body"])["ID"])

    @property
    def wanted(self) -> set[str]:
        """The address of each resource of the module."""
        return {f"{type_}.{name}" for type_, named in self._content["resource"].items() for name in named}

    def _import(self, ids: dict[str, str]) -> None:
        """Lets the next apply import these, by address."""
        self.imported |= ids
        blocks = [{"to": address, "id": id_} for address, id_ in self.imported.items()]
        (self.module.folder / IMPORTS).write_text(json.dumps({"import": blocks} if blocks else {}))

    def _named(self, addresses: list[str]) -> dict[str, str]:
        """The ids of what refused to be made twice; AssertionError when importing one did not help."""
        again = self.imported.keys() & set(addresses)
        assert not again, f"imported and still not known: {sorted(again)}"
        return {address: self._id(*address.split(".")) for address in addresses}

    def _id(self, type_: str, name: str) -> str:
        attributes = {key: self._literal(value) for key, value in self._content["resource"][type_][name].items()}
        match type_:
            case "aws_lb":
                return self._load_balancer(attributes["name"])
            case "aws_lb_listener":
                arn = self._load_balancer(attributes["load_balancer_arn"])
                found = self._client("elbv2").describe_listeners(LoadBalancerArn=arn)
                return str(found["Listeners"][0]["ListenerArn"])
            case "aws_lb_target_group":
                found = self._client("elbv2").describe_target_groups(Names=[attributes["name"]])
                return str(found["TargetGroups"][0]["TargetGroupArn"])
            case "aws_route53_record":
                zones = self._client("route53").list_hosted_zones()["HostedZones"]
                zone = next(one["Id"] for one in zones if f"{attributes['name']}.".endswith(one["Name"]))
                return f"{zone.rpartition('/')[2]}_{attributes['name']}_{attributes['type']}"
            case "aws_sqs_queue":
                return str(self._client("sqs").get_queue_url(QueueName=attributes["name"])["QueueUrl"])
            case "aws_vpc_security_group_egress_rule" | "aws_vpc_security_group_ingress_rule":
                group = {"Name": "group-id", "Values": [attributes["security_group_id"]]}
                rules = self._client("ec2").describe_security_group_rules(Filters=[group])["SecurityGroupRules"]
                return next(
                    str(rule["SecurityGroupRuleId"])
                    for rule in rules
                    if rule["IsEgress"] == ("egress" in type_) and rule.get("Description") == attributes["description"]
                )
            case "aws_wafv2_web_acl":
                acls = self._client("wafv2").list_web_acls(Scope=attributes["scope"])["WebACLs"]
                id_ = next(acl["Id"] for acl in acls if acl["Name"] == attributes["name"])
                return f"{id_}/{attributes['name']}/{attributes['scope']}"
        return (
            IMPORT_IDS[type_]
            .format_map({key: str(value) for key, value in attributes.items()})
            .replace(":False", ":false")
        )

    def _load_balancer(self, name: str) -> str:
        found = self._client("elbv2").describe_load_balancers(Names=[name])
        return str(found["LoadBalancers"][0]["LoadBalancerArn"])

    def _literal(self, value: Any) -> Any:
        """A value of the module; a reference to another resource means that one's id in EC2, or its name."""
        found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
        target = self._content["resource"].get(found[1], {}).get(found[2], {}) if found else {}
        if found and found[1] in TAGGED:
            return self._ec2_ids()[TAGGED[found[1]], target["tags"]["Name"]]
        return target.get("name", value)

    def _ec2_ids(self) -> dict[tuple[str, str], str]:
        """The ids of what this workspace has in EC2, by the beginning of the id and the tag `Name`."""
        tags = self._client("ec2").describe_tags(Filters=[{"Name": "key", "Values": ["Name", "Workspace"]}])["Tags"]
        ours = {tag["ResourceId"] for tag in tags if (tag["Key"], tag["Value"]) == ("Workspace", self._workspace)}
        return {
            (tag["ResourceId"].partition("-")[0], tag["Value"]): tag["ResourceId"]
            for tag in tags
            if tag["Key"] == "Name" and tag["ResourceId"] in ours
        }

    def _key_ids(self) -> dict[tuple[str, str], str]:
        """The ids of this workspace's keys, by `KEY` and the tag `Name`: a key has its tags before it has an alias."""
        kms, found = self._client("kms"), {}
        for key in kms.list_keys()["Keys"]:
            listed = kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
            tags = {tag["TagKey"]: tag["TagValue"] for tag in listed}
            if tags.get("Workspace") == self._workspace:
                found[KEY, tags["Name"]] = str(key["KeyId"])
        return found

    def _nameless(self) -> dict[str, str]:
        """The ids of what EC2 and KMS have of this workspace and the state does not, by address."""
        ids = self._ec2_ids() | self._key_ids()
        known, found = self.module.addresses() | self.imported.keys(), {}
        for type_, prefix in {**TAGGED, KEY: KEY}.items():
            for name, attributes in self._content["resource"].get(type_, {}).items():
                named = prefix, attributes["tags"]["Name"]
                if f"{type_}.{name}" not in known and named in ids:
                    found[f"{type_}.{name}"] = ids[named]
        return found

    @property
    def _workspace(self) -> str:
        """The tag that all resources of the module carry."""
        return str(self._content["provider"]["aws"][0]["default_tags"][0]["tags"]["Workspace"])

    @property
    def _content(self) -> dict[str, Any]:
        return module_of(self.module.folder)

    def _client(self, service: str) -> Any:
        region = self._content["provider"]["aws"][0]["region"]
        return self.emulator.client(service, account.account_of(self._content), region)


def run(bench: Bench, module: Terraform, chain: Chain) -> Recovery:
    """One chain of killed applies, then one to the end and another plan."""
    recovery = Recovery(module, bench.emulator)
    for point in chain:
        recovery.apply(kill_at=round(point * len(recovery.wanted)))
    recovery.apply()
    recovery.made, recovery.changes = module.addresses(), module.plan()
    recovery.leaks = leaks.found(bench) if bench.passwords.exists() else []
    bench.emulator.check()
    return recovery


def existing(output: str) -> list[str]:
    """The addresses that could not be made because they exist; raises AssertionError for every other error."""
    # What is wrong stands in the first line or, from newer resources, below the address.
    errors = re.split(r"^Error: ", output, flags=re.MULTILINE)[1:]
    others = [error for error in errors if not _EXISTS.search(error) or not _ADDRESS.search(error)]
    assert errors and not others, "\n".join(others) or output[-4000:]
    return [address[1] for error in errors if (address := _ADDRESS.search(error))]
