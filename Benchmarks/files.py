"""Files both ways, and taking an import back."""

import os

import servers
from installation import filled_tables
from turns import alternating, ratios, walls

# What an import writes beside the models of an export, by how the tables' names begin or end.
BESIDE = ("outbox", "importchunk", "importchunkreplica", "sentry_organizationmapping", "sentry_organizationmembermapping",
          "sentry_organizationslugreservation", "sentry_projectkeymapping", "replica")


def _exported(tables):
    return [table for table in tables if not table[0].endswith(BESIDE)]


def exporting(bench, sheet, kind, rows, runs):
    """An export beside COPY of the same rows to nowhere, table by table in one snapshot."""
    path, _ = bench.file(kind, rows)
    url = bench.postgres.emptied("imports")
    bench.imported(kind, path, url)
    tables = _exported(filled_tables(bench.postgres, "imports"))
    target = bench.folder.file("exported.json")

    def ours():
        return bench.worker("export", kind, "--silent", "--no-prompt", target, database=url)

    def copy():
        # Reading a table keeps the order of its keys, as an export does.
        words = [word for table, columns, _ in tables for word in (
            "-c", f"\\copy (SELECT {columns} FROM \"{table}\" ORDER BY id) TO '/dev/null'")]
        return servers.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "BEGIN ISOLATION LEVEL REPEATABLE READ",
                            *words, "-c", "COMMIT", url])

    costs, copies = alternating(runs, ours, copy)
    size = os.path.getsize(target)
    count = sum(number for _, _, number in tables)
    sheet.add(f"Export of {kind}, {count:,} rows, {size / 1e6:,.0f} MB, PostgreSQL", "s", walls(costs),
              cpu=[cost.cpu for cost in costs], memory=[cost.anonymous for cost in costs])
    sheet.add("COPY of the same rows as text, to nowhere", "s", walls(copies))
    sheet.ratio(f"COPY / export, {kind}", ratios(walls(copies), walls(costs)), at_least=0.4)
    sheet.ratio(f"peak resident memory of the export, {kind}, MB", [cost.resident / 1e6 for cost in costs], at_most=64)
    os.remove(target)


def _rate(sheet, name, size, costs, megabytes=None):
    sheet.add(f"{name}, {size / 1e6:,.0f} MB", "s", walls(costs), cpu=[cost.cpu for cost in costs],
              memory=[cost.anonymous for cost in costs])
    sheet.ratio(f"{name}: MB per second of processor time", [size / 1e6 / cost.cpu for cost in costs], at_least=50)
    if megabytes:
        sheet.ratio(f"{name}: peak resident memory, MB", [cost.resident / 1e6 for cost in costs], at_most=megabytes)


def tools(bench, sheet, kind, rows, runs):
    """sanitize, compare, encrypt and decrypt on one export."""
    path, _ = bench.file(kind, rows)
    size = os.path.getsize(path)

    def tool(*words, allowed=(0,)):
        return servers.run([f"{bench.programs}/relocation-enqueue", *words], bench.environment, allowed)

    out, keys = bench.folder.file("out"), bench.folder.file("keys")
    tool("keygen", keys)
    _rate(sheet, f"sanitize, {kind}", size,
          [tool("sanitize", out, "--src", path, "--seed", "1") for _ in range(runs)], 128)
    half, _ = bench.file(kind, rows // 2)
    pair = os.path.getsize(half)
    other = bench.folder.file("right.json")
    os.link(half, other)
    _rate(sheet, f"compare, {kind}, both files of {pair / 1e6:,.0f} MB together", 2 * pair,
          [tool("compare", half, other) for _ in range(runs)], 512)
    _rate(sheet, f"encrypt, {kind}", size,
          [tool("encrypt", out, "--src", path, "--encrypt-with", f"{keys}/relocation.pub") for _ in range(runs)])
    plain = bench.folder.file("plain")
    _rate(sheet, f"decrypt, {kind}", size,
          [tool("decrypt", plain, "--src", out, "--decrypt-with", f"{keys}/relocation.key") for _ in range(runs)])
    for name in (out, other, plain):
        os.remove(name)


def undoing(bench, sheet, kind, rows, runs):
    """Import, then undo of the same relocation. On PostgreSQL most of the time goes into the server's own checks that
    nothing refers to the removed rows, one per row and foreign key: DELETE of all rows by `psql` is the limit."""
    path, source = bench.file(kind, rows)

    def deleted():
        url = bench.postgres.emptied("imports")
        bench.imported(kind, path, url)
        words = [word for table, _, _ in filled_tables(bench.postgres, "imports") for word in (
            "-c", f'DELETE FROM "{table}"')]
        return servers.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", "BEGIN",
                            "-c", "SET CONSTRAINTS ALL DEFERRED", *words, "-c", "COMMIT", url])

    def pair(url):
        bench.redis.clear()
        uuid = bench.enqueue(kind, path).output.strip()
        imported = bench.drain(url)
        servers.run([f"{bench.programs}/relocation-enqueue", "undo", uuid, "--no-prompt"], bench.environment)
        undone = bench.worker("run", "--drain", database=url)
        status = bench.status(uuid)
        if status["endedBy"] != "undo":
            raise RuntimeError(f"nothing was undone: {status}")
        return imported, undone

    for name, fresh in (("PostgreSQL", lambda: bench.postgres.emptied("imports")),
                        ("SQLite", lambda: bench.sqlite_database()[0])):
        pairs = [pair(fresh()) for _ in range(runs)]
        bare = [deleted() for _ in range(runs)] if name == "PostgreSQL" else []
        imports, undos = [one for one, _ in pairs], [other for _, other in pairs]
        sheet.add(f"Import of {kind}, {source:,} rows, {name}", "s", walls(imports))
        sheet.add("undo of it", "s", walls(undos), cpu=[cost.cpu for cost in undos],
                  memory=[cost.anonymous for cost in undos])
        sheet.ratio(f"undo / import, {kind}, {name}", ratios(walls(undos), walls(imports)), at_most=1.5)
        if bare:
            sheet.add("DELETE of all rows by psql, one transaction", "s", walls(bare))
            sheet.ratio(f"undo / DELETE, {kind}, {name}", ratios(walls(undos), walls(bare)))
