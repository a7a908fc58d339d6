"""I-01 to I-07."""

from tests.end_to_end.rule_cases.case import Cases
from tests.end_to_end.rule_cases.edits import GONE, LATER, added, put, text

CASES = Cases()
SENDS, CONSUMES = "aws_iam_role_policy.Api_Task_queue-send", "aws_iam_role_policy.Worker_Task_queue-consume"
PULLS, ROLE = "aws_iam_role_policy.Api_Execution_image-pull", "aws_iam_role.Backup_Role"
TASK = "aws_iam_role.Api_Task_Role"
KEY, ATTACHMENT = "aws_kms_key.logs_key", "aws_iam_role_policy_attachment.more"
QUEUE_POLICY = "aws_sqs_queue_policy.Queue_DeadLettersPolicy"
ADMINISTRATION = '{"Sid": "AccountAdministration"'
ANOTHER_ACCOUNT = (
    '{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123412341234:root"}, "Action": "kms:Decrypt", '
    '"Resource": "*"}'
)

CASES.fires(
    "I-01",
    "BLOCK",
    CONSUMES,
    put(
        CONSUMES,
        "policy",
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
    ),
)
CASES.fires("I-02", "DANGER", SENDS, text(SENDS, "policy", '"sqs:SendMessage"', '"sqs:SendMessage", "sqs:PurgeQueue"'))
CASES.fires(
    "I-03",
    "BLOCK",
    PULLS,
    text(
        PULLS,
        "policy",
        '"Statement": [',
        '"Statement": [{"Effect": "Allow", "Action": ["iam:PassRole", "iam:PutRolePolicy"], "Resource": "*"}, ',
    ),
)
for number in (1, 2, 3, 7):
    CASES.silent(f"I-0{number}", SENDS, *([text(SENDS, "policy", '"sqs:GetQueueUrl", ', "")] if number == 1 else []))
CASES.fires(
    "I-02",
    "DANGER",
    ATTACHMENT,
    added(ATTACHMENT, role="payments-prod-backup", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess"),
)
CASES.unsure("I-02", "DANGER", ATTACHMENT, added(ATTACHMENT, role="payments-prod-backup", policy_arn=LATER))

CASES.fires(
    "I-04",
    "BLOCK",
    ROLE,
    text(ROLE, "assume_role_policy", ', "Condition": {"StringEquals": {"aws:SourceAccount": "777788889999"}}', ""),
)
CASES.silent("I-04", ROLE, put(ROLE, "description", "Recovery points"))

CASES.fires("I-05", "BLOCK", KEY, text(KEY, "policy", ADMINISTRATION, f"{ANOTHER_ACCOUNT}, {ADMINISTRATION}"))
CASES.silent("I-05", KEY, text(KEY, "policy", '"kms:Encrypt", ', ""))

CASES.fires("I-06", "DANGER", TASK, put(TASK, "permissions_boundary", GONE))
CASES.fires(
    "I-06", "DANGER", QUEUE_POLICY, text(QUEUE_POLICY, "policy", '"Action": "sqs:*"', '"Action": "sqs:SendMessage"')
)
CASES.fires("I-06", "DANGER", ATTACHMENT)
CASES.silent("I-06", ROLE)
CASES.unsure("I-06", "DANGER", TASK, put(TASK, "permissions_boundary", LATER))
CASES.unsure("I-06", "DANGER", ATTACHMENT)

CASES.unsure("I-07", "DANGER", SENDS, put(SENDS, "policy", LATER))
CASES.unsure("I-07", "DANGER", KEY, text(KEY, "policy", '"Resource": "*"}, {', f'"Resource": "{LATER}"}}, {{'))
