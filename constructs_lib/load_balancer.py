"""The Application Load Balancer: HTTPS only, and what it logs."""

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from constructs import Construct

from constructs_lib.access import SecurityGroup, Statement
from constructs_lib.bucket import Bucket, access_log_delivery
from constructs_lib.certificate import Certificate
from constructs_lib.network import Network
from constructs_lib.service import Target
from environments.schema.edge import Edge as EdgeSettings
from environments.schema.names import Names
from environments.schema.service import Service as ServiceSettings

# TLS 1.3, and 1.2 with forward secrecy for clients that lack it; no older cipher.
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
HTTPS = 443


class LoadBalancer(Construct):
    """An internet-facing load balancer with one HTTPS listener; port 80 answers nothing at all."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        names: Names,
        settings: EdgeSettings,
        service: ServiceSettings,
        domain: str,
        network: Network,
    ) -> None:
        super().__init__(scope, id_)
        self.security_group = network.security_group("LoadBalancerGroup", "alb", "Public load balancer")
        logs = self._log_buckets(names, settings)
        load_balancer = Lb(
            self,
            "LoadBalancer",
            name=names.of("alb"),
            load_balancer_type="application",
            internal=False,
            subnets=network.public_subnet_ids,
            security_groups=[self.security_group.id],
            access_logs=LbAccessLogs(bucket=logs.id, enabled=True),
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            enable_deletion_protection=settings.deletion_protection,
            # Seconds; longer than any request may take, shorter than what a slow client could hold for ever.
            idle_timeout=60,
            tags={"Name": names.of("alb")},
            depends_on=[logs.policy],
        )
        target_group = LbTargetGroup(
            self,
            "Targets",
            name=names.of("api"),
            vpc_id=network.vpc_id,
            target_type="ip",
            protocol="HTTP",
            port=service.container_port,
            # Seconds that a task gets to finish its requests before it is stopped.
            deregistration_delay=str(service.stop_timeout),
            load_balancing_algorithm_type="least_outstanding_requests",
            health_check=LbTargetGroupHealthCheck(
                path=service.health_check_path,
                protocol="HTTP",
                matcher="200",
                interval=15,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
            tags={"Name": names.of("api")},
        )
        certificate = Certificate(self, "Certificate", domain=domain, hosted_zone=settings.hosted_zone)
        listener = LbListener(
            self,
            "Https",
            load_balancer_arn=load_balancer.arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=certificate.arn,
            default_action=[LbListenerDefaultAction(type="forward", target_group_arn=target_group.arn)],
            tags={"Name": names.of("alb")},
        )
        certificate.point_to(dns_name=load_balancer.dns_name, zone_id=load_balancer.zone_id)
        self.arn = load_balancer.arn
        self.certificate_arn = certificate.arn
        self.target = Target(arn=target_group.arn, listener=listener)
        # Dimensions of the load balancer's metrics.
        self.metric_name = load_balancer.arn_suffix
        self.target_metric_name = target_group.arn_suffix
        self.container_port = service.container_port

    def allow_from_internet(self) -> None:
        self.security_group.allow_from_internet(HTTPS, "HTTPS")

    def allow_to(self, service_group: SecurityGroup) -> None:
        """Lets the load balancer call a service, over HTTP inside the VPC; see docs/decisions/0004."""
        service_group.allow_from(self.security_group, self.container_port, "HTTP requests and health checks")

    def _log_buckets(self, names: Names, settings: EdgeSettings) -> Bucket:
        """The bucket for the load balancer's logs, and one for the accesses to it."""
        expire_days, disposable = settings.access_log_retention_days, not settings.deletion_protection
        logs_name, access_name = names.of("alb-logs"), names.of("access-logs")
        access_logs = Bucket(
            self,
            "AccessLogs",
            name=access_name,
            logical_id="access_logs",
            expire_days=expire_days,
            force_destroy=disposable,
            statements=[access_log_delivery(names.account_id, access_name, [logs_name])],
        )
        logs = Bucket(
            self,
            "Logs",
            name=logs_name,
            logical_id="alb_logs",
            expire_days=expire_days,
            force_destroy=disposable,
            statements=[
                Statement(
                    "LoadBalancerLogs",
                    ["s3:PutObject"],
                    [names.bucket_arn(f"{logs_name}/AWSLogs/{names.account_id}/*")],
                    principals={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                    conditions={"ArnLike": {"aws:SourceArn": names.arn("elasticloadbalancing", "loadbalancer/*")}},
                )
            ],
        )
        logs.log_access_to(access_logs)
        return logs
