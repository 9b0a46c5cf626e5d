import Catalogue
import Foundation
import Storage

/// A database's content in a form that is the same for two imports of the same exports: each id becomes the import and
/// source key of its row, times after the start become `now`, and random texts become their length.
struct EndState {
    /// Table → row as text → number of such rows.
    private(set) var tables: [String: [String: Int]] = [:]
    private(set) var rows = 0
    /// Contradictions to exactly-once in the chunk rows.
    private(set) var chunkFaults: [String] = []
    /// Chunk rows whose ids do not follow the order of the tasks.
    private(set) var misordered: [String] = []

    private var reader: Reader

    /// - Parameters:
    ///   - texts: all texts of the exports
    ///   - began: the import made all times after it
    init(_ url: String, texts: Set<String>, began: Date) throws {
        reader = Reader(
            database: try DatabaseConnector.open(try DatabaseURL(url)), texts: texts,
            nowFrom: Int64(began.timeIntervalSince1970 * 1e6) - 3_600_000_000)
        for table in ["sentry_controlimportchunk", "sentry_regionimportchunk"] { try readChunks(table) }
        // What the tables of relocations say depends on attempts: `PeopleTold` looks at them.
        for table in Catalogue.standard.tables
        where !table.name.hasSuffix("importchunk") && !table.name.hasPrefix("sentry_relocation") {
            try read(table)
        }
    }

    private mutating func read(_ table: Table) throws {
        let columns = table.columns.filter { !$0.isDatabaseOnly }
        let isReplica = table.name == "sentry_controlimportchunkreplica"
        for row in try reader.database.select(Select(columns.map(\.name), from: table)) {
            rows += 1
            let text = isReplica ? reader.chunk(columns, row) : reader.text(table, columns, row)
            tables[table.name, default: [:]][text, default: 0] += 1
        }
    }

    /// Chunk rows name the rows of the other tables, so they are read first.
    private mutating func readChunks(_ name: String) throws {
        guard let table = Catalogue.standard.otherTables.first(where: { $0.name == name }) else { return }
        var last: [String: (Int, Int64)] = [:]
        for row in try reader.database.select(Select(table.columns.map(\.name), from: table)) {
            rows += 1
            tables[name, default: [:]][reader.chunk(table.columns, row), default: 0] += 1
            let chunk = try ChunkRecord(table, row)
            chunkFaults += reader.adopt(chunk)
            let place = (chunk.model.index, chunk.minOrdinal)
            if let before = last[chunk.uuid], before >= place {
                misordered.append("\(chunk.uuid): \(chunk.model.name) \(chunk.minOrdinal) came after its successor")
            }
            last[chunk.uuid] = place
        }
    }

    /// Rows that are missing here, and rows that are too many, compared with an undisturbed run.
    func difference(from expected: EndState) -> (lost: [String], extra: [String]) {
        var (lost, extra): ([String], [String]) = ([], [])
        for name in Set(tables.keys).union(expected.tables.keys).sorted() {
            let (mine, theirs) = (tables[name] ?? [:], expected.tables[name] ?? [:])
            for text in Set(mine.keys).union(theirs.keys).sorted() {
                let surplus = mine[text, default: 0] - theirs[text, default: 0]
                let line = "\(name): \(text)"
                if surplus < 0 { lost += Array(repeating: line, count: -surplus) }
                if surplus > 0 { extra += Array(repeating: line, count: surplus) }
            }
        }
        return (lost, extra)
    }
}

/// One chunk row.
private struct ChunkRecord {
    let uuid: String
    let model: Model
    let minOrdinal: Int64
    let maxOrdinal: Int64
    /// Source key → destination key.
    var map: [(Int64, Int64)] = []

    init(_ table: Table, _ row: [Value]) throws {
        func value(_ name: String) -> Value { table.columns.firstIndex { $0.name == name }.map { row[$0] } ?? .null }
        guard let uuid = value("import_uuid").text, let name = value("model").text,
            let model = Catalogue.standard.model(name), let first = value("min_ordinal").integer,
            let last = value("max_ordinal").integer
        else { throw StorageError(.other, "an unreadable chunk row") }
        (self.uuid, self.model, minOrdinal, maxOrdinal) = (uuid, model, first, last)
        for column in ["inserted_map", "existing_map", "overwrite_map"] {
            let text = value(column).text ?? "{}"
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Int64] ?? [:]
            map += object.compactMap { key, new in Int64(key).map { ($0, new) } }
        }
    }
}

