"""Looks at a Ray cluster, in a process of its own: python -m vscore_engine.workers.probe ADDRESS.

Connecting to an address where no Ray answers hangs for minutes, deaf to signals, or takes the whole
process with it; of a process of its own that is no harm. Prints one JSON object.
"""

import json
import logging
import os
import sys

from vscore_engine.process import die_with_parent


def look(address: str) -> dict[str, object]:
    """`facts` of a cluster (see `Facts`), or the words of the `error`, or what is `missing`."""
    try:
        import ray
    except ImportError as error:
        return {"missing": error.name or str(error)}
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.INFO)
    except (ConnectionError, ValueError, RuntimeError) as error:
        return {"error": str(error)}
    nodes = [
        {
            "host": node["NodeManagerHostname"],
            "cpus": node["Resources"].get("CPU", 0),
            "gpus": node["Resources"].get("GPU", 0),
        }
        for node in ray.nodes()
        if node["Alive"]
    ]
    facts = {
        "address": ray.get_runtime_context().gcs_address,
        "ray": ray.__version__,
        "nodes": nodes,
    }
    ray.shutdown()
    return {"facts": facts}


if __name__ == "__main__":
    # Whoever asked may be gone before a cluster answers.
    die_with_parent(os.getppid())
    sys.stdout.write(json.dumps(look(sys.argv[1])) + "\n")
