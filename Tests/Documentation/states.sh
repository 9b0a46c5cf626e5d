# What commands of the documentation need before them: each function makes a situation and sets UUID and FILE.
# TEST_FOLDER, TEST_REDIS_URL and TEST_DATABASE_URL come from the test.

samples=$TEST_ROOT/deploy/sample
export RELOCATION_REDIS_URL=$TEST_REDIS_URL RELOCATION_DATABASE_URL=$TEST_DATABASE_URL USER=ada
ln -sfn "$TEST_ROOT/deploy" deploy

# Every name and UUID of a state is new: the states of a file do not meet.
number=0

# A users export of three people; the second lacks a name if asked.
people() {
    number=$((number + 1))
    FILE=$TEST_FOLDER/people-$number.json
    python3 - "$FILE" "$number" "$samples/users.json" "${1:-}" <<'PYTHON'
import json, sys
path, number, sample, broken = sys.argv[1:]
model = next(r for r in json.load(open(sample)) if r["model"] == "sentry.user")
rows = []
for pk in (1, 2, 3):
    name = f"person-{number}-{pk}"
    rows.append({**model, "pk": pk, "fields": {**model["fields"], "username": name, "email": name + "@example.com"}})
if broken:
    rows[1]["fields"]["username"] = None
json.dump(rows, open(path, "w"))
PYTHON
}

given_export() { people; }

given_databases() { relocation-worker migrate >/dev/null; }

# Queued, and no worker has taken it.
given_queued() {
    relocation-enqueue unpause --all
    people
    UUID=$(relocation-enqueue users "$FILE" --chunk-size 1)
}

given_imported() {
    given_queued
    relocation-worker run --drain --log-level error
}

# The second of three rows is refused by the database; the first is written.
given_failed() {
    relocation-enqueue unpause --all
    people broken
    UUID=$(relocation-enqueue users "$FILE" --chunk-size 1)
    relocation-worker run --drain --log-level error 2>/dev/null
    # Another worker may run meanwhile.
    for _ in $(seq 100); do
        relocation-enqueue status "$UUID" --json | grep -q '"status" *: *"FAILURE"' && return 0
        sleep 0.1
    done
    return 1
}

given_paused() {
    given_queued
    relocation-enqueue pause "$UUID" 2>/dev/null
}

# The file of a failed relocation with the failing row put right.
given_corrected() {
    given_failed
    sed -i 's/"username": null/"username": "corrected-'"$number"'"/' "$FILE"
}

# One worker that goes on until the end of the file.
given_worker() {
    [ -n "${worker:-}" ] && kill -0 "$worker" 2>/dev/null && return 0
    relocation-worker run --log-level error 2>>"$TEST_FOLDER/worker.log" &
    worker=$!
}

given_no_worker() {
    [ -z "${worker:-}" ] || { kill "$worker"; wait "$worker"; worker=; }
    return 0
}

# A row of an import, and what it has brought, is gone from the database.
given_lost_row() {
    given_imported
    python3 - "${TEST_DATABASE_URL#sqlite://}" "person-$number-2" <<'PYTHON'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=10)
(user,) = database.execute("select id from auth_user where username = ?", (sys.argv[2],)).fetchone()
database.execute("delete from sentry_lostpasswordhash where user_id = ?", (user,))
database.execute("delete from auth_user where id = ?", (user,))
database.commit()
PYTHON
}

# Berlin has an organization, Vienna has tables of its own.
given_installations() {
    for url in "$TEST_DATABASE_A" "$TEST_DATABASE_B"; do
        RELOCATION_DATABASE_URL=$url relocation-worker migrate
    done
    RELOCATION_REDIS_PREFIX=berlin relocation-enqueue organizations "$samples/organizations.json" --silent
    RELOCATION_REDIS_PREFIX=berlin RELOCATION_DATABASE_URL=$TEST_DATABASE_A relocation-worker run --drain --log-level error
}

# Redis has forgotten a relocation that it had half done.
given_forgotten() {
    given_paused
    redis-cli -s "${TEST_REDIS_URL#unix://}" flushdb
}

# Redis takes no more: its memory is full.
given_full_redis() {
    people
    redis-cli -s "${TEST_REDIS_URL#unix://}" config set maxmemory 1
}

given_roomy_redis() { redis-cli -s "${TEST_REDIS_URL#unix://}" config set maxmemory 0; }

# A file that ends in the middle.
given_cut_file() {
    people
    head -c 1000 "$FILE" >"$FILE.cut"
    FILE=$FILE.cut
}

# A second database, which wants the name of the first.
given_other_database() {
    given_imported
    export OTHER=sqlite://$TEST_FOLDER/other.sqlite
    relocation-worker migrate --database-url "$OTHER"
}

# Tasks that are sealed with a key that the worker lacks.
given_sealed() {
    people
    (umask 077; echo "first $(head -c 32 /dev/urandom | base64)" >"$TEST_FOLDER/payload-keys")
    UUID=$(relocation-enqueue users "$FILE" --payload-key-file "$TEST_FOLDER/payload-keys")
}

# A later import took the users of an earlier one for its own (--merge-users).
given_merged() {
    given_imported
    first=$UUID
    relocation-enqueue users "$FILE" --merge-users --silent
    relocation-worker run --drain --log-level error
    UUID=$first
}

# The public key of a key management service, in PEM.
given_public_key() { relocation-enqueue keygen kms && cp kms/relocation.pub kms.pub; }

# Workers and servers that commands have started.
end() {
    kill $(jobs -p) 2>/dev/null
    wait
    return 0
}
