"""What RDS tells people about a cluster: failovers, failures, changes, maintenance."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.db_event_subscription import DbEventSubscription
from constructs import Construct

CHANGES = ["configuration change"]
CLUSTER = [*CHANGES, "deletion", "failover", "failure", "maintenance", "notification"]
INSTANCE = [*CHANGES, "availability", "deletion", "failure", "low storage", "maintenance"]


class DatabaseEvents(Construct):
    """Sends events of a cluster, its instances and its parameter group to a topic (Security Hub RDS.19 to RDS.21)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        topic_arn: str,
        cluster_id: str,
        instance_ids: Sequence[str],
        parameter_group: str,
    ) -> None:
        super().__init__(scope, id_)
        for what, source_type, source_ids, categories in (
            ("cluster", "db-cluster", [cluster_id], CLUSTER),
            ("instances", "db-instance", list(instance_ids), INSTANCE),
            ("parameters", "db-parameter-group", [parameter_group], CHANGES),
        ):
            DbEventSubscription(
                self,
                what.capitalize(),
                name=f"{name}-{what}",
                sns_topic=topic_arn,
                source_type=source_type,
                source_ids=source_ids,
                event_categories=sorted(categories),
                tags={"Name": f"{name}-{what}"},
            )
