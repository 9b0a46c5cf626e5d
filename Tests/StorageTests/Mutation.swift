/// One way in which a live schema may differ, and the expected report of the comparison.
struct Mutation: Sendable, CustomStringConvertible {
    let description: String
    /// nil if the database cannot express it.
    let sqlite: String?
    let postgres: String?
    let table: String
    let column: String?
    /// Words of the message.
    let says: String
    var isFatal = true

    /// A mutation written alike for both.
    static func both(
        _ description: String, _ sql: String, _ table: String, _ column: String?, _ says: String, fatal: Bool = true
    ) -> Mutation {
        Mutation(
            description: description, sqlite: sql, postgres: sql, table: table, column: column, says: says,
            isFatal: fatal)
    }

    static func onPostgres(
        _ description: String, _ sql: String, _ table: String, _ column: String?, _ says: String, fatal: Bool = true
    ) -> Mutation {
        Mutation(
            description: description, sqlite: nil, postgres: sql, table: table, column: column, says: says,
            isFatal: fatal)
    }

    /// SQLite alters no column: its stored definition is rewritten, as a table rebuilt by hand would read.
    static func rewritten(
        _ description: String, postgres: String, sqlite old: String, _ new: String, _ table: String,
        _ column: String?, _ says: String, fatal: Bool = true
    ) -> Mutation {
        func literal(_ text: String) -> String {
            text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        }
        let sqlite = """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, '\(literal(old))', '\(literal(new))')
            WHERE type = 'table' AND name = '\(table)';
            PRAGMA writable_schema = RESET
            """
        return Mutation(
            description: description, sqlite: sqlite, postgres: postgres, table: table, column: column, says: says,
            isFatal: fatal)
    }

    static func dropUnique(_ table: String, _ columns: [String], _ name: String, says: String) -> Mutation {
        let partial = name.contains("partial")
        return Mutation(
            description:
                "dropped unique index on \(table) (\(columns.joined(separator: ", ")))\(partial ? " partial" : "")",
            sqlite: "DROP INDEX \(name)",
            postgres: partial ? "DROP INDEX \(name)" : "ALTER TABLE \(table) DROP CONSTRAINT \(name)", table: table,
            column: columns.count == 1 ? columns[0] : nil, says: says)
    }

    static let seeded: [Mutation] =
        missing + renamed + types + lengths + nullability + indexes + surplus + identities + lenient
}

extension Mutation {
    private static let missing: [Mutation] = [
        .both("dropped table", "DROP TABLE sentry_rulesnooze", "sentry_rulesnooze", nil, "missing"),
        .both("dropped chunk table", "DROP TABLE sentry_regionimportchunk", "sentry_regionimportchunk", nil, "missing"),
        .both("dropped side table", "DROP TABLE sentry_teamreplica", "sentry_teamreplica", nil, "missing"),
        .both("dropped column", "ALTER TABLE auth_user DROP COLUMN first_name", "auth_user", "first_name", "missing"),
        .both(
            "dropped nullable column", "ALTER TABLE auth_user DROP COLUMN last_login", "auth_user", "last_login",
            "missing"),
        .both(
            "dropped chunk column", "ALTER TABLE sentry_controlimportchunk DROP COLUMN inserted_identifiers",
            "sentry_controlimportchunk", "inserted_identifiers", "missing"),
        .both(
            "dropped column with a reserved name", "ALTER TABLE sentry_dashboardwidget DROP COLUMN \"limit\"",
            "sentry_dashboardwidget", "limit", "missing"),
        .both(
            "dropped column nothing writes", "ALTER TABLE sentry_team DROP COLUMN org_role", "sentry_team", "org_role",
            "missing", fatal: false),
    ]

    private static let renamed: [Mutation] = [
        .both(
            "renamed table", "ALTER TABLE sentry_monitor RENAME TO sentry_monitors", "sentry_monitor", nil, "missing"),
        .both(
            "renamed column", "ALTER TABLE auth_user RENAME COLUMN session_nonce TO nonce", "auth_user",
            "session_nonce",
            "missing"),
        .both(
            "renamed required column", "ALTER TABLE sentry_project RENAME COLUMN name TO title", "sentry_project",
            "title", "unknown column, NOT NULL"),
    ]

