"""What a cluster of PostgreSQL servers must say, on servers that say it and that do not (decision 039)."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import cluster, install
from config.embedded.binaries import postgres_programs
from config.embedded.folders import make_private
from config.embedded.postgres import ADMIN, PostgresServer

DATABASE = "conversations"
TENANT = "t_abcdefghijkl"
_LIKE_A_NODE = {
    "wal_level": "logical",
    "max_prepared_transactions": "200",
    "shared_buffers": "16MB",
    "fsync": "off",
}


@pytest.fixture(scope="module")
def node() -> Iterator[PostgresServer]:
    """A server as it would be in a cluster, as far as one without Citus and without TLS can."""
    folder = Path(tempfile.mkdtemp(prefix="node-"))
    make_private(folder / "servers", for_servers=True)
    folder.chmod(0o711)
    server = PostgresServer(folder / "servers" / "node", postgres_programs(folder / "servers"), _LIKE_A_NODE)
    server.start()
    try:
        install.conversation_server(_url(server), DATABASE)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _url(server: PostgresServer) -> str:
    return server.url(ADMIN, "{database}")


def _say(server: PostgresServer, lines: list[str]) -> None:
    """Above what the file says already."""
    file = server.data / "pg_hba.conf"
    rest = [line for line in file.read_text().splitlines() if "t_[a-z]" not in line and "scram" not in line]
    file.write_text("\n".join([*lines, *rest]) + "\n")
    with psycopg.connect(_url(server).format(database=DATABASE), autocommit=True) as admin:
        admin.execute("SELECT pg_reload_conf()")


def test_a_server_that_says_nothing_is_told_what_is_missing(node: PostgresServer) -> None:
    """R70."""
    _say(node, [])

    found = cluster.missing(_url(node), DATABASE)

    assert "shared_preload_libraries does not name citus." in found
    assert "pg_hba.conf admits tenant roles from no server of the cluster." in found
    assert any("refuse tenant roles from everywhere else" in sentence for sentence in found)
    assert not any(sentence.startswith("wal_level") for sentence in found)


def test_the_lines_that_install_prints_are_what_is_missing(node: PostgresServer) -> None:
    """R70: what the check asks for is what is printed."""
    _say(node, cluster.admissions(DATABASE, ["10.0.0.1/32", "10.0.0.2/32"]))

    found = cluster.missing(_url(node), DATABASE)

    assert not any("pg_hba.conf" in sentence for sentence in found)


def test_tenant_roles_are_refused_wherever_no_node_stands(node: PostgresServer) -> None:
    """R70: LOGIN without a password is admitted from the nodes alone."""
    _say(node, cluster.admissions(DATABASE, ["10.0.0.1/32"]))
    with psycopg.connect(_url(node).format(database=DATABASE), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {TENANT} LOGIN; GRANT CONNECT ON DATABASE {DATABASE} TO {TENANT}")

    with pytest.raises(psycopg.OperationalError, match="pg_hba.conf rejects connection"):
        psycopg.connect(node.url(TENANT, DATABASE))
    with psycopg.connect(node.url("web", DATABASE)) as web:
        assert web.execute("SELECT 1").fetchone() == (1,)


def test_a_line_that_admits_them_without_tls_or_a_password_of_theirs_is_found(node: PostgresServer) -> None:
    """R70."""
    wide = f"host all {cluster.TENANT_ROLES} 10.0.0.0/8 trust"
    _say(node, [wide, *cluster.admissions(DATABASE, ["10.0.0.1/32"])])
    with psycopg.connect(_url(node).format(database=DATABASE), autocommit=True) as admin:
        admin.execute("CREATE ROLE t_withpassword LOGIN PASSWORD 'x'")

    found = cluster.missing(_url(node), DATABASE)

    assert any("without TLS" in sentence for sentence in found)
    assert "1 tenant roles have a password. None may." in found


def test_a_line_for_everybody_above_the_others_is_found(node: PostgresServer) -> None:
    """R70: the first line that fits decides."""
    _say(node, ["local all all trust", *cluster.admissions(DATABASE, ["10.0.0.1/32"])])

    assert any("from everywhere else" in sentence for sentence in cluster.missing(_url(node), DATABASE))


def test_on_a_node_too_the_catalogue_tells_nothing(node: PostgresServer) -> None:
    """I11 on every node: views of statistics, of names, and those that Citus would bring."""
    with psycopg.connect(_url(node).format(database=DATABASE), autocommit=True) as admin:
        admin.execute("SET allow_system_table_mods = on")
        admin.execute("CREATE OR REPLACE VIEW pg_catalog.citus_schemas AS SELECT 't_other'::text AS name")
        admin.execute("GRANT SELECT ON pg_catalog.citus_schemas TO PUBLIC")
        admin.execute("RESET allow_system_table_mods")
        install.hide_on_node(admin, DATABASE)

    with psycopg.connect(node.url("web", DATABASE), autocommit=True) as web:
        for relation in ("citus_schemas", "pg_namespace", "pg_roles", "pg_stat_activity"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute(f"SELECT * FROM pg_catalog.{relation}")
