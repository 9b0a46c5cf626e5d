import Catalogue
import CommandLine
import Import
import Ledger
import Relocation
import Reporting
import Storage
import WorkerRuntime

/// Looks at the databases of a destination.
struct DatabaseCheck {
    private(set) var items: [ReadinessItem] = []
    private(set) var clocks: [ClockDifference] = []
    /// Nil if it cannot be opened.
    private(set) var destination: Destination?
    /// How it fits; nil if that is not known.
    private(set) var fit: SchemaFit?

    /// Bytes of free space below which a warning is given.
    static let scarceBytes: Int64 = 1 << 30

    init(_ settings: DestinationSettings) {
        do throws(StorageError) {
            let opened = try settings.open()
            destination = opened
            try look(at: opened, settings)
        } catch {
            items.append(.problem("database.reachable", CommandFailure(error)))
        }
    }

    private mutating func look(at destination: Destination, _ settings: DestinationSettings) throws(StorageError) {
        let asked = Timestamp.now()
        let conditions = try Self.conditions(destination, settings)
        clocks = conditions.compactMap { _, condition in
            condition.now.map {
                ClockDifference("PostgreSQL", said: $0 / 1_000, asked: asked, answered: Timestamp.now())
            }
        }
        items += conditions.map(Self.writability)
        let fit = try destination.fit(settings.catalogue)
        self.fit = fit
        let destination = Destination(destination, by: fit)
        let missing = try destination.missingGrants(for: fit.catalogue)
        do throws(StorageError) {
            items.append(Self.schema(fit, try destination.ledgerMismatch()))
        } catch {
            // The ledger is read for its format; the missing grants say it better.
            guard error.kind == .permissionDenied, missing.contains(where: { $0.purpose == .everyImport }) else {
                throw error
            }
        }
        items += Self.grants(missing)
        // A refusal that is known already would only be repeated.
        if !items.contains(where: { $0.verdict == .problem }) {
            items.append(Self.trial(destination, fit.catalogue))
        }
        items += conditions.map(Self.space)
    }
}

extension DatabaseCheck {
    /// Whether the databases of a destination are there and take writes; looks at nothing else.
    static func writability(_ settings: DestinationSettings) -> [ReadinessItem] {
        do throws(StorageError) {
            return try conditions(try settings.open(), settings).map(writability)
        } catch {
            return [.problem("database.reachable", CommandFailure(error))]
        }
    }

    /// Of each database.
    private static func conditions(
        _ destination: Destination, _ settings: DestinationSettings
    ) throws(StorageError) -> [(url: DatabaseURL, DatabaseCondition)] {
        let databases =
            [(settings.region, destination.region)] + (settings.control.map { [($0, destination.control)] } ?? [])
        var conditions: [(url: DatabaseURL, DatabaseCondition)] = []
        for (url, database) in databases { conditions.append((url, try database.schema.condition())) }
        return conditions
    }

    private static func writability(_ url: DatabaseURL, _ condition: DatabaseCondition) -> ReadinessItem {
        let name = "database.writable"
        if condition.isStandby {
            return .problem(
                name, .unavailable,
                "\(url) is a standby in recovery, which takes no writes: connect to its primary (with several hosts in the "
                    + "URL: target_session_attrs=read-write).")
        }
        if condition.isReadOnly {
            return .problem(
                name, .noPermission,
                "\(url) is read-only: make the file and its folder writable for this user, or turn the server's "
                    + "default_transaction_read_only off.")
        }
        return .ok(name, "\(url) is reachable and takes writes.")
    }

