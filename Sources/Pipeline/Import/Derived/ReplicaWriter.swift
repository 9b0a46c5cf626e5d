import Catalogue
import Ledger
import Storage

/// Writes the mirror rows of imported rows that have none, one page after another. A second run changes nothing.
struct ReplicaWriter {
    private let replica: Replica
    private let work: RelocationImport
    /// Microseconds since 1970 UTC.
    private let now: Int64
    private let model: Model
    private let table: Table

    init(_ replica: Replica, _ work: RelocationImport, now: Int64) throws(CatalogueGap) {
        self.replica = replica
        self.work = work
        self.now = now
        model = try work.catalogue.requireModel(replica.model)
        table = try work.catalogue.requireTable(replica.table)
    }

    private var source: any Database { work.destination.database(of: model.silo) }
    private var target: any Database { work.destination.database(of: replica.silo) }

    /// The destination keys of the rows that the relocation has imported of a model.
    private func imported(_ model: String) -> [Int64] {
        work.map.newPKs(of: model, kinds: [.inserted, .existing, .overwritten])
    }

    /// Source rows per statement.
    private static let page = 1000
    /// Keys per look-up of earlier mirror rows: more than elsewhere, because each may read a whole table.
    private static let lookUpPage = 10_000

    /// - Parameter ids: ids of the imported rows, ascending.
    func write(_ ids: [Int64]) throws(StorageError) {
        // This comes before all writes: a table without an index is then at its smallest.
        let present = try mirrored(ids)
        let missing = present.isEmpty ? ids : ids.filter { !present.contains($0) }
        for start in stride(from: 0, to: missing.count, by: Self.page) {
            try writePage(missing[start..<min(start + Self.page, missing.count)].map { .integer($0) })
        }
    }

    /// The ids that have a mirror row, and perhaps others.
    private func mirrored(_ ids: [Int64]) throws(StorageError) -> Set<Int64> {
        guard !ids.isEmpty else { return [] }
        let column = replica.anchor?.column ?? replica.key
        let keys = replica.anchor.map { imported($0.model) } ?? ids
        var out: Set<Int64> = []
        for start in stride(from: 0, to: keys.count, by: Self.lookUpPage) {
            let page = keys[start..<min(start + Self.lookUpPage, keys.count)].map { Value.integer($0) }
            let found = try target.select(Select([replica.key], from: table, where: [.isIn(column, page)]))
            for row in found { if let id = row[0].integer { out.insert(id) } }
        }
        return out
    }

