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

    /// The catalogue with these models, and what was learned of each; nil if there is nothing to learn.
    func models(_ options: RelocationOptions?) throws -> (catalogue: Catalogue, models: [LearnedModel])? {
        let catalogue = turn.settings.destination.catalogue
        let recorded = try recorded()
        guard recorded != nil || options?.learn != nil else { return nil }
        let models = try recorded ?? learned(options, catalogue)
        do { return (try catalogue.adding(models.map(\.text)), models) } catch {
            throw try refusal(Finding(kind: .unknownModel, model: nil, reason: "\(error)"), models, options)
        }
    }

    private func recorded() throws -> [LearnedModel]? {
        do {
            let entry = try ImportRegister(importUUID, ImportOrigin(), in: turn.destination).found
            return entry.flatMap { RelocationOptions(json: $0.origin.options)?.learnedModels }?
                .map { LearnedModel(text: $0) }
        } catch {
            throw turn.failure(error)
        }
    }

    private func learned(_ options: RelocationOptions?, _ catalogue: Catalogue) throws -> [LearnedModel] {
        let found: [LearnedModel]
        do {
            found = try turn.destination.learn(
                Self.requests(options), catalogue, confirmed: options?.learnReferences ?? [:])
        } catch {
            throw turn.failure(error)
        }
        if let finding = Self.problem(of: found) { throw try refusal(finding, found, options) }
        for model in found {
            turn.held.log.notice(
                "model learned", metadata: ["model": "\(model.model)", "as": "\(model.text)"])
        }
        return found
    }

    /// Names the first problem of all models.
    private static func problem(of models: [LearnedModel]) -> Finding? {
        guard let first = models.first(where: { !$0.problems.isEmpty }), let problem = first.problems.first else {
            return nil
        }
        let others = models.reduce(-1) { $0 + $1.problems.count }
        let more = others > 0 ? " (and \(others) more to settle; plan shows all)" : ""
        return Finding(
            kind: .unknownModel, model: first.model,
            reason: "the model \(first.model) cannot be learned: \(problem)\(more)")
    }

    /// Nothing begins before the models are learned. A plan tells what is in the way; an import that holds to one has
    /// learned them when it was made.
    private func refusal(
        _ finding: Finding, _ models: [LearnedModel], _ options: RelocationOptions?
    ) throws -> any Error {
        if options?.plans == true {
            var plan = ImportPlan()
            plan.learned = models
            plan.finding = finding.json()
            try turn.held.queue.tellPlan(turn.held.claim, try turn.stored(plan), holds: false)
        }
        guard options?.plan != nil else { return ImportFailure.permanent(finding) }
        return TakeOver.Refusal(cause: .brokenPlan, finding: PlanCheck.finding([finding.reason], hidesNames: false))
    }

    private static func requests(_ options: RelocationOptions?) -> [LearnRequest] {
        (options?.learn ?? [:]).sorted { $0.key < $1.key }.map { model, fields in
            LearnRequest(
                model, fields: fields.mapValues { LearnRequest.ValueKind(rawValue: $0) ?? .unknown },
                rows: options?.learnRows?[model])
        }
    }
}
