"""The container registry of an account."""

import json

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from constructs import Construct

from constructs_lib.encryption import Key
from constructs_lib.lasting import lasting
from environments.schema.names import Names

KEPT_IMAGES = 200
UNTAGGED_DAYS = 14


class Registry(Construct):
    """One ECR repository: a tag never moves, every push is scanned, and old images go."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, key: Key) -> None:
        super().__init__(scope, id_)
        repository = lasting(
            EcrRepository(
                self,
                "Repository",
                name=names.stack,
                image_tag_mutability="IMMUTABLE",
                image_scanning_configuration=EcrRepositoryImageScanningConfiguration(scan_on_push=True),
                encryption_configuration=[EcrRepositoryEncryptionConfiguration(encryption_type="KMS", kms_key=key.arn)],
                tags={"Name": names.stack},
            ),
            "images",
        )
        self.url = repository.repository_url
        EcrLifecyclePolicy(
            self,
            "Lifecycle",
            repository=repository.name,
            policy=json.dumps(
                {
                    "rules": [
                        _expire(
                            1,
                            "Untagged images",
                            tagStatus="untagged",
                            countType="sinceImagePushed",
                            countUnit="days",
                            countNumber=UNTAGGED_DAYS,
                        ),
                        _expire(
                            2,
                            "All but the newest",
                            tagStatus="any",
                            countType="imageCountMoreThan",
                            countNumber=KEPT_IMAGES,
                        ),
                    ]
                }
            ),
        )


def _expire(priority: int, description: str, **selection: str | int) -> dict[str, object]:
    return {
        "rulePriority": priority,
        "description": description,
        "selection": selection,
        "action": {"type": "expire"},
    }
