/// Why a value does not fit its field. The problem continues "field x …" and never quotes the value.
struct FieldFault: Error, Equatable {
    let problem: String

    init(_ problem: String) { self.problem = problem }

    /// `holds a string where an integer belongs`.
    static func misfit(_ value: TapeValue, _ wanted: String) -> FieldFault {
        FieldFault("holds \(value.kindForPeople) where \(wanted) belongs")
    }
}
