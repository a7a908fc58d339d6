"""I: who may do what."""

import json

import pytest

from tests.plan_review.cases import Case, Cases
from tests.plan_review.plans import Values, resource

CASES = Cases()
POLICY, ROLE, KEY = "aws_iam_role_policy.Api", "aws_iam_role.Api", "aws_kms_key.Main"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:payments-prod-work"
ROOT = {"AWS": "arn:aws:iam::123456789012:root"}
OTHER = {"AWS": "arn:aws:iam::123456789012:role/other"}


def statement(action: object, target: object = QUEUE, **more: object) -> Values:
    return {"Effect": "Allow", "Action": action, "Resource": target, **more}


def document(*statements: Values) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def changed(before: list[Values], after: list[Values], address: str = POLICY, path: str = "policy") -> Values:
    return resource(address, {path: document(*before)}, {path: document(*after)})


def hidden(address: str, path: str, before: str = "") -> Values:
    return resource(address, {path: before or document()}, {}, unknown={path: True})


SEND = statement("sqs:SendMessage")
DENY = {"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}

CASES.fires("I-01", "BLOCK", "every action", changed([SEND], [statement("*")]))
CASES.fires(
    "I-01", "BLOCK", "everything but", changed([SEND], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}])
)
CASES.silent("I-01", "it did before", changed([statement("*")], [statement("*"), SEND]))
CASES.silent("I-01", "a denial of everything", changed([SEND], [SEND, {**statement("*"), "Effect": "Deny"}]))

