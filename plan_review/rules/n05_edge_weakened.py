"""N-05: the public edge gets weaker."""

from collections.abc import Iterator

from plan_review.change import UNKNOWN, Change
from plan_review.directions import altered, cannot_tell, compared, fires, turned_off
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "N-05",
    Tier.DANGER,
    what="A load balancer faces the internet, speaks plain HTTP or older TLS, loses its firewall or its certificate.",
    why="Card data in transit has to be encrypted with current TLS (PCI DSS 4.2.1) and the edge guarded (6.4.2).",
    do="Keep HTTPS, the newest ELBSecurityPolicy and the web ACL; for a new certificate check names and expiry.",
)

# Newest first, in the order in which AWS published them; a policy that is not here can't be compared.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICIES = (
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06",
    "ELBSecurityPolicy-TLS13-1-1-2021-06",
    "ELBSecurityPolicy-TLS13-1-0-2021-06",
    "ELBSecurityPolicy-FS-1-2-Res-2020-10",
    "ELBSecurityPolicy-FS-1-2-Res-2019-08",
    "ELBSecurityPolicy-FS-1-2-2019-08",
    "ELBSecurityPolicy-FS-1-1-2019-08",
    "ELBSecurityPolicy-FS-2018-06",
    "ELBSecurityPolicy-TLS-1-2-2017-01",
    "ELBSecurityPolicy-TLS-1-2-Ext-2018-06",
    "ELBSecurityPolicy-TLS-1-1-2017-01",
    "ELBSecurityPolicy-2016-08",
)


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed("aws_lb", "aws_alb"):
        yield from turned_off(change, "internal")
    for change in stack.changed("aws_lb_listener", "aws_alb_listener"):
        yield from _protocol(change)
        yield from _tls_policy(change)
        yield from altered(change, "certificate_arn")
    for change in stack.changed("aws_wafv2_web_acl_association", "aws_wafv2_web_acl"):
        if change.action == "destroy":
            yield Hit(change, "the web application firewall is taken off")
        elif change.type == "aws_wafv2_web_acl" and compared(change):
            yield from _firewall_rules(change)
        elif change.action == "replace":
            yield Hit(change, f"the firewall's association is replaced ({change.order})", change.replace_causes)


def _protocol(change: Change) -> Iterator[Hit]:
    if compared(change) and change.old("protocol") in ("HTTPS", "TLS"):
        if change.new("protocol") is UNKNOWN:
            yield cannot_tell(change, "protocol")
        elif change.differs("protocol"):
            yield fires(change, "protocol")


def _tls_policy(change: Change) -> Iterator[Hit]:
    old, new = change.old("ssl_policy"), change.new("ssl_policy")
    if not compared(change) or old == new or not old or not new:
        return
    if new in TLS_POLICIES and old in TLS_POLICIES:
        if TLS_POLICIES.index(new) > TLS_POLICIES.index(old):
            yield fires(change, "ssl_policy")
    else:
        yield cannot_tell(change, "ssl_policy", "the age of a TLS policy is not known here")


def _firewall_rules(change: Change) -> Iterator[Hit]:
    if change.new("rule") is UNKNOWN:
        yield cannot_tell(change, "rule")
        return
    old, new = change.old("rule") or [], change.new("rule") or []
    kept = {rule.get("name") for rule in new}
    if any(rule.get("name") not in kept for rule in old):
        yield fires(change, "rule", detail="a rule of the web application firewall is removed")
    elif any(_only_counts(rule) for rule in new if not _only_counts(_named(old, rule.get("name")))):
        yield fires(change, "rule", detail="a rule of the web application firewall only counts from now on")


def _named(rules: list[dict[str, object]], name: object) -> dict[str, object]:
    return next((rule for rule in rules if rule.get("name") == name), {})


def _only_counts(rule: dict[str, object]) -> bool:
    for block in ("action", "override_action"):
        actions = rule.get(block)
        if isinstance(actions, list) and actions and isinstance(actions[0], dict) and actions[0].get("count"):
            return True
    return False
