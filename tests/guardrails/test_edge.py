"""The edge: what faces the internet refuses bad requests, and records every one."""

import json

from tests.guardrails.guardrail import Offences, change, each, edit, guardrail, points_to, remove, wrong
from tests.stack import Stack

ACL, LOGGING = "aws_wafv2_web_acl", "aws_wafv2_web_acl_logging_configuration"
# The last one holds Log4j.
MANAGED = {
    *("AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet"),
    "AWSManagedRulesKnownBadInputsRuleSet",
}


@guardrail(
    "aws_lb",
    broken_by=[
        change("aws_lb", drop_invalid_header_fields=False),
        change("aws_lb", desync_mitigation_mode="monitor"),
        change("aws_lb", access_logs={"bucket": "x", "enabled": False}),
        change("aws_lb", access_logs=None),
    ],
    meets="ELB.4 ELB.5 ELB.12",
)
def test_load_balancer_is_strict_and_logs(stack: Stack) -> Offences:
    """Invalid headers and desynchronised requests are refused, and each request is logged."""
    yield from wrong(stack, "aws_lb", drop_invalid_header_fields=True, desync_mitigation_mode="strictest")
    for address, balancer in each(stack, "aws_lb"):
        logs = balancer.get("access_logs", {"enabled": False})
        if not logs["enabled"] or not points_to(logs["bucket"], "aws_s3_bucket.alb_logs"):
            yield address, "keeps no access logs"


@guardrail(
    "aws_lb",
    ACL,
    broken_by=[
        remove("aws_wafv2_web_acl_association"),
        change("aws_wafv2_web_acl_association", resource_arn="arn:aws:elasticloadbalancing:::other"),
        change("aws_wafv2_web_acl_association", web_acl_arn="arn:aws:wafv2:::other"),
    ],
    meets="ELB.16",
)
def test_every_load_balancer_has_a_firewall(stack: Stack) -> Offences:
    """Every load balancer stands behind the firewall."""
    associations = [(a["resource_arn"], a["web_acl_arn"]) for _, a in each(stack, "aws_wafv2_web_acl_association")]
    acl = next(address for address, _ in each(stack, ACL))
    for address, _ in each(stack, "aws_lb"):
        if not any(points_to(resource, address) and points_to(by, acl) for resource, by in associations):
            yield address, "has no firewall"


@guardrail(
    ACL,
    broken_by=[
        edit(ACL, lambda acl: acl["rule"].pop()),
        edit(ACL, lambda acl: acl["rule"][1].update(override_action={"count": {}})),
        edit(ACL, lambda acl: acl["rule"][0].update(action={"count": {}})),
        edit(ACL, lambda acl: acl["rule"][0]["visibility_config"].update(cloudwatch_metrics_enabled=False)),
        edit(ACL, lambda acl: acl["rule"][1].update(priority=0)),
    ],
    meets="WAF.10 WAF.12",
)
def test_firewall_blocks(stack: Stack) -> Offences:
    """Managed rule groups and a rate limit block (not only count), in a fixed order, each with its metric."""
    for address, acl in each(stack, ACL):
        groups = {rule["statement"].get("managed_rule_group_statement", {}).get("name") for rule in acl["rule"]}
        yield from ((address, f"lacks {group}") for group in MANAGED - groups)
        if not any("rate_based_statement" in rule["statement"] for rule in acl["rule"]):
            yield address, "has no rate limit"
        for rule in acl["rule"]:
            if "block" not in rule.get("action", {}) and rule.get("override_action") != {"none": {}}:
                yield address, f"{rule['name']} only counts"
            if not rule["visibility_config"]["cloudwatch_metrics_enabled"]:
                yield address, f"{rule['name']} has no metric"
        if len({rule["priority"] for rule in acl["rule"]}) != len(acl["rule"]):
            yield address, "has rules of the same priority"


