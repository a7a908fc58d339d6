"""Wiring: what belongs together points at each other; a part that is made and used by nobody guards nothing."""

from tests.guardrails.guardrail import Offences, change, each, edit_json, guardrail
from tests.stack import Stack

# A resource's attribute, and the beginning of the address that it must read.
WIRES: dict[tuple[str, str], str] = {
    ("aws_acm_certificate_validation", "certificate_arn"): "aws_acm_certificate.",
    ("aws_backup_vault_notifications", "backup_vault_name"): "aws_backup_vault.backup.",
    ("aws_ecs_cluster_capacity_providers", "cluster_name"): "aws_ecs_cluster.",
    ("aws_ecs_service", "cluster"): "aws_ecs_cluster.",
    ("aws_ecs_service", "task_definition"): "aws_ecs_task_definition.",
    ("aws_elasticache_replication_group", "parameter_group_name"): "aws_elasticache_parameter_group.",
    ("aws_iam_role_policy", "role"): "aws_iam_role.",
    ("aws_lambda_function", "role"): "aws_iam_role.Migration_",
    ("aws_nat_gateway", "allocation_id"): "aws_eip.",
    ("aws_nat_gateway", "subnet_id"): "aws_subnet.Network_Public",
    ("aws_network_acl_rule", "network_acl_id"): "aws_network_acl.",
    ("aws_secretsmanager_secret_version", "secret_id"): "aws_secretsmanager_secret.database_master.",
    ("aws_sns_topic_policy", "arn"): "aws_sns_topic.",
    ("aws_sqs_queue_redrive_allow_policy", "queue_url"): "aws_sqs_queue.payments_dead_letter.",
    ("aws_wafv2_web_acl_logging_configuration", "resource_arn"): "aws_wafv2_web_acl.",
}


@guardrail(
    *{type_ for type_, _ in WIRES},
    broken_by=[change(type_, **{attribute: "something-else"}) for type_, attribute in WIRES],
)
def test_parts_point_at_what_they_belong_to(stack: Stack) -> Offences:
    """Every part reads the resource that it belongs to, not a name that somebody typed."""
    for (type_, attribute), target in WIRES.items():
        for address, resource in each(stack, type_):
            if not resource[attribute].startswith(f"${{{target}"):
                yield address, f"{attribute} is {resource[attribute]}"


@guardrail(
    "aws_ecs_service",
    broken_by=[change("aws_ecs_service", "Api", task_definition="${aws_ecs_task_definition.Worker_X.arn}")],
)
def test_each_service_runs_its_own_task(stack: Stack) -> Offences:
    """The API runs the API's task definition, with the API's role; the worker the worker's."""
    for address, service in each(stack, "aws_ecs_service"):
        component = address.partition(".")[2].partition("_")[0]
        if not service["task_definition"].startswith(f"${{aws_ecs_task_definition.{component}_"):
            yield address, f"runs {service['task_definition']}"
        if f"aws_iam_role.{component}_Task_" not in stack.one("aws_ecs_task_definition", component)["task_role_arn"]:
            yield address, "runs with another's role"


@guardrail(
    "aws_rds_cluster",
    broken_by=[
        change("aws_rds_cluster", port=6000),
        change("aws_vpc_security_group_ingress_rule", "DatabaseGroup", from_port=5432, to_port=5432),
        edit_json("aws_secretsmanager_secret_version", "secret_string_wo", lambda secret: secret.update(port=5432)),
    ],
)
def test_everybody_knows_the_databases_port(stack: Stack) -> Offences:
    """Cluster, security group, secret, tasks and migration agree on the port."""
    port = stack.one("aws_rds_cluster")["port"]
    for address, rule in each(stack, "aws_vpc_security_group_ingress_rule"):
        if "DatabaseGroup" in address and rule["to_port"] != port:
            yield address, f"opens {rule['to_port']}"
    if f'"port": {port}' not in stack.one("aws_secretsmanager_secret_version")["secret_string_wo"]:
        yield "aws_secretsmanager_secret_version.database_master", "names another port"
    if stack.one("aws_lambda_function", "Migrate")["environment"]["variables"]["DATABASE_PORT"] != str(port):
        yield "aws_lambda_function", "is told another port"
    for address, task in each(stack, "aws_ecs_task_definition"):
        if f'"DATABASE_PORT","value":"{port}"' not in task["container_definitions"]:
            yield address, "is told another port"
