public import Catalogue
public import ExportFormat

extension [LearnRequest] {
    /// Throws `.badReference` if an operator confirms a reference that no learned model of the file has: a mistyped word
    /// would leave the reference as it was, without a sign.
    ///
    /// - Parameter confirmed: `model.field` → the model that it refers to
    public func mustHave(_ confirmed: [String: String]) throws(ExportError) {
        for (place, target) in confirmed.sorted(by: { $0.key < $1.key }) {
            let model = place.split(separator: ".").dropLast().joined(separator: ".")
            let field = String(place.dropFirst(model.count + 1))
            guard let request = first(where: { $0.model == model }) else {
                throw ExportError(
                    .badReference,
                    "--learn-reference \(place)=\(target): \(model) is no model to learn; \(Self.words("the models", map(\.model)))"
                )
            }
            guard request.fields[field] == nil else { continue }
            throw ExportError(
                .badReference,
                "--learn-reference \(place)=\(target): \(model) has no field \(field) in the file; \(Self.words("the fields", request.fields.keys.sorted()))"
            )
        }
    }

    private static func words(_ what: String, _ names: [String]) -> String {
        let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
        return names.isEmpty ? "there are none" : "\(what) are \(shown)"
    }
}