@guardrail(
    LOGGING,
    broken_by=[
        remove(LOGGING),
        edit(LOGGING, lambda logging: logging["redacted_fields"].pop()),
        change(LOGGING, log_destination_configs=["arn:aws:s3:::other"]),
        change("aws_cloudwatch_log_group", "firewall_logs", name="/payments/firewall"),
    ],
    meets="WAF.11",
)
def test_firewall_logs_without_credentials(stack: Stack) -> Offences:
    """Each request is logged to a group of the name that WAF demands, without authorization header and cookies."""
    group = "aws_cloudwatch_log_group.firewall_logs"
    if not stack.all("aws_cloudwatch_log_group")["firewall_logs"]["name"].startswith("aws-waf-logs-"):
        yield group, "has a name that WAF refuses"
    logged = [logging["resource_arn"] for _, logging in each(stack, LOGGING)]
    for address, _ in each(stack, ACL):
        if not any(points_to(arn, address) for arn in logged):
            yield address, "is not logged"
    for address, logging in each(stack, LOGGING):
        redacted = {field["single_header"]["name"] for field in logging["redacted_fields"]}
        yield from ((address, f"logs {header}") for header in {"authorization", "cookie"} - redacted)
        if not all(points_to(destination, group) for destination in logging["log_destination_configs"]):
            yield address, "logs elsewhere"


@guardrail(
    "aws_lb_target_group",
    broken_by=[
        change("aws_lb_target_group", target_type="instance"),
        edit("aws_lb_target_group", lambda group: group["health_check"].update(matcher="200-499")),
        change("aws_lb_target_group", deregistration_delay="300"),
    ],
)
def test_targets_are_healthy_and_drain(stack: Stack) -> Offences:
    """A target counts as healthy when it answers 200, and its requests end before its task is stopped."""
    yield from wrong(stack, "aws_lb_target_group", target_type="ip")
    for address, group in each(stack, "aws_lb_target_group"):
        if group["health_check"]["matcher"] != "200":
            yield address, f"takes {group['health_check']['matcher']} for healthy"
        if int(group["deregistration_delay"]) > 120:
            yield address, "drains longer than Fargate lets a task live"


@guardrail(
    "aws_route53_record",
    broken_by=[
        remove("aws_route53_record", "Certificate_Record"),
        edit("aws_route53_record", lambda r: r["alias"].update(evaluate_target_health=False), "Certificate_Record"),
    ],
)
def test_the_public_name_leads_to_the_load_balancer(stack: Stack) -> Offences:
    """The name on the certificate leads to the load balancer, by an alias that follows its health."""
    balancer = next(address for address, _ in each(stack, "aws_lb"))
    names = {certificate["domain_name"] for _, certificate in each(stack, "aws_acm_certificate")}
    aliases = [record for _, record in each(stack, "aws_route53_record") if "alias" in record]
    for name in names:
        if not any(
            r["name"] == name and points_to(r["alias"]["name"], balancer) and r["alias"]["evaluate_target_health"]
            for r in aliases
        ):
            yield name, "leads nowhere"


@guardrail(
    "aws_lb",
    "aws_lb_listener",
    "aws_ecs_service",
    broken_by=[
        change("aws_lb_listener", default_action=[{"type": "fixed-response"}]),
        change("aws_lb_target_group", port=9999),
        change("aws_ecs_service", "Api", load_balancer=None),
        change("aws_lb", internal=True),
        remove("aws_vpc_security_group_ingress_rule", "ApiGroup_FromAlb"),
    ],
)
def test_requests_reach_the_api(stack: Stack) -> Offences:
    """From the internet to the API's container there is one way, on one port all along."""
    yield from wrong(stack, "aws_lb", internal=False, load_balancer_type="application")
    (group, target), (balancer, _) = next(each(stack, "aws_lb_target_group")), next(each(stack, "aws_lb"))
    for address, listener in each(stack, "aws_lb_listener"):
        forwarded = [action.get("target_group_arn", "") for action in listener["default_action"]]
        if not all(points_to(arn, group) for arn in forwarded):
            yield address, "does not forward to the API"
        if not points_to(listener["load_balancer_arn"], balancer):
            yield address, "is on no load balancer of ours"
    for registration in stack.one("aws_ecs_service", "Api").get("load_balancer", [{"target_group_arn": ""}]):
        if not points_to(registration["target_group_arn"], group) or registration["container_port"] != target["port"]:
            yield "aws_ecs_service of the API", "is not registered on the target group's port"
    container = json.loads(stack.one("aws_ecs_task_definition", "Api")["container_definitions"])[0]
    opened = {r["to_port"] for w, r in each(stack, "aws_vpc_security_group_ingress_rule") if "ApiGroup_FromAlb" in w}
    if {port["containerPort"] for port in container["portMappings"]} != {target["port"]} or opened != {target["port"]}:
        yield group, "uses another port than the container or the security group"