    private static let types: [Mutation] = [
        .rewritten(
            "narrower integer", postgres: "ALTER TABLE sentry_monitor ALTER project_id TYPE integer",
            sqlite: "\"project_id\" bigint", "\"project_id\" integer", "sentry_monitor", "project_id", "is integer"),
        .rewritten(
            "wider integer", postgres: "ALTER TABLE auth_user ALTER avatar_type TYPE integer",
            sqlite: "\"avatar_type\" smallint", "\"avatar_type\" integer", "auth_user", "avatar_type", "is integer"),
        .rewritten(
            "text for a timestamp", postgres: "ALTER TABLE sentry_userip ALTER last_seen TYPE text",
            sqlite: "\"last_seen\" timestamp with time zone", "\"last_seen\" text", "sentry_userip", "last_seen",
            "is text"),
        .rewritten(
            "timestamp without its zone", postgres: "ALTER TABLE auth_user ALTER date_joined TYPE timestamp",
            sqlite: "\"date_joined\" timestamp with time zone", "\"date_joined\" timestamp without time zone",
            "auth_user", "date_joined", "is timestamp without time zone"),
        .rewritten(
            "text for a UUID", postgres: "ALTER TABLE sentry_monitor ALTER guid TYPE text",
            sqlite: "\"guid\" uuid", "\"guid\" text", "sentry_monitor", "guid", "is text"),
        .rewritten(
            "text for an address", postgres: "ALTER TABLE sentry_userip ALTER ip_address TYPE text",
            sqlite: "\"ip_address\" inet", "\"ip_address\" text", "sentry_userip", "ip_address", "is text"),
        .rewritten(
            "case-sensitive e-mail", postgres: "ALTER TABLE sentry_email ALTER email TYPE varchar(75)",
            sqlite: "\"email\" citext", "\"email\" character varying(75)", "sentry_email", "email", "expected citext"),
        .rewritten(
            "json for jsonb", postgres: "ALTER TABLE sentry_regionimportchunk ALTER inserted_map TYPE json",
            sqlite: "\"inserted_map\" jsonb", "\"inserted_map\" json", "sentry_regionimportchunk", "inserted_map",
            "is json"),
        .rewritten(
            "text for an array", postgres: "ALTER TABLE sentry_userrole ALTER permissions TYPE text",
            sqlite: "\"permissions\" text[]", "\"permissions\" text", "sentry_userrole", "permissions",
            "expected text[]"),
        .rewritten(
            "integer for a boolean",
            postgres: """
                ALTER TABLE auth_user ALTER is_unclaimed DROP DEFAULT;
                ALTER TABLE auth_user ALTER is_unclaimed TYPE integer USING 0
                """,
            sqlite: "\"is_unclaimed\" boolean", "\"is_unclaimed\" integer", "auth_user", "is_unclaimed", "is integer"),
        .rewritten(
            "single precision", postgres: "ALTER TABLE sentry_alertruletrigger ALTER alert_threshold TYPE real",
            sqlite: "\"alert_threshold\" double precision", "\"alert_threshold\" real", "sentry_alertruletrigger",
            "alert_threshold", "is real"),
    ]

    private static let lengths: [Mutation] = [
        .rewritten(
            "shorter text", postgres: "ALTER TABLE auth_user ALTER username TYPE varchar(30)",
            sqlite: "\"username\" character varying(128)", "\"username\" character varying(30)", "auth_user",
            "username",
            "is character varying(30)"),
        .rewritten(
            "shorter text by one", postgres: "ALTER TABLE sentry_regionimportchunk ALTER model TYPE varchar(63)",
            sqlite: "\"model\" character varying(64)", "\"model\" character varying(63)", "sentry_regionimportchunk",
            "model", "is character varying(63)"),
        .rewritten(
            "limit on an unlimited text", postgres: "ALTER TABLE sentry_incident ALTER title TYPE varchar(255)",
            sqlite: "\"title\" text", "\"title\" character varying(255)", "sentry_incident", "title",
            "is character varying(255)"),
    ]

    private static let nullability: [Mutation] = [
        .rewritten(
            "not null", postgres: "ALTER TABLE auth_user ALTER last_login SET NOT NULL",
            sqlite: "\"last_login\" timestamp with time zone", "\"last_login\" timestamp with time zone NOT NULL",
            "auth_user", "last_login", "is NOT NULL"),
        .rewritten(
            "not null, with a default",
            postgres: "ALTER TABLE sentry_team ALTER date_added SET DEFAULT now(), ALTER name SET NOT NULL; "
                + "ALTER TABLE sentry_project ALTER slug SET DEFAULT '', ALTER slug SET NOT NULL",
            sqlite: "\"slug\" character varying(50)", "\"slug\" character varying(50) NOT NULL DEFAULT ''",
            "sentry_project", "slug", "is NOT NULL"),
        .rewritten(
            "not null in a chunk row",
            postgres: "ALTER TABLE sentry_regionimportchunk ALTER min_inserted_pk SET NOT NULL",
            sqlite: "\"min_inserted_pk\" bigint", "\"min_inserted_pk\" bigint NOT NULL", "sentry_regionimportchunk",
            "min_inserted_pk", "is NOT NULL"),
        .rewritten(
            "nullable", postgres: "ALTER TABLE auth_user ALTER password DROP NOT NULL",
            sqlite: "\"password\" character varying(128) NOT NULL", "\"password\" character varying(128)", "auth_user",
            "password", "is nullable", fatal: false),
    ]

