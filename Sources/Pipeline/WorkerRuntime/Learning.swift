import Catalogue
import Import
import Ledger
import Queue
import Storage
import TaskFormat

internal import Logging

/// Models that a relocation brings and that no catalogue knows: learned from the destination before anything is written, or
/// read from the ledger if the relocation has begun, so that a replay is the same.
struct Learning {
    let turn: Turn
    /// Whose ledger entry remembers what was learned.
    let importUUID: String

    /// The catalogue with these models, and their texts for the ledger; nil if there is nothing to learn.
    func models(_ options: RelocationOptions?) throws -> (catalogue: Catalogue, texts: [String])? {
        let catalogue = turn.settings.destination.catalogue
        let recorded = try recorded()
        guard recorded != nil || options?.learn != nil else { return nil }
        let texts = try recorded ?? learned(options, catalogue)
        do { return (try catalogue.adding(texts), texts) } catch {
            throw ImportFailure.permanent(Finding(kind: .unknownModel, model: nil, reason: "\(error)"))
        }
    }

    private func recorded() throws -> [String]? {
        do {
            let entry = try ImportRegister(importUUID, ImportOrigin(), in: turn.destination).found
            return entry.flatMap { RelocationOptions(json: $0.origin.options)?.learnedModels }
        } catch {
            throw turn.failure(error)
        }
    }

    private func learned(_ options: RelocationOptions?, _ catalogue: Catalogue) throws -> [String] {
        let found: [LearnedModel]
        do {
            found = try turn.destination.learn(
                Self.requests(options), catalogue, confirmed: options?.learnReferences ?? [:])
        } catch {
            throw turn.failure(error)
        }
        for model in found {
            if let problem = model.problems.first {
                throw ImportFailure.permanent(
                    Finding(
                        kind: .unknownModel, model: model.model,
                        reason: "the model \(model.model) cannot be learned: \(problem)"))
            }
            turn.held.log.notice(
                "model learned", metadata: ["model": "\(model.model)", "as": "\(model.text)"])
        }
        return found.map(\.text)
    }

    private static func requests(_ options: RelocationOptions?) -> [LearnRequest] {
        (options?.learn ?? [:]).sorted { $0.key < $1.key }.map { model, fields in
            LearnRequest(model, fields: fields.mapValues { LearnRequest.ValueKind(rawValue: $0) ?? .unknown })
        }
    }
}
