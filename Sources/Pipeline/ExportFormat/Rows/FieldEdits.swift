/// New values for fields of one row: so few that each is found by comparing names.
package struct FieldEdits: Sendable {
    private var fields: [(name: String, value: FieldValue)] = []

    package init(_ fields: [String: FieldValue] = [:]) {
        self.fields = fields.map { ($0.key, $0.value) }
    }

    package var isEmpty: Bool { fields.isEmpty }

    package var sortedByName: [(name: String, value: FieldValue)] { fields.sorted { $0.name < $1.name } }

    /// nil for a field that keeps its value.
    package subscript(_ name: String) -> FieldValue? {
        fields.isEmpty ? nil : fields.first { $0.name == name }?.value
    }

    package mutating func set(_ name: String, _ value: FieldValue) {
        if let place = fields.firstIndex(where: { $0.name == name }) {
            fields[place].value = value
        } else {
            fields.append((name, value))
        }
    }

    /// Keeps the memory for the next row.
    package mutating func removeAll() { fields.removeAll(keepingCapacity: true) }
}
