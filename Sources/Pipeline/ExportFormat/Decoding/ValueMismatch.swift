/// Why a value does not fit its field. The problem continues "field x …" and never quotes the value.
package struct ValueMismatch: Error, Equatable {
    package let problem: String

    package init(_ problem: String) { self.problem = problem }

    /// `holds a string where an integer belongs`.
    package static func expected(_ wanted: String, found value: TapeValue) -> ValueMismatch {
        ValueMismatch("holds \(value.kindForPeople) where \(wanted) belongs")
    }
}
