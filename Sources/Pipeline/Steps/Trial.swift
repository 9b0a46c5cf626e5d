package import Catalogue
import Comparison
import Cutting
import ExportFormat
import Extraction
package import Import
package import Storage
import TaskFormat
import Verification

/// Tries a relocation in a private scratch database: beside a baseline of the destination's configuration and of its users
/// with names that come along, the rows are imported, and everything is compared. The destination is only read.
// Nine properties: both databases, how to read them, and what was found.
package final class Trial {
    /// The scratch database.
    package let scratch: Destination
    /// Differences and faults, each a JSON object; as many as a record keeps.
    package private(set) var findings: [String] = []
    private let live: Destination
    private let catalogue: Catalogue
    private let instance: InstanceSettings
    private let folder: TrialFolder
    /// Whether values must not be told.
    private let hidesValues: Bool
    /// Model → source key → the name that the import has given.
    private var names: [String: [Int64: String]] = [:]
    private var findingBytes = 0

    package static let findingsLimit = 1_000
    /// Bytes of all findings.
    private static let maxFindingBytes = 1 << 20

    /// - Parameter watch: called before every statement
    package init(
        of live: Destination, _ catalogue: Catalogue, _ instance: InstanceSettings, hidesValues: Bool,
        watch: (() throws(StorageError) -> Void)?
    ) throws(TrialFailure) {
        self.live = live
        self.catalogue = catalogue
        self.instance = instance
        self.hidesValues = hidesValues
        folder = try TrialFolder()
        do throws(StorageError) {
            let database = try DatabaseConnector.open(
                DatabaseURL("sqlite://" + folder.file("scratch.sqlite")), create: true)
            database.beforeStatement = watch
            _ = try database.schema.migrate(catalogue.tables)
            scratch = Destination(database)
        } catch {
            throw .scratch(error.message)
        }
    }

    // MARK: The baseline

    /// Copies the destination's configuration and those of its users that have one of the names. What the copy holds then is
    /// the baseline: the destination may lack rows that any import adds, as while another relocation is under way.
    package func importBaseline(usernames: Set<String>) throws {
        try export(.config, .everything, from: live, to: Self.config)
        try importFile(Self.config, .config, Self.configID, ImportFlags(overwriteConfigs: true))
        if !usernames.isEmpty {
            try export(.users, Self.named(usernames), from: live, to: Self.users)
            // The configuration has brought those with privileges already.
            try importFile(Self.users, .users, Self.usersID, ImportFlags(mergeUsers: true))
        }
        try exportBaseline(usernames, as: Self.before)
    }

    /// Exports the baseline again and compares it with what it was before the rows came.
    package func compareBaseline(usernames: Set<String>) throws {
        try exportBaseline(usernames, as: Self.after)
        try compare(Self.before + Self.config, Self.after + Self.config)
        if !usernames.isEmpty { try compare(Self.before + Self.users, Self.after + Self.users) }
    }

    private func exportBaseline(_ usernames: Set<String>, as mark: String) throws {
        try export(.config, .everything, from: scratch, to: mark + Self.config)
        if !usernames.isEmpty {
            try export(.users, Self.named(usernames), from: scratch, to: mark + Self.users)
        }
    }

    private static func named(_ usernames: Set<String>) -> RowSelection {
        .usernames(Set(usernames.map { Array($0.utf8) }))
    }

    private static let (config, users) = ("config.json", "users.json")
    private static let (before, after) = ("before-", "after-")
    /// The scratch database knows no other imports: any UUIDs will do.
    private static let configID = "00000000-0000-4000-8000-000000000001"
    private static let usersID = "00000000-0000-4000-8000-000000000002"

    private func export(
        _ scope: ImportScope, _ selection: RowSelection, from source: Destination, to name: String
    ) throws {
        do {
            let writer = ExportWriter(to: try OutputFile(folder.file(name)), .compact)
            _ = try Extraction(from: source, catalogue, scope: scope, selection: selection).run(to: writer) { _, _ in }
        } catch let error as ExportError {
            throw TrialFailure.scratch(error.description)
        } catch ExtractionError.export(let error) {
            // A row that no export can hold is a finding.
            add(error.finding?.json() ?? Finding(kind: .unknown, model: nil, reason: error.description).json())
            throw Ended()
        } catch ExtractionError.storage(let error) {
            throw source === live ? TrialFailure.destination(error) : TrialFailure.scratch(error.message)
        }
    }

    /// A finding that leaves nothing more to look for.
    private struct Ended: Error {}

    private func importFile(
        _ name: String, _ scope: ImportScope, _ uuid: String, _ flags: ImportFlags
    ) throws {
        try inScratch {
            let source = try ExportSource.open(path: folder.file(name), catalogue: catalogue)
            let survey = try source.survey(scope: scope, filter: nil, chunkSize: Self.chunkSize)
            let work = try importer(uuid, scope, flags)
            try scratch.region.begin()
            try source.cut(survey) { chunk in
                guard let model = catalogue.model(chunk.model) else { return }
                let now = WallClock.now()
                let contents = try ChunkDecoder.contents(
                    of: chunk.payload, model: model, now: now, catalogue: catalogue)
                _ = try work.importChunk(
                    model: model, minOrdinal: chunk.minOrdinal, rows: contents.rows, hidden: contents.hidden, now: now)
            }
            try work.provisionSlugs()
            for model in work.modelsToDerive { try work.derive(model) }
            try scratch.region.commit()
        }
    }

    private static let chunkSize = 3_000

    private func compare(_ left: String, _ right: String) throws {
        try inScratch {
            let sources = try [left, right].map { name throws(ExportError) in
                try ExportSource.open(path: folder.file(name), catalogue: catalogue)
            }
            _ = try FileComparison(sources[0], sources[1], fast: true).run(
                onFinding: { [self] in add($0) }, onProgress: { _ in })
        }
    }

    // MARK: The rows

    /// What imports into the scratch database.
    package func importer(
        _ uuid: String, _ scope: ImportScope, _ flags: ImportFlags
    ) throws(ImportFailure) -> RelocationImport {
        try RelocationImport(
            ImportContext(importUUID: uuid, scope: scope, flags: flags, instance: instance), into: scratch,
            catalogue: catalogue)
    }

    /// Rows that the import has given other names: those are no differences.
    package func note(_ renamed: [RenamedRow]) {
        for row in renamed {
            if let key = row.sourcePK { names[row.model, default: [:]][key] = row.to }
        }
    }

    private func named(_ rows: [Row], _ model: Model, _ work: RelocationImport) -> [Row] {
        guard let names = names[model.name], let column = work.nameColumn(of: model) else { return rows }
        return rows.map { row in
            guard let key = row.sourcePK, let name = names[key] else { return row }
            var row = row
            row.values[column] = .text(name)
            return row
        }
    }

    /// Holds rows of the file against what their import has written.
    package func verify(
        _ rows: [Row], of model: Model, hidden: [String: Int64], by work: RelocationImport
    ) throws {
        try inScratch {
            let chunk = try ChunkVerification(work, model).run(
                named(rows, model, work), hidden: hidden)
            for finding in chunk.findings { add(finding) }
        }
    }

    /// Work on the scratch database. What it refuses for good is a finding; then `false` is returned.
    @discardableResult
    package func trying(_ work: () throws -> Void) throws -> Bool {
        do {
            try inScratch(work)
            return true
        } catch is Ended {
            scratch.rollback()
            return false
        }
    }

    private func inScratch(_ work: () throws -> Void) throws {
        do {
            try work()
        } catch ImportFailure.permanent(let finding) {
            add(
                hidesValues
                    ? Finding(kind: finding.kind, model: finding.model, reason: Self.withheld).json() : finding.json())
            throw Ended()
        } catch ImportFailure.transient(let error) {
            throw TrialFailure.scratch(error.message)
        } catch ImportFailure.destination(let error) {
            throw TrialFailure.scratch(error.message)
        } catch let error as StorageError {
            throw error.kind == .leaseLost ? TrialFailure.destination(error) : TrialFailure.scratch(error.message)
        } catch let error as ExportError {
            throw TrialFailure.scratch(error.description)
        } catch let error as FileComparison.Refusal {
            throw TrialFailure.scratch(error.error.description)
        } catch ImportFailure.leaseLost {
            throw TrialFailure.destination(StorageError(.leaseLost, "the lease is over"))
        }
    }

    private static let withheld = "not told, because the tasks are sealed"

    private func add(_ finding: ComparisonFinding) {
        add((hidesValues ? finding.saying(Self.withheld) : finding).json())
    }

    private func add(_ json: String) {
        guard findings.count < Self.findingsLimit, findingBytes < Self.maxFindingBytes else { return }
        findingBytes += json.utf8.count
        findings.append(json)
    }
}
