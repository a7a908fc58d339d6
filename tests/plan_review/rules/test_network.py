"""N: what can be reached from where."""

import json

import pytest

from tests.plan_review.cases import Case, Cases
from tests.plan_review.plans import Values, resource

CASES = Cases()
IN, OUT = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
ANYWHERE, INSIDE = "0.0.0.0/0", "10.40.0.0/16"


def opening(cidr: str, port: int = 5432, last: int | None = None, group: str = "sg-1", **more: object) -> Values:
    rule = {"security_group_id": group, "ip_protocol": "tcp", "from_port": port, "to_port": last or port}
    return {**rule, "cidr_ipv4": cidr, **more}


GROUP = resource("aws_security_group.Edge", {"id": "sg-1"}, {"id": "sg-1"}, action="nothing")
BALANCER = resource(
    "aws_lb.Main",
    *([{"name": "payments-prod-alb", "security_groups": ["sg-1"]}] * 2),
    action="nothing",
)
CASES.fires("N-01", "BLOCK", "ssh for everybody", resource(f"{IN}.Ssh", None, opening(ANYWHERE, 22)))
CASES.fires(
    "N-01",
    "BLOCK",
    "a rule is widened to everybody",
    resource(f"{IN}.Db", opening(INSIDE), opening(ANYWHERE)),
)
CASES.fires(
    "N-01",
    "BLOCK",
    "443 of something that is no load balancer",
    resource(f"{IN}.Web", None, opening(ANYWHERE, 443, group="sg-2")),
    GROUP,
    BALANCER,
)
CASES.fires(
    "N-01",
    "BLOCK",
    "another port of the load balancer",
    resource(f"{IN}.Web", None, opening(ANYWHERE, 8080)),
    GROUP,
    BALANCER,
)
CASES.fires(
    "N-01",
    "BLOCK",
    "inline, IPv6",
    resource(
        "aws_security_group.Old",
        {"id": "sg-9", "ingress": []},
        {"id": "sg-9", "ingress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"]}]},
    ),
)
CASES.silent(
    "N-01", "443 of the approved load balancer", resource(f"{IN}.Web", None, opening(ANYWHERE, 443)), GROUP, BALANCER
)
CASES.silent("N-01", "a private range", resource(f"{IN}.Db", None, opening(INSIDE)))
CASES.silent("N-01", "it was open before", resource(f"{IN}.Db", opening(ANYWHERE), opening(ANYWHERE, description="x")))
CASES.unsure(
    "N-01",
    "DANGER",
    "the range is not known",
    resource(f"{IN}.Db", opening(INSIDE), opening(""), unknown={"cidr_ipv4": True}),
)

CASES.fires("N-02", "DANGER", "a wider range", resource(f"{IN}.Db", opening("10.40.1.0/24"), opening(INSIDE)))
CASES.fires("N-02", "DANGER", "more ports", resource(f"{IN}.Db", opening(INSIDE), opening(INSIDE, 5432, 6000)))
CASES.fires(
    "N-02",
    "DANGER",
    "every protocol",
    resource(f"{IN}.Db", opening(INSIDE), opening(INSIDE, ip_protocol="-1")),
)
CASES.fires(
    "N-02",
    "DANGER",
    "a new peer group",
    resource(f"{IN}.Db", None, opening("", referenced_security_group_id="sg-7")),
)
CASES.fires(
    "N-02",
    "DANGER",
    "the rule moves to another group",
    resource(f"{IN}.Db", opening(INSIDE), opening(INSIDE, group="sg-2")),
)
CASES.fires(
    "N-02",
    "REVIEW",
    "a group made in this plan",
    resource(f"{IN}.Db", None, opening(INSIDE, group=""), unknown={"security_group_id": True}),
)
CASES.silent("N-02", "a narrower range", resource(f"{IN}.Db", opening(INSIDE), opening("10.40.1.0/24")))
CASES.silent("N-02", "a rule goes", resource(f"{IN}.Db", opening(INSIDE)))
CASES.silent(
    "N-02",
    "the same opening under another address",
    resource(f"{IN}.Old", opening(INSIDE)),
    resource(f"{IN}.New", None, opening("10.40.1.0/24")),
)
CASES.unsure(
    "N-02",
    "DANGER",
    "the ports are not known",
    resource(f"{IN}.Db", opening(INSIDE), opening(INSIDE, 5432), unknown={"to_port": True}),
)