/// Reads rows and renders them in comparable form.
private struct Reader {
    let database: any Database
    let texts: Set<String>
    let nowFrom: Int64
    /// Table → id → the name of the row: its import and source key.
    private var names: [String: [Int64: String]] = [:]
    private var sources: [String: String] = [:]

    init(database: any Database, texts: Set<String>, nowFrom: Int64) {
        (self.database, self.texts, self.nowFrom) = (database, texts, nowFrom)
    }

    /// Adds the names that a chunk row gives. Returns what is wrong with the chunk row.
    mutating func adopt(_ chunk: ChunkRecord) -> [String] {
        var faults: [String] = []
        if chunk.maxOrdinal - chunk.minOrdinal + 1 < Int64(chunk.map.count) {
            faults.append("\(chunk.uuid): \(chunk.model.name) \(chunk.minOrdinal) maps more rows than it covers")
        }
        for (source, new) in chunk.map {
            let name = "\(chunk.uuid.prefix(8)):\(source)"
            let known = names[chunk.model.table.name]?[new]
            names[chunk.model.table.name, default: [:]][new] = min(known ?? name, name)
            let place = "\(chunk.minOrdinal)"
            if let other = sources.updateValue(place, forKey: "\(chunk.uuid) \(chunk.model.name) \(source)") {
                faults.append("\(chunk.uuid): \(chunk.model.name) \(source) stands in chunks \(other) and \(place)")
            }
        }
        return faults
    }

    /// A chunk row as text, without the columns that may differ.
    func chunk(_ columns: [Column], _ row: [Value]) -> String {
        zip(columns, row).map { column, value in
            switch column.name {
            case "id", "date_updated", "date_added", "min_inserted_pk", "max_inserted_pk": return ""
            case "inserted_map", "existing_map", "overwrite_map":
                return Self.object(value).keys.sorted().joined(separator: ",")
            case "inserted_identifiers":
                return Self.object(value).map { "\($0.key)=\(made("\($0.value)"))" }.sorted().joined(separator: ",")
            default: return plain(value)
            }
        }.joined(separator: "|")
    }

    private static func object(_ value: Value) -> [String: Any] {
        let object = try? JSONSerialization.jsonObject(with: Data((value.text ?? "{}").utf8))
        return object as? [String: Any] ?? [:]
    }

    func text(_ table: Table, _ columns: [Column], _ row: [Value]) -> String {
        zip(columns, row).map { column, value in
            if column.isPrimaryKey {
                return value.integer.flatMap { names[table.name]?[$0] } ?? "-"
            }
            if let target = Self.target(of: column), let id = value.integer {
                return "\(column.name)=" + (names[target]?[id] ?? "another")
            }
            return "\(column.name)=\(plain(value))"
        }.joined(separator: "|")
    }

    private func plain(_ value: Value) -> String {
        switch value {
        case .timestamp(let time): time >= nowFrom ? "now" : "\(time)"
        case .text(let text): made(text)
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .double(let number): "\(number)"
        case .textArray(let items): "\(items)"
        case .doubleArray(let rows): "\(rows)"
        }
    }

    /// Replaces a random text that is in no export: the import has made it.
    private func made(_ text: String) -> String {
        if text.hasPrefix("pbkdf2_sha256$"), !texts.contains(text) { return "a password nobody knows" }
        guard [32, 40, 64].contains(text.utf8.count), !texts.contains(text),
            text.utf8.allSatisfy(Self.isAlphanumeric)
        else { return text }
        return "random \(text.utf8.count)"
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }

    /// The table that a column refers to.
    private static func target(of column: Column) -> String? {
        if let table = column.constrainedTable { return table }
        if let model = column.reference?.model { return Catalogue.standard.model(model)?.table.name }
        return named[column.name]
    }

    /// Columns of mirror tables, which have neither constraints nor references.
    private static let named = [
        "user_id": "auth_user", "inviter_id": "auth_user", "organization_id": "sentry_organization",
        "team_id": "sentry_team", "organizationmember_id": "sentry_organizationmember",
        "organizationmemberteam_id": "sentry_organizationmember_teams", "project_id": "sentry_project",
        "organization_slug_reservation_id": "sentry_organizationslugreservation",
    ]
}
