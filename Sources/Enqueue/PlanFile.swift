import CommandLine
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
