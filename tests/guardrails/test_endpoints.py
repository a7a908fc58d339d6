"""VPC endpoints: AWS services are reached privately, for this account's principals and the actions in use alone."""

from tests.guardrails.guardrail import Offences, actions, change, each, edit_statement, guardrail, remove, wrong
from tests.stack import Stack, statements

SERVICES = ("ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "secretsmanager", "sqs", "sts")
# The bucket of Amazon's in which ECR keeps image layers; the only thing outside this account that is reached.
IMAGE_LAYERS = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"


@guardrail(
    "aws_vpc_endpoint",
    broken_by=[remove("aws_vpc_endpoint", "EcrApi"), remove("aws_vpc_endpoint", "S3")],
    meets="EC2.55 EC2.56",
)
def test_services_have_endpoints(stack: Stack) -> Offences:
    """Every service that tasks and functions call has an endpoint, S3 a gateway one."""
    found = {e["service_name"].split(".", 3)[3]: e["vpc_endpoint_type"] for _, e in each(stack, "aws_vpc_endpoint")}
    for service, kind in {**dict.fromkeys(SERVICES, "Interface"), "s3": "Gateway"}.items():
        if found.get(service) != kind:
            yield "aws_vpc_endpoint", f"there is no {kind.lower()} endpoint for {service}"


@guardrail(
    "aws_vpc_endpoint",
    broken_by=[
        change("aws_vpc_endpoint", policy=None),
        edit_statement("aws_vpc_endpoint", lambda s: s.pop("Condition"), "Sqs"),
        edit_statement("aws_vpc_endpoint", lambda s: s.update(Action="*"), "Sqs"),
        edit_statement("aws_vpc_endpoint", lambda s: s.update(Action="sqs:*"), "Sqs"),
        edit_statement("aws_vpc_endpoint", lambda s: s.update(Resource="arn:aws:s3:::*"), "S3", "ImageLayers"),
    ],
)
def test_endpoints_serve_this_account_only(stack: Stack) -> Offences:
    """An endpoint's policy admits the own account, and names the actions; stolen foreign keys carry nothing out."""
    account = stack.module["provider"]["aws"][0]["allowed_account_ids"][0]
    own = {"StringEquals": {"aws:PrincipalAccount": account}}
    for address, endpoint in each(stack, "aws_vpc_endpoint"):
        if "policy" not in endpoint:
            yield address, "lets everything pass"
            continue
        for statement in statements(endpoint["policy"]):
            if statement.get("Condition") != own and statement["Resource"] != IMAGE_LAYERS:
                yield address, f"{statement['Sid']} admits any account"
            if any(action == "*" or action.endswith(":*") for action in actions(statement)):
                yield address, f"{statement['Sid']} allows {statement['Action']}"


@guardrail(
    "aws_vpc_endpoint",
    broken_by=[
        change("aws_vpc_endpoint", "Sqs", private_dns_enabled=False),
        change("aws_vpc_endpoint", "Sqs", security_group_ids=[]),
        change("aws_vpc_endpoint", "Sqs", subnet_ids=[]),
        change("aws_vpc_endpoint", "S3", route_table_ids=[]),
    ],
)
def test_endpoints_are_used_without_configuration(stack: Stack) -> Offences:
    """Interface endpoints answer under the service's own name; S3 is routed from every private subnet."""
    tables = {f"${{{where}.id}}" for where, _ in each(stack, "aws_route_table") if "_Private" in where}
    subnets = {f"${{{where}.id}}" for where, _ in each(stack, "aws_subnet") if "_Private" in where}
    for address, endpoint in each(stack, "aws_vpc_endpoint"):
        if endpoint["vpc_endpoint_type"] == "Gateway":
            if not tables <= set(endpoint["route_table_ids"]):
                yield address, "is not in every private route table"
        elif not endpoint["private_dns_enabled"] or not endpoint["security_group_ids"]:
            yield address, "is not reached by the service's name, or by everybody"
        elif set(endpoint["subnet_ids"]) != subnets:
            yield address, "is not in every private subnet"


@guardrail("aws_vpc_endpoint", broken_by=[change("aws_vpc_endpoint", vpc_id="vpc-1")])
def test_endpoints_stand_in_the_platforms_vpc(stack: Stack) -> Offences:
    """Endpoints stand in the platform's VPC."""
    vpc = next(where for where, _ in each(stack, "aws_vpc"))
    yield from wrong(stack, "aws_vpc_endpoint", vpc_id=f"${{{vpc}.id}}")