    private static let indexes: [Mutation] =
        ["control", "region"].map { silo in
            dropUnique(
                "sentry_\(silo)importchunk", ["import_uuid", "model", "min_ordinal"],
                "sentry_\(silo)importchunk_import_uuid_model_min_ordinal_uniq", says: "import_uuid, model, min_ordinal")
        } + [
            dropUnique("auth_user", ["username"], "auth_user_username_uniq", says: "(username)"),
            dropUnique("sentry_organization", ["slug"], "sentry_organization_slug_uniq", says: "(slug)"),
            dropUnique("sentry_email", ["email"], "sentry_email_email_uniq", says: "(email)"),
            dropUnique(
                "sentry_useremail", ["user_id", "email"], "sentry_useremail_user_id_email_uniq",
                says: "(user_id, email)"),
            dropUnique(
                "sentry_rulesnooze", ["rule_id"], "sentry_rulesnooze_rule_id_partial_uniq", says: "user_id IS NULL"),
            dropUnique(
                "sentry_savedsearch", ["is_global", "name"], "sentry_savedsearch_is_global_name_partial_uniq",
                says: "is_global"),
            .both(
                "partial index with another condition",
                """
                DROP INDEX sentry_savedsearch_organization_id_owner_id_type_partial_uniq;
                CREATE UNIQUE INDEX other ON sentry_savedsearch (organization_id, owner_id, type)
                    WHERE visibility = 'owner'
                """, "sentry_savedsearch", nil, "owner_pinned"),
            .both(
                "partial index made full",
                """
                DROP INDEX sentry_rulesnooze_alert_rule_id_partial_uniq;
                CREATE UNIQUE INDEX other ON sentry_rulesnooze (alert_rule_id)
                """, "sentry_rulesnooze", "alert_rule_id", "user_id IS NULL"),
            Mutation(
                description: "unique index made a plain one",
                sqlite: "DROP INDEX auth_user_username_uniq; CREATE INDEX plain ON auth_user (username)",
                postgres: "ALTER TABLE auth_user DROP CONSTRAINT auth_user_username_uniq; "
                    + "CREATE INDEX plain ON auth_user (username)",
                table: "auth_user", column: "username", says: "unique index"),
            .onPostgres(
                "invalid index",
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'auth_user_username_uniq'::regclass",
                "auth_user", "username", "unique index"),
        ]

    private static let surplus: [Mutation] = [
        .both(
            "unknown unique index", "CREATE UNIQUE INDEX surplus ON auth_user (email)", "auth_user", nil,
            "unknown unique index on (email)", fatal: false),
        .both(
            "unknown unique expression", "CREATE UNIQUE INDEX surplus ON auth_user (lower(username))", "auth_user", nil,
            "an expression", fatal: false),
        Mutation(
            description: "extra column, not null and without default",
            sqlite: "ALTER TABLE auth_user ADD COLUMN extra integer NOT NULL DEFAULT 1; PRAGMA writable_schema = ON; "
                + "UPDATE sqlite_schema SET sql = replace(sql, ' DEFAULT 1', '') WHERE name = 'auth_user'; "
                + "PRAGMA writable_schema = RESET",
            postgres: "ALTER TABLE auth_user ADD extra integer NOT NULL", table: "auth_user", column: "extra",
            says: "unknown column"),
    ]

    private static let identities: [Mutation] = [
        Mutation(
            description: "missing identity",
            sqlite: "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ' AUTOINCREMENT', '') "
                + "WHERE name = 'sentry_team'; PRAGMA writable_schema = RESET",
            postgres: "ALTER TABLE sentry_team ALTER id DROP IDENTITY", table: "sentry_team", column: "id",
            says: "sequence"),
        .onPostgres(
            "missing primary key", "ALTER TABLE sentry_relayusage DROP CONSTRAINT sentry_relayusage_pkey",
            "sentry_relayusage", "id", "primary key"),
    ]

