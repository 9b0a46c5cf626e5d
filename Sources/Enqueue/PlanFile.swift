import CommandLine
import Cutting
import Operations

internal import Foundation

/// A file with a plan.
enum PlanFile {
    static func read(_ path: String) throws -> PlanDocument {
        guard let data = SmallFile.contents(path) else {
            throw CommandFailure(.noInput, "The plan \(path) cannot be read.")
        }
        guard let plan = PlanDocument(json: String(decoding: data, as: UTF8.self)) else {
            throw CommandFailure(
                .badData, "\(path) holds no plan: make one with relocation-enqueue plan … --out \(path).")
        }
        return plan
    }

    static func write(_ plan: PlanDocument, to path: String) throws {
        do { try Data(plan.json.utf8).write(to: URL(fileURLWithPath: path)) } catch {
            throw CommandFailure(.cannotCreate, "Cannot write the plan \(path): check its folder and permissions.")
        }
    }
}

extension PlanDocument {
    /// Throws unless the plan is one of this import, and says that it is possible.
    func requireFit(_ job: EnqueueJob, _ survey: ExportSurvey) throws {
        guard possible else {
            throw CommandFailure(.badData, "The plan \(uuid) says that the import would fail: nothing is queued.")
        }
        let differences = differences(from: job, survey)
        guard !differences.isEmpty else { return }
        throw CommandFailure(
            .badData,
            "The plan \(uuid) is one of another import, and nothing is queued:\n  "
                + differences.joined(separator: "\n  "))
    }
}
