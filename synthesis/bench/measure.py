"""Wall time, CPU time and peak memory of a process with all its descendants."""

import resource
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

INTERVAL = 0.02  # seconds between two samples; one sample of three processes takes about a millisecond
MIB = 2**20


@dataclass(frozen=True)
class Cost:
    """One run: seconds of wall and CPU time, and the highest sum of resident memory (RSS, MiB) of the process tree.

    What else the machine does makes wall time longer by any factor, CPU time by little.
    """

    seconds: float
    cpu: float
    memory: float


def run(command: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Runs a command to its end, its standard error shown; CalledProcessError when it fails."""
    start, cpu_before = time.perf_counter(), _cpu_of_ended_children()
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(INTERVAL)
        seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(seconds, _cpu_of_ended_children() - cpu_before, peak / MIB)


def _cpu_of_ended_children() -> float:
    """Seconds of CPU time of all children so far, and of theirs if they waited for them, as jsii does for Node."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _resident(pid: int) -> int:
    """Bytes that a process and its descendants hold; those that end while being looked at count nothing."""
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for process in processes:
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
