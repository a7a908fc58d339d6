"""Who may reach and do what: security groups with one resource a rule, IAM roles with one policy a grant."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.security_group import SecurityGroup as AwsSecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from environments.schema.names import Names

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class Statement:
    """One statement of a policy; `principals` as in IAM, for example {"Service": "logs.amazonaws.com"}."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ("*",)
    conditions: Conditions = field(default_factory=dict)
    principals: Mapping[str, str | Sequence[str]] | str | None = None
    effect: str = "Allow"
    # In place of `actions`: everything but these; only ever with Deny.
    not_actions: Sequence[str] = ()
    # In place of `resources`: everywhere but there; only ever with Deny.
    not_resources: Sequence[str] = ()

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"Sid": self.sid, "Effect": self.effect}
        if self.principals is not None:
            document["Principal"] = self.principals
        if self.not_actions:
            document["NotAction"] = _one_or_many(self.not_actions)
        else:
            document["Action"] = _one_or_many(self.actions)
        if self.not_resources:
            document["NotResource"] = _one_or_many(self.not_resources)
        else:
            document["Resource"] = _one_or_many(self.resources)
        if self.conditions:
            document["Condition"] = self.conditions
        return document


def policy(*statements: Statement) -> str:
    """A policy document as JSON text; never `Fn.jsonencode`, which hides it from scanners."""
    return json.dumps({"Version": "2012-10-17", "Statement": [s.document() for s in statements]})


def trust(service: str, *, conditions: Conditions | None = None) -> str:
    """A trust policy for one AWS service."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def deny_plain_http(resource_arns: Sequence[str], actions: str) -> Statement:
    """Refuses every request that does not come over TLS."""
    return Statement(
        "DenyPlainHttp",
        [actions],
        resource_arns,
        conditions={"Bool": {"aws:SecureTransport": "false"}},
        principals="*",
        effect="Deny",
    )


def decrypt_secrets(names: Names, keys: Sequence[str] = ("*",)) -> Statement:
    """Decrypts with these keys (ARNs) what Secrets Manager holds, and nothing else."""
    through = {"kms:ViaService": f"secretsmanager.{names.region}.amazonaws.com"}
    return Statement("Decrypt", ["kms:Decrypt"], keys, conditions={"StringEquals": through})


class Role(Construct):
    """An IAM role that services assume; each grant is a policy of its own, named after what it opens.

    `permissions_boundary` is the ARN of the foundation's policy beyond which no grant reaches. `session_seconds` is how
    long a session may last at most, which is an hour unless it is said.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        trust_policy: str,
        description: str,
        permissions_boundary: str,
        session_seconds: int | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.resource = IamRole(
            self,
            "Role",
            name=name,
            description=description,
            assume_role_policy=trust_policy,
            permissions_boundary=permissions_boundary,
            max_session_duration=session_seconds,
            tags={"Name": name},
        )
        self.name = name
        self.arn = self.resource.arn

    def allow(self, id_: str, *statements: Statement) -> IamRolePolicy:
        return IamRolePolicy(self, id_, name=id_, role=self.resource.id, policy=policy(*statements))


class SecurityGroup(Construct):
    """A security group without any rule of its own; `label` names it in the rules of its peers."""

    def __init__(self, scope: Construct, id_: str, *, vpc_id: str, name: str, label: str, description: str) -> None:
        super().__init__(scope, id_)
        self.label = label
        self._group = AwsSecurityGroup(
            self,
            "Group",
            # A prefix, so that a group which must be replaced exists beside the old one while its users move over.
            name_prefix=f"{name}-",
            description=description,
            vpc_id=vpc_id,
            tags={"Name": name},
            lifecycle={"create_before_destroy": True},
        )
        self.id = self._group.id

    def allow_from(self, peer: "SecurityGroup", port: int, what: str) -> None:
        """Opens `port` (TCP) of this group to a peer, and the way out of the peer."""
        VpcSecurityGroupIngressRule(
            self,
            f"From{peer.label}",
            security_group_id=self.id,
            referenced_security_group_id=peer.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"{what} from {peer.label}",
            tags={"Name": f"from-{peer.label}"},
        )
        VpcSecurityGroupEgressRule(
            peer,
            f"To{self.label}",
            security_group_id=peer.id,
            referenced_security_group_id=self.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"{what} to {self.label}",
            tags={"Name": f"to-{self.label}"},
        )

    def allow_from_internet(self, port: int, what: str) -> None:
        VpcSecurityGroupIngressRule(
            self,
            f"FromInternet{port}",
            security_group_id=self.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"{what} from the internet",
            tags={"Name": f"from-internet-{port}"},
        )

    def allow_to_internet(self, port: int, what: str) -> None:
        VpcSecurityGroupEgressRule(
            self,
            f"ToInternet{port}",
            security_group_id=self.id,
            cidr_ipv4="0.0.0.0/0",
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"{what} to the internet",
            tags={"Name": f"to-internet-{port}"},
        )

    def allow_to_prefix_list(self, label: str, prefix_list_id: str, port: int, what: str) -> None:
        VpcSecurityGroupEgressRule(
            self,
            f"To{label}",
            security_group_id=self.id,
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=f"{what} to {label}",
            tags={"Name": f"to-{label}"},
        )


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
