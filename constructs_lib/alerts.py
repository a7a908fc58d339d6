"""The topic that every alarm and event reaches people through."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from constructs_lib.access import Statement, deny_plain_http, policy
from constructs_lib.encryption import Key
from environments.schema.names import Names

# Who may publish: alarms, RDS event subscriptions, AWS Backup; each for this account only.
PUBLISHERS = ("backup.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com")


class Alerts(Construct):
    """One encrypted SNS topic with a subscription for each e-mail address, which its owner confirms by mail."""

    def __init__(self, scope: Construct, id_: str, *, names: Names, key: Key, emails: Sequence[str]) -> None:
        super().__init__(scope, id_)
        name = names.described("alerts")
        topic = SnsTopic(self, "Topic", name=name, kms_master_key_id=key.arn, tags={"Name": name})
        self.topic_arn = topic.arn
        SnsTopicPolicy(
            self,
            "Policy",
            arn=topic.arn,
            policy=policy(
                Statement(
                    "Publishers",
                    ["sns:Publish"],
                    [topic.arn],
                    principals={"Service": list(PUBLISHERS)},
                    conditions={"StringEquals": {"aws:SourceAccount": names.account_id}},
                ),
                deny_plain_http([topic.arn], "sns:Publish"),
            ),
        )
        for email in emails:
            SnsTopicSubscription(self, f"Mail{email}", topic_arn=topic.arn, protocol="email", endpoint=email)
