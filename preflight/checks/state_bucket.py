"""The bucket that holds the state: there, in this account and region, and versioned."""

from botocore.exceptions import ClientError

from preflight.aws import code_of
from preflight.check import Result, Scope, judge


def check(scope: Scope) -> Result:
    backend, account_id = scope.stack.backend, scope.stack.account_id
    bucket, region = backend["bucket"], backend["region"]
    s3 = scope.aws.client("s3", region)
    try:
        s3.head_bucket(Bucket=bucket)
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account_id)
    except ClientError as error:
        return _absent(scope, bucket, code_of(error), error)
    problems = []
    # us-east-1 is the region without a name.
    actual = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1"
    if actual != region:
        problems.append(
            f"{bucket} is in {actual}, the backend looks for it in {region}: correct `region` in environments/"
        )
    status = s3.get_bucket_versioning(Bucket=bucket).get("Status", "off")
    if status != "Enabled":
        problems.append(
            f"versioning of {bucket} is {status}, so a broken state could not be taken back: apply the foundation again"
        )
    return judge(f"{bucket} is in {region} and versioned", problems)


def _absent(scope: Scope, bucket: str, code: str, error: ClientError) -> Result:
    if code == "404" and bucket in scope.stack.values("aws_s3_bucket", "bucket"):
        return Result(f"{bucket} is not there yet, this stack makes it (docs/bootstrap.md)")
    if code == "404":
        return Result(problems=(f"{bucket} does not exist: apply the account's foundation first (docs/bootstrap.md)",))
    if code == "403":
        return Result(
            problems=(
                f"{bucket} is closed to these credentials or belongs to another account than "
                f"{scope.stack.account_id}: allow s3:ListBucket on it, or find out who owns it",
            )
        )
    raise error
