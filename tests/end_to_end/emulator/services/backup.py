"""AWS Backup: selections, notifications and recovery points, which moto lacks, and tags, whose path moto misreads."""

import json
import uuid
from typing import Any
from urllib.parse import unquote

from moto.backup import urls
from moto.backup.responses import BackupResponse

from tests.end_to_end.emulator.tables import Refused, table


def install() -> None:
    urls.url_paths["{0}/backup-vaults/(?P<name>[^/]+)/recovery-points/?$"] = BackupResponse.dispatch
    urls.url_paths["{0}/backup-vaults/(?P<name>[^/]+)/notification-configuration$"] = BackupResponse.dispatch
    for operation in (
        _create_backup_selection,
        _get_backup_selection,
        _delete_backup_selection,
        _put_backup_vault_notifications,
        _get_backup_vault_notifications,
        _delete_backup_vault_notifications,
        _list_recovery_points_by_backup_vault,
        _list_tags,
    ):
        setattr(BackupResponse, operation.__name__[1:], operation)


def _selections(self: Any) -> dict[str, Any]:
    return table(self.backup_backend, "selections_of_the_bench")


def _notifications(self: Any) -> dict[str, Any]:
    return table(self.backup_backend, "notifications_of_the_bench")


def _create_backup_selection(self: Any) -> str:
    plan, id_ = self.path.strip("/").split("/")[2], str(uuid.uuid4())
    wanted = json.loads(self.body)["BackupSelection"]
    answer = {"BackupPlanId": plan, "SelectionId": id_, "CreationDate": 0}
    _selections(self)[id_] = {**answer, "BackupSelection": wanted}
    return json.dumps(answer)


def _get_backup_selection(self: Any) -> str:
    id_ = self.path.rstrip("/").rpartition("/")[2]
    if id_ not in _selections(self):
        raise Refused("ResourceNotFoundException", f"Backup selection {id_} does not exist")
    return json.dumps(_selections(self)[id_])


def _delete_backup_selection(self: Any) -> str:
    _selections(self).pop(self.path.rstrip("/").rpartition("/")[2], None)
    return "{}"


def _vault(self: Any) -> str:
    name: str = self.path.strip("/").split("/")[1]
    return name


def _put_backup_vault_notifications(self: Any) -> str:
    _notifications(self)[_vault(self)] = {"BackupVaultName": _vault(self), **json.loads(self.body)}
    return "{}"


def _get_backup_vault_notifications(self: Any) -> str:
    if _vault(self) not in _notifications(self):
        raise Refused("ResourceNotFoundException", f"Backup vault {_vault(self)} has no notifications")
    return json.dumps(_notifications(self)[_vault(self)])


def _delete_backup_vault_notifications(self: Any) -> str:
    _notifications(self).pop(_vault(self), None)
    return "{}"


def _list_recovery_points_by_backup_vault(self: Any) -> str:
    return json.dumps({"RecoveryPoints": []})


def _list_tags(self: Any) -> str:
    arn = unquote(self.path.partition("/tags/")[2].rstrip("/"))
    return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})
