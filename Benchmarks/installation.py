"""The two programs with servers of their own."""

import json
import os
import subprocess
import time

import servers


class Installation:
    def __init__(self, programs, folder, redis, postgres):
        self.programs, self.folder, self.redis, self.postgres = programs, folder, redis, postgres
        self.environment = {"RELOCATION_REDIS_URL": redis.url, "RELOCATION_LOG_LEVEL": "warning"}
        self.number = 0
        # The limits write to a database of their own.
        for name in ("imports", "limits"):
            postgres.sql(f"CREATE DATABASE {name};")
            self.worker("migrate", database=postgres.url(name))
        self.empty_sqlite = folder.file("template.sqlite")
        self.worker("migrate", database="sqlite://" + self.empty_sqlite)

    def worker(self, *words, database):
        return servers.run([f"{self.programs}/relocation-worker", *words],
                           {**self.environment, "RELOCATION_DATABASE_URL": database})

    def start_worker(self, *words, database):
        # posix_spawn, so that the size of this process does not count.
        return subprocess.Popen(
            [f"{self.programs}/relocation-worker", *words], close_fds=False, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **self.environment, "RELOCATION_DATABASE_URL": database})

    def enqueue(self, kind, file, *words):
        return servers.run([f"{self.programs}/relocation-enqueue", kind, "--silent", *words, file], self.environment)

    def status(self, uuid):
        return json.loads(servers.run(
            [f"{self.programs}/relocation-enqueue", "status", uuid, "--json"], self.environment).output)

    def sqlite_database(self):
        self.number += 1
        path = self.folder.file(f"run{self.number}.sqlite")
        with open(self.empty_sqlite, "rb") as source, open(path, "wb") as sink:
            sink.write(source.read())
        return "sqlite://" + path, path

    def drain(self, database, *words):
        return self.worker("run", "--drain", *words, database=database)

    def imported(self, kind, file, database, *words):
        """Enqueues a file, works it, and makes sure that all of it is there. Returns what the worker cost."""
        self.redis.clear()
        uuid = self.enqueue(kind, file, *words).output.strip()
        cost = self.drain(database)
        status = self.status(uuid)
        if status["status"] != "SUCCESS" or status["rows"]["dropped"]:
            raise RuntimeError(f"not all was imported: {status}")
        return cost


def filled_tables(postgres, database):
    """Tables that hold rows, with their columns."""
    names = postgres.sql(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1;",
        database).split()
    out = []
    for name in names:
        if postgres.sql(f'SELECT EXISTS (SELECT FROM "{name}");', database) == "t":
            columns = postgres.sql(
                f"SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum) FROM pg_attribute "
                f"WHERE attrelid = '\"{name}\"'::regclass AND attnum > 0 AND NOT attisdropped;", database)
            count = int(postgres.sql(f'SELECT count(*) FROM "{name}";', database))
            out.append((name, columns, count))
    return out


def wait_until(condition, seconds=60.0, pause=0.01):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("nothing happened in time")
        time.sleep(pause)
