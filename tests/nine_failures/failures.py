"""The failures as edits of the source, each with the test that holds it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Return:
    """One way in which a failure could come back: `old` becomes `new` in a file, and `test` must fail."""

    file: str
    old: str
    new: str
    test: str


@dataclass(frozen=True)
class Failure:
    """One failure of the earlier attempt, and what holds it off here."""

    title: str
    returns: tuple[Return, ...]


GUARDRAILS = "tests/guardrails"

NINE = (
    Failure(
        "An engine version that does not exist (15.3)",
        (
            Return(
                "environments/schema/engine_versions.py",
                "15: (8,",
                "15: (3, 8,",
                "tests/environments/test_rejections.py::test_wrong_setting_gets_one_sentence",
            ),
            Return(
                "constructs_lib/database.py",
                "engine_version=engine.version,",
                'engine_version="15.3",',
                f"{GUARDRAILS}/test_database_engine.py::test_engine_version_exists_and_is_supported",
            ),
        ),
    ),
    Failure(
        "A project name that the deploy scripts did not know",
        (
            Return(
                "README.md",
                "diff payments-dev",
                "diff payment-dev",
                "tests/test_names_agree.py::test_document_names_what_exists[README.md]",
            ),
            Return(
                "environments/schema/names.py",
                'PROJECT = "payments"',
                'PROJECT = "payment"',
                "tests/test_names_agree.py::test_document_names_what_exists[README.md]",
            ),
        ),
    ),
    Failure(
        "The database password in the code",
        (
            Return(
                "constructs_lib/database.py",
                "master_password_wo=password.value,",
                'master_password_wo="Payments-2023!",',
                f"{GUARDRAILS}/test_passwords.py::test_cluster_and_secret_get_the_same_password",
            ),
            Return(
                "constructs_lib/database.py",
                "master_password_wo=password.value,",
                'master_password="Payments-2023!", master_password_wo=password.value,',
                f"{GUARDRAILS}/test_passwords.py::test_no_password_in_plan_or_state",
            ),
        ),
    ),
    Failure(
        "No flow logs",
        (
            Return(
                "constructs_lib/flow_logs.py",
                "        FlowLog(\n",
                "        return\n        FlowLog(\n",
                f"{GUARDRAILS}/test_flow_logs.py::test_every_vpc_has_flow_logs",
            ),
        ),
    ),
    Failure(
        "A placeholder for the image",
        (
            Return(
                "environments/schema/service.py",
                'if match["tag"] == "latest":',
                'if match["tag"] == "newest":',
                "tests/environments/test_rejections.py::test_wrong_setting_gets_one_sentence",
            ),
            Return(
                "constructs_lib/service.py",
                "image=image.uri,",
                'image="nginx:latest",',
                f"{GUARDRAILS}/test_containers.py::test_image_is_our_own_and_fixed",
            ),
        ),
    ),
    Failure(
        "No migrations",
        (
            Return(
                "stacks/payments.py",
                "after=[migrated, *network.ready],",
                "after=[*network.ready],",
                f"{GUARDRAILS}/test_migration.py::test_services_wait_for_the_migration",
            ),
        ),
    ),
    Failure(
        "An address plan that wastes the range",
        (
            Return(
                "constructs_lib/cidr.py",
                'DATA = Tier("data", newbits=6, position=17)',
                'DATA = Tier("data", newbits=1, position=1)',
                f"{GUARDRAILS}/test_network.py::test_addresses_are_not_wasted",
            ),
        ),
    ),
    Failure(
        "Alarms without a dashboard",
        (
            Return(
                "constructs_lib/dashboard.py",
                "        CloudwatchDashboard(\n",
                "        return\n        CloudwatchDashboard(\n",
                f"{GUARDRAILS}/test_dashboard.py::test_every_alarm_is_on_the_dashboard",
            ),
        ),
    ),
    Failure(
        "No tags for the cost",
        (
            Return(
                "environments/schema/workspace.py",
                '            "CostCenter": tags.cost_center,\n',
                "",
                f"{GUARDRAILS}/test_tags.py::test_default_tags_are_complete_and_static",
            ),
            Return(
                "constructs_lib/service.py",
                'propagate_tags="SERVICE",',
                "",
                f"{GUARDRAILS}/test_tags.py::test_tasks_get_their_services_tags",
            ),
        ),
    ),
)

# Found while the first version was prepared, outside of the nine; what holds them, by one test each or more.
TRAPS = {
    "The S3 backend of cdktf 0.21 has no `use_lockfile`, and refuses key ids without a UUID's version digits": (
        "test_state.py::test_state_is_remote_locked_and_encrypted",
        "test_state.py::test_a_key_id_needs_the_digits_of_a_uuid",
    ),
    "Bucket logging is refused unless the target's policy lets `logging.s3.amazonaws.com` write": (
        "test_buckets.py::test_log_delivery_is_permitted_first",
    ),
    "A deleted Lambda function keeps its security group for up to an hour": (
        "test_migration.py::test_functions_leave_their_security_group",
    ),
    "A resource's address follows the path of its construct": (
        "test_lasting_ids.py::test_workspaces_keep_their_addresses",
        "test_lasting_ids.py::test_foundations_keep_their_addresses",
        "test_lasting_ids.py::test_nothing_stateful_is_named_after_its_path",
    ),
    "TLS that the documents claim and the settings switch off": (
        "test_tls.py::test_cache_requires_tls",
        "test_tls.py::test_database_refuses_plain_connections",
        "test_tls.py::test_queues_and_topics_deny_plain_http",
        "test_tls.py::test_buckets_deny_plain_http",
    ),
    "No final snapshot in production": ("test_protection.py::test_database_cannot_be_deleted_without_a_trace",),
    "The same CIDR in every network": ("test_network.py::test_environments_have_different_ranges",),
    "An engine on paid extended support": ("test_database_engine.py::test_engine_version_exists_and_is_supported",),
}
