import ExportFormat

/// A rule and the fields of a model that it holds for.
struct Comparator: Sendable {
    let rule: ComparisonRule
    let fields: [FieldName]
    /// The models that the fields refer to, in the same order; empty for other rules.
    let targets: [String]

    init(_ rule: ComparisonRule, _ fields: [FieldName], targets: [String] = []) {
        self.rule = rule
        self.fields = fields
        self.targets = targets
    }

    /// The same for its other fields; nil if there are none.
    func without(_ ignored: Set<String>) -> Comparator? {
        let places = fields.indices.filter { !ignored.contains(fields[$0].text) }
        if places.count == fields.count { return self }
        guard !places.isEmpty else { return nil }
        return Comparator(rule, places.map { fields[$0] }, targets: targets.isEmpty ? [] : places.map { targets[$0] })
    }

    /// What is wrong with a pair of rows.
    struct Complaints {
        /// Fields that one side lacks. If there are any, the rule itself is not applied.
        fileprivate(set) var existence: [String] = []
        fileprivate(set) var values: [String] = []

        var isEmpty: Bool { existence.isEmpty && values.isEmpty }
    }

    func complaints(_ rows: RowPair<some ComparedRow>) -> Complaints {
        var found = Complaints()
        guard rule != .ignored else { return found }
        for (place, field) in fields.enumerated() {
            let left = rows.left.value(field)
            let right = rows.right.value(field)
            if left.isNull != right.isNull {
                found.existence.append("the \(left.isNull ? "left" : "right") `\(field.text)` value was missing")
            } else if !left.isNull {
                found.values += complaints(FieldPair(field.text, left, right), place, rows)
            }
        }
        if !found.existence.isEmpty { found.values = [] }
        return found
    }

    private func complaints(_ pair: FieldPair, _ place: Int, _ rows: RowPair<some ComparedRow>) -> [String] {
        switch rule {
        case .suffix: pair.suffixComplaints
        case .updated: pair.updatedComplaints
        case .instant: pair.instantComplaints
        case .email: pair.inequality(shownBy: Obscured.email)
        case .hash: pair.inequality(shownBy: Obscured.hash)
        case .password: PasswordRule(rows).complaints(pair)
        case .reference: pair.referenceComplaints(to: targets[place], rows.references)
        case .ignored: []
        case .hex: pair.mismatches(.secretHex)
        case .subscription: pair.subscriptionComplaints
        case .uuid4: pair.uuidComplaints
        case .unordered: pair.unorderedComplaints
        }
    }
}

/// A field's values in both rows; neither is null.
struct FieldPair {
    let field: String
    let left: FieldValue
    let right: FieldValue

    init(_ field: String, _ left: FieldValue, _ right: FieldValue) {
        self.field = field
        self.left = left
        self.right = right
    }

    /// The reference's sentence about two values; `thing` stands before the field.
    func differs(_ relation: String, thing: String = "") -> String {
        "the left value (\(left.pythonText)) of \(thing)`\(field)` was not \(relation) the right value (\(right.pythonText))"
    }
}

extension FieldPair {
    var suffixComplaints: [String] {
        guard left != right else { return [] }
        if let left = left.text, let right = right.text, right.utf8.starts(with: (left + "-").utf8) { return [] }
        return [differs("equal to or a dashed prefix of")]
    }

    var unorderedComplaints: [String] {
        if left == right || Self.sorted(left) == Self.sorted(right) { return [] }
        return [differs("equal to", thing: "the unordered list field ")]
    }

    /// The items in an order that depends on nothing but the items; those of a text are its characters, as in Python.
    private static func sorted(_ value: FieldValue) -> [String] {
        switch value {
        case .text(let text): text.unicodeScalars.map { FieldValue.text(String($0)).pythonForm }.sorted()
        case .list(let items): items.map(\.pythonForm).sorted()
        case .null, .bool, .integer, .bigInteger, .double, .object: [value.pythonForm]
        }
    }

    func referenceComplaints(to model: String, _ references: References) -> [String] {
        let leftOrdinal = references.left(model, left)
        let rightOrdinal = references.right(model, right)
        guard let leftOrdinal, let rightOrdinal else {
            return (leftOrdinal == nil ? [missing("left", left)] : [])
                + (rightOrdinal == nil ? [missing("right", right)] : [])
        }
        if leftOrdinal == rightOrdinal { return [] }
        return [
            "the left foreign key ordinal (\(leftOrdinal)) for `\(field)` was not equal to the right foreign key ordinal "
                + "(\(rightOrdinal))"
        ]
    }

    private func missing(_ side: String, _ key: FieldValue) -> String {
        "the \(side) foreign key ordinal for `\(field)` model with pk `\(key.pythonText)` could not be found"
    }
}
