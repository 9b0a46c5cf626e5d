import Catalogue
import Import

extension DroppedRow {
    /// One line of the operator's list.
    var json: String {
        #"{"model":\#(JSONText.quoted(model)),"pk":\#(sourcePK.map(String.init) ?? "null"),"#
            + #""ordinal":\#(ordinal),"reason":\#(JSONText.quoted(reason.text))}"#
    }
}
