import Catalogue
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import Import
@testable import Ledger
@testable import Storage
@testable import TaskFormat

/// A file's way into a database without a queue: survey, cut, import, derive.
struct FileImport {
    let survey: ExportSurvey
    private(set) var account = RowAccount()
    private(set) var replays = 0
    private(set) var chunks = 0

    /// - Parameters:
    ///   - reading: the catalogue that the file is read with
    ///   - catalogue: what describes the destination
    init(
        _ path: String, _ scope: ImportScope, reading: Catalogue = .standard, into destination: Destination,
        _ catalogue: (ExportSurvey) throws -> Catalogue, learns: Bool = false, chunkSize: Int = 1_000,
        uuid: String = uuidA, now: Int64 = fixedNow
    ) throws {
        let source = try ExportSource.open(path: path, catalogue: reading)
        survey = try source.survey(
            scope: scope, filter: nil, chunkSize: chunkSize, versions: .adapting(from: nil), learns: learns)
        let catalogue = try catalogue(survey)
        let work = try RelocationImport(
            ImportContext(
                importUUID: uuid, scope: scope, instance: InstanceSettings(urlPrefix: "http://localhost:8000")),
            into: destination, catalogue: catalogue)
        if scope == .global { try work.clear() }
        var late: [Chunk] = []
        try source.cut(survey) { chunk in
            if catalogue.lateModels.contains(chunk.model) {
                late.append(chunk)
            } else {
                try add(chunk, work, catalogue, now)
            }
        }
        try work.provisionSlugs(now: now)
        for chunk in late { try add(chunk, work, catalogue, now) }
        for model in work.modelsToDerive { try work.derive(model, now: now) }
        account.add(survey.leftOut)
    }

    private mutating func add(
        _ chunk: Chunk, _ work: RelocationImport, _ catalogue: Catalogue, _ now: Int64
    ) throws {
        let model = try #require(catalogue.model(chunk.model), "\(chunk.model)")
        let contents = try ChunkDecoder.contents(
            of: chunk.payload, model: model, now: now, catalogue: catalogue)
        let outcome = try work.importChunk(
            model: model, minOrdinal: chunk.minOrdinal, rows: contents.rows, hidden: contents.hidden, now: now)
        #expect(outcome.account.totals.total == contents.rows.count)
        account.add(outcome.account)
        chunks += 1
        if outcome.isReplay { replays += 1 }
    }

    /// Whether every row of the file, and those made from them, became something.
    var isComplete: Bool { account.totals.total == Int(survey.rowsTotal + survey.rowsMade) }
}

extension Site {
    /// The rows that each table holds.
    static func contents(_ destination: Destination, _ catalogue: Catalogue) throws -> [String: [[Value]]] {
        var contents: [String: [[Value]]] = [:]
        for silo in Silo.allCases {
            for table in catalogue.importTables(silo) {
                let columns = table.columns.filter { !$0.isDatabaseOnly }.map(\.name)
                contents[table.name] = try destination.database(of: silo).select(
                    Select(columns, from: table, orderBy: "id"))
            }
        }
        return contents
    }
}
