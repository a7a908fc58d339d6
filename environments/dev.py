"""Development: small, cheap, and safe to throw away."""

from environments.schema.data_stores import Cache, Queue
from environments.schema.database import Database, Serverless
from environments.schema.edge import Edge
from environments.schema.environment import Environment, Tags
from environments.schema.network import Network
from environments.schema.operations import Backup, Budget, Delivery, Logs, Monitoring
from environments.schema.service import Service, Task

ENVIRONMENT = Environment(
    name="dev",
    # Edit these three first: the AWS account, the Route 53 zone in it, and the image that was pushed to its registry.
    account_id="111122223333",
    edge=Edge(hosted_zone="dev.example.com", deletion_protection=False, access_log_retention_days=90),
    service=Service(
        image="111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-dev@sha256:5a6c31ebb541dd084792fd5161631c55a4d547a4186db4757e6c761fbdd0aa5d",
        api=Task(cpu=512, memory=1024, min_tasks=1, max_tasks=4),
        worker=Task(cpu=512, memory=1024, min_tasks=1, max_tasks=4),
        spot_percent=90,
        execute_command=True,
    ),
    tags=Tags(cost_center="payments-development", owner="platform@example.com", data_classification="internal"),
    network=Network(cidr="10.20.0.0/16", zones=("a", "b"), nat="single"),
    database=Database(
        engine_version="17.7",
        insights="standard",
        capacity=Serverless(min_acu=0.5, max_acu=4.0),
        readers=0,
        backup_retention_days=7,
        deletion_protection=False,
        final_snapshot=False,
    ),
    cache=Cache(node_type="cache.t4g.small", snapshot_retention_days=1),
    queue=Queue(worker_timeout=60),
    logs=Logs(retention_days=30, flow_log_retention_days=30),
    monitoring=Monitoring(
        emails=("platform@example.com",), error_rate_percent=5.0, latency_p99_seconds=2.0, database_connections=80
    ),
    backup=Backup(daily_retention_days=7, monthly_retention_days=90),
    budget=Budget(monthly_usd=500, emails=("finops@example.com",)),
    delivery=Delivery(repository="example/payments-platform"),
)
