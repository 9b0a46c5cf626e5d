import ExportFormat

extension FieldValue {
    /// The value of an object's key; null if there is none.
    subscript(_ key: String) -> FieldValue {
        guard case .object(let members) = self else { return .null }
        return members.last { $0.key == key }?.value ?? .null
    }

    var isObject: Bool { if case .object = self { true } else { false } }

    var items: [FieldValue]? { if case .list(let items) = self { items } else { nil } }

    /// The object with one more key, at the end, or with another value for a key that it has.
    func setting(_ key: String, _ value: FieldValue) -> FieldValue {
        guard case .object(var members) = self else { return self }
        if let place = members.lastIndex(where: { $0.key == key }) {
            members[place] = Member(key, value)
        } else {
            members.append(Member(key, value))
        }
        return .object(members)
    }

    /// The object without the keys that `isGone` names.
    func removing(_ isGone: (String) -> Bool) -> FieldValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !isGone($0.key) })
    }

    /// With each item of a list under a key changed.
    func mapping(_ key: String, _ change: (FieldValue) -> FieldValue) -> FieldValue {
        guard let items = self[key].items else { return self }
        return setting(key, .list(items.map(change)))
    }
}
