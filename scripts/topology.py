"""Starts the deployment of docker-compose.yml with the programs of this machine, for whoever has no Docker.

PostgreSQL, Redis, the migration, Corridor servers with the demo schools, and Caddy or nginx, on free ports of loopback.
All of it is temporary and ends with Ctrl-C.
"""

import argparse
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.run import print_sign_ins
from tests.harness import Topology


def main() -> None:
    """Start, say where everything is, and wait to be stopped."""
    options = _options()
    stop = {signal.SIGINT, signal.SIGTERM}
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Topology(options.servers, proxy=options.proxy) as topology:
            print_places(topology)
            signal.pthread_sigmask(signal.SIG_BLOCK, stop)
            signal.sigwait(stop)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, stop)
            print("Stopping …", flush=True)
    except KeyboardInterrupt:
        sys.exit(130)


def print_places(topology: Topology) -> None:
    """Where each part listens, with its process id for whoever wants to kill one."""
    print_sign_ins(topology.sign_ins, topology.url)
    for number, server in enumerate(topology.servers, start=1):
        print(f"  server {number}    {server.url}  (process {server.pid})")
    print(f"  redis       {topology.redis.url}  (process {topology.redis.pid})")
    print(f"  postgresql  {topology.env['CORRIDOR_DATABASE_URL']}  (process {topology.postgres.pid})")
    print(f"  {topology.proxy.kind:<10}  {topology.url}  (process {topology.proxy.pid})")
    print("\nCtrl-C stops all of it.", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--servers", type=int, default=2, help="how many Corridor servers (2)")
    parser.add_argument("--proxy", choices=("caddy", "nginx"), help="the proxy (Caddy if it is here)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
