"""N-01 to N-07."""

from tests.end_to_end.rule_cases.case import Cases
from tests.end_to_end.rule_cases.edits import LATER, added, put, text

CASES = Cases()
IN, OUT = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
API = "${aws_security_group.Network_ApiGroup_FD9B1DE4.id}"
BALANCER = "${aws_security_group.Network_LoadBalancerGroup_A8EB3252.id}"
MIGRATION = "${aws_security_group.Network_MigrationGroup_C430E6BA.id}"
FROM_ALB, BLOCK = f"{IN}.Network_ApiGroup_FromAlb", "aws_s3_bucket_public_access_block.LoadBalancer_Logs"
INSTANCE, QUEUE_POLICY = "aws_rds_cluster_instance.database_2", "aws_sqs_queue_policy.Queue_PaymentsPolicy"
LISTENER, FIREWALL = "aws_lb_listener.LoadBalancer_Https", "aws_wafv2_web_acl.Firewall_Acl"
ACL_RULE, SUBNET = "aws_network_acl_rule.Network_DataAcl_FromPrivate", "aws_subnet.Network_PrivateA"
RECORD = "aws_route53_record.LoadBalancer_Certificate_Record"
DENIAL = '{"Sid": "DenyPlainHttp"'
EVERYONE = '{"Sid": "Send", "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"'


def rule(group: str, port: object, peer: str) -> dict[str, object]:
    return {"security_group_id": group, "ip_protocol": "tcp", "from_port": port, "to_port": port, "cidr_ipv4": peer}


CASES.fires("N-01", "BLOCK", f"{IN}.more", added(f"{IN}.more", **rule(API, 22, "0.0.0.0/0")))
CASES.silent("N-01", f"{IN}.more", added(f"{IN}.more", **rule(BALANCER, 80, "0.0.0.0/0")))
CASES.unsure("N-01", "DANGER", f"{IN}.more", added(f"{IN}.more", **rule(API, 8080, LATER)))
CASES.fires("N-02", "DANGER", f"{IN}.more")
CASES.silent("N-02", FROM_ALB, put(FROM_ALB, "description", "Requests"))
CASES.unsure("N-02", "DANGER", f"{IN}.more")

CASES.fires("N-03", "REVIEW", f"{OUT}.more", added(f"{OUT}.more", **rule(MIGRATION, 443, "0.0.0.0/0")))
CASES.silent("N-03", f"{OUT}.more", added(f"{OUT}.more", **rule(MIGRATION, 443, "10.40.0.0/16")))
CASES.unsure("N-03", "REVIEW", f"{OUT}.more", added(f"{OUT}.more", **rule(MIGRATION, 443, LATER)))

CASES.fires("N-04", "BLOCK", BLOCK, put(BLOCK, "block_public_policy", False))
CASES.fires("N-04", "BLOCK", INSTANCE, put(INSTANCE, "publicly_accessible", True))
CASES.fires("N-04", "BLOCK", QUEUE_POLICY, text(QUEUE_POLICY, "policy", DENIAL, f"{EVERYONE}}}, {DENIAL}"))
CASES.silent(
    "N-04",
    QUEUE_POLICY,
    text(
        QUEUE_POLICY,
        "policy",
        DENIAL,
        f'{EVERYONE}, "Condition": {{"StringEquals": {{"aws:SourceAccount": "777788889999"}}}}}}, {DENIAL}',
    ),
)
CASES.unsure("N-04", "DANGER", BLOCK, put(BLOCK, "block_public_policy", LATER))

CASES.fires("N-05", "DANGER", LISTENER, put(LISTENER, "ssl_policy", "ELBSecurityPolicy-2016-08"))
CASES.fires("N-05", "DANGER", FIREWALL, put(FIREWALL, "rule", lambda rules: rules[:-1]))
CASES.silent("N-05", LISTENER, put(LISTENER, "ssl_policy", "ELBSecurityPolicy-TLS13-1-3-2021-06"))
CASES.silent("N-05", FIREWALL, put(FIREWALL, "rule.0.statement.rate_based_statement.limit", 4000))
CASES.unsure("N-05", "DANGER", LISTENER, put(LISTENER, "certificate_arn", LATER))

CASES.fires("N-06", "DANGER", ACL_RULE, put(ACL_RULE, "from_port", 22))
CASES.fires("N-06", "DANGER", SUBNET, put(SUBNET, "map_public_ip_on_launch", True))
CASES.silent("N-06", ACL_RULE, put(ACL_RULE, "from_port", 5000))
CASES.silent("N-06", SUBNET, put(SUBNET, "tags.Tier", "inside"))
CASES.unsure("N-06", "DANGER", ACL_RULE, put(ACL_RULE, "cidr_block", LATER))
CASES.unsure("N-06", "DANGER", SUBNET, put(SUBNET, "map_public_ip_on_launch", LATER))

CASES.fires("N-07", "DANGER", RECORD, put(RECORD, "alias.name", "elsewhere.example.net"))
CASES.silent("N-07", RECORD, put(RECORD, "alias.evaluate_target_health", False))
CASES.unsure("N-07", "DANGER", RECORD, put(RECORD, "alias.name", LATER))
