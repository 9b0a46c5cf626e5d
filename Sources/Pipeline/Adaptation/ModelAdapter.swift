import Catalogue
import ExportFormat

/// What may have to be done to the rows of one model.
// More than eight properties: what applies, and what each row asks for at once.
package final class ModelAdapter {
    package let name: String
    let plan: ModelPlan?
    /// References to other models: the places of their fields, and those models.
    let referencePlaces: [Int]
    let referencedModels: [String]
    /// The fields that identify a row, if other rows name it by a natural key; empty if they do not.
    var keyFields: [String] = []
    /// Whether rows of the model are made.
    let isMade: Bool
    private let adaptations: [Adaptation]
    private let allCollectors: [Collector]

    /// Those that may apply as far as the file has told, with their numbers among all of the model.
    private(set) var active: [Active] = []
    private(set) var collectors: [Collector] = []
    /// Whether rows with the fields of this version and without natural keys stay as they are and say nothing.
    private(set) var isIdle = false
    /// The number of things known about the version when the list was made.
    private(set) var age = -1
    /// Kinds of the account for the old fields of the plan.
    private var oldFieldKinds: [Int] = []
    /// Whether a row has changed, or may turn out to.
    var isChanged = false

    final class Active {
        let number: Int
        let adaptation: Adaptation
        let applies: Bool
        /// Its kind of the account; nil before the first row.
        var kind: Int?
        /// Whether it has been noted that it would change rows.
        var isNoted = false

        init(_ number: Int, _ adaptation: Adaptation, applies: Bool) {
            self.number = number
            self.adaptation = adaptation
            self.applies = applies
        }
    }

    init(_ name: String, _ plan: ModelPlan?) {
        self.name = name
        self.plan = plan
        isMade = AdaptationTable.makers.contains { $0.model == name }
        let references = plan?.references ?? []
        referencePlaces = references.map(\.place)
        referencedModels = references.map(\.model)
        adaptations = plan == nil ? [] : AdaptationTable.byModel[name] ?? []
        allCollectors = AdaptationTable.collectors[name] ?? []
    }

    func refresh(_ versions: VersionRange, _ age: Int, _ collects: Bool) {
        self.age = age
        active = adaptations.enumerated().filter { $0.element.mayApply(versions) }
            .map { Active($0.offset, $0.element, applies: $0.element.applies(versions)) }
        collectors = collects ? allCollectors.filter { $0.isNeeded(versions) } : []
        isIdle =
            active.allSatisfy(\.adaptation.readsOldField) && collectors.isEmpty && keyFields.isEmpty
            && !(isMade && AdaptationTable.makers.contains { $0.model == name && versions.mayBeBefore($0.before) })
    }

    /// For each adaptation of the model, whether these versions apply it.
    func decisions(_ versions: VersionRange) -> [Bool] { adaptations.map { $0.applies(versions) } }

    /// The kind that is counted for an old field.
    func oldFieldKind(
        _ index: Int, _ unknown: @autoclosure () -> [String], _ account: inout AdaptationAccount
    ) -> Int {
        if index < oldFieldKinds.count { return oldFieldKinds[index] }
        guard let plan else { return 0 }
        let unknown = unknown()
        while oldFieldKinds.count <= index {
            let field = plan.oldFields[oldFieldKinds.count]
            let isUnknown = unknown.contains(field.name)
            let outcome = isUnknown ? "unknown field, left out" : field.successorName.map { "\($0) now" } ?? "left out"
            let subject = "\(name).\(ShownName.safe(field.name))"
            oldFieldKinds.append(account.kind("\(subject): \(outcome)", isUnknown: isUnknown))
        }
        return oldFieldKinds[index]
    }
}
