import Foundation
import TestSupport

/// What the workers' own logs say about who worked on what, and in which order.
struct WorkLog {
    private struct Event {
        enum Kind { case claimed(token: Int64), started, done(isReplay: Bool) }

        let time: String
        let process: String
        let kind: Kind
        let task: String
    }

    private var events: [String: [Event]] = [:]
    /// Messages of level warning and above → how often.
    private(set) var warnings: [String: Int] = [:]

    init(_ folder: TemporaryFolder) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names.sorted() where name.hasPrefix("worker-") {
            for line in folder.read(name).split(separator: "\n") { read(line, process: name) }
        }
        // Lines of one process stay in their order: the sort is stable by their numbers.
        for (uuid, list) in events {
            events[uuid] = list.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
                .map(\.element)
        }
    }

    private mutating func read(_ line: Substring, process: String) {
        // A worker that dies may leave half a line.
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
            let time = object["time"], let message = object["message"]
        else { return }
        if let level = object["level"], ["warning", "error", "critical"].contains(level) {
            warnings["\(message): \(object["error"] ?? object["reason"] ?? "")", default: 0] += 1
        }
        guard let uuid = object["relocation.uuid"] else { return }
        let task = ["task.kind", "task.name", "task.min_ordinal"].map { object[$0] ?? "" }.joined(separator: " ")
        let kind: Event.Kind
        switch message {
        case "relocation claimed": kind = .claimed(token: object["lease.token"].flatMap { Int64($0) } ?? 0)
        case "task started": kind = .started
        case "task done": kind = .done(isReplay: object["task.replay"] == "true")
        default: return
        }
        let place = "\(process) slot \(object["slot"] ?? "")"
        events[uuid, default: []].append(Event(time: time, process: place, kind: kind, task: task))
    }

    /// The tasks of a relocation in the order in which each was started first.
    func order(of uuid: String) -> [String] {
        var seen: Set<String> = []
        var out: [String] = []
        for event in events[uuid] ?? [] {
            if case .started = event.kind, seen.insert(event.task).inserted { out.append(event.task) }
        }
        return out
    }

    /// Tasks that a worker began and wrote although another had claimed the relocation before: the times at which.
    ///
    /// A worker that was frozen may still log what it is about to do, or what it has done; to begin and to write after
    /// another's claim, it must have missed that its lease was over. Who claimed last is told by the fencing tokens: a
    /// frozen worker logs its claim when it is late already.
    func intrusions(on uuid: String) -> [(time: String, text: String)] {
        var owner: (process: String, since: String, token: Int64)?
        var begun: [String: Event] = [:]
        var out: [(String, String)] = []
        for event in events[uuid] ?? [] {
            switch event.kind {
            case .claimed(let token):
                begun[event.process] = nil
                if token > owner?.token ?? 0 { owner = (event.process, event.time, token) }
            case .started:
                let isForeign = owner.map { $0.process != event.process && $0.since < event.time } ?? false
                begun[event.process] = isForeign ? event : nil
            case .done(let isReplay):
                if let start = begun.removeValue(forKey: event.process), start.task == event.task, !isReplay,
                    event.task.hasPrefix("chunk")
                {
                    out.append((event.time, "\(uuid): \(event.process) wrote \(event.task) at \(event.time)"))
                }
            }
        }
        return out
    }
}
