/// A source row that was not written, for the operator's list.
public struct DroppedRow: Sendable, Equatable {
    public let model: String
    public let sourcePK: Int64?
    public let ordinal: Int64
    public let reason: DropReason
    /// The source key of the row that it refers to and that was not imported, if that is the reason.
    public let missingPK: Int64?

    public init(
        model: String, sourcePK: Int64?, ordinal: Int64, reason: DropReason, missingPK: Int64? = nil
    ) {
        self.model = model
        self.sourcePK = sourcePK
        self.ordinal = ordinal
        self.reason = reason
        self.missingPK = missingPK
    }

    /// One line of the list of dropped rows that operators see.
    package var json: String {
        #"{"model":\#(JSONText.quoted(model)),"pk":\#(sourcePK.map(String.init) ?? "null"),"#
            + #""ordinal":\#(ordinal),"reason":\#(JSONText.quoted(reason.text)),"#
            + #""missingPK":\#(missingPK.map(String.init) ?? "null")}"#
    }
}
