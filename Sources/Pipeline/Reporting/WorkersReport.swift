import Catalogue
public import Queue

/// The worker processes, for people and scripts.
public struct WorkersReport: Sendable {
    package let workforce: Workforce

    public init(_ workforce: Workforce) { self.workforce = workforce }

    /// A table of workers, what their slots work on, what troubles them, and the destinations that are held. Without a
    /// final line end.
    public var text: String {
        let sections = [workers, slots, troubles, holds].filter { !$0.isEmpty }
        return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private var workers: [String] {
        guard !workforce.workers.isEmpty else {
            return ["No worker is running. Start one: relocation-worker run"]
        }
        let head = ["WORKER", "STATE", "DESTINATION", "BUSY", "SINCE", "LAST SIGN", "VERSION"]
        return TextTable.lines([head] + workforce.workers.map(cells), leftAligned: [1, 2, 4, 6])
    }

    private func cells(_ worker: WorkerEntry) -> [String] {
        [
            worker.name, state(worker), worker.place, "\(worker.slots.count)/\(worker.concurrency)",
            Timestamp.local(worker.since) ?? "",
            "\(Age.text(max(0, workforce.now.saturatedSubtracting(worker.heartbeatAt)))) ago", worker.version,
        ].map(PlainText.line)
    }

    /// `working, quiet`
    package func state(_ worker: WorkerEntry) -> String {
        if workforce.isGone(worker) { return "gone" }
        if worker.isStopping { return "stopping" }
        let more = [
            worker.isQuiet ? "quiet" : nil, worker.isDraining ? "draining" : nil,
            workforce.holds[worker.destinationName] != nil ? "held" : nil, worker.trouble.isEmpty ? nil : "trouble",
        ].compactMap { $0 }
        return ([worker.slots.isEmpty ? "idle" : "working"] + more).joined(separator: ", ")
    }

    private var slots: [String] {
        let rows = workforce.workers.flatMap { worker in
            worker.slots.map { slot in
                [
                    "  " + worker.name, "\(slot.slot)", slot.uuid, slot.task,
                    ProgressBar.duration(Int(slot.milliseconds / 1_000)),
                ].map(PlainText.line)
            }
        }
        guard !rows.isEmpty else { return [] }
        return TextTable.lines([["  WORKER", "SLOT", "RELOCATION", "TASK", "FOR"]] + rows, leftAligned: [2, 3])
    }

    private var troubles: [String] {
        let lines = workforce.workers.filter { !$0.trouble.isEmpty }.map {
            "  " + PlainText.line("\($0.name): \($0.trouble)")
        }
        return lines.isEmpty ? [] : ["Trouble"] + lines
    }

    private var holds: [String] {
        let lines = workforce.holds.sorted { $0.key < $1.key }.map {
            "  " + PlainText.line($0.key + $0.value.words(Timestamp.local))
        }
        return lines.isEmpty ? [] : ["Held destinations (`unpause --all` lets their workers go on)"] + lines
    }

    /// A list of objects, without a final line end.
    public var json: String { JSONValue.list(workforce.workers.map(value)).prettyText }

    private func value(_ worker: WorkerEntry) -> JSONValue {
        .object([
            "worker": .text(worker.name), "host": .text(worker.host), "pid": JSONValue(worker.pid),
            "version": JSONValue(nonEmpty: worker.version), "since": JSONValue(time: worker.since),
            "lastHeartbeat": JSONValue(time: worker.heartbeatAt),
            "destination": .object([
                "name": .text(worker.destinationName), "url": JSONValue(nonEmpty: worker.destinationAddress),
            ]),
            "concurrency": JSONValue(worker.concurrency), "slots": .list(worker.slots.map(Self.value)),
            "gone": .flag(workforce.isGone(worker)), "quiet": .flag(worker.isQuiet),
            "draining": .flag(worker.isDraining), "stopping": .flag(worker.isStopping),
            "held": .flag(workforce.holds[worker.destinationName] != nil),
            "trouble": JSONValue(nonEmpty: worker.trouble),
        ])
    }

    private static func value(_ slot: SlotWork) -> JSONValue {
        .object([
            "slot": JSONValue(slot.slot), "uuid": .text(slot.uuid), "task": JSONValue(nonEmpty: slot.task),
            "seconds": .integer(slot.milliseconds / 1_000), "rows": JSONValue(slot.rows),
        ])
    }
}

extension WorkerEntry {
    /// `default (sqlite:/var/lib/relocation.sqlite)`
    fileprivate var place: String {
        destinationAddress.isEmpty ? destinationName : "\(destinationName) (\(destinationAddress))"
    }
}
