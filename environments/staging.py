"""Staging: the shape of production at a smaller size."""

from environments.schema.data_stores import Cache, Queue
from environments.schema.database import Database, Serverless
from environments.schema.edge import Edge
from environments.schema.environment import Environment, Tags
from environments.schema.network import Network
from environments.schema.operations import Backup, Budget, Delivery, Logs, Monitoring
from environments.schema.service import Service, Task

ENVIRONMENT = Environment(
    name="staging",
    # Edit these three first: the AWS account, the Route 53 zone in it, and the image that was pushed to its registry.
    account_id="444455556666",
    edge=Edge(hosted_zone="staging.example.com", access_log_retention_days=90),
    service=Service(
        image="444455556666.dkr.ecr.eu-west-1.amazonaws.com/payments-foundation-staging@sha256:5a6c31ebb541dd084792fd5161631c55a4d547a4186db4757e6c761fbdd0aa5d",
        api=Task(cpu=1024, memory=2048, min_tasks=2, max_tasks=6),
        worker=Task(cpu=1024, memory=2048, min_tasks=2, max_tasks=6),
        spot_percent=50,
    ),
    tags=Tags(cost_center="payments-staging", owner="platform@example.com", data_classification="internal"),
    network=Network(cidr="10.30.0.0/16", zones=("a", "b", "c"), nat="single"),
    database=Database(
        engine_version="17.7",
        insights="standard",
        capacity=Serverless(min_acu=1.0, max_acu=8.0),
        readers=1,
        backup_retention_days=14,
    ),
    cache=Cache(node_type="cache.t4g.medium", replicas=1),
    queue=Queue(worker_timeout=60),
    logs=Logs(retention_days=90, flow_log_retention_days=90),
    monitoring=Monitoring(emails=("platform@example.com",), error_rate_percent=2.0, database_connections=150),
    backup=Backup(daily_retention_days=14, monthly_retention_days=90),
    budget=Budget(monthly_usd=1500, emails=("finops@example.com",)),
    delivery=Delivery(repository="example/payments-platform"),
)
