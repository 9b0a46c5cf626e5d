internal import ArgumentParser

/// `--learn-reference app.model.field=app.model`, given several times.
public enum LearnReferences {
    /// `model.field` → the model that it refers to; `none` for no reference.
    public static func parse(_ texts: [String]) throws -> [String: String] {
        var references: [String: String] = [:]
        for text in texts {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false).map { $0.lowercased() }
            guard parts.count == 2, parts[0].split(separator: ".").count == 3,
                parts[1] == "none" || parts[1].split(separator: ".").count == 2
            else {
                throw ValidationError(
                    "'\(text)' confirms no reference. Write it as app.model.field=app.model, or app.model.field=none.")
            }
            references[parts[0]] = parts[1]
        }
        return references
    }
}
