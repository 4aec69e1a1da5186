"""A Ray cluster of several nodes on this machine: python local_cluster.py NODES [CPUS OF EACH].

Prints its address. Then each line of input is a command, answered by a line: "kill" ends the node
that came last as a switched-off machine does, "add" brings one more, "workers" lists the processes
of workers. The cluster ends with its input.
"""

import contextlib
import sys

import psutil
from ray.cluster_utils import Cluster


class LocalCluster:
    """Nodes with their own raylets; the first one is the head."""

    def __init__(self, nodes: int, cpus: int = 1):
        self._cpus = cpus
        # The dashboard would be one more process to wait for.
        head = {"num_cpus": cpus, "include_dashboard": False}
        self._cluster = Cluster(initialize_head=True, head_node_args=head)
        self._nodes = []
        for _ in range(nodes - 1):
            self.add()

    @property
    def address(self) -> str:
        return self._cluster.address

    def add(self) -> None:
        """One more node."""
        self._nodes.append(self._cluster.add_node(num_cpus=self._cpus))

    def kill(self) -> None:
        """End the node that came last, without a word to anybody."""
        self._cluster.remove_node(self._nodes.pop(), allow_graceful=False)

    def workers(self) -> list[int]:
        """Processes of the engine's workers on this cluster."""
        found = []
        for process in psutil.Process().children(recursive=True):
            # One may be gone by now.
            with contextlib.suppress(psutil.Error):
                if process.cmdline()[:1] and process.cmdline()[0].startswith("ray::NodeWorker"):
                    found.append(process.pid)
        return found

    def close(self) -> None:
        self._cluster.shutdown()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    cluster = LocalCluster(*map(int, sys.argv[1:]))
    try:
        say(cluster.address)
        for line in sys.stdin:
            answer = getattr(cluster, line.strip())()
            say("done" if answer is None else " ".join(map(str, answer)))
    finally:
        cluster.close()


if __name__ == "__main__":
    main()
