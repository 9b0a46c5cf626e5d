import Flow
import Foundation
import Queue
import Testing

/// Every recorded command and prologue on every recorded situation.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct StepParityTests {
    /// Where we differ on purpose, and how often that may be in each file.
    enum Difference: String, Hashable {
        /// A value that is no text is an internal error there; our commands take texts only.
        case noText
        /// `recover` before the first task is an internal error there; we refuse it.
        case neverBegun
        /// `recover` leaves the old reason there; ours is cleared, because it is none any more.
        case oldReason
        /// `recover` counts an attempt below zero there.
        case negativeAttempt
        /// A plan for a step that is reached keeps the row from being saved there, for ever; ours is dropped.
        case pastPlan
    }

    @Test(arguments: ["pause", "unpause", "cancel", "abort", "recover", "retry"])
    func commands(_ name: String) throws {
        var differences: [Difference: Int] = [:]
        let cases = try Material.lines(Material.folder("steps/\(name).jsonl"))
        #expect(cases.count > 100)
        for recorded in cases {
            let (mine, message) = result(recorded)
            let id = recorded.text("id") ?? ""
            let isRefused = (recorded.number("http") ?? 0) >= 400
            let after = FlowRecord(recorded: recorded.member("after"))
            if mine == (name == "retry" && !isRefused ? nil : after), message == recorded.text("message") { continue }
            guard let difference = difference(recorded, mine, message) else {
                Issue.record("\(id): \(String(describing: mine)) \(message ?? "")")
                continue
            }
            differences[difference, default: 0] += 1
        }
        print("steps/\(name): \(cases.count) cases, \(differences.map { "\($0.key.rawValue) \($0.value)" }.sorted())")
        for (difference, count) in differences { #expect(count < cases.count / 3, "\(difference)") }
    }

    /// The record after the command; nil for a new relocation.
    private func result(_ recorded: Material.Case) -> (FlowRecord?, String?) {
        let before = FlowRecord(recorded: recorded.member("before"))
        let command = recorded.member("command")
        let step = command.text("step")
        let flow: FlowCommand =
            switch command.text("name") {
            case "pause": .pause(atStep: step)
            case "unpause": .unpause(untilStep: step)
            case "cancel": .cancel(atStep: step)
            case "abort": .abort
            case "recover": .recover(untilStep: step)
            default: .again
            }
        do throws(FlowCommand.Refusal) {
            let after = try flow.applied(to: before)
            return (flow == .again ? nil : after, nil)
        } catch {
            return (before, error.reason)
        }
    }

    private func difference(_ recorded: Material.Case, _ mine: FlowRecord?, _ message: String?) -> Difference? {
        let command = recorded.member("command")
        let before = recorded.member("before")
        if recorded.number("http") == 500 {
            if let step = command["step"], !(step is String), !(step is NSNull) { return .noText }
            if command.text("name") == "recover", before.text("latest_task") == "", message != nil {
                return .neverBegun
            }
            return nil
        }
        guard command.text("name") == "recover", message == nil, var mine else { return nil }
        let after = FlowRecord(recorded: recorded.member("after"))
        guard mine.failureReason == nil, after.failureReason != nil else { return nil }
        mine.failureReason = after.failureReason
        if mine == after { return .oldReason }
        guard mine.latestTaskAttempts == 0, after.latestTaskAttempts == -1 else { return nil }
        mine.latestTaskAttempts = -1
        return mine == after ? .negativeAttempt : nil
    }

    @Test func prologues() throws {
        let cases = try Material.lines(Material.folder("steps/task.jsonl"))
        #expect(cases.count > 300)
        var past = 0
        for recorded in cases {
            let command = recorded.member("command")
            guard let task = FlowTask(rawValue: command.text("task") ?? "") else {
                Issue.record("\(command)")
                continue
            }
            let mine = FlowPrologue(
                task, FlowRecord(recorded: recorded.member("before")),
                allowedAttempts: command.number("allowed_attempts") ?? 0)
            let outcome = recorded.text("outcome") ?? ""
            // There the table's check refuses the row, which keeps its plan; ours is dropped, and the task goes on.
            if outcome.hasPrefix("error") {
                #expect(mine.outcome == .paused || mine.outcome.isRun, "\(recorded)")
                past += 1
                continue
            }
            #expect(word(mine.outcome) == outcome, "\(recorded)")
            if case .run(let left) = mine.outcome { #expect(left == recorded.number("attempts_left"), "\(recorded)") }
            #expect(mine.record == FlowRecord(recorded: recorded.member("after")), "\(recorded)")
            #expect(message(mine.outcome, task, recorded) == recorded["message"] as? [String], "\(recorded)")
        }
        #expect(past < cases.count / 20)
        print("steps/task: \(cases.count) cases, \(Difference.pastPlan.rawValue) \(past)")
    }

    private func word(_ outcome: FlowPrologue.Outcome) -> String { outcome.isRun ? "run" : "stop" }

    /// What the reference logs.
    private func message(
        _ outcome: FlowPrologue.Outcome, _ task: FlowTask, _ recorded: Material.Case
    ) -> [String] {
        let before = recorded.member("before")
        switch outcome {
        case .run: return ["INFO: Task started"]
        case .ended: return ["WARNING: Relocation has already completed as `Status.\(before.text("status") ?? "")`"]
        case .paused: return ["INFO: Task aborted due to relocation pause"]
        case .cancelled: return ["INFO: Task aborted due to relocation cancellation request"]
        case .wrongOrder:
            let last = before.text("latest_task") ?? ""
            return [
                "ERROR: Task \(task.rawValue) tried to follow \(last) which is the wrong order", "INFO: Task failed",
            ]
        case .exhausted: return ["ERROR: Task \(task.rawValue) has exhausted all of its attempts", "INFO: Task failed"]
        }
    }
}

extension FlowPrologue.Outcome {
    fileprivate var isRun: Bool { if case .run = self { true } else { false } }
}

extension FlowRecord {
    /// A recorded row.
    init(recorded: Material.Case) {
        self.init(
            status: RelocationState(rawValue: recorded.text("status") ?? ""),
            step: RelocationStep.named(recorded.text("step") ?? "") ?? .unknown(""),
            latestTask: recorded.text("latest_task") ?? "",
            latestTaskAttempts: recorded.number("latest_task_attempts") ?? 0)
        pauseAtStep = recorded.text("scheduled_pause_at_step").flatMap(RelocationStep.named)
        cancelAtStep = recorded.text("scheduled_cancel_at_step").flatMap(RelocationStep.named)
        failureReason = recorded.text("failure_reason")
    }
}