CASES.fires("N-03", "REVIEW", "a way out", resource(f"{OUT}.All", None, opening(ANYWHERE, 443)))
CASES.fires("N-03", "DANGER", "a way out of the database", resource(f"{OUT}.DatabaseOut", None, opening(ANYWHERE, 443)))
CASES.silent("N-03", "to a private range", resource(f"{OUT}.All", None, opening(INSIDE, 443)))
CASES.unsure(
    "N-03", "REVIEW", "the range is not known", resource(f"{OUT}.All", None, opening(""), unknown={"cidr_ipv4": True})
)

BLOCKED = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
ACCESS = "aws_s3_bucket_public_access_block.Main"


def policy(principal: object, **condition: object) -> str:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Principal": principal}
    return json.dumps({"Statement": [{**statement, **({"Condition": condition} if condition else {})}]})


CASES.fires(
    "N-04",
    "BLOCK",
    "a public database",
    resource("aws_rds_cluster_instance.A", {"publicly_accessible": False}, {"publicly_accessible": True}),
)
CASES.fires("N-04", "BLOCK", "the block goes", resource(ACCESS, BLOCKED))
CASES.fires("N-04", "BLOCK", "the block is weaker", resource(ACCESS, BLOCKED, {**BLOCKED, "block_public_acls": False}))
CASES.fires(
    "N-04", "BLOCK", "a bucket for everybody", resource("aws_s3_bucket_policy.B", None, {"policy": policy("*")})
)
CASES.fires(
    "N-04",
    "BLOCK",
    "a condition that restricts nobody",
    resource("aws_s3_bucket_policy.B", None, {"policy": policy({"AWS": "*"}, IpAddress={"aws:SourceIp": ANYWHERE})}),
)
CASES.silent(
    "N-04",
    "everybody of one account",
    resource(
        "aws_s3_bucket_policy.B",
        None,
        {"policy": policy("*", StringEquals={"aws:SourceAccount": "123456789012"})},
    ),
)
CASES.silent("N-04", "the block is stronger", resource(ACCESS, {**BLOCKED, "block_public_acls": False}, BLOCKED))
CASES.unsure(
    "N-04",
    "DANGER",
    "whether it is public is not known",
    resource("aws_db_instance.A", {"publicly_accessible": False}, {}, unknown={"publicly_accessible": True}),
)

LISTENER = "aws_lb_listener.Https"
NEW_TLS, OLD_TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08"
CASES.fires(
    "N-05",
    "DANGER",
    "to the internet",
    resource("aws_lb.Main", {"internal": True}, {"internal": False}, action="replace"),
)
CASES.fires("N-05", "DANGER", "plain HTTP", resource(LISTENER, {"protocol": "HTTPS"}, {"protocol": "HTTP"}))
CASES.fires("N-05", "DANGER", "older TLS", resource(LISTENER, {"ssl_policy": NEW_TLS}, {"ssl_policy": OLD_TLS}))
CASES.fires(
    "N-05", "DANGER", "another certificate", resource(LISTENER, {"certificate_arn": "a"}, {"certificate_arn": "b"})
)
CASES.fires("N-05", "DANGER", "no firewall", resource("aws_wafv2_web_acl_association.Main", {"resource_arn": "a"}))
CASES.fires(
    "N-05",
    "DANGER",
    "a firewall's rule only counts",
    resource(
        "aws_wafv2_web_acl.Main",
        {"rule": [{"name": "sql", "override_action": [{"none": [{}], "count": []}]}]},
        {"rule": [{"name": "sql", "override_action": [{"none": [], "count": [{}]}]}]},
    ),
)
CASES.silent("N-05", "newer TLS", resource(LISTENER, {"ssl_policy": OLD_TLS}, {"ssl_policy": NEW_TLS}))
CASES.silent("N-05", "HTTPS at last", resource(LISTENER, {"protocol": "HTTP"}, {"protocol": "HTTPS"}))
CASES.unsure(
    "N-05",
    "DANGER",
    "a TLS policy that nobody knows",
    resource(LISTENER, {"ssl_policy": NEW_TLS}, {"ssl_policy": "ELBSecurityPolicy-Unheard-Of"}),
)
CASES.unsure(
    "N-05",
    "DANGER",
    "the certificate is not known",
    resource(LISTENER, {"certificate_arn": "a"}, {}, unknown={"certificate_arn": True}),
)

