import Flow
import Foundation
import Testing

/// The recorded rules of attempts and findings. Polls of a build farm are none of ours: a validation runs where the worker
/// is, so that `poll-*` and `chain-*` are declared as a kind.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct ValidationParityTests {
    @Test func findings() throws {
        let names = try Material.names(in: "validation", ending: ".json").filter { $0.hasPrefix("complete-") }
        #expect(names.count >= 10)
        for name in names {
            let recorded = try Material.object(Material.folder("validation/\(name).json"))
            let outcome = recorded.member("outcome")
            let files = recorded["findings"] as? [String: String]
            let hasFolder = recorded["findings_folder"] as? Bool == true
            let verdict =
                hasFolder ? FlowValidation.verdict(Array((files ?? [:]).keys)) { holds(files?[$0] ?? "") } : nil
            guard let verdict else {
                #expect(outcome.text("reason") == FlowReason.validating, "\(name)")
                continue
            }
            var validation = FlowValidation(attempts: 1)
            let end = validation.end(verdict)
            #expect(end == (verdict == .valid ? .valid : .refused(FlowReason.invalid)), "\(name)")
            #expect(outcome.text("reason") == (verdict == .valid ? nil : FlowReason.invalid), "\(name)")
            #expect(
                (outcome["validation"] as? [[String: Any]])?.last?.text("status") == validation.status.name, "\(name)")
        }
        print("validation/complete-*: \(names.count) cases")
    }

    /// Whether a findings file holds anything, as Python sees it; nil if it is no JSON or has no length.
    private func holds(_ text: String) -> Bool? {
        switch try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) {
        case let list as [Any]: !list.isEmpty
        case let object as [String: Any]: !object.isEmpty
        case let text as String: !text.isEmpty
        default: nil
        }
    }

    @Test func attempts() throws {
        let names = try Material.names(in: "validation", ending: ".json").filter { $0.hasPrefix("start-") }
        #expect(names.count >= 3)
        for name in names {
            let recorded = try Material.object(Material.folder("validation/\(name).json"))
            let before = (recorded.member("before")["validation"] as? [[String: Any]])?.last ?? [:]
            let outcome = recorded.member("outcome")
            let after = (outcome["validation"] as? [[String: Any]])?.last ?? [:]
            // A build that cannot be made is an attempt of the task, not of the validation.
            if (recorded.number("making_builds_fails") ?? 0) >= FlowTask.validatingStart.attempts {
                #expect(outcome.text("reason") == FlowTask.validatingStart.reason)
                continue
            }
            switch FlowValidation(attempts: before.number("attempts") ?? 0).start {
            case .attempt(let next):
                #expect(after.number("attempts") == next.attempts, "\(name)")
                #expect(outcome["reason"] is NSNull, "\(name)")
            case .refused(let reason): #expect(outcome.text("reason") == reason, "\(name)")
            }
        }
        print("validation/start-*: \(names.count) cases")
    }
}
