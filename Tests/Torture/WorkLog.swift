import Foundation
import TestSupport

/// Reads from the workers' logs which worker worked on which tasks, and in which order.
struct WorkLog {
    private struct Event {
        enum Kind { case claimed, started, done(isReplay: Bool) }

        let time: String
        let process: String
        let kind: Kind
        let task: String
        /// The fencing token of the claim.
        let token: Int64
    }

    private var events: [String: [Event]] = [:]
    /// Messages of level warning and above → how often.
    private(set) var warnings: [String: Int] = [:]
    /// The log lines about each relocation, with the process that wrote them.
    private var lines: [String: [(time: String, text: String)]] = [:]

    init(_ folder: TemporaryFolder) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names.sorted() where name.hasPrefix("worker-") {
            for line in folder.read(name).split(separator: "\n") { read(line, process: name) }
        }
        // Lines of one process keep their order: their numbers make the sort stable.
        for (uuid, list) in events {
            events[uuid] = list.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
                .map(\.element)
        }
    }

    private mutating func read(_ line: Substring, process: String) {
        // A worker that dies may leave half a line.
        guard let fields = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else { return }
        let object = fields.mapValues { "\($0)" }
        guard let time = object["time"], let message = object["message"] else { return }
        if let level = object["level"], ["warning", "error", "critical"].contains(level) {
            warnings["\(message): \(object["error"] ?? object["reason"] ?? "")", default: 0] += 1
        }
        guard let uuid = object["relocation.uuid"] else { return }
        lines[uuid, default: []].append((time, "\(process): \(line.prefix(600))"))
        let task = ["task.kind", "task.name", "task.min_ordinal"].map { object[$0] ?? "" }.joined(separator: " ")
        let kind: Event.Kind
        switch message {
        case "relocation claimed": kind = .claimed
        case "task started": kind = .started
        case "task done": kind = .done(isReplay: fields["task.replay"] as? Bool == true)
        default: return
        }
        let token = object["lease.token"].flatMap { Int64($0) } ?? 0
        let place = "\(process) slot \(object["slot"] ?? "")"
        events[uuid, default: []].append(Event(time: time, process: place, kind: kind, task: task, token: token))
    }

    func lastLines(on uuid: String) -> [String] {
        (lines[uuid] ?? []).sorted { $0.time < $1.time }.suffix(20).map(\.text)
    }

    /// The tasks of a relocation, in the order of their first start.
    func order(of uuid: String) -> [String] {
        var seen: Set<String> = []
        var out: [String] = []
        for event in events[uuid] ?? [] {
            if case .started = event.kind, seen.insert(event.task).inserted { out.append(event.task) }
        }
        return out
    }

    /// Tasks that a worker began and wrote after another worker had claimed the relocation, with their times.
    ///
    /// A worker that was frozen may still log one line late. But if it both begins and writes a task after the other
    /// claim, it has missed that its lease is over. The fencing tokens tell which claim is the latest: a frozen worker
    /// may log its claim too late.
    func intrusions(on uuid: String) -> [(time: String, text: String)] {
        /// The highest token seen so far, and since when.
        var owner = (token: Int64(0), since: "")
        var begun: [Int64: Event] = [:]
        var out: [(String, String)] = []
        for event in events[uuid] ?? [] {
            if event.token > owner.token { owner = (event.token, event.time) }
            switch event.kind {
            case .claimed: begun[event.token] = nil
            case .started:
                begun[event.token] = event.token < owner.token && owner.since < event.time ? event : nil
            case .done(let isReplay):
                if let start = begun.removeValue(forKey: event.token), start.task == event.task, !isReplay,
                    event.task.hasPrefix("chunk ") || event.task.hasPrefix("late ")
                {
                    out.append((event.time, "\(uuid): \(event.process) wrote \(event.task) at \(event.time)"))
                }
            }
        }
        return out
    }
}
