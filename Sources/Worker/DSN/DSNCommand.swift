import ArgumentParser
import CommandLine
import Import
import Ledger
import Queue
import Storage
import WorkerRuntime

internal import Foundation

/// `dsn`: what SDKs must know after a relocation.
struct DSNCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dsn", abstract: "Tells the new DSN of every project key that a relocation has brought.",
        discussion: """
            A project has another id in the new installation, and a key that was in use there already has become another. \
            The forms relay and nginx are rules for a proxy under the old name, which keep SDKs with their old DSN working.

            Reads the database. Which keys have become others, only Redis remembers: without it all count as kept.

            Example:
              relocation-worker dsn 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10 --from-url https://old.example.com --format nginx
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv, json, relay, nginx
    }

    @Argument(help: "UUID of the relocation.", transform: parseUUID)
    var uuid: String

    @Option(help: "csv, json, relay or nginx.")
    var format = Format.csv

    @Option(
        name: .customLong("from-url"),
        help: ArgumentHelp("Public address of the old installation.", valueName: "url"), transform: parseAddress)
    var from: InstallationAddress

    @OptionGroup(title: "Destination") var destination: DestinationOptions
    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let moved = try read()
        guard moved.isKnown else {
            throw CommandFailure(
                .noInput,
                "The database knows no project of a relocation \(uuid). relocation-worker imports lists what it knows.")
        }
        if moved.lost > 0 { warn("\(moved.lost) keys that it has brought are gone") }
        let old = oldKeys()
        let report = DSNReport(
            uuid: uuid,
            moved: moved.keys.map { MovedDSN(key: $0, oldKey: old[$0.sourcePK] ?? $0.publicKey) },
            from: from, to: try newAddress())
        switch format {
        case .csv: print(report.csv)
        case .json: print(report.json)
        case .relay: print(report.relay)
        case .nginx: print(report.nginx)
        }
    }

    private func read() throws -> MovedKeys {
        do {
            let region = try DatabaseConnector.open(try destination.settings().region)
            try region.beginReading(snapshot: nil)
            defer { region.rollback() }
            return try MovedKeys(of: uuid, in: region)
        } catch let error as StorageError {
            throw CommandFailure(error)
        } catch LedgerError.storage(let error) {
            throw CommandFailure(error)
        }
    }

    private func newAddress() throws -> InstallationAddress {
        let text = try destination.settings().instance.urlPrefix ?? ""
        guard let address = InstallationAddress(text) else {
            throw CommandFailure(.usage, "--url-prefix takes the public address of the new installation: https://host.")
        }
        return address
    }

    /// Source key → the public key that the file has, of keys that have become others.
    private func oldKeys() -> [Int64: String] {
        do {
            let renamed = try RelocationQueue(try redis.configuration()).renamedRows(uuid)
            var old: [Int64: String] = [:]
            for row in renamed {
                let parts = row.subject.split(separator: "|")
                guard parts.count == 2, parts[0] == "sentry.projectkey", let sourcePK = Int64(parts[1]),
                    Self.isKey(row.from), Self.isKey(row.to)
                else { continue }
                old[sourcePK] = row.from
            }
            return old
        } catch {
            warn("Redis does not know the relocation, so that keys that have become others count as kept (\(error))")
            return [:]
        }
    }

    /// Whether a name is a key, and no label.
    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private func warn(_ text: String) {
        FileHandle.standardError.write(Data("Warning: \(text).\n".utf8))
    }

    private static func parseUUID(_ text: String) throws -> String {
        guard let uuid = UUID(uuidString: text) else {
            throw ValidationError("'\(text)' is not a whole UUID such as 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10.")
        }
        return uuid.uuidString.lowercased()
    }

    private static func parseAddress(_ text: String) throws -> InstallationAddress {
        guard let address = InstallationAddress(text) else {
            throw ValidationError("'\(text)' is no public address such as https://sentry.example.com.")
        }
        return address
    }
}
