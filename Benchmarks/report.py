"""Figures as tables."""

import os
import platform
import statistics
import subprocess

PARTS = {
    "postgres": "Import into PostgreSQL",
    "sqlite": "Import into SQLite",
    "enqueue": "Enqueuing",
    "versions": "Exports of other versions",
    "queue": "The queue",
    "process": "The worker as a process",
    "together": "Two relocations at once",
    "many": "Slots and processes",
    "far": "A database 5 ms away",
    "chunks": "Chunk size",
    "scale": "From 10 k rows to 1 M",
    "export": "Export from PostgreSQL",
    "tools": "Tools for files",
    "undo": "Undo",
    "events": "Events",
    "flood": "Bad requests while a worker imports",
}


def shown(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def spread(values):
    return "" if len(values) < 2 else f"{shown(min(values))} – {shown(max(values))}"


class Sheet:
    """The figures of one part: measurements, and ratios with what they must hold."""

    def __init__(self, part):
        self.part = part
        self.lines = []
        self.verdicts = []

    def add(self, name, unit, values, cpu=None, memory=None):
        self.lines.append((
            name, f"{shown(statistics.median(values))} {unit}", spread(values), str(len(values)),
            f"{shown(statistics.median(cpu))} s" if cpu else "",
            f"{shown(max(memory) / 1e6)} MB" if memory else ""))

    def figure(self, name, value):
        self.lines.append((name, shown(value), "", "", "", ""))

    def ratio(self, name, values, at_least=None, at_most=None):
        median = statistics.median(values)
        wanted, verdict = "", ""
        if at_least is not None:
            wanted, verdict = f"≥ {shown(at_least)}", "yes" if median >= at_least else "**no**"
        if at_most is not None:
            wanted, verdict = f"≤ {shown(at_most)}", "yes" if median <= at_most else "**no**"
        self.verdicts.append((name, shown(median), spread(values), wanted, verdict))

    def text(self):
        out = [f"## {PARTS[self.part]}", ""]
        if self.lines:
            out += ["| measured | median | spread | runs | CPU | peak anonymous memory |", "|---|--:|---|--:|--:|--:|"]
            out += ["| " + " | ".join(line) + " |" for line in self.lines] + [""]
        if self.verdicts:
            out += ["| ratio or limit | median | spread | must be | holds |", "|---|--:|---|---|---|"]
            out += ["| " + " | ".join(line) + " |" for line in self.verdicts] + [""]
        return "\n".join(out)


def machine():
    def first(command):
        out = subprocess.run(command, capture_output=True, text=True, check=False, shell=True).stdout
        return out.strip().splitlines()[0] if out.strip() else "unknown"

    model = first("grep -m1 'model name' /proc/cpuinfo | cut -d: -f2").strip()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    redis = first("redis-server --version | sed 's/.*v=//; s/ .*//'")
    return (f"{os.cpu_count()} processors ({model}), {memory:.0f} GiB of memory, Linux {platform.release()}; "
            f"{first('psql --version')}, Redis {redis}, "
            f"SQLite {first('sqlite3 --version').split()[0]}, {first('swift --version 2>/dev/null')}.")


HEAD = """# Measured against named limits

Written by `make bench`. {machine}

Every figure is measured in the same run as its limit, in turns, and compared with it as a ratio. The figures are
medians; the spread is from the smallest to the largest value. Wall-clock time includes starting and ending the process. Exports come from
seeded generators and are written as the reference writes them, with two spaces of indentation. The servers are private ones with their
data on the same disk: Redis with its append-only file synced every second, PostgreSQL with `fsync` and
`synchronous_commit` on, 512 MB of shared buffers and room for its log, so that no checkpoint happens during a run. Limits:
(a) `psql` writes the finished rows of all written tables, chunk rows included, with `\\copy … binary` into the same
indexed tables in one transaction; (b) one prepared INSERT per row, 20 rows per transaction, without foreign-key checks. What made imports faster and what did
not: [NOTES.md](NOTES.md).
"""


def write(path, sheets, arguments):
    with open(path, "w", encoding="utf-8") as file:
        file.write(HEAD.format(machine=machine()) + "\n")
        file.write("\n".join(sheet.text() for sheet in sheets))
