import Flow
import Queue

// Of relocations with steps.
extension StatusReport {
    /// For `status --json`; nothing for a plain import.
    var flowMembers: [String: JSONValue] {
        guard let flow = status.flow else { return [:] }
        func name(_ step: RelocationStep?) -> JSONValue { step.map { .text($0.rawValue) } ?? .null }
        return [
            "latestTask": JSONValue(nonEmpty: flow.latestTask),
            "latestTaskAttempts": JSONValue(flow.latestTaskAttempts),
            "scheduledPauseAtStep": name(flow.pauseAtStep), "scheduledCancelAtStep": name(flow.cancelAtStep),
            "steps": .list(steps.map { .object(["step": .text($0.name), "state": .text($0.state)]) }),
            "notices": notices.map(JSONValue.text) ?? .null,
        ]
    }

    /// For people: the steps, then what is planned.
    var flowFacts: [(String, String?)] {
        guard let flow = status.flow else { return [] }
        let attempt = flow.latestTaskAttempts > 1 ? ", attempt \(flow.latestTaskAttempts)" : ""
        return [
            ("steps", steps.map { "\($0.name) \($0.state)" }.joined(separator: ", ")),
            ("last task", flow.latestTask.isEmpty ? nil : flow.latestTask + attempt),
            ("pauses at", flow.pauseAtStep?.rawValue), ("ends at", flow.cancelAtStep?.rawValue),
            ("notices", notices),
        ]
    }

    /// Each step of a relocation, and whether it is behind, at hand, or to come.
    package var steps: [(name: String, state: String)] {
        let all: [RelocationStep] = [
            .uploading, .preprocessing, .validating, .importing, .postprocessing, .notifying, .completed,
        ]
        return all.map { step in
            let isDone = status.step.isAfter(step) || status.status == .success
            return (step.rawValue, isDone ? "done" : step == status.step ? "now" : "to come")
        }
    }

    /// What people were not told; nil if there is nothing to say.
    package var notices: String? {
        guard case .object(let members) = JSONValue(embedding: status.flowNotes),
            case .text(let text) = members["notices"]
        else { return nil }
        return text
    }

    /// Whether another destination's worker sends the export.
    private var isTransfer: Bool {
        guard case .object(let options) = JSONValue(embedding: status.options),
            case .object(let request) = options["relocate"], case .text = request["source"]
        else { return false }
        return true
    }

    /// A new relocation of the same file. Without rows there is nothing to begin with but the export.
    var relocateAgain: String {
        // A destination that has lost rows may hold others of them, which only the same UUID recognises.
        let sameUUID = status.failureCause == .lostRows ? " --import-uuid \(status.uuid)" : ""
        return "relocation-enqueue relocate --again \(status.uuid)\(sameUUID)\(isTransfer ? "" : " FILE")"
    }

    /// The command that helps a failed relocation with steps; nil if that is the same as for a plain import.
    var afterFlowFailure: String? {
        guard let flow = status.flow, status.endedBy == nil, status.failureCause != .lostRows else { return nil }
        switch FlowTask(rawValue: flow.latestTask) {
        case .uploadingStart where isTransfer && status.delivered == 0 && status.chunksDone > 0: return relocateAgain
        case .preprocessingScan: return relocateAgain
        case .validatingPoll, .validatingComplete:
            return status.findings.isEmpty ? nil : "relocation-enqueue findings \(status.uuid)"
        default:
            return status.payloadBytes > 0 ? nil : relocateAgain
        }
    }
}
