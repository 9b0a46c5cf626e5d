package import Catalogue
package import ExportFormat

/// Brings the rows of one pass over a file into the form of Sentry 24.9.
// More than eight properties: what is known, what was done, and what must be decided again.
package final class RowAdapter {
    /// The row at hand.
    package let row: OldRow
    package private(set) var account = AdaptationAccount()
    /// Why the row's fields cannot be told apart; nil if they can.
    package private(set) var fault: RowFault?

    private var knowledge: SourceKnowledge
    private let catalogue: Catalogue
    private let isLearning: Bool
    private var models: [String: ModelAdapter] = [:]
    /// Counts what was learned about the version.
    private var age = 0
    /// Adaptations that were applied to rows, and those that were not, by model.
    private var applied: [String: Set<Int>] = [:]
    private var withheld: [String: Set<Int>] = [:]
    /// Whether a row asked for what only the whole file tells, and whether for natural keys that are not remembered.
    private var hasMissed = false
    /// Whether the next pass must collect again: this one met natural keys that it did not remember.
    package private(set) var metNewKeys = false

    /// Fields of a model that no version is known to have.
    private static let maxUnknownFields = 256

    /// - Parameter isLearning: whether the pass finds out what the file holds; else that is known
    package init(_ knowledge: SourceKnowledge, catalogue: Catalogue, limits: ExportLimits, isLearning: Bool) {
        self.knowledge = knowledge
        self.catalogue = catalogue
        self.isLearning = isLearning
        row = OldRow(context: isLearning ? FileContext() : knowledge.context, limits: limits)
    }

    /// What is known by now.
    package var learned: SourceKnowledge {
        var knowledge = knowledge
        knowledge.context = row.context
        return knowledge
    }

    /// The names of fields that rows of a model may have beside its own.
    package func oldFields(of model: Model) -> [String: String?] {
        var names = OldFields.names(of: model)
        for name in knowledge.unknownFields[model.name] ?? [] { names.updateValue(nil, forKey: name) }
        return names
    }

    /// Called at the first row of a model.
    ///
    /// - Parameters:
    ///   - plan: nil for a model whose rows are not imported
    ///   - fields: the row's
    package func meet(_ model: String, plan: ModelPlan?, fields: Set<String>) -> ModelAdapter {
        if isLearning, knowledge.versions.learn(model, fields) { age += 1 }
        let adapter = ModelAdapter(model, plan)
        if NaturalKey.areUsual(for: model, knowledge.versions) { knowledge.keyedModels.insert(model) }
        if knowledge.keyedModels.contains(model), let known = catalogue.model(model) {
            adapter.keyFields = NaturalKey.fields(of: known)
        }
        models[model] = adapter
        return adapter
    }

    /// Whether nothing has to be done to rows of a model that have the fields of this version and no natural keys.
    @inline(__always)
    package func isIdle(_ model: ModelAdapter) -> Bool {
        refresh(model)
        return model.isIdle && !model.isChanged
    }

    @inline(__always)
    private func refresh(_ model: ModelAdapter) {
        if model.age != age { model.refresh(knowledge.versions, age, isLearning) }
    }

    /// Whether rows of a model may have another form than in the file. Before the whole file is known they may.
    package func mayChange(_ model: String) -> Bool { isLearning || knowledge.changedModels.contains(model) }

    /// Adapts a row; the result is in ``row``.
    ///
    /// - Parameter place: where it stands, for the account
    package func adapt(_ envelope: Envelope, _ model: ModelAdapter, at place: @autoclosure () -> ExportPlace) {
        fault = nil
        if let plan = model.plan { locate(envelope, plan) }
        row.take(envelope, model.plan)
        refresh(model)
        if fault != nil { return }
        if let plan = model.plan {
            for (number, field) in model.referencePlaces.enumerated() where plan.position(at: field) != 0 {
                let value = envelope.tape.value(at: plan.position(at: field))
                if value.isArray { resolve(value, field, model.referencedModels[number], model, place()) }
            }
        }
        let hasOldFields = model.plan?.hasOldFields ?? false
        for adaptation in model.active where hasOldFields || !adaptation.adaptation.readsOldField {
            change(adaptation, model, place())
        }
        countOldFields(model, place())
        if isLearning { learn(model) }
    }

    private func locate(_ envelope: Envelope, _ plan: ModelPlan) {
        guard let object = envelope.fields else {
            fault = RowDecoder.noFields
            return
        }
        while true {
            do throws(UnknownField) {
                return try plan.locate(object)
            } catch {
                let known = knowledge.unknownFields[plan.model.name] ?? []
                guard known.count < Self.maxUnknownFields else {
                    fault = RowDecoder.unknown(error.name)
                    return
                }
                knowledge.unknownFields[plan.model.name] = known + [error.name]
                plan.admit(error.name)
            }
        }
    }

    private func change(
        _ active: ModelAdapter.Active, _ model: ModelAdapter, _ place: @autoclosure () -> ExportPlace
    ) {
        let changes = row.changes
        let state = active.applies ? nil : row.state
        active.adaptation.change(row)
        if row.hasMissed {
            hasMissed = true
            noteChange(of: model)
        }
        guard row.changes != changes else { return }
        if let state {
            row.restore(state)
            if isLearning, !active.isNoted { withheld[model.name, default: []].insert(active.number) }
            active.isNoted = true
            return noteChange(of: model)
        }
        if active.kind == nil {
            active.kind = account.kind(active.adaptation.name)
            if isLearning, active.adaptation.before != nil { applied[model.name, default: []].insert(active.number) }
        }
        if let kind = active.kind { account.add(kind, place()) }
        // A pass that is made again counts again, also what the import itself does.
        if isLearning { noteChange(of: model) }
    }

    /// Later passes look at the model's rows again.
    private func noteChange(of model: ModelAdapter) {
        guard !model.isChanged else { return }
        model.isChanged = true
        knowledge.changedModels.insert(model.name)
    }

    private func countOldFields(_ model: ModelAdapter, _ place: @autoclosure () -> ExportPlace) {
        guard let plan = model.plan, plan.hasOldFields else { return }
        for (index, field) in plan.oldFields.enumerated() where field.position != 0 && !row.hasMoved(field.name) {
            // The model's own name counts.
            if let name = field.successorName, plan.position(of: name) != field.position {
                account.add("\(model.name).\(field.name): left out, \(name) is there too", place())
                continue
            }
            let kind = model.oldFieldKind(index, knowledge.unknownFields[model.name] ?? [], &account)
            account.add(kind, place())
        }
    }

    private func learn(_ model: ModelAdapter) {
        if row.isChanged || row.isLeftOut { noteChange(of: model) }
        for collector in model.collectors { collector.collect(row) }
        if model.isMade, let key = row.key {
            row.context.highestKeys[model.name] = max(row.context.highestKeys[model.name] ?? key, key)
        }
        guard !model.keyFields.isEmpty, let key = row.key,
            let digest = NaturalKey.digest(model.keyFields.map { row[$0] })
        else { return }
        row.context.naturalKeys[model.name, default: [:]][digest] = key
    }
}

