"""The payments platform of one workspace: its components, and who may reach what."""

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from cdktf_cdktf_provider_random.provider import RandomProvider
from constructs import Construct

from constructs_lib import monitoring
from constructs_lib.alarms import Alarms
from constructs_lib.alerts import Alerts
from constructs_lib.backup import Backup
from constructs_lib.cache import Cache
from constructs_lib.cluster import Cluster
from constructs_lib.dashboard import Dashboard
from constructs_lib.database import APPLICATION_USER, Database
from constructs_lib.encryption import Encryption
from constructs_lib.firewall import Firewall
from constructs_lib.image import Image
from constructs_lib.load_balancer import LoadBalancer
from constructs_lib.migration import Migration
from constructs_lib.network import Network
from constructs_lib.queue import Queue
from constructs_lib.scaling import Scaling
from constructs_lib.schema import Schema
from constructs_lib.service import Container, FargateService
from environments.schema.service import Task
from environments.schema.workspace import Workspace
from stacks.backend import RemoteStack


class PaymentsStack(RemoteStack):
    """`payments-<workspace>`: one root module, one state."""

    def __init__(self, scope: Construct, workspace: Workspace, schema: Schema) -> None:
        names, settings = workspace.names, workspace.environment
        super().__init__(scope, names=names, foundation=workspace.foundation_names, tags=workspace.tags)
        RandomProvider(self, "Random")
        retention = settings.logs.retention_days

        encryption = Encryption(self, "Encryption", names=names, protected=settings.database.deletion_protection)
        logs_key, data_key = encryption.logs, encryption.data
        network = Network(
            self,
            "Network",
            names=names,
            settings=settings.network,
            logs_key=logs_key,
            flow_log_retention_days=settings.logs.flow_log_retention_days,
        )
        alerts = Alerts(self, "Alerts", names=names, key=encryption.messages, emails=settings.monitoring.emails)
        database = Database(
            self,
            "Database",
            names=names,
            settings=settings.database,
            network=network,
            data_key=data_key,
            logs_key=logs_key,
            log_retention_days=retention,
            alerts=alerts,
        )
        cache = Cache(
            self,
            "Cache",
            names=names,
            settings=settings.cache,
            network=network,
            data_key=data_key,
            logs_key=logs_key,
            log_retention_days=retention,
        )
        queue = Queue(self, "Queue", names=names, settings=settings.queue, key=encryption.messages)
        migration = Migration(
            self,
            "Migration",
            names=names,
            network=network,
            database=database,
            schema=schema,
            contract_allowed=settings.database.contract_allowed,
            password_version=settings.database.password_version,
            data_key=data_key,
            logs_key=logs_key,
            log_retention_days=retention,
        )
        load_balancer = LoadBalancer(
            self,
            "LoadBalancer",
            names=names,
            settings=settings.edge,
            service=settings.service,
            domain=workspace.domain,
            network=network,
        )
        firewall = Firewall(
            self,
            "Firewall",
            names=names,
            rate_limit=settings.edge.rate_limit,
            load_balancer_arn=load_balancer.arn,
            logs_key=logs_key,
            log_retention_days=retention,
        )
        cluster = Cluster(self, "Cluster", names=names, logs_key=logs_key, log_retention_days=retention)
        image = Image(self, "Image", names=names, uri=settings.service.image)
        environment = {
            "AWS_REGION": names.region,
            "CACHE_HOST": cache.host,
            "CACHE_PORT": str(cache.port),
            "CACHE_USER": cache.user,
            "DATABASE_HOST": database.host,
            "DATABASE_NAME": database.name,
            "DATABASE_PORT": str(database.port),
            "DATABASE_READER_HOST": database.reader_host,
            "DATABASE_USER": APPLICATION_USER,
            "QUEUE_URL": queue.url,
            "WORKSPACE": workspace.name,
        }
        port = settings.service.container_port

        def fargate(id_: str, component: str, task: Task, container: Container) -> FargateService:
            return FargateService(
                self,
                id_,
                component=component,
                names=names,
                settings=settings.service,
                task=task,
                container=container,
                network=network,
                cluster=cluster,
                image=image,
                logs_key=logs_key,
                log_retention_days=retention,
            )

        # The image's contract, docs/image.md: one image, two commands, each with a health check of its own.
        api = fargate(
            "Api",
            "api",
            settings.service.api,
            Container(
                command=["api"],
                environment={**environment, "PORT": str(port)},
                health_check=["CMD", "payments", "healthy", "api"],
                port=port,
            ),
        )
        worker = fargate(
            "Worker",
            "worker",
            settings.service.worker,
            Container(
                command=["worker"],
                environment={**environment, "MESSAGE_TIMEOUT": str(settings.queue.worker_timeout)},
                health_check=["CMD", "payments", "healthy", "worker"],
            ),
        )

        copy_region = settings.backup.copy_region
        backup = Backup(
            self,
            "Backup",
            names=names,
            tags=workspace.tags,
            settings=settings.backup,
            key=data_key,
            alerts=alerts,
            copy_provider=AwsProvider(
                self,
                "AwsCopies",
                alias="copies",
                region=copy_region,
                allowed_account_ids=[names.account_id],
                default_tags=[AwsProviderDefaultTags(tags=workspace.tags)],
            )
            if copy_region
            else None,
            disposable=not settings.database.deletion_protection,
        )

        alarms = Alarms(self, "Alarms", names=names, alerts=alerts, runbook=settings.delivery.runbook)
        rows = {
            "Load balancer": monitoring.load_balancer(alarms, load_balancer, settings),
            "API": monitoring.service(alarms, api),
            "Worker": monitoring.service(alarms, worker),
            "Aurora PostgreSQL": monitoring.database(alarms, database, settings),
            "Valkey": monitoring.cache(alarms, cache),
            "Queue": monitoring.queue(alarms, queue, settings),
            "Migration": monitoring.migration(self, alarms, migration, names),
            "Backup": monitoring.backup(alarms, backup),
            "Firewall and NAT": [
                *monitoring.firewall(firewall, names.region),
                *monitoring.nat(alarms, network),
            ],
        }
        Dashboard(self, "Dashboard", name=names.stack, region=names.region, alarm_arns=alarms.all_arns, rows=rows)

        # Who may reach what: this screen is the whole list.
        load_balancer.allow_from_internet()
        load_balancer.allow_to(api.security_group)
        for service in (api, worker):
            database.allow_from(service.security_group)
            cache.allow_from(service.security_group)
            network.endpoints.allow_from(service.security_group)
            service.security_group.allow_to_internet(443, "Card networks and banks")
            database.grant_login(service.role)
            cache.grant_connect(service.role)
        queue.grant_send(api.role)
        queue.grant_consume(worker.role)
        database.allow_from(migration.security_group)
        network.endpoints.allow_from(migration.security_group)
        grants = [
            database.master_secret.grant_read(migration.role),
            database.master_secret.grant_rotation(migration.rotation_role),
        ]

        # What waits for what: a failed migration leaves the old tasks running.
        migrated = migration.run([*database.ready, *grants, *network.ready])
        api.run(
            after=[migrated, *network.ready],
            rollback_alarms=[alarms.name("alb-errors"), alarms.name("alb-latency")],
            target=load_balancer.target,
        )
        worker.run(after=[migrated, *network.ready], rollback_alarms=[alarms.name("queue-dead-letter")])
        api_scaling = Scaling(self, "ApiScaling", service=api)
        api_scaling.on_cpu()
        api_scaling.on_memory()
        api_scaling.on_requests(f"{load_balancer.metric_name}/{load_balancer.target_metric_name}")
        Scaling(self, "WorkerScaling", service=worker).on_backlog(queue.name)

        TerraformOutput(self, "address", value=f"https://{workspace.domain}", description="Where the API answers")
        TerraformOutput(self, "cluster", value=cluster.name, description="ECS cluster")
        TerraformOutput(self, "dashboard", value=names.stack, description="CloudWatch dashboard")
