/// Why a value does not fit its field. The problem continues "field x …" and never quotes the value.
struct ValueMismatch: Error, Equatable {
    let problem: String

    init(_ problem: String) { self.problem = problem }

    /// `holds a string where an integer belongs`.
    static func expected(_ wanted: String, found value: TapeValue) -> ValueMismatch {
        ValueMismatch("holds \(value.kindForPeople) where \(wanted) belongs")
    }
}