// MARK: - Natural keys

extension RowAdapter {
    /// Replaces a natural key, `["alice"]`, by the primary key of the row that it names.
    private func resolve(
        _ value: TapeValue, _ field: Int, _ target: String, _ model: ModelAdapter,
        _ place: @autoclosure () -> ExportPlace
    ) {
        guard let plan = model.plan, let parts = value.fieldValue.items else { return }
        let name = plan.name(at: field)
        let key = NaturalKey.digest(parts).flatMap { row.context.naturalKeys[target]?[$0] }
        if knowledge.keyedModels.insert(target).inserted { metNewKeys = true }
        if key == nil, !row.context.isComplete || metNewKeys { hasMissed = true }
        row[name] = .integer(key ?? FileContext.nobody)
        let outcome = key == nil ? "natural key names no row of \(target)" : "natural key becomes the id"
        account.add("\(model.name).\(name): \(outcome)", place())
    }
}

// MARK: - The whole file

extension RowAdapter {
    /// Whether another pass would decide anything differently. Asked once the whole file has been read.
    package var needsAnotherPass: Bool {
        guard isLearning else { return false }
        return hasMissed
            || models.contains { name, model in
                let decisions = model.decisions(knowledge.versions)
                return applied[name]?.contains { !decisions[$0] } ?? false
                    || withheld[name]?.contains { decisions[$0] } ?? false
            }
    }

    /// Called once the whole file has been read.
    ///
    /// - Parameter organizations: those that a filter accepts; nil without such a filter
    package func finish(organizations: Set<Int64>?) {
        if isLearning { row.context.complete(accepted: organizations) }
    }

    /// The rows that upgrades make from others. Asked once the pass is finished.
    package func madeRows() -> [MadeRow] {
        AdaptationTable.makers.filter { knowledge.versions.mayBeBefore($0.before) }.flatMap { maker in
            var key = row.context.highestKeys[maker.model] ?? 0
            return maker.rows(row.context, knowledge.versions.isSurelyBefore(maker.before)).map { fields in
                key += 1
                account.add(maker.name, ExportPlace(model: maker.model, sourcePK: key))
                return MadeRow(text: RowText.made(model: maker.model, key: key, fields: fields))
            }
        }
    }
}

/// A row that the file does not have.
package struct MadeRow {
    /// JSON.
    package let text: [UInt8]

    package init(text: [UInt8]) { self.text = text }
}