    private static func schema(_ fit: SchemaFit, _ ledger: SchemaMismatch?) -> ReadinessItem {
        let name = "database.schema"
        let mismatches = fit.mismatches + [ledger].compactMap(\.self)
        let details =
            mismatches.map { "\($0.isFatal ? "Mismatch" : "Differs"): \($0.place): \($0.message)" } + adaptations(fit)
        let fatal = mismatches.filter(\.isFatal).count
        if fatal > 0 {
            let first = mismatches.first(where: \.isFatal).map { " (\($0.place): \($0.message))" } ?? ""
            return .problem(
                name, .badSchema,
                "\(fatal) of \(mismatches.count) mismatches of the schema would make imports fail\(first). "
                    + "relocation-worker migrate creates the schema in an empty database. \(fit.summary).",
                details: details)
        }
        guard !details.isEmpty else {
            return .ok(name, "Database: reachable, the schema fits. \(fit.summary).")
        }
        guard fit.isExact else {
            return .warning(
                name, "Database: reachable, and rows are adapted to its schema. \(fit.summary):", details: details)
        }
        return .warning(
            name,
            "Database: reachable, the schema fits, but for \(mismatches.count == 1 ? "a difference" : "differences") that no "
                + "import fails of. \(fit.summary):", details: details)
    }

    /// One line for each model and table that lies in another way.
    private static func adaptations(_ fit: SchemaFit) -> [String] {
        fit.models.filter { $0.verdict != .exact }.map { model in
            "\(model.verdict == .adapted ? "Adapted" : "Not possible"): \(model.model): "
                + model.reasons.joined(separator: "; ")
        } + fit.otherChanges.map { "Adapted: \($0)" }
    }

    /// Three items at most: what every import needs, what a Global import needs, and what an undo needs.
    private static func grants(_ missing: [MissingGrant]) -> [ReadinessItem] {
        let name = "database.grants"
        let (global, all) = (missing.filter { $0.purpose == .global }, missing.filter { $0.purpose == .everyImport })
        let undo = missing.filter { $0.purpose != .everyImport && $0.object == .table }
        var items: [ReadinessItem] = []
        if let first = all.first {
            items.append(
                .problem(
                    name, .noPermission,
                    "The role \(first.user) lacks permissions on \(all.count) of the database's objects. An administrator "
                        + "grants them, the first with \(first.remedy).", details: details(all)))
        }
        if let first = global.first {
            items.append(
                .warning(
                    name,
                    "The role \(first.user) may not empty \(global.count) tables and sequences: `global` imports would fail. An "
                        + "administrator grants it, the first with \(first.remedy).", details: details(global)))
        }
        if let first = undo.first {
            items.append(
                .warning(
                    name,
                    "The role \(first.user) may not delete from \(undo.count) tables: undo will not be possible. An administrator "
                        + "grants it, the first with \(first.remedy).", details: details(undo)))
        }
        return items.isEmpty
            ? [.ok(name, "The database allows all that an import and an undo do with its tables.")] : items
    }

    private static func details(_ missing: [MissingGrant]) -> [String] {
        // Tables of one schema repeat its grant.
        var seen: Set<String> = []
        return missing.map(\.remedy).filter { seen.insert($0).inserted }.map { "Missing: \($0);" }
    }

    private static func trial(_ destination: Destination, _ catalogue: Catalogue) -> ReadinessItem {
        let name = "database.write"
        do { try WriteTrial.run(destination, catalogue) } catch {
            guard let error = error as? StorageError else { return .problem(name, .internalError, "\(error)") }
            if error.kind == .contention {
                return .warning(
                    name, "A write could not be tried: \(error.message). Check again when nothing is imported.")
            }
            return .problem(name, CommandFailure(error))
        }
        return .ok(name, "A row was written and taken back.")
    }

    private static func space(_ url: DatabaseURL, _ condition: DatabaseCondition) -> ReadinessItem {
        let name = "database.space"
        let used = condition.usedBytes.map { "\(url) takes \(ByteCount.text($0))" } ?? "\(url)"
        guard let free = condition.freeBytes else {
            return .ok(name, "\(used); how much room its server has left cannot be known from here.")
        }
        let room = "\(used), and its file system has \(ByteCount.text(free)) left"
        guard free < scarceBytes else { return .ok(name, "\(room).") }
        return .warning(name, "\(room): make room. An import that finds the disk full waits until there is some.")
    }
}
