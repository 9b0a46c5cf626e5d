"""Imports beside what the databases do with the same rows."""

import os
import subprocess

import servers
from installation import filled_tables


class PostgresLimits:
    """The rows that an import has written, ready to be written again by other means."""

    def __init__(self, bench, kind, file):
        self.bench = bench
        url = bench.postgres.emptied("imports")
        bench.imported(kind, file, url)
        self.tables = filled_tables(bench.postgres, "imports")
        self.rows = sum(count for _, _, count in self.tables)
        self.folder = servers.Folder(bench.folder.path)
        for table, columns, _ in self.tables:
            self._psql(url, f"\\copy (SELECT {columns} FROM \"{table}\" ORDER BY id) TO '{self._file(table)}' BINARY")

    def _file(self, table):
        return self.folder.file(table + ".copy")

    @staticmethod
    def _psql(url, *commands):
        words = [word for command in commands for word in ("-c", command)]
        return servers.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *words, url])

    def copy(self):
        """All tables by COPY in one transaction."""
        url = self.bench.postgres.emptied("limits")
        return self._psql(url, "BEGIN", *(
            f"\\copy \"{table}\" ({columns}) FROM '{self._file(table)}' BINARY" for table, columns, _ in self.tables),
            "COMMIT")

    def single_rows(self):
        """All tables row by row, a transaction for 20. Neither their order nor that of their rows is that of their
        references: these are not checked, in the limit's favour."""
        url = self.bench.postgres.emptied("limits") + "?options=-csession_replication_role%3Dreplica"
        return sum(
            servers.run([f"{self.bench.limits}/postgres_rows", url, table, columns, self._file(table), "20"]).wall
            for table, columns, _ in self.tables)

    def ours(self, kind, file, *words):
        return self.bench.imported(kind, file, self.bench.postgres.emptied("imports"), *words)

    def close(self):
        self.folder.close()


class SQLiteLimits:
    def __init__(self, bench, kind, file):
        self.bench = bench
        url, self.path = bench.sqlite_database()
        bench.imported(kind, file, url)
        # Without the ledger, in the limit's favour.
        names = subprocess.run(
            ["sqlite3", self.path, "SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%'"
             " AND name NOT LIKE 'relocation_%'"],
            capture_output=True, text=True, check=True).stdout.split()
        self.tables = [
            name for name in names
            if subprocess.run(["sqlite3", self.path, f'SELECT EXISTS (SELECT 1 FROM "{name}")'], capture_output=True,
                              text=True, check=True).stdout.strip() == "1"]

    def bulk(self):
        """Seconds of the bare inserts."""
        _, path = self.bench.sqlite_database()
        seconds = float(servers.run([f"{self.bench.limits}/sqlite_rows", self.path, path, *self.tables]).output)
        self._remove(path)
        return seconds

    def ours(self, kind, file):
        url, path = self.bench.sqlite_database()
        cost = self.bench.imported(kind, file, url)
        self._remove(path)
        return cost

    @staticmethod
    def _remove(path):
        for ending in ("", "-wal", "-shm"):
            if os.path.exists(path + ending):
                os.remove(path + ending)
