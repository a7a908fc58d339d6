"""The registry has scanned the image that the tasks run, and found nothing critical."""

from botocore.exceptions import ClientError

from preflight import images
from preflight.aws import code_of
from preflight.check import Result, Scope, judge
from preflight.images import Image
from preflight.stack import Attributes

# COMPLETE is the basic scan's, ACTIVE the enhanced one's, which goes on as vulnerabilities become known.
DONE = ("COMPLETE", "ACTIVE")
SHOWN = 3


def check(scope: Scope) -> Result | None:
    wanted = images.images(scope.stack)
    if not wanted:
        return None
    problems = [problem for image in wanted for problem in _problems(scope, image)]
    return judge("scanned, no critical finding", problems)


def _problems(scope: Scope, image: Image) -> list[str]:
    try:
        found = images.manifest(scope.aws, image)
        if not found:
            return ["the image is not in the registry, so nothing was scanned: push it first"]
        digest, content = found
        # An index itself is never scanned, the images that it lists are.
        scanned = images.platforms(content).get(image.architecture, digest)
        answer = scope.aws.client("ecr").describe_image_scan_findings(
            **image.repository, imageId={"imageDigest": scanned}
        )
    except ClientError as error:
        match code_of(error):
            case "RepositoryNotFoundException":
                return ["there is no repository, so nothing was scanned: apply the account's foundation first"]
            case "ScanNotFoundException":
                return [f"{scanned[:19]} was never scanned: `aws ecr start-image-scan`, or push it again"]
        raise
    return _findings(scanned, answer)


def _findings(digest: str, answer: Attributes) -> list[str]:
    status = answer.get("imageScanStatus", {})
    if status.get("status") not in DONE:
        said = f"{status.get('status', 'not finished')} {status.get('description', '')}".strip().rstrip(".")
        return [f"the scan of {digest[:19]} is {said}: wait for it, or start it again"]
    findings = answer.get("imageScanFindings", {})
    count = findings.get("findingSeverityCounts", {}).get("CRITICAL", 0)
    if not count:
        return []
    names = [f["name"] for f in findings.get("findings", []) if f["severity"] == "CRITICAL"]
    names += [f["title"] for f in findings.get("enhancedFindings", []) if f["severity"] == "CRITICAL"]
    shown = ", ".join(names[:SHOWN]) + (", ..." if count > SHOWN else "")
    return [f"{digest[:19]} has {count} critical finding(s) ({shown}): build it anew from an updated base image"]