    private func writePage(_ missing: [Value]) throws(StorageError) {
        let columns = model.columns.filter { !$0.isDatabaseOnly }.map(\.name)
        let found = try source.select(Select(columns, from: model.table, where: [.isIn("id", missing)]))
        let rows = found.map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) }
        let related = try RelatedValues(replica, rows, work)
        let copies = rows.compactMap { values(of: $0, related) }
        guard !copies.isEmpty else { return }
        let numbers = try target.reserveIDs(copies.count, for: table)
        try target.insert(
            Insert(
                into: table, columns: ["id"] + replica.columns.map(\.name),
                rows: zip(numbers, copies).map { [.integer($0)] + $1 }))
    }

    /// One mirror row; nil if its organization is gone.
    private func values(of row: [String: Value], _ related: RelatedValues) -> [Value]? {
        if let column = replica.requiredOrganization, let organization = row[column],
            !related.organizations.contains(organization)
        {
            return nil
        }
        return replica.columns.map { value($0.source, row, related) }
    }

    private func value(_ source: Replica.Source, _ row: [String: Value], _ related: RelatedValues) -> Value {
        switch source {
        case .id: row["id"] ?? .null
        case .column(let name): row[name] ?? .null
        case .literal(let value): value
        case .now: .timestamp(now)
        case .regionName: .text(work.context.instance.regionName)
        case .bit(let bit, let flags): .bool(isSet(bit, flags, row))
        case .lines(let name): .text(Self.nonEmptyLines(row[name]?.text ?? ""))
        case .scopes: .textArray(scopes(of: row))
        case .scopesLiteral: Self.arrayLiteral(.textArray(scopes(of: row)))
        case .related(let reference, _, _): related.values[row[reference] ?? .null] ?? .null
        case .applicationIsActive:
            .bool(isActive(row["application_id"] ?? .null, related))
        case .applicationOrigins: Self.origins(related.applicationOrigins[row["application_id"] ?? .null])
        case .installationOrganization: related.installations[row["id"] ?? .null] ?? .null
        }
    }

    private func isActive(_ application: Value, _ related: RelatedValues) -> Bool {
        application.isNull || related.activeApplications.contains(application)
    }

    private func isSet(_ bit: String, _ flags: String, _ row: [String: Value]) -> Bool {
        guard let column = model.table.column(flags), let position = column.bits.firstIndex(of: bit),
            let value = row[flags]?.integer
        else { return false }
        return value >> Int64(position) & 1 == 1
    }

    /// Sorted by code point, as the reference sorts them.
    private func scopes(of row: [String: Value]) -> [String?] {
        if case .textArray(let listed) = row["scope_list"], !listed.isEmpty {
            return listed.sorted { ($0 ?? "").utf8.lexicographicallyPrecedes(($1 ?? "").utf8) }
        }
        let named = model.table.column("scopes")?.bits.filter { isSet($0, "scopes", row) } ?? []
        return named.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func origins(_ text: Value?) -> Value {
        let lines = nonEmptyLines(text?.text ?? "")
        return lines.isEmpty ? .null : .text(lines)
    }

    private static func nonEmptyLines(_ text: String) -> String {
        text.unicodeScalars.split(separator: "\n").map { String($0) }.joined(separator: "\n")
    }

    /// `{a,b}`, with quotes around items that need them.
    static func arrayLiteral(_ value: Value) -> Value {
        guard case .textArray(let items) = value else { return .null }
        let texts = items.map { item -> String in
            guard let item else { return "NULL" }
            let isPlain =
                !item.isEmpty && item.uppercased() != "NULL"
                && item.utf8.allSatisfy { $0 > 0x20 && !"{},\"\\".utf8.contains($0) }
            if isPlain { return item }
            let escaped = item.reduce(into: "") { out, character in
                if character == "\"" || character == "\\" { out.append("\\") }
                out.append(character)
            }
            return "\"\(escaped)\""
        }
        return .text("{" + texts.joined(separator: ",") + "}")
    }
}

/// What mirror rows need from other tables, looked up once per page.
struct RelatedValues {
    /// Reference → the value of the column that the replica takes from its row.
    private(set) var values: [Value: Value] = [:]
    private(set) var organizations: Set<Value> = []
    private(set) var activeApplications: Set<Value> = []
    /// Application → its allowed origins, one a line.
    private(set) var applicationOrigins: [Value: Value] = [:]
    /// Token → the organization of the installation that holds it.
    private(set) var installations: [Value: Value] = [:]

    init(_ replica: Replica, _ rows: [[String: Value]], _ work: RelocationImport) throws(StorageError) {
        func distinct(_ column: String) -> [Value] {
            Array(Set(rows.compactMap { $0[column] }.filter { !$0.isNull }))
        }
        func look(
            _ columns: [String], _ name: String, _ conditions: [Condition]
        ) throws(StorageError) -> [[Value]] {
            guard let model = work.catalogue.model(name) else { throw StorageError(CatalogueGap("the model \(name)")) }
            return try work.destination.database(of: model.silo).select(
                Select(columns, from: model.table, where: conditions))
        }
        if let column = replica.requiredOrganization {
            organizations = Set(
                try look(["id"], "sentry.organization", [.isIn("id", distinct(column))]).map { $0[0] })
        }
        for column in replica.columns {
            switch column.source {
            case .related(let reference, let name, let wanted):
                for row in try look(["id", wanted], name, [.isIn("id", distinct(reference))]) {
                    values[row[0]] = row[1]
                }
            case .applicationIsActive:
                let applications = [Condition.isIn("id", distinct("application_id"))]
                let found = try look(["id", "status", "allowed_origins"], "sentry.apiapplication", applications)
                activeApplications = Set(found.filter { $0[1] == .integer(0) }.map { $0[0] })
                applicationOrigins = Dictionary(found.map { ($0[0], $0[2]) }, uniquingKeysWith: { first, _ in first })
            case .installationOrganization:
                let found = try look(
                    ["api_token_id", "organization_id"], "sentry.sentryappinstallation",
                    [.isIn("api_token_id", distinct("id"))])
                for row in found { installations[row[0]] = row[1] }
            case .id, .column, .literal, .now, .regionName, .bit, .lines, .scopes, .scopesLiteral, .applicationOrigins:
                break
            }
        }
    }
}
