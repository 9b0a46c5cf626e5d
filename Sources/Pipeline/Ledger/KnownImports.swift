public import Catalogue
public import Storage

/// A relocation that a database knows: by its ledger, by its chunk rows, or by both.
public struct KnownImport: Sendable {
    /// Dashed, lower case.
    public let uuid: String
    /// nil if the ledger does not know it.
    public internal(set) var entry: ImportEntry?
    /// Model → rows written, as the chunk rows say.
    public internal(set) var models: [String: Int] = [:]
    /// When the first and the last chunk row were written, in microseconds since 1970 UTC; nil without chunk rows.
    public internal(set) var written: ClosedRange<Int64>?

    /// When it began, as far as is known.
    public var beganAt: Int64? { entry?.beganAt ?? written?.lowerBound }
}

/// All relocations that a database knows.
public struct KnownImports: Sendable {
    /// Whether there is a ledger.
    public let hasLedger: Bool
    /// The newest first.
    public let all: [KnownImport]

    /// Reads the ledger and the chunk rows. If silos are split, the region's database holds all of them.
    public init(in region: any Database, _ catalogue: Catalogue = .standard) throws(StorageError) {
        hasLedger = try Destination(region).hasLedger()
        var found: [String: KnownImport] = [:]
        if hasLedger {
            for entry in try ImportTable(database: region).entries() {
                found[entry.uuid, default: KnownImport(uuid: entry.uuid)].entry = entry
            }
        }
        for name in ["sentry_regionimportchunk", "sentry_controlimportchunkreplica"] {
            guard let table = catalogue.table(name), try region.schema.hasTable(name) else { continue }
            try region.read(Select(Self.columns, from: table), pageRows: Self.pageRows) { rows in
                for row in rows { Self.add(row, to: &found) }
            }
        }
        all = found.values.sorted { ($0.beganAt ?? 0, $0.uuid) > ($1.beganAt ?? 0, $1.uuid) }
    }

    private static let columns = ["import_uuid", "model", "min_ordinal", "max_ordinal", "date_added"]
    private static let pageRows = 1_000

    private static func add(_ row: [Value], to found: inout [String: KnownImport]) {
        guard let uuid = row[0].text, let model = row[1].text else { return }
        let (first, last) = (row[2].integer ?? 0, row[3].integer ?? 0)
        let rows = max(last.saturatedSubtracting(first).saturatedAdding(1), 0)
        var known = found[uuid] ?? KnownImport(uuid: uuid)
        known.models[model, default: 0].addSaturated(Int(rows))
        if let at = row[4].timestamp {
            known.written = min(known.written?.lowerBound ?? at, at)...max(known.written?.upperBound ?? at, at)
        }
        found[uuid] = known
    }
}
