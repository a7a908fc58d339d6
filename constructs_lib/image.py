"""The container image, looked up in its registry before anything changes."""

from cdktf_cdktf_provider_aws.data_aws_ecr_image import DataAwsEcrImage
from constructs import Construct

from constructs_lib.access import Role, Statement
from environments.schema.names import Names
from environments.schema.service import image_parts


class Image(Construct):
    """An image of a private ECR repository; the plan fails when the registry does not hold it."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, uri: str) -> None:
        super().__init__(scope, id_)
        parts = image_parts(uri)
        DataAwsEcrImage(
            self,
            "Lookup",
            registry_id=parts["registry"],
            repository_name=str(parts["repository"]),
            image_digest=parts["digest"],
            image_tag=None if parts["digest"] else parts["tag"],
        )
        self.uri = uri
        self._repository_arn = (
            f"arn:{names.partition}:ecr:{parts['region']}:{parts['registry']}:repository/{parts['repository']}"
        )

    def grant_pull(self, role: Role) -> None:
        role.allow(
            "image-pull",
            # GetAuthorizationToken knows no resource; the token alone opens no repository.
            Statement("Token", ["ecr:GetAuthorizationToken"]),
            Statement(
                "Pull",
                ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                [self._repository_arn],
            ),
        )
