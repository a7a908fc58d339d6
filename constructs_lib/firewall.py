"""The web application firewall in front of the load balancer."""

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from constructs_lib.encryption import Key
from constructs_lib.log_group import LogGroup
from environments.schema.names import Names

# In the order in which they are asked; each blocks on its own.
MANAGED_GROUPS = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",  # Log4j among them
    "AWSManagedRulesSQLiRuleSet",
)
REDACTED_HEADERS = ("authorization", "cookie")


class Firewall(Construct):
    """Amazon's managed rules and a limit of requests from one address; blocked or not, every request is logged."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        rate_limit: int,
        load_balancer_arn: str,
        logs_key: Key,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self.name = names.stack
        acl = Wafv2WebAcl(
            self,
            "Acl",
            name=self.name,
            description="Managed rules and a rate limit",
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            visibility_config=Wafv2WebAclVisibilityConfig(
                cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=self.name
            ),
            rule=[
                _rate_limit(rate_limit),
                *(_managed(name, 10 + n) for n, name in enumerate(MANAGED_GROUPS)),
            ],
            tags={"Name": self.name},
        )
        Wafv2WebAclAssociation(self, "LoadBalancer", resource_arn=load_balancer_arn, web_acl_arn=acl.arn)
        logs = LogGroup(
            self,
            "Logs",
            # WAF delivers only to names that begin so.
            name=f"aws-waf-logs-{names.stack}",
            logical_id="firewall",
            retention_days=log_retention_days,
            key=logs_key,
        )
        Wafv2WebAclLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.arn,
            log_destination_configs=[logs.arn],
            redacted_fields=[
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                )
                for header in REDACTED_HEADERS
            ],
        )


def _visibility(name: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        cloudwatch_metrics_enabled=True, sampled_requests_enabled=True, metric_name=name
    )


# `statement` is untyped in the bindings (it nests without end) and reaches Terraform as it is, hence snake case.
def _rate_limit(limit: int) -> Wafv2WebAclRule:
    return Wafv2WebAclRule(
        name="RateLimit",
        priority=0,
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
        statement={"rate_based_statement": {"limit": limit, "aggregate_key_type": "IP"}},
        visibility_config=_visibility("RateLimit"),
    )


def _managed(name: str, priority: int) -> Wafv2WebAclRule:
    return Wafv2WebAclRule(
        name=name,
        priority=priority,
        override_action=Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone()),
        statement={"managed_rule_group_statement": {"vendor_name": "AWS", "name": name}},
        visibility_config=_visibility(name),
    )