    private static let lenient: [Mutation] = [
        .rewritten(
            "missing check", postgres: "ALTER TABLE sentry_team DROP CONSTRAINT sentry_team_status_check",
            sqlite: "CHECK (\"status\" >= 0)", "CHECK (1)", "sentry_team", "status", "check", fatal: false),
        .rewritten(
            "missing check over two columns",
            postgres: "ALTER TABLE sentry_rulesnooze DROP CONSTRAINT sentry_rulesnooze_rule_id_alert_rule_id_check",
            sqlite: "CHECK ((\"alert_rule_id\" IS NULL) <> (\"rule_id\" IS NULL))", "CHECK (1)", "sentry_rulesnooze",
            nil, "check", fatal: false),
        .rewritten(
            "missing foreign key", postgres: "ALTER TABLE sentry_useremail DROP CONSTRAINT sentry_useremail_user_id_fk",
            sqlite: " REFERENCES \"auth_user\" (\"id\") DEFERRABLE INITIALLY DEFERRED", "", "sentry_useremail",
            "user_id", "foreign key to auth_user", fatal: false),
    ]
}

extension Mutation {
    /// Harmless differences, which are not reported.
    static let harmless: [(description: String, sqlite: String?, postgres: String?)] = [
        ("extra table", "CREATE TABLE extra (id integer NOT NULL)", "CREATE TABLE extra (id integer NOT NULL)"),
        (
            "extra nullable column", "ALTER TABLE auth_user ADD COLUMN extra text",
            "ALTER TABLE auth_user ADD extra text"
        ),
        (
            "extra column with a default", "ALTER TABLE auth_user ADD COLUMN extra integer NOT NULL DEFAULT 0",
            "ALTER TABLE auth_user ADD extra integer NOT NULL DEFAULT 0"
        ),
        (
            "extra generated column", nil,
            "ALTER TABLE auth_user ADD extra integer GENERATED ALWAYS AS (1) STORED NOT NULL"
        ),
        ("extra index", "CREATE INDEX extra ON auth_user (email)", "CREATE INDEX extra ON auth_user (email)"),
        (
            "unique index within a known one", "CREATE UNIQUE INDEX extra ON auth_user (email, username)",
            "CREATE UNIQUE INDEX extra ON auth_user (email, username)"
        ),
        (
            "unique index on an extra column",
            "ALTER TABLE auth_user ADD COLUMN extra text; CREATE UNIQUE INDEX extra ON auth_user (extra)",
            "ALTER TABLE auth_user ADD extra text; CREATE UNIQUE INDEX extra ON auth_user (extra)"
        ),
        ("longer text", nil, "ALTER TABLE auth_user ALTER username TYPE varchar(200)"),
        ("unlimited text", nil, "ALTER TABLE auth_user ALTER username TYPE text"),
        (
            "unique constraint as an index", nil,
            "ALTER TABLE auth_user DROP CONSTRAINT auth_user_username_uniq; CREATE UNIQUE INDEX other ON auth_user (username)"
        ),
        (
            "unique index in another order", nil,
            "ALTER TABLE sentry_useremail DROP CONSTRAINT sentry_useremail_user_id_email_uniq; "
                + "CREATE UNIQUE INDEX other ON sentry_useremail (email, user_id)"
        ),
        (
            "condition spelled otherwise", nil,
            "DROP INDEX sentry_savedsearch_organization_id_owner_id_type_partial_uniq; CREATE UNIQUE INDEX other "
                + "ON sentry_savedsearch (organization_id, owner_id, type) WHERE (visibility::text = 'owner_pinned'::text)"
        ),
        (
            "serial id", nil,
            "ALTER TABLE auth_user ALTER id DROP IDENTITY; CREATE SEQUENCE auth_user_id_seq OWNED BY auth_user.id; "
                + "ALTER TABLE auth_user ALTER id SET DEFAULT nextval('auth_user_id_seq')"
        ),
        (
            "sequence under another name", nil, "ALTER SEQUENCE auth_user_id_seq RENAME TO another_name"
        ),
        (
            "default on a nullable column", nil, "ALTER TABLE auth_user ALTER last_login SET DEFAULT now()"
        ),
        (
            "foreign key checked at once", nil,
            "ALTER TABLE sentry_useremail DROP CONSTRAINT sentry_useremail_user_id_fk; "
                + "ALTER TABLE sentry_useremail ADD FOREIGN KEY (user_id) REFERENCES auth_user (id)"
        ),
        (
            "check spelled otherwise", nil,
            "ALTER TABLE sentry_monitor DROP CONSTRAINT sentry_monitor_owner_user_id_owner_team_id_check; "
                + "ALTER TABLE sentry_monitor ADD CHECK ((owner_team_id IS NOT NULL AND owner_user_id IS NULL) OR "
                + "(owner_team_id IS NULL AND owner_user_id IS NOT NULL) OR "
                + "(owner_team_id IS NULL AND owner_user_id IS NULL))"
        ),
    ]
}
