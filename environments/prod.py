"""Production: three zones, everything protected, nothing on Spot."""

from environments.schema.data_stores import Cache, Queue
from environments.schema.database import Database, Provisioned
from environments.schema.edge import Edge
from environments.schema.environment import Environment, Tags
from environments.schema.network import Network
from environments.schema.operations import Backup, Budget, Delivery, Monitoring
from environments.schema.service import Service, Task

ENVIRONMENT = Environment(
    name="prod",
    # Edit these three first: the AWS account, the Route 53 zone in it, and the image that was pushed to its registry.
    account_id="777788889999",
    edge=Edge(hosted_zone="example.com", rate_limit=5000),
    service=Service(
        image="777788889999.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-prod@sha256:5a6c31ebb541dd084792fd5161631c55a4d547a4186db4757e6c761fbdd0aa5d",
        api=Task(cpu=2048, memory=4096, min_tasks=3, max_tasks=30),
        worker=Task(cpu=1024, memory=2048, min_tasks=3, max_tasks=30),
    ),
    tags=Tags(cost_center="payments-production", owner="platform@example.com", data_classification="restricted"),
    network=Network(cidr="10.40.0.0/16", zones=("a", "b", "c"), nat="per_zone"),
    database=Database(
        engine_version="17.7",
        capacity=Provisioned(instance_class="db.r7g.xlarge"),
        readers=2,
    ),
    cache=Cache(node_type="cache.m7g.large", replicas=2, snapshot_retention_days=35),
    queue=Queue(worker_timeout=60, retention_days=14),
    monitoring=Monitoring(emails=("on-call@example.com",), error_rate_percent=0.5, latency_p99_seconds=0.8),
    backup=Backup(daily_retention_days=35, monthly_retention_days=3650, copy_region="eu-central-1", lock=True),
    budget=Budget(monthly_usd=8000, emails=("finops@example.com",)),
    delivery=Delivery(repository="example/payments-platform"),
)
