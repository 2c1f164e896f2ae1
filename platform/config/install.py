"""
Prepares empty PostgreSQL servers: logins, databases, and what nobody may look at.

Run by the embedded services and by `manage install` for servers of one's own. Everything here
may be run again. The logins and what each may do stand in the architecture, section 4.
"""

from collections.abc import Iterable

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

# Statistics and names would tell one tenant how many others there are and how busy they are. On a cluster
# the extension Citus has such views and functions besides.
_HIDDEN_RELATIONS = """
    SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('pg_catalog', 'citus') AND c.relkind IN ('v', 'r') AND (
        c.relname LIKE 'pg_stat%%' OR c.relname ~ '^(citus|pg_dist)_' OR c.relname = ANY(%s)
    )
"""
_HIDDEN_FUNCTIONS = """
    SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = 'pg_catalog' AND (
        p.proname LIKE 'pg_stat_get%%' OR p.proname ~ '^(run_command_on_|citus_stat_|citus_.*_size)'
        OR p.proname = ANY(%s)
    )
"""
_NAMED_RELATIONS = [
    "pg_class",
    "pg_namespace",
    "pg_roles",
    "pg_user",
    "pg_group",
    "pg_auth_members",
    "pg_tables",
]
_NAMED_RELATIONS += ["pg_attribute", "pg_constraint", "pg_index", "pg_locks", "pg_default_acl", "pg_proc"]
_NAMED_FUNCTIONS = ["pg_relation_size", "pg_total_relation_size", "pg_table_size", "pg_lock_status"]


def conversation_server(admin_url: str, database: str, *, on_cluster: bool = False) -> None:
    """
    Logins `owner`, `web` and `restore`, the role `control`, one database. `{database}` is in the URL.

    On a cluster this is the coordinator.
    """
    _logins(admin_url)
    with psycopg.connect(admin_url.format(database="postgres"), autocommit=True) as admin:
        admin.execute("GRANT control TO web WITH INHERIT FALSE, SET TRUE")
        _act_for(admin, "owner")
        _database(admin, database, owner="owner")
    with psycopg.connect(admin_url.format(database=database), autocommit=True) as admin:
        if on_cluster:
            admin.execute("CREATE EXTENSION IF NOT EXISTS citus")
        admin.execute("ALTER SCHEMA public OWNER TO owner")
        admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        admin.execute("GRANT USAGE ON SCHEMA public TO control")
        _extensions(admin)
        admin.execute(
            "ALTER DEFAULT PRIVILEGES FOR ROLE owner IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO control"
        )
        admin.execute(_grant("CONNECT", database, "owner, web, restore"))
        if _is_superuser(admin):
            _hide_catalogue(admin)


def cluster_node(admin_url: str, database: str) -> None:
    """
    A node of the cluster, before it is added and after each update of its server.

    Citus takes roles and schemas to it; what nobody may look at is hidden on each server by itself.
    Who may connect there is said by its pg_hba.conf alone (`config.cluster`).
    """
    _logins(admin_url)
    with psycopg.connect(admin_url.format(database="postgres"), autocommit=True) as admin:
        _database(admin, database, owner="owner")
    with psycopg.connect(admin_url.format(database=database), autocommit=True) as admin:
        admin.execute("CREATE EXTENSION IF NOT EXISTS citus")
        hide_on_node(admin, database)


def hide_on_node(admin: psycopg.Connection, database: str) -> None:
    """Everything of `cluster_node` that needs no Citus."""
    admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _extensions(admin)
    admin.execute(_grant("CONNECT", database, "PUBLIC"))
    _hide_catalogue(admin)


def _logins(admin_url: str) -> None:
    with psycopg.connect(admin_url.format(database="postgres"), autocommit=True) as admin:
        _role(admin, "owner", "LOGIN CREATEROLE")
        _role(admin, "web", "LOGIN NOINHERIT")
        _role(admin, "restore", "LOGIN NOINHERIT")
        _role(admin, "control", "NOLOGIN")


def _extensions(admin: psycopg.Connection) -> None:
    admin.execute("CREATE SCHEMA IF NOT EXISTS extensions")
    admin.execute("GRANT USAGE ON SCHEMA extensions TO PUBLIC")
    admin.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA extensions")


def vault_server(admin_url: str, database: str) -> None:
    """One login `vault` that owns one database on a server of its own."""
    with psycopg.connect(admin_url.format(database="postgres"), autocommit=True) as admin:
        _role(admin, "vault", "LOGIN")
        _act_for(admin, "vault")
        _database(admin, database, owner="vault")


def set_passwords(admin_url: str, urls: Iterable[str]) -> None:
    """Give each login the password that stands in its URL. Only its digest reaches the server."""
    with psycopg.connect(admin_url.format(database="postgres"), autocommit=True) as admin:
        for url in urls:
            parts = conninfo_to_dict(url)
            user, password = str(parts.get("user", "")), str(parts.get("password", ""))
            if user and password:
                admin.pgconn.change_password(user.encode(), password.encode())


def _role(admin: psycopg.Connection, name: str, options: str) -> None:
    if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone():
        admin.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), sql.SQL(options)))


def _act_for(admin: psycopg.Connection, role: str) -> None:
    """A managed server's administrator is no superuser: it must be in a role to give that role a database."""
    if not _is_superuser(admin):
        admin.execute(
            sql.SQL("GRANT {} TO current_user WITH INHERIT TRUE, SET TRUE").format(sql.Identifier(role))
        )


def _is_superuser(admin: psycopg.Connection) -> bool:
    """Only a superuser may hide what PostgreSQL shows to everybody; `manage doctor` says where it is not hidden."""
    return admin.info.parameter_status("is_superuser") == "on"


def _database(admin: psycopg.Connection, name: str, *, owner: str) -> None:
    if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)),
        )
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))


def _grant(what: str, database: str, roles: str) -> sql.Composed:
    return sql.SQL("GRANT {} ON DATABASE {} TO {}").format(
        sql.SQL(what),
        sql.Identifier(database),
        sql.SQL(roles),
    )


def _hide_catalogue(admin: psycopg.Connection) -> None:
    relations = [row[0] for row in admin.execute(_HIDDEN_RELATIONS, (_NAMED_RELATIONS,))]
    functions = [row[0] for row in admin.execute(_HIDDEN_FUNCTIONS, (_NAMED_FUNCTIONS,))]
    hide = [f"REVOKE ALL ON {name} FROM PUBLIC" for name in relations]
    hide += [f"GRANT SELECT ON {name} TO owner, restore" for name in relations]
    hide += [f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC" for name in functions]
    hide += [f"GRANT EXECUTE ON FUNCTION {name} TO owner, restore" for name in functions]
    admin.execute(";".join(hide).encode())
