import ArgumentParser
import Catalogue
import CommandLine
import Ledger
import Reporting
import Storage

internal import Foundation

struct ImportsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "imports", abstract: "Lists what the database knows of imports, the newest first.",
        discussion: """
            Needs no Redis, and lists imports that Redis has forgotten. The ledger (see migrate) knows file, options, counts, \
            who queued an import, when it began and how it ended. Without a ledger, the records that each chunk leaves \
            tell the UUIDs, the models and the numbers of rows.
            """)

    @Flag(help: "Print a list of objects.")
    var json = false

    @OptionGroup(title: "Destination") var database: DatabaseOptions

    func run() throws {
        let url = try DestinationOptions.url(of: database)
        let known: KnownImports
        do {
            known = try Self.read(url)
        } catch {
            throw CommandFailure(error)
        }
        if !known.hasLedger {
            FileHandle.standardError.write(
                Data(
                    """
                    Warning: \(url) has no ledger: files, options and ends of imports are unknown. relocation-worker \
                    migrate --ledger adds it and touches nothing else.\n
                    """.utf8))
        }
        print(json ? ImportsReport.json(known.all) : ImportsReport.text(known.all))
    }

    /// Refuses a ledger that this version cannot read.
    private static func read(_ url: DatabaseURL) throws(StorageError) -> KnownImports {
        let database = try DatabaseConnector.openForReading(url)
        if let mismatch = try LedgerAdmin(database).mismatch(), mismatch.isFatal {
            throw StorageError(.schemaMismatch, "\(mismatch.place): \(mismatch.message)", table: mismatch.table)
        }
        return try KnownImports(in: database)
    }
}

/// A list of imports for people and scripts.
enum ImportsReport {
    static func text(_ imports: [KnownImport]) -> String {
        guard !imports.isEmpty else { return "No imports." }
        let head = ["UUID", "SCOPE", "FILE", "ENDED AS", "ROWS", "BEGAN", "ENDED", "QUEUED BY"]
        let rows = imports.map { known in
            let origin = known.entry?.origin
            return [
                known.uuid, line(origin?.scope), line(origin?.fileName), line(known.entry.map(outcome)),
                String(rowCount(known)), time(known.beganAt), time(known.entry?.end?.at), line(origin?.enqueuedBy),
            ]
        }
        let lines = TextTable.lines([head] + rows, leftAligned: [1, 2, 3, 5, 6, 7]) + next(imports)
        return lines.joined(separator: "\n")
    }

    /// Imports that are shown with the command that goes on with them.
    private static let shownCommands = 5

    /// What helps if Redis has forgotten an import that has not succeeded.
    private static func next(_ imports: [KnownImport]) -> [String] {
        let open = imports.filter { $0.entry.map { canGoOn($0.end) } ?? false }.prefix(shownCommands)
        guard !open.isEmpty else { return [] }
        return ["", "If Redis has forgotten one that has not succeeded, its file goes on, with its flags of before:"]
            + open.map { known in
                let scope = PlainText.line(known.entry?.origin.scope ?? "")
                return "next: relocation-enqueue \(scope) --import-uuid \(known.uuid) FILE"
            }
    }

    private static func canGoOn(_ end: ImportEnd?) -> Bool {
        guard let outcome = end?.outcome else { return true }
        return [ImportEnd.Outcome.failure, .cancelled].map(\.rawValue).contains(outcome)
    }

    /// An entry without an end goes on, or nobody saw its end.
    private static func outcome(_ entry: ImportEntry) -> String { entry.end?.outcome ?? "not ended" }

    private static func rowCount(_ known: KnownImport) -> Int {
        known.models.values.reduce(0) { $0.saturatedAdding($1) }
    }

    private static func line(_ text: String?) -> String {
        text.map { $0.isEmpty ? "?" : PlainText.line($0) } ?? "?"
    }

    private static func time(_ microseconds: Int64?) -> String {
        microseconds.flatMap { Timestamp.local($0 / 1_000) } ?? ""
    }

    static func json(_ imports: [KnownImport]) -> String { JSONValue.list(imports.map(value)).prettyText }

    private static func value(_ known: KnownImport) -> JSONValue {
        let own: [String: JSONValue] = [
            "uuid": .text(known.uuid),
            "inLedger": .flag(known.entry != nil),
            "models": .object(known.models.mapValues { JSONValue($0) }),
            "beganAt": instant(known.beganAt),
            "writtenAt": instant(known.written?.upperBound),
            "replaced": JSONValue(embedding: known.entry?.replaced ?? ""),
        ]
        let entry = known.entry
        return .object(own.merging(origin(entry?.origin)) { $1 }.merging(end(entry?.end, entry?.origin)) { $1 })
    }

    private static func origin(_ origin: ImportOrigin?) -> [String: JSONValue] {
        [
            "scope": JSONValue(nonEmpty: origin?.scope ?? ""),
            "file": JSONValue(nonEmpty: origin?.fileName ?? ""),
            "digest": JSONValue(nonEmpty: origin?.digest ?? ""),
            "flags": JSONValue(embedding: origin?.options ?? ""),
            "enqueuedBy": JSONValue(nonEmpty: origin?.enqueuedBy ?? ""),
            "enqueuedAt": instant(origin?.enqueuedAt),
            "toolVersion": JSONValue(nonEmpty: origin?.toolVersion ?? ""),
            "worker": JSONValue(nonEmpty: origin?.worker ?? ""),
        ]
    }

    private static func end(_ end: ImportEnd?, _ origin: ImportOrigin?) -> [String: JSONValue] {
        var rows: [String: JSONValue] = [:]
        if let origin { rows["source"] = .integer(origin.rowsSource) }
        if let counts = end?.rows {
            rows["inserted"] = JSONValue(counts.inserted)
            rows["existing"] = JSONValue(counts.existing)
            rows["overwritten"] = JSONValue(counts.overwritten)
            rows["dropped"] = JSONValue(counts.droppedTotal)
        }
        return [
            "status": JSONValue(nonEmpty: end?.outcome ?? ""),
            "reason": JSONValue(nonEmpty: end?.reason ?? ""),
            "endedAt": instant(end?.at),
            "rows": origin == nil ? .null : .object(rows),
        ]
    }

    private static func instant(_ microseconds: Int64?) -> JSONValue {
        microseconds.map { .text(Timestamp.text($0 / 1_000)) } ?? .null
    }
}
