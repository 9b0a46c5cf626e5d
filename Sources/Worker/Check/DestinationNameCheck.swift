import CommandLine
import Queue
import Storage

/// Tells whose the destination's name is. Registers nothing.
struct DestinationNameCheck {
    let items: [ReadinessItem]

    /// Says nothing if Redis or the database cannot be asked: that is said already.
    init(_ name: DestinationName, _ queue: RelocationQueue?, _ destination: Destination?) {
        guard let queue, let destination else {
            items = []
            return
        }
        do throws(QueueError) {
            items = [Self.item(name, try queue.destination(name), identity: destination.identity)]
        } catch {
            items = [.problem("destination", CommandFailure(error))]
        }
    }

    private static func item(_ name: DestinationName, _ entry: DestinationEntry?, identity: String) -> ReadinessItem {
        guard let entry else {
            return .ok("destination", "Destination \(name): free. `run` gives the name to this database.")
        }
        guard entry.identity != identity else { return .ok("destination", "Destination \(name): this database.") }
        return .problem(
            "destination", .badSchema,
            "The destination \(name) belongs to another database: \(entry.address) (registered by worker "
                + "\(entry.registeredBy)). Serve this database under another name (--destination), or take this name over "
                + "with run --rebind.")
    }
}