ROUTE = "aws_route.Default"
CASES.fires(
    "N-06",
    "DANGER",
    "a route to the internet",
    resource(ROUTE, None, {"destination_cidr_block": ANYWHERE, "gateway_id": "igw-1", "route_table_id": "rtb-1"}),
)
CASES.fires(
    "N-06",
    "REVIEW",
    "the route of a network made in this plan",
    resource(ROUTE, None, {"destination_cidr_block": ANYWHERE}, unknown={"gateway_id": True, "route_table_id": True}),
    references={ROUTE: {"gateway_id": ["aws_internet_gateway.Main.id"]}},
)
CASES.fires("N-06", "DANGER", "the NAT gateway goes", resource("aws_nat_gateway.A", {"subnet_id": "s"}))
CASES.fires("N-06", "DANGER", "an endpoint goes", resource("aws_vpc_endpoint.Kms", {"vpc_id": "v"}))
CASES.fires("N-06", "DANGER", "a peering", resource("aws_vpc_peering_connection.Other", None, {"vpc_id": "v"}))


def acl(port: int, cidr: str = INSIDE) -> Values:
    return {
        **{"network_acl_id": "acl-1", "egress": False, "protocol": "tcp", "rule_action": "allow"},
        **{"cidr_block": cidr, "from_port": port, "to_port": port, "rule_number": 100},
    }


CASES.fires("N-06", "DANGER", "the ACL is wider", resource("aws_network_acl_rule.A", acl(443), acl(443, ANYWHERE)))
CASES.silent("N-06", "the ACL is narrower", resource("aws_network_acl_rule.A", acl(443), acl(443, "10.40.1.0/24")))
CASES.silent(
    "N-06",
    "a protocol by its number before and by its name after",
    resource("aws_network_acl_rule.A", {**acl(443), "protocol": "6"}, {**acl(443), "protocol": "tcp"}),
)
CASES.silent(
    "N-06",
    "a route to the NAT gateway",
    resource(ROUTE, None, {"destination_cidr_block": ANYWHERE, "nat_gateway_id": "nat-1", "route_table_id": "rtb-1"}),
)
CASES.unsure(
    "N-06",
    "DANGER",
    "some gateway",
    resource(ROUTE, None, {"destination_cidr_block": ANYWHERE, "route_table_id": "r"}, unknown={"gateway_id": True}),
    references={ROUTE: {"gateway_id": ["var.gateway"]}},
)

RECORD = "aws_route53_record.Main"
ZONE = {"name": "status.shop.example.com"}
CASES.fires("N-07", "DANGER", "the payments' name goes", resource(RECORD, {"name": "payments-prod.example.com"}))
CASES.fires("N-07", "DANGER", "the apex goes", resource(RECORD, {"name": "example.com"}))
CASES.fires(
    "N-07", "REVIEW", "another target", resource(RECORD, {**ZONE, "records": ["a"]}, {**ZONE, "records": ["b"]})
)
CASES.silent("N-07", "another TTL", resource(RECORD, {**ZONE, "ttl": 60}, {**ZONE, "ttl": 300}))
CASES.silent("N-07", "a new record", resource(RECORD, None, {**ZONE, "records": ["a"]}))
CASES.unsure(
    "N-07",
    "REVIEW",
    "the target is not known",
    resource(RECORD, {**ZONE, "records": ["a"]}, ZONE, unknown={"records": True}),
)
CASES.unsure(
    "N-07",
    "DANGER",
    "the target of the payments' name is not known",
    resource(RECORD, {"name": "payments-prod.example.com", "records": ["a"]}, {}, unknown={"records": True}),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    case.check()
