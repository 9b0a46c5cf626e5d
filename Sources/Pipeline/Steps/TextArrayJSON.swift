import Catalogue
internal import Foundation

/// A list of texts as JSON: how the reference's tables hold wanted names.
enum TextArrayJSON {
    static func text(_ texts: [String?]) -> String {
        "[" + texts.map { $0.map(JSONText.quoted) ?? "null" }.joined(separator: ", ") + "]"
    }

    /// nil for anything else.
    static func read(_ text: String) -> [String?]? {
        // The caller takes what is no such list for a record without one.
        try? JSONDecoder().decode([String?].self, from: Data(text.utf8))
    }
}
