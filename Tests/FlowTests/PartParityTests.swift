import Flow
import Foundation
import Queue
import Testing

/// Every recorded part of a relocation's flow: single tasks, delivered once or again, and `recover`. What their real tasks
/// do with programs and databases is tested in `RecordedPartTests`, what they hand on in `PartContentsTests`.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct PartParityTests {
    /// Where we differ on purpose.
    enum Difference: String, Hashable {
        /// `recover` leaves the old reason there; ours is cleared, because it is none any more.
        case oldReason
        /// PREPROCESSING_COMPLETE writes the step of its successor there, which keeps pauses at it from being saved.
        case nextStep
        /// The task raises outside its guard there, and the relocation stays in progress for ever.
        case stranded
    }

    @Test func everyPart() throws {
        let names = try Material.names(in: "runs", ending: ".json").filter { $0.hasPrefix("part-") }
        #expect(names.count >= 15)
        var differences: [Difference: Int] = [:]
        for name in names {
            let recorded = try Material.object(Material.folder("runs/\(name).json"))
            for difference in try run(name, recorded) { differences[difference, default: 0] += 1 }
        }
        print("runs/part-*: \(names.count) cases, \(differences.map { "\($0.key.rawValue) \($0.value)" }.sorted())")
    }

    private func run(_ name: String, _ recorded: Material.Case) throws -> Set<Difference> {
        var record = FlowRecord(recorded: recorded.member("before"))
        var differences: Set<Difference> = []
        let steps = recorded["steps"] as? [Material.Case] ?? []
        // Only a task that uses up its attempts ends a relocation: if none does, nothing moves it any more.
        let isStranded =
            steps.last?.text("raised") != nil && steps.last?.member("after").text("status") == "IN_PROGRESS"
        for step in steps {
            let after = FlowRecord(recorded: step.member("after"))
            if isStranded, step.text("raised") != nil { return differences.union([.stranded]) }
            var mine = step["command"] == nil ? try task(step, record) : try command(step, record)
            if mine.failureReason == nil, after.failureReason != nil, after.status == .inProgress {
                differences.insert(.oldReason)
                mine.failureReason = after.failureReason
            }
            if step.text("task") == "preprocessing_complete", after.step == .validating, mine.step == .preprocessing {
                differences.insert(.nextStep)
                mine.step = .validating
            }
            #expect(mine == after, "\(name)")
            record = after
            // Ours does not know it: the next task finds the step of its own.
            if differences.contains(.nextStep) { record.step = .preprocessing }
        }
        return differences
    }

    private func command(_ step: Material.Case, _ record: FlowRecord) throws -> FlowRecord {
        let body = step["body"] as? [String: String] ?? [:]
        let command: FlowCommand? =
            switch step.text("command") {
            case "recover": .recover(untilStep: body["untilStep"])
            case "unpause": .unpause(untilStep: body["untilStep"])
            case "pause": .pause(atStep: body["atStep"])
            case "cancel": .cancel(atStep: body["atStep"])
            case "abort": .abort
            default: nil
            }
        let known = try #require(command, "\(step)")
        do throws(FlowCommand.Refusal) {
            let after = try known.applied(to: record)
            #expect(step.number("http") == 200, "\(step)")
            return after
        } catch {
            #expect(step.text("message") == error.reason, "\(step)")
            return record
        }
    }

    /// What becomes of a task that raises, refuses or succeeds.
    private func task(_ step: Material.Case, _ record: FlowRecord) throws -> FlowRecord {
        let task = try #require(FlowTask(rawValue: (step.text("task") ?? "").uppercased()), "\(step)")
        let prologue = FlowPrologue(task, record, allowedAttempts: task.attempts)
        var after = prologue.record
        guard case .run(let left) = prologue.outcome else {
            #expect(step.text("raised") == nil && (step["scheduled"] as? [Any] ?? []).isEmpty, "\(step)")
            return prologue.outcome == .ended ? record : after
        }
        if step.text("raised") != nil {
            guard left == 0 else { return after }
            (after.status, after.failureReason) = (.failure, task.reason)
        } else if (step["scheduled"] as? [Material.Case] ?? []).isEmpty {
            // What the scan decides is compared by itself.
            #expect(task == .preprocessingScan || task == .completed, "\(step)")
            (after.status, after.failureReason) = (.failure, step.member("after").text("failure_reason"))
        } else {
            let next = (step["scheduled"] as? [Material.Case])?.first?.text("task")?.uppercased()
            #expect(FlowTask(rawValue: next ?? "")?.previous == task, "\(step)")
        }
        return after
    }
}
