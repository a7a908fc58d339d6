"""Where a stack keeps its state, and with which credentials it may be applied."""

from cdktf import S3Backend, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from environments.schema.names import Names, state_key

# Write-only arguments (`master_password_wo`) came with 1.11; `use_lockfile` left its trial with it.
TERRAFORM_VERSION = ">= 1.11"


class RemoteStack(TerraformStack):
    """A root module with its state in the foundation's bucket and an AWS provider bound to one account."""

    def __init__(self, scope: Construct, *, names: Names, foundation: Names, tags: dict[str, str]) -> None:
        super().__init__(scope, names.stack)
        backend = S3Backend(
            self,
            bucket=foundation.of("state"),
            key=state_key(names.stack),
            region=names.region,
            encrypt=True,
            # The alias, since a key's id is not known before the foundation was applied; S3 takes either.
            kms_key_id=foundation.arn("kms", f"alias/{foundation.described('state')}"),
        )
        # cdktf 0.21 has no argument for it (its S3Backend stops at Terraform 1.9); locks without DynamoDB.
        backend.add_override("use_lockfile", True)
        self.add_override("terraform.required_version", TERRAFORM_VERSION)
        self.provider = AwsProvider(
            self,
            "Aws",
            region=names.region,
            # Terraform stops before any change when it runs with another account's credentials.
            allowed_account_ids=[names.account_id],
            default_tags=[AwsProviderDefaultTags(tags=tags)],
        )
