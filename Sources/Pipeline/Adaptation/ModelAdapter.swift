import Catalogue
import ExportFormat

/// What may have to be done to the rows of one model.
// More than eight properties: what applies, and what each row asks for at once.
package final class ModelAdapter {
    package let name: String
    let plan: ModelPlan?
    /// References to other models, by the places of their fields.
    let references: [(place: Int, model: String)]
    /// The fields that identify a row, if other rows name it by a natural key; empty if they do not.
    var keyFields: [String] = []
    /// Whether rows of the model are made.
    let isMade: Bool
    private let adaptations: [Adaptation]
    private let allCollectors: [Collector]

    /// Those that may apply as far as the file has told, with their numbers among all of the model.
    private(set) var active: [(number: Int, adaptation: Adaptation, applies: Bool)] = []
    private(set) var collectors: [Collector] = []
    /// The number of things known about the version when the list was made.
    private var age = -1
    /// What is counted for each old field of the plan.
    private var oldFieldNames: [String] = []

    init(_ name: String, _ plan: ModelPlan?) {
        self.name = name
        self.plan = plan
        isMade = AdaptationTable.makers.contains { $0.model == name }
        references = plan?.references ?? []
        adaptations = plan == nil ? [] : AdaptationTable.byModel[name] ?? []
        allCollectors = AdaptationTable.collectors[name] ?? []
    }

    func refresh(_ versions: VersionRange, age: Int, collects: Bool) {
        guard self.age != age else { return }
        self.age = age
        active = adaptations.enumerated().filter { $0.element.mayApply(versions) }
            .map { ($0.offset, $0.element, $0.element.applies(versions)) }
        collectors = collects ? allCollectors.filter { $0.isNeeded(versions) } : []
    }

    /// Whether rows with the fields of this version, and no natural keys, stay as they are and say nothing.
    var isIdle: Bool { active.isEmpty && collectors.isEmpty && keyFields.isEmpty && !isMade }

    /// The numbers of adaptations that these versions would decide otherwise.
    func decisions(_ versions: VersionRange) -> [Bool] { adaptations.map { $0.applies(versions) } }

    /// What is counted for an old field.
    func oldFieldName(_ index: Int, isUnknown: Bool) -> String {
        guard let plan else { return "" }
        while oldFieldNames.count <= index {
            let field = plan.oldFields[oldFieldNames.count]
            oldFieldNames.append("\(name).\(ShownName.safe(field.name))")
        }
        let subject = oldFieldNames[index]
        if isUnknown { return "\(subject): unknown field, left out" }
        return plan.oldFields[index].successorName.map { "\(subject): \($0) now" } ?? "\(subject): left out"
    }
}
