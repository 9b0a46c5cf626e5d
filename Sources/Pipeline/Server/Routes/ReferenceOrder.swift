internal import HTTPTypes

/// A relocation that a form asks for, read as Sentry reads it: texts without blanks around them.
struct ReferenceOrder: Sendable {
    let owner: String
    let organizations: [String]

    /// Throws what is wrong with each field.
    init(_ form: UploadedForm) throws(ReferenceRefusal) {
        var errors: [String: [String]] = [:]
        func text(_ name: String, _ rule: TextRule) -> String {
            let (text, faults) = rule.read(form.texts[name])
            if !faults.isEmpty { errors[name] = faults }
            return text
        }
        if let fault = Self.fault(ofFileIn: form) { errors[UploadedForm.fileName] = [fault] }
        let slugs = text("orgs", TextRule())
        owner = text("owner", TextRule(maxCharacters: Self.ownerCharacters))
        _ = text("promo_code", TextRule(isRequired: false, maxCharacters: Self.promoCharacters))
        organizations = slugs.unicodeScalars.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.trimmingBlanks()
        }
        guard errors.isEmpty else { throw ReferenceRefusal(fields: errors) }
    }

    private static let (ownerCharacters, promoCharacters) = (128, 40)

    private static func fault(ofFileIn form: UploadedForm) -> String? {
        if let bytes = form.files[UploadedForm.fileName]?.bytes {
            return bytes == 0 ? "The submitted file is empty." : nil
        }
        guard form.texts[UploadedForm.fileName] == nil else {
            return "The submitted data was not a file. Check the encoding type on the form."
        }
        return "No file was submitted."
    }

    /// Throws for the first slug that is none.
    static func requireSlugs(_ slugs: [String]) throws(ReferenceRefusal) {
        for slug in slugs where slug.wholeMatch(of: #/(?![0-9]+$)[a-zA-Z0-9]([a-zA-Z0-9\-]*[a-zA-Z0-9])?/#) == nil {
            throw ReferenceRefusal(.badRequest, "Org slug is invalid: `\(slug)`.")
        }
    }
}

/// What a field with a text may be.
private struct TextRule {
    var isRequired = true
    var maxCharacters: Int?

    /// The text, and what is wrong with it.
    func read(_ given: String?) -> (text: String, faults: [String]) {
        guard let text = given?.unicodeScalars[...].trimmingBlanks() else {
            return ("", isRequired ? ["This field is required."] : [])
        }
        if text.isEmpty { return ("", isRequired ? ["This field may not be blank."] : []) }
        var faults: [String] = []
        if let maxCharacters, text.unicodeScalars.count > maxCharacters {
            faults.append("Ensure this field has no more than \(maxCharacters) characters.")
        }
        if text.unicodeScalars.contains("\0") { faults.append("Null characters are not allowed.") }
        return (text, faults)
    }
}

extension Substring.UnicodeScalarView {
    /// Without the blanks that Python strips.
    fileprivate func trimmingBlanks() -> String {
        let head = drop(while: Self.isBlank)
        let end = head.lastIndex { !Self.isBlank($0) }
        return end.map { String(head[...$0]) } ?? ""
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}
