import CommandLine
import Import
import Ledger
import Queue
import Storage
import WorkerRuntime

/// The forms of what `dsn` tells.
enum DSNFormat: String, CaseIterable {
    case csv, json, relay, nginx
}

/// Finds the new DSN of every project key that a relocation has brought: in the database, and in Redis, which remembers keys that
/// have become others.
struct DSNReading {
    let destination: DestinationSettings
    let queue: () throws -> QueueConfiguration

    /// - Parameter uuid: dashed, lower case
    func report(of uuid: String, from: InstallationAddress) throws -> DSNReport {
        let moved = try read(uuid)
        guard moved.isKnown else {
            throw CommandFailure(
                .noInput,
                "The database knows no project of a relocation \(uuid). relocation-worker imports lists what it knows.")
        }
        var warnings = moved.lost > 0 ? ["\(moved.lost) keys that it has brought are gone"] : []
        let old = oldKeys(uuid, &warnings)
        var report = DSNReport(
            uuid: uuid,
            moved: moved.keys.map { MovedDSN(key: $0, oldKey: old[$0.sourcePK] ?? $0.publicKey) },
            from: from, to: try newAddress())
        report.warnings = warnings
        return report
    }

    private func read(_ uuid: String) throws -> MovedKeys {
        do {
            let region = try DatabaseConnector.open(destination.region)
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
        guard let address = InstallationAddress(destination.instance.urlPrefix ?? "") else {
            throw CommandFailure(.usage, "--url-prefix takes the public address of the new installation: https://host.")
        }
        return address
    }

    /// Source key → the public key that the file has, of keys that have become others.
    private func oldKeys(_ uuid: String, _ warnings: inout [String]) -> [Int64: String] {
        do {
            let renamed = try RelocationQueue(try queue()).renamedRows(uuid)
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
            warnings.append(
                "Redis does not know the relocation, so that keys that have become others count as kept (\(error))")
            return [:]
        }
    }

    /// Whether a name is a key, and no label.
    private static func isKey(_ text: String) -> Bool {
        text.utf8.count == 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
