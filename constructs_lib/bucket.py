"""An S3 bucket as every bucket here is: private, versioned, encrypted, TLS only, with a lifecycle."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from constructs_lib.access import Statement, deny_plain_http, policy
from constructs_lib.encryption import Key
from constructs_lib.lasting import lasting

NONCURRENT_DAYS = 90
ABORT_UPLOAD_DAYS = 7


class Bucket(Construct):
    """One bucket. Without a `key` it is encrypted with SSE-S3, the only kind that log deliveries take.

    `expire_days` deletes objects after so many days (None keeps the current ones for ever), `expire_prefixes` those
    under a prefix; `force_destroy` lets `terraform destroy` delete a bucket that still holds objects, and `protected`
    lets no plan destroy it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        logical_id: str,
        key: Key | None = None,
        expire_days: int | None = None,
        expire_prefixes: Mapping[str, int] | None = None,
        force_destroy: bool = False,
        protected: bool = False,
        statements: Sequence[Statement] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.arn = f"arn:aws:s3:::{name}"
        bucket = lasting(
            S3Bucket(self, "Bucket", bucket=name, force_destroy=force_destroy, tags={"Name": name}),
            logical_id,
            protected=protected,
        )
        self.id = bucket.id
        S3BucketOwnershipControls(
            self,
            "Ownership",
            bucket=self.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        block = S3BucketPublicAccessBlock(
            self,
            "PublicAccess",
            bucket=self.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        versioning = S3BucketVersioningA(
            self,
            "Versioning",
            bucket=self.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "Encryption",
            bucket=self.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=(
                        S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                            sse_algorithm="aws:kms" if key else "AES256",
                            kms_master_key_id=key.arn if key else None,
                        )
                    ),
                    bucket_key_enabled=True if key else None,
                )
            ],
        )
        S3BucketLifecycleConfiguration(
            self,
            "Lifecycle",
            bucket=self.id,
            rule=[
                _lifecycle("expire", "", expire_days),
                *(_lifecycle(f"expire-{p.strip('/')}", p, days) for p, days in (expire_prefixes or {}).items()),
            ],
            depends_on=[versioning],
        )
        self.policy = S3BucketPolicy(
            self,
            "Policy",
            bucket=self.id,
            policy=policy(deny_plain_http([self.arn, f"{self.arn}/*"], "s3:*"), *statements),
            depends_on=[block],
        )

    def log_access_to(self, target: "Bucket") -> None:
        """Server access logs, one prefix a bucket; the target's policy must let `logging.s3.amazonaws.com` write."""
        S3BucketLoggingA(
            self,
            "AccessLogs",
            bucket=self.id,
            target_bucket=target.id,
            target_prefix=f"{self.name}/",
            depends_on=[target.policy],
        )


def access_log_delivery(account_id: str, target_name: str, source_names: Sequence[str]) -> Statement:
    """Lets S3 deliver the access logs of the named buckets of this account, and of no other."""
    return Statement(
        "S3AccessLogs",
        ["s3:PutObject"],
        [f"arn:aws:s3:::{target_name}/*"],
        principals={"Service": "logging.s3.amazonaws.com"},
        conditions={
            "StringEquals": {"aws:SourceAccount": account_id},
            "ArnLike": {"aws:SourceArn": [f"arn:aws:s3:::{name}" for name in source_names]},
        },
    )


def _lifecycle(id_: str, prefix: str, expire_days: int | None) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id=id_,
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=expire_days)] if expire_days else None,
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=NONCURRENT_DAYS)
        ],
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=ABORT_UPLOAD_DAYS)
        ],
    )
