import ExportFormat

/// A form that a whole text must have.
struct TextPattern: Sendable {
    /// The regular expression of the reference, for its sentence.
    let expression: String
    let matches: @Sendable (Substring.UnicodeScalarView) -> Bool

    static let secretHex = TextPattern(expression: "^[0-9a-f]{32}$") { isHex($0, count: 32, small: true) }

    static let subscription = TextPattern(expression: #"^\d+/[0-9a-f]{32}$"#) { text in
        let digits = text.prefix { $0.properties.generalCategory == .decimalNumber }
        let rest = text[digits.endIndex...]
        return !digits.isEmpty && rest.first == "/" && isHex(rest.dropFirst(), count: 32, small: true)
    }

    static let uuid4 = TextPattern(
        expression: #"^[a-f0-9]{8}-?[a-f0-9]{4}-?4[a-f0-9]{3}-?[89ab][a-f0-9]{3}-?[a-f0-9]{12}\Z$"#
    ) { text in
        var rest = text
        for (place, count) in [8, 4, 4, 4, 12].enumerated() {
            if place > 0, rest.first == "-" { rest.removeFirst() }
            let group = rest.prefix(count)
            guard isHex(group, count: count, small: false), beginsRight(group, place) else { return false }
            rest = rest.dropFirst(count)
        }
        return rest.isEmpty
    }

    private static func beginsRight(_ group: Substring.UnicodeScalarView, _ place: Int) -> Bool {
        switch place {
        case 2: group.first == "4"
        case 3: group.first.map { "89abAB".unicodeScalars.contains($0) } ?? false
        default: true
        }
    }

    private static func isHex(_ text: Substring.UnicodeScalarView, count: Int, small: Bool) -> Bool {
        text.count == count
            && text.allSatisfy { "0"..."9" ~= $0 || "a"..."f" ~= $0 || !small && "A"..."F" ~= $0 }
    }
}

extension FieldPair {
    /// One sentence for each side that does not have the form.
    func mismatches(_ pattern: TextPattern) -> [String] {
        [("left", left), ("right", right)].compactMap { side, value in
            if let text = value.text, pattern.matches(text[...].unicodeScalars) { return nil }
            return #"the \#(side) value ("\#(value.pythonText)") of `\#(field)` was not matched by this regex: "#
                + pattern.expression
        }
    }

    var uuidComplaints: [String] { same("UUID field", " ") + mismatches(.uuid4) }

    // The line break and the blanks are the reference's.
    var subscriptionComplaints: [String] {
        same("subscription ID field", "\n" + String(repeating: " ", count: 32)) + mismatches(.subscription)
    }

    private func same(_ thing: String, _ space: String) -> [String] {
        guard left == right else { return [] }
        return [
            "the left value (\(left.pythonText)) of the \(thing) `\(field)` was\(space)equal to the right value "
                + "(\(right.pythonText))"
        ]
    }
}
