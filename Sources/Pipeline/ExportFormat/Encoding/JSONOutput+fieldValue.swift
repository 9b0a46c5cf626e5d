extension JSONOutput {
    /// What becomes of numbers that JSON does not know.
    package enum NonFinite: Sendable {
        /// `null`
        case null
        /// `NaN`, `Infinity`, `-Infinity`, as Python's `json.dumps` writes them.
        case bare
    }

    /// A value in one line.
    ///
    /// - Parameter sorted: whether the keys of objects stand in the order of their code points; else in their own
    package mutating func append(_ value: FieldValue, sorted: Bool, nonFinite: NonFinite) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag)
        case .integer(let number): append(number)
        case .bigInteger(let digits): append(plain: digits)
        case .double(let number): append(number, nonFinite)
        case .text(let text): append(string: text)
        case .list(let items): append(list: items, sorted, nonFinite)
        case .object(let members): append(object: members, sorted, nonFinite)
        }
    }

    private mutating func append(_ number: Double, _ nonFinite: NonFinite) {
        // A finite number never throws.
        if number.isFinite, (try? append(number)) != nil { return }
        switch nonFinite {
        case .null: append("null")
        case .bare where number.isNaN: append("NaN")
        case .bare: append(plain: number < 0 ? "-Infinity" : "Infinity")
        }
    }

    private mutating func append(list items: [FieldValue], _ sorted: Bool, _ nonFinite: NonFinite) {
        append("[")
        for (place, item) in items.enumerated() {
            if place > 0 { append(",") }
            append(item, sorted: sorted, nonFinite: nonFinite)
        }
        append("]")
    }

    private mutating func append(object members: [FieldValue.Member], _ sorted: Bool, _ nonFinite: NonFinite) {
        append("{")
        for (place, member) in (sorted ? members.inKeyOrder : members).enumerated() {
            if place > 0 { append(",") }
            append(string: member.key)
            append(":")
            append(member.value, sorted: sorted, nonFinite: nonFinite)
        }
        append("}")
    }
}

extension [FieldValue.Member] {
    /// The same entries in the order of their keys' code points, which is that of their UTF-8.
    package var inKeyOrder: [FieldValue.Member] {
        for place in indices.dropFirst() where self[place].precedes(self[place - 1]) {
            return sorted { $0.precedes($1) }
        }
        return self
    }
}

extension FieldValue.Member {
    fileprivate func precedes(_ other: FieldValue.Member) -> Bool {
        let fast = key.utf8.withContiguousStorageIfAvailable { mine in
            other.key.utf8.withContiguousStorageIfAvailable { mine.lexicographicallyPrecedes($0) }
        }
        return (fast ?? nil) ?? key.utf8.lexicographicallyPrecedes(other.key.utf8)
    }
}
