package import ExportFormat

/// Reading and changing values as Python's dictionaries and lists.
extension FieldValue {
    /// An object's entries; none for any other value.
    package var members: [Member] { if case .object(let members) = self { members } else { [] } }

    /// A list's values; none for any other value.
    package var items: [FieldValue] { if case .list(let items) = self { items } else { [] } }

    package var isObject: Bool { if case .object = self { true } else { false } }

    package var isList: Bool { if case .list = self { true } else { false } }

    /// An integer or a fraction.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .double(let number): number
        case .bigInteger(let digits): Double(digits)
        case .null, .bool, .text, .list, .object: nil
        }
    }

    /// A text that is not empty.
    package var nonEmptyText: String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// The value of an object's key; null for a key that is missing and for anything but an object.
    package subscript(key: String) -> FieldValue {
        get {
            guard case .object(let members) = self else { return .null }
            return members.first { $0.key == key }?.value ?? .null
        }
        set {
            guard case .object(var members) = self else {
                self = .object([.init(key, newValue)])
                return
            }
            self = .null
            if let place = members.firstIndex(where: { $0.key == key }) {
                members[place].value = newValue
            } else {
                members.append(.init(key, newValue))
            }
            self = .object(members)
        }
    }

    /// The value at the end of a path of keys.
    package func at(_ path: String...) -> FieldValue {
        path.reduce(self) { $0[$1] }
    }

    /// Whether an object has the key, null or not.
    package func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    package mutating func remove(_ key: String) {
        guard case .object(var members) = self else { return }
        self = .null
        members.removeAll { $0.key == key }
        self = .object(members)
    }

    /// Changes each item of a list in place.
    package mutating func updateItems(_ change: (inout FieldValue) -> Void) {
        guard case .list(var items) = self else { return }
        self = .null
        for place in items.indices { change(&items[place]) }
        self = .list(items)
    }

    /// Changes the value of a key in place, if an object has it.
    package mutating func update(_ key: String, _ change: (inout FieldValue) -> Void) {
        guard case .object(var members) = self, let place = members.firstIndex(where: { $0.key == key }) else { return }
        self = .null
        change(&members[place].value)
        self = .object(members)
    }

    /// Adds null for each key that an object lacks.
    package mutating func fill(_ keys: [String]) {
        guard case .object(var members) = self else { return }
        self = .null
        let known = Set(members.map(\.key))
        for key in keys where !known.contains(key) { members.append(.init(key, .null)) }
        self = .object(members)
    }
}
