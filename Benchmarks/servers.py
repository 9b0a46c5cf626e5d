"""Private servers and child processes, with what they cost."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time

POSTGRES_SETTINGS = {
    # What a normal server has: durable, with room for its buffers and its log.
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "'512MB'",
    "max_wal_size": "'4GB'", "checkpoint_timeout": "'15min'", "wal_buffers": "'16MB'", "max_connections": "40",
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Folder:
    def __init__(self, parent=None):
        self.path = tempfile.mkdtemp(prefix="relocation-bench-", dir=parent)
        os.chmod(self.path, 0o755)

    def file(self, name):
        return os.path.join(self.path, name)

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Cost:
    """Seconds of wall clock and processor, peak bytes of anonymous and of all resident memory."""

    def __init__(self, wall, cpu, anonymous, resident, output):
        self.wall, self.cpu, self.anonymous, self.resident, self.output = wall, cpu, anonymous, resident, output


def memory(pid):
    """Anonymous and highest resident bytes of a process; zeros once it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        return tuple(int(fields.get(name, "0 kB").split()[0]) * 1024 for name in ("RssAnon", "VmHWM"))
    except (FileNotFoundError, ProcessLookupError):
        return (0, 0)


def run(command, environment=None, allowed=(0,)):
    """Runs a program to its end."""
    peak = [0, 0]
    finished = threading.Event()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})})

        def watch():
            while not finished.wait(0.004):
                for place, value in enumerate(memory(process.pid)):
                    peak[place] = max(peak[place], value)

        watcher = threading.Thread(target=watch)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        finished.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text = output.read().decode()
        if process.returncode not in allowed:
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {errors.read().decode()[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0], peak[1], text)


class Redis:
    def __init__(self, folder):
        self.socket = folder.file("redis.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", folder.path, "--save", "",
             "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"],
            stdout=subprocess.DEVNULL)
        for _ in range(500):
            if os.path.exists(self.socket) and self.cli("ping").strip() == "PONG":
                return
            time.sleep(0.01)
        raise RuntimeError("Redis did not start")

    @property
    def url(self):
        return "unix://" + self.socket

    def cli(self, *words):
        return subprocess.run(
            ["redis-cli", "-s", self.socket, *words], capture_output=True, text=True, check=False).stdout

    def used_memory(self):
        """Bytes of data: without what clients and the append-only file's buffers hold for the moment."""
        fields = dict(line.split(":", 1) for line in self.cli("info", "memory").split() if ":" in line)
        return int(fields["used_memory_dataset"])

    def clear(self):
        self.cli("flushall")

    def close(self):
        self.process.terminate()
        self.process.wait()


class Postgres:
    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        versions = sorted(os.listdir("/usr/lib/postgresql"), key=int)
        self.programs = f"/usr/lib/postgresql/{versions[-1]}/bin"
        self.data = folder.file("data")
        # The server refuses to run as root.
        self.prefix = []
        if os.getuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder.path, account.pw_uid, account.pw_gid)
            self.prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder.path}
        subprocess.run(
            self.prefix + [f"{self.programs}/initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                           "--locale=C.UTF-8"], check=True, **quiet)
        settings = {
            **POSTGRES_SETTINGS, "port": str(self.port), "listen_addresses": "'127.0.0.1'",
            "unix_socket_directories": f"'{folder.path}'"}
        with open(f"{self.data}/postgresql.conf", "a", encoding="ascii") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self.process = subprocess.Popen(self.prefix + [f"{self.programs}/postgres", "-D", self.data], **quiet)
        for _ in range(1000):
            if subprocess.run(["psql", "-X", "-d", self.url("postgres"), "-c", "select 1"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return
            time.sleep(0.02)
        raise RuntimeError("PostgreSQL did not start")

    def url(self, database, port=None):
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{database}"

    def sql(self, text, database="postgres"):
        return subprocess.run(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), "-f", "-"],
            input=text, capture_output=True, text=True, check=True).stdout.strip()

    def emptied(self, name):
        """The database with all its tables empty, their sequences at their start, and nothing left to write: a new
        database for each run would cost more than the run."""
        self.sql("""
            DO $$
            DECLARE filled text;
            BEGIN
                SELECT string_agg(oid::regclass::text, ',') INTO filled FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0;
                IF filled IS NOT NULL THEN EXECUTE 'TRUNCATE ' || filled || ' RESTART IDENTITY CASCADE'; END IF;
            END $$;
            CHECKPOINT;""", name)
        return self.url(name)

    def close(self):
        # The signal must reach the server itself; setpriv has become it.
        subprocess.run(
            self.prefix + [f"{self.programs}/pg_ctl", "-D", self.data, "-m", "immediate", "stop"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder.path, check=False)
        self.process.wait()


class DelayProxy:
    """Passes bytes to a port, each direction late by half the delay: a server that is so far away."""

    def __init__(self, program, target, milliseconds):
        self.process = subprocess.Popen(
            [program, str(target), str(int(milliseconds * 500))], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def close(self):
        self.process.terminate()
        self.process.wait()
