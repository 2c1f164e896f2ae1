"""
`python -m config.answers`: whether the vault's service of this container answers one who proves himself.

For the probes of whatever runs containers: they have no certificate, and this takes the service's own. Ends with 0 or 1.
"""

import os
import sys

from config.roles import PAPERS, ROLES, folder_of_secrets, papers_in
from kernel.tls import Papers, Unproven, visit


def main() -> int:
    known = {**papers_in(folder_of_secrets(), ROLES["vault-service"]), **os.environ}
    papers = Papers(*(known.get(name, "") for name in PAPERS))
    _host, _colon, port = known.get("LISTEN", "127.0.0.1:8001").rpartition(":")
    try:
        found = visit(f"{'https' if papers.certificate else 'http'}://localhost:{port}", papers)
    except (OSError, Unproven) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0 if found.status == 200 else 1


if __name__ == "__main__":
    sys.exit(main())
