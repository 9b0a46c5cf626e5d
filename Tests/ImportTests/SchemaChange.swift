import Catalogue

/// A seeded change of one table of a destination, as an upgrade of Sentry may make it.
struct SchemaChange: CustomStringConvertible {
    enum Kind: CaseIterable {
        case dropped, addedWithDefault, addedWithout, addedNullable, retyped, shortened, renamed, notNull
    }

    let kind: Kind
    let table: String
    let column: String
    let postgres: [String]
    /// Nil if SQLite cannot make it.
    let sqlite: String?

    var description: String { "\(kind) \(table).\(column)" }

    /// Tables that the rows of the test go to.
    static let tables = [
        "auth_user", "sentry_useremail", "sentry_organization", "sentry_organizationmember", "sentry_team",
        "sentry_project", "sentry_projectkey", "sentry_rule", "sentry_dashboard", "sentry_savedsearch",
        "sentry_organizationmember_teams", "sentry_organizationmapping",
    ]

    init(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func number(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let kind = Kind.allCases[seed % Kind.allCases.count]
        let name = Self.tables[number(Self.tables.count)]
        let table = Catalogue.standard.table(name) ?? Catalogue.standard.models[0].table
        let columns = table.columns.filter { !$0.isPrimaryKey && !$0.isDatabaseOnly }
        let column = columns[number(columns.count)]
        self.kind = kind
        self.table = name
        let alter = "ALTER TABLE \"\(name)\""
        switch kind {
        case .dropped:
            self.column = column.name
            postgres = ["\(alter) DROP COLUMN \"\(column.name)\" CASCADE"]
            // SQLite drops no column that an index or a check holds.
            let isHeld =
                table.uniques.contains { $0.columns.contains(column.name) } || column.constrainedTable != nil
                || table.checks.contains { $0.contains(column.name) }
            sqlite = isHeld ? nil : "\(alter) DROP COLUMN \"\(column.name)\""
        case .addedWithDefault:
            self.column = "later_flag"
            postgres = ["\(alter) ADD COLUMN later_flag boolean NOT NULL DEFAULT false"]
            sqlite = postgres[0]
        case .addedWithout:
            self.column = "later_number"
            postgres = ["\(alter) ADD COLUMN later_number integer NOT NULL"]
            sqlite = Self.rewritten(name, "AUTOINCREMENT,", "AUTOINCREMENT,\n  later_number integer NOT NULL,")
        case .addedNullable:
            self.column = "later_text"
            postgres = ["\(alter) ADD COLUMN later_text text"]
            sqlite = postgres[0]
        case .retyped:
            let free = columns.filter { column in
                column.constrainedTable == nil && column.databaseDefault == nil && column.type.integerRange == nil
                    && !table.uniques.contains { $0.columns.contains(column.name) }
            }
            let plain = free.filter { $0.type == .text }
            let all = plain.isEmpty ? free : plain
            let chosen = all.isEmpty ? column : all[number(all.count)]
            self.column = chosen.name
            let type = chosen.type == .text ? "jsonb" : "text"
            postgres = [
                "\(alter) ALTER COLUMN \"\(chosen.name)\" DROP DEFAULT",
                "\(alter) ALTER COLUMN \"\(chosen.name)\" TYPE \(type) USING \"\(chosen.name)\"::text::\(type)",
            ]
            sqlite = Self.rewritten(name, "\"\(chosen.name)\" text", "\"\(chosen.name)\" \(type)")
        case .shortened:
            let texts = columns.filter { $0.type.maxLength != nil }
            let chosen = texts.isEmpty ? column : texts[number(texts.count)]
            self.column = chosen.name
            postgres = ["\(alter) ALTER COLUMN \"\(chosen.name)\" TYPE varchar(3) USING NULL"]
            sqlite = nil
        case .renamed:
            self.column = ""
            postgres = ["\(alter) RENAME TO \"\(name)_renamed\""]
            sqlite = postgres[0]
        case .notNull:
            let nullable = columns.filter(\.isNullable)
            let chosen = nullable.isEmpty ? column : nullable[number(nullable.count)]
            self.column = chosen.name
            postgres = ["\(alter) ALTER COLUMN \"\(chosen.name)\" SET NOT NULL"]
            sqlite = nil
        }
    }

    private static func rewritten(_ table: String, _ old: String, _ new: String) -> String {
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, '\(old)', '\(new)') WHERE type = 'table' AND name = '\(table)';
        PRAGMA writable_schema = RESET
        """
    }
}
