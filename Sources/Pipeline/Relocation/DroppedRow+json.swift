import Catalogue
package import Import

extension DroppedRow {
    /// One line of the operator's list.
    package var json: String {
        #"{"model":\#(JSONText.quoted(model)),"pk":\#(sourcePK.map(String.init) ?? "null"),"#
            + #""ordinal":\#(ordinal),"reason":\#(JSONText.quoted(reason.text))}"#
    }
}
