"""
What a cluster of PostgreSQL servers has to say in its own files, and whether it does.

Nodes speak to each other as the role that asks. So tenant roles may log in, without a password,
from the addresses of the cluster and from nowhere else (decision 039). `manage install` prints this.
"""

import itertools

import psycopg

# In pg_hba.conf a role that begins with a slash is a pattern.
TENANT_ROLES = '"/^t_[a-z]{12}$"'
_BETWEEN_NODES = "owner,postgres"
_WANTED = {
    "wal_level": "logical",  # an organisation moves to another node while it is being used
    "ssl": "on",
    "password_encryption": "scram-sha-256",
    "log_min_error_statement": "panic",  # statements hold what people wrote: no log has any
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
}
_AT_LEAST = {"max_prepared_transactions": 200, "max_replication_slots": 10, "max_wal_senders": 10}
_HOLDING_ONE = r"SELECT count(*) FROM pg_authid WHERE rolname ~ '^t_[a-z]{12}$' AND rolpassword IS NOT NULL"
_RULES = r"""
    SELECT user_name @> ARRAY['/^t_[a-z]{12}$'], type, auth_method, database FROM pg_hba_file_rules
    WHERE user_name && ARRAY['/^t_[a-z]{12}$', 'all'] ORDER BY rule_number
"""


def configuration() -> list[str]:
    """Lines of postgresql.conf for the coordinator and every node."""
    lines = ["shared_preload_libraries = 'citus'"]
    lines += [f"{name} = {value}" for name, value in _WANTED.items()]
    return [*lines, *(f"{name} = {least}" for name, least in _AT_LEAST.items())]


def admissions(database: str, servers: list[str]) -> list[str]:
    """Lines of pg_hba.conf for the coordinator and every node, above all others. Servers are host names or networks."""
    lines = [f"hostssl {database} {TENANT_ROLES} {server} trust" for server in servers]
    lines += [f"host all {TENANT_ROLES} all reject", f"local all {TENANT_ROLES} reject"]
    return [*lines, *(f"hostssl {database} {_BETWEEN_NODES} {server} scram-sha-256" for server in servers)]


def missing(admin_url: str, database: str) -> list[str]:
    """One sentence for each thing that one server of a cluster does not say yet."""
    with psycopg.connect(admin_url.format(database=database)) as admin:
        return [*_settings_missing(admin), *_admissions_missing(admin, database)]


def _settings_missing(admin: psycopg.Connection) -> list[str]:
    names = [*_WANTED, *_AT_LEAST, "shared_preload_libraries"]
    read: dict[str, str] = dict(
        admin.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (names,)).fetchall()
    )
    found = [
        f"{name} is {read[name]}; it must be {value}."
        for name, value in _WANTED.items()
        if read[name] != value
    ]
    found += [
        f"{name} is {read[name]}; it must be {least} or more."
        for name, least in _AT_LEAST.items()
        if int(read[name]) < least
    ]
    if "citus" not in read["shared_preload_libraries"].replace(" ", "").split(","):
        found.append("shared_preload_libraries does not name citus.")
    return found


def _admissions_missing(admin: psycopg.Connection, database: str) -> list[str]:
    rules = admin.execute(_RULES).fetchall()
    tenants = [rule[1:] for rule in rules if rule[0]]
    admitting = [(kind, where) for kind, method, where in tenants if method != "reject"]
    found = []
    if not admitting:
        found.append("pg_hba.conf admits tenant roles from no server of the cluster.")
    if any(kind != "hostssl" or where != [database] for kind, where in admitting):
        found.append(f"pg_hba.conf admits tenant roles without TLS, or to more than the database {database}.")
    # The first line that fits decides, so what admits everybody stands below.
    before = itertools.takewhile(lambda rule: rule[0], rules)
    refused = {kind for _tenants, kind, method, where in before if method == "reject" and where == ["all"]}
    if not {"host", "local"} <= refused:
        found.append("pg_hba.conf does not refuse tenant roles from everywhere else (host and local) first.")
    (passwords,) = admin.execute(_HOLDING_ONE).fetchone() or (0,)
    if passwords:
        found.append(f"{passwords} tenant roles have a password. None may.")
    return found
