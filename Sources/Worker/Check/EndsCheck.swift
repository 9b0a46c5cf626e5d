import CommandLine
import Queue
import Reporting
import Storage
import WorkerRuntime

/// Compares the ends that Redis knows with what the database holds: a backup may have been restored since.
struct EndsCheck {
    let items: [ReadinessItem]

    /// Relocations that are compared, the newest.
    private static let limit = 1_000
    private static let listed = 20

    /// Says nothing if Redis or the database cannot be asked: that is said already.
    init(_ queue: RelocationQueue?, _ destination: Destination?) {
        guard let queue, let destination else {
            items = []
            return
        }
        var query = RelocationQuery()
        query.limit = Self.limit
        do {
            items = [Self.item(try ContradictedEnds(try queue.find(query).relocations, in: destination))]
        } catch let error as QueueError {
            items = [.problem("ends", CommandFailure(error))]
        } catch let error as StorageError {
            items = [.problem("ends", CommandFailure(error))]
        } catch {
            items = [.problem("ends", .internalError, "\(error)")]
        }
    }

    private static func item(_ ends: ContradictedEnds) -> ReadinessItem {
        guard !ends.all.isEmpty else {
            return .ok("ends", "What has ended in Redis has ended in the database, too.")
        }
        let count = ends.all.count == 1 ? "1 relocation has" : "\(ends.all.count) relocations have"
        return .warning(
            "ends",
            "\(count) ended in Redis in another way than in the database. One of the two is an older copy, and no worker "
                + "looks at these again.", details: ends.all.prefix(listed).map(line))
    }

    private static func line(_ end: ContradictedEnds.End) -> String {
        let again = "enqueue \(PlainText.line(end.file)) again with --import-uuid \(end.uuid)"
        return switch end.contradiction {
        case .rowsLost: "\(end.uuid) succeeded, and rows of it are missing: \(again)"
        case .stepsMissing: "\(end.uuid) succeeded, and its later steps are missing: \(again)"
        case .rowsBack: "\(end.uuid) was undone, and rows or steps of it are back: \(again), then undo it again"
        }
    }
}
