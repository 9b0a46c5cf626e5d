internal import Catalogue

/// A written row that the destination holds otherwise than the file has it.
public struct ChangedRow: Sendable, Equatable {
    let model: String
    let sourcePK: Int64?
    /// 1-based place among the model's rows.
    let ordinal: Int64
    /// What is lost, or there instead.
    let change: String

    /// One line of the list of rows that operators see.
    package var json: String {
        #"{"model":\#(JSONText.quoted(model)),"pk":\#(sourcePK.map(String.init) ?? "null"),"ordinal":\#(ordinal),"#
            + #""what":\#(JSONText.quoted("\(model).\(change)"))}"#
    }
}