CASES.fires("I-02", "DANGER", "one more action", changed([SEND], [statement(["sqs:SendMessage", "sqs:PurgeQueue"])]))
CASES.fires("I-02", "DANGER", "a wildcard", changed([SEND], [statement("sqs:Send*"), statement("sqs:*")]))
CASES.fires("I-02", "DANGER", "one more resource", changed([SEND], [statement("sqs:SendMessage", [QUEUE, "*"])]))
CASES.fires(
    "I-02",
    "DANGER",
    "a condition goes",
    changed([{**SEND, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], [SEND]),
)
CASES.fires(
    "I-02",
    "DANGER",
    "a managed policy",
    resource("aws_iam_role_policy_attachment.A", None, {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
)
CASES.fires(
    "I-02",
    "DANGER",
    "another service may call a function",
    resource("aws_lambda_permission.A", None, {"action": "lambda:InvokeFunction", "principal": "s3.amazonaws.com"}),
)
CASES.silent("I-02", "one action fewer", changed([statement(["sqs:SendMessage", "sqs:PurgeQueue"])], [SEND]))
CASES.silent(
    "I-02",
    "another order, other names of statements",
    changed(
        [{**statement(["sqs:SendMessage", "sqs:GetQueueUrl"]), "Sid": "A"}],
        [{**statement("sqs:GetQueueUrl"), "Sid": "B"}, statement(["sqs:SendMessage"], [QUEUE])],
    ),
)
CASES.silent("I-02", "a wildcard covered it", changed([statement("sqs:*")], [statement("sqs:Send*")]))
ENDPOINT = "aws_vpc_endpoint.Sns"
OURS = {**statement("sns:Publish", "*"), "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "1"}}}
CASES.silent("I-02", "a new endpoint limits", resource(ENDPOINT, None, {"policy": document(OURS)}))
CASES.fires("I-02", "DANGER", "an endpoint limits less", changed([OURS], [OURS, {**SEND, "Principal": "*"}], ENDPOINT))
CASES.unsure(
    "I-02",
    "DANGER",
    "the managed policy is not known",
    resource("aws_iam_role_policy_attachment.A", None, {}, unknown={"policy_arn": True}),
)

CASES.fires("I-03", "BLOCK", "pass any role", changed([SEND], [SEND, statement("iam:PassRole", "*")]))
CASES.fires("I-03", "BLOCK", "inside a wildcard", changed([SEND], [SEND, statement("s3:Put*", "arn:aws:s3:::b")]))
CASES.fires("I-03", "BLOCK", "delete databases", changed([SEND], [SEND, statement("rds:DeleteDBCluster", "*")]))
CASES.silent(
    "I-03",
    "pass one role",
    changed([SEND], [SEND, statement("iam:PassRole", "arn:aws:iam::123456789012:role/task")]),
)
CASES.silent(
    "I-03",
    "a new endpoint limits",
    resource(
        "aws_vpc_endpoint.Sts", None, {"policy": document({**statement("sts:AssumeRole", "*"), "Principal": "*"})}
    ),
)
CASES.silent("I-03", "it could before", changed([statement("rds:*", "*")], [statement("rds:Delete*", "*")]))


def trust(principal: Values, **condition: object) -> Values:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return {**statement, "Condition": condition} if condition else statement


def trusts(*statements: Values) -> dict[str, str]:
    return {"assume_role_policy": document(*statements)}


TASKS = {"Service": "ecs-tasks.amazonaws.com"}
SOURCE = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
CASES.fires(
    "I-04", "BLOCK", "one more caller", resource(ROLE, trusts(trust(TASKS)), trusts(trust(TASKS), trust(OTHER)))
)
CASES.fires("I-04", "BLOCK", "a condition goes", resource(ROLE, trusts(trust(TASKS, **SOURCE)), trusts(trust(TASKS))))
CASES.fires(
    "I-04",
    "DANGER",
    "in dev",
    resource(ROLE, trusts(trust(TASKS)), trusts(trust(TASKS), trust(OTHER))),
    environment="dev",
)
CASES.silent("I-04", "a condition comes", resource(ROLE, trusts(trust(TASKS)), trusts(trust(TASKS, **SOURCE))))
CASES.silent("I-04", "a new role", resource(ROLE, None, trusts(trust(TASKS))))

ADMIN = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": ROOT}
USE = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Principal": OTHER}
CASES.fires("I-05", "BLOCK", "one more principal", changed([ADMIN], [ADMIN, USE], KEY))
CASES.fires("I-05", "BLOCK", "a condition goes", changed([ADMIN, {**USE, "Condition": SOURCE}], [ADMIN, USE], KEY))
CASES.fires("I-05", "BLOCK", "nobody administers it", changed([ADMIN, USE], [USE], KEY))
CASES.silent("I-05", "one principal fewer", changed([ADMIN, USE], [ADMIN], KEY))

CASES.fires("I-06", "DANGER", "a denial goes", changed([SEND, DENY], [SEND]))
CASES.fires(
    "I-06",
    "DANGER",
    "the boundary goes",
    resource(ROLE, {"permissions_boundary": "arn:aws:iam::123456789012:policy/limit"}, {"permissions_boundary": None}),
)
CASES.fires(
    "I-06",
    "DANGER",
    "an administrator",
    resource("aws_iam_role_policy_attachment.A", None, {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
)
CASES.silent("I-06", "one more denial", changed([SEND], [SEND, DENY]))
CASES.unsure(
    "I-06", "DANGER", "the boundary is not known", hidden(ROLE, "permissions_boundary", "arn:aws:iam::1:policy/l")
)

CASES.unsure("I-07", "DANGER", "a policy is not known", hidden(POLICY, "policy"))
CASES.unsure("I-07", "DANGER", "a key's policy is not known", hidden(KEY, "policy", document(ADMIN)))
CASES.unsure("I-07", "DANGER", "a trust is not known", hidden(ROLE, "assume_role_policy"))
CASES.unsure("I-07", "DANGER", "it is no policy", resource(POLICY, {"policy": document(SEND)}, {"policy": "{"}))
CASES.unsure(
    "I-07",
    "DANGER",
    "it is marked as sensitive",
    resource(POLICY, {"policy": document()}, {"policy": document(SEND)}, after_sensitive={"policy": True}),
)
CASES.silent("I-07", "it is known", changed([SEND], [SEND, DENY]))
CASES.silent(
    "I-07",
    "AWS's own default",
    resource(KEY, {"policy": document(ADMIN)}, {}, unknown={"policy": True}),
    configuration={"root_module": {"resources": [{"address": KEY, "expressions": {}}]}},
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    case.check()
