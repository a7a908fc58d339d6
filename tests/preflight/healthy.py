"""Fills an emulated account so that every check of payments-prod passes."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from moto.servicequotas.models import ServiceQuotasBackend

from preflight.checks.service_roles import ROLES
from preflight.images import images
from tests.preflight.account import Account


def digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def state_store(account: Account) -> str:
    """The state's bucket and key, as the foundation makes them; returns the key's id."""
    backend = account.stack.backend
    account.make_bucket(backend["bucket"])
    kms = account.client("kms")
    key_id: str = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=backend["kms_key_id"].rpartition(":")[2], TargetKeyId=key_id)
    return key_id


def engine(account: Account, **status: str) -> None:
    """Engine versions with their status: `v17_7="available"`."""
    versions = {name.removeprefix("v").replace("_", "."): value for name, value in status.items()}
    account.answer(
        "DescribeDBEngineVersions",
        {"DBEngineVersions": [{"EngineVersion": version, "Status": status} for version, status in versions.items()]},
    )


def orderable(account: Account, *zones: str, insights: bool = True) -> None:
    option = {"AvailabilityZones": [{"Name": zone} for zone in zones], "SupportsPerformanceInsights": insights}
    account.answer("DescribeOrderableDBInstanceOptions", {"OrderableDBInstanceOptions": [option] if zones else []})


def cache(account: Account, versions: list[str], offerings: int = 1) -> None:
    account.answer("DescribeCacheEngineVersions", {"CacheEngineVersions": [{"EngineVersion": v} for v in versions]})
    account.answer("DescribeReservedCacheNodesOfferings", {"ReservedCacheNodesOfferings": [{}] * offerings})


def endpoint_services(account: Account, *zones: str) -> None:
    names = [endpoint["service_name"] for endpoint in account.stack.all("aws_vpc_endpoint").values()]
    services = [{"ServiceName": name, "AvailabilityZones": list(zones)} for name in names]
    account.answer("DescribeVpcEndpointServices", {"ServiceDetails": services})


def backup(account: Account, aurora: bool = True) -> None:
    account.answer("DescribeRegionSettings", {"ResourceTypeOptInPreference": {"Aurora": aurora}})


def database_limits(account: Account, used: int = 0) -> None:
    names = ("DBClusters", "DBInstances", "DBClusterParameterGroups", "DBParameterGroups", "DBSubnetGroups")
    limits = [{"AccountQuotaName": name, "Used": used, "Max": 40} for name in (*names, "AllocatedStorage")]
    account.answer("DescribeAccountAttributes", {"AccountQuotas": limits})


def lambda_limits(account: Account, executions: int = 1000, unreserved: int = 1000) -> None:
    limits = {"ConcurrentExecutions": executions, "UnreservedConcurrentExecutions": unreserved}
    account.answer("GetAccountSettings", {"AccountLimit": limits})


def role_limits(account: Account, roles: int = 40) -> None:
    account.answer("GetAccountSummary", {"SummaryMap": {"Roles": roles, "RolesQuota": 1000}})


def service_quotas(monkeypatch: pytest.MonkeyPatch, **values: float) -> None:
    """Quotas by code, such as L_F678F1CE=5.0; 1000 for all others."""

    def get(backend: Any, service_code: str, quota_code: str) -> dict[str, Any]:
        return {"Value": values.get(quota_code.replace("-", "_"), 1000.0)}

    monkeypatch.setattr(ServiceQuotasBackend, "get_service_quota", get)


def service_roles(account: Account) -> None:
    """Under AWS's own names; moto's CreateServiceLinkedRole spells some of them differently."""
    for service, name in ROLES.values():
        path = f"/aws-service-role/{service}/"
        account.client("iam").create_role(Path=path, RoleName=name, AssumeRolePolicyDocument="{}")


def hosted_zone(account: Account, name: str, *, private: bool = False) -> str:
    """Makes the zone and delegates to it; returns its id."""
    zone = account.client("route53").create_hosted_zone(
        Name=name,
        CallerReference=str(len(account.client("route53").list_hosted_zones()["HostedZones"])),
        HostedZoneConfig={"PrivateZone": private, "Comment": ""},
        **({"VPC": {"VPCRegion": account.stack.region, "VPCId": "vpc-1"}} if private else {}),
    )
    if not private:
        account.dns.delegate(name, zone["DelegationSet"]["NameServers"])
    return str(zone["HostedZone"]["Id"])


def push(account: Account, manifest: dict[str, Any], tag: str = "1.0") -> str:
    """Pushes an image and lets the stack's tasks run it by its digest; returns the digest."""
    repository = images(account.stack)[0].parts["repository"]
    ecr = account.client("ecr")
    if not ecr.describe_repositories()["repositories"]:
        ecr.create_repository(repositoryName=repository)
    text = json.dumps(manifest)
    image = ecr.put_image(
        repositoryName=repository, imageManifest=text, imageManifestMediaType=manifest["mediaType"], imageTag=tag
    )
    pushed: str = image["image"]["imageId"]["imageDigest"]
    use_image(account, f"@{pushed}")
    return pushed


def use_image(account: Account, suffix: str) -> None:
    """Names the image of every task: `@sha256:...`, `:tag` or both, behind the repository."""
    for task in account.changed()["resource"]["aws_ecs_task_definition"].values():
        containers = json.loads(task["container_definitions"])
        for container in containers:
            container["image"] = container["image"].partition("@")[0].partition(":")[0] + suffix
        task["container_definitions"] = json.dumps(containers)


def index(**architectures: str) -> dict[str, Any]:
    """An image index: architecture -> digest."""
    entries = [
        {"digest": digest_, "platform": {"architecture": name, "os": "linux"}}
        for name, digest_ in architectures.items()
    ]
    attestation = {"digest": digest("attestation"), "platform": {"architecture": "unknown", "os": "unknown"}}
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [*entries, attestation],
    }


def single(config: str = "config") -> dict[str, Any]:
    """The manifest of one image."""
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(config), "size": 6},
        "layers": [],
    }


def scan(account: Account, status: str = "COMPLETE", critical: int = 0) -> None:
    findings = [{"name": f"CVE-2026-000{i}", "severity": "CRITICAL"} for i in range(critical)]
    answer: dict[str, Any] = {"imageScanStatus": {"status": status, "description": "as told."}}
    if status == "COMPLETE":
        counts = {"HIGH": 2, **({"CRITICAL": critical} if critical else {})}
        answer["imageScanFindings"] = {"findings": findings, "findingSeverityCounts": counts}
    account.answer("DescribeImageScanFindings", answer)


@contextmanager
def configuration(account: Account, architecture: str, text: bytes = b"") -> Iterator[None]:
    """Serves the image's configuration where ECR says that the blob is."""
    body = text or json.dumps({"architecture": architecture, "os": "linux"}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    account.answer("GetDownloadUrlForLayer", {"downloadUrl": f"http://127.0.0.1:{server.server_port}/config"})
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def everything(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it."""
    zones = account.stack.zones()
    state_store(account)
    engine(account, v17_7="available")
    orderable(account, *zones)
    cache(account, ["8.1"])
    endpoint_services(account, *zones)
    backup(account)
    database_limits(account)
    lambda_limits(account)
    role_limits(account)
    service_quotas(monkeypatch)
    service_roles(account)
    hosted_zone(account, "example.com")
    push(account, index(arm64=digest("arm64"), amd64=digest("amd64")))
    scan(account)
