import CommandLine
import Queue
import TaskFormat

/// Tells whether the payload keys open what waits in the queue of a destination.
struct PayloadKeyCheck {
    private(set) var items: [ReadinessItem] = []

    private static let name = "payloadKeys"
    /// The newest relocations that are looked at.
    private static let lookedAt = 100

    /// - Parameter keyring: reads the configured keys; nil if there are none
    init(_ name: DestinationName, _ queue: RelocationQueue?, keyring: () throws -> PayloadKeyring?) {
        do {
            items = [try Self.item(name, queue, try keyring())]
        } catch let failure as CommandFailure {
            items = [.problem(Self.name, failure)]
        } catch let error as QueueError {
            items = [.problem(Self.name, CommandFailure(error))]
        } catch {
            items = [.problem(Self.name, .internalError, "The payload keys cannot be checked.")]
        }
    }

    private static func item(
        _ destination: DestinationName, _ queue: RelocationQueue?, _ keyring: PayloadKeyring?
    ) throws -> ReadinessItem {
        let words = keyring.map { "Payload keys: \($0.keyIDs.joined(separator: ", "))" } ?? "Payload keys: none"
        guard let queue else { return .ok(name, "\(words).") }
        var (waiting, refused): (Int, [String]) = (0, [])
        for relocation in try relocations(destination, queue) {
            guard case .task(let task) = try queue.firstTask(relocation.uuid) else { continue }
            waiting += 1
            if let reason = refusal(task, relocation.uuid, keyring) { refused.append("\(relocation.uuid): \(reason)") }
        }
        guard let first = refused.first else {
            return .ok(
                name, "\(words)\(keyring == nil ? "; none is needed by" : "; they open") all that waits: \(waiting).")
        }
        return .problem(
            name, .badSchema,
            "\(words); \(refused.count) of \(waiting) waiting relocations cannot be opened. \(first)",
            details: Array(refused.dropFirst()))
    }

    private static func relocations(
        _ destination: DestinationName, _ queue: RelocationQueue
    ) throws(QueueError) -> [RelocationStatus] {
        var query = RelocationQuery()
        query.limit = lookedAt
        query.isWhole = false
        query.destination = destination.text
        // A failed one may be retried.
        return try queue.find(query).relocations.filter { $0.status != .success }
    }

    /// Why a worker with these keys could not work the task; nil if it could.
    private static func refusal(_ task: QueueTask, _ uuid: String, _ keyring: PayloadKeyring?) -> String? {
        guard let kind = TaskKind(rawValue: task.kind) else { return nil }
        let identity = PayloadIdentity(
            uuid: uuid, kind: kind.sealedKind, model: task.name, minOrdinal: task.minOrdinal, rows: task.rows)
        do throws(SealedPayloadError) {
            _ = try SealedPayload.open(task.payload, as: identity, with: keyring)
            return nil
        } catch {
            return error.description
        }
    }
}
