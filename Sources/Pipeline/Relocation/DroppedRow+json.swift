import Catalogue
package import Import

extension DroppedRow {
    /// One line of the list of dropped rows that operators see.
    package var json: String {
        #"{"model":\#(JSONText.quoted(model)),"pk":\#(sourcePK.map(String.init) ?? "null"),"#
            + #""ordinal":\#(ordinal),"reason":\#(JSONText.quoted(reason.text)),"#
            + #""missingPK":\#(missingPK.map(String.init) ?? "null")}"#
    }
}
