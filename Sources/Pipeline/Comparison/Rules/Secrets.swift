import ExportFormat

/// How secrets are shown.
enum Obscured {
    /// The first letter and the end of the domain. What is no address is shown as it is, as in the reference.
    static func email(_ text: String) -> String {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return text }
        return String(parts[0].unicodeScalars.prefix(1)) + "...@..." + String(parts[1].unicodeScalars.suffix(6))
    }

    static func hash(_ text: String) -> String {
        switch text.unicodeScalars.count {
        case 16...: ends(text, 3, 3)
        case 8...: ends(text, 1, 1)
        default: "..."
        }
    }

    static func password(_ text: String) -> String {
        switch text.unicodeScalars.count {
        case 81...: ends(text, 12, 6)
        case 41...: ends(text, 6, 4)
        default: "..."
        }
    }

    private static func ends(_ text: String, _ first: Int, _ last: Int) -> String {
        String(text.unicodeScalars.prefix(first)) + "..." + String(text.unicodeScalars.suffix(last))
    }
}

extension FieldPair {
    /// What is wrong if the values must be equal.
    func inequality(shownBy show: (String) -> String) -> [String] {
        if left == right { return [] }
        let (left, right) = (show(left.pythonText), show(right.pythonText))
        return [#"the left value ("\#(left)") of `\#(field)` was not equal to the right value ("\#(right)")"#]
    }
}

/// A user's password, which depends on whether the user is claimed.
struct PasswordRule<Row: ComparedRow> {
    private let rows: RowPair<Row>

    init(_ rows: RowPair<Row>) { self.rows = rows }

    func complaints(_ password: FieldPair) -> [String] {
        let (wasUnclaimed, isUnclaimed) = values("is_unclaimed")
        if isUnclaimed.isTruthy { return unclaimed(password) }
        let claimed =
            wasUnclaimed.isTruthy
            ? [
                "the left value of `is_unclaimed` was `True` but the right value was `False`, even though the act of "
                    + "importing cannot claim users"
            ] : []
        return claimed + password.inequality(shownBy: Obscured.password)
    }

    private func values(_ field: FieldName) -> (FieldValue, FieldValue) {
        (rows.left.value(field), rows.right.value(field))
    }

    /// An unclaimed user gets another password, later, that does not expire.
    private func unclaimed(_ password: FieldPair) -> [String] {
        let (leftChange, rightChange) = values("last_password_change")
        let isExpired = values("is_password_expired").1.isTruthy
        return (password.left == password.right ? [kept(password)] : [])
            + FieldPair("last_password_change", leftChange, rightChange).updatedComplaints
            + (isExpired ? [Self.expired] : [])
    }

    // The line breaks and blanks are the reference's.
    private func kept(_ password: FieldPair) -> String {
        let shown = Obscured.password(password.left.pythonText)
        let margin = "\n" + String(repeating: " ", count: 28)
        return #"the left value ("\#(shown)") of `password` was equal to the"# + margin
            + #"right value ("\#(shown)"), which is disallowed when"# + margin + "`is_unclaimed` is `True`"
    }

    private static var expired: String {
        "the right value of `is_password_expired` must be `False` for unclaimed\n" + String(repeating: " ", count: 27)
            + "users"
    }
}
