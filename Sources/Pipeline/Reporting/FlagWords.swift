/// The options of an import, as its record holds them, in words.
package enum FlagWords {
    /// Member of the record → words for people, in the order in which they are shown.
    private static let words = [
        ("mergeUsers", "merge users"), ("overwriteConfigs", "overwrite configs"),
        ("hideOrganizations", "hide organizations"), ("atomic", "one transaction"), ("repairs", "repair"),
    ]

    /// Nil if there is nothing to say.
    package static func text(_ options: String) -> String? {
        guard case .object(let members) = JSONValue(json: options) else { return nil }
        var parts = words.filter { members[$0.0] == .flag(true) }.map(\.1)
        if case .text(let uuid) = members["verifies"] { parts.insert("verifies the import \(uuid)", at: 0) }
        if members["plans"] == .flag(true) { parts.insert("plans an import", at: 0) }
        if case .text(let uuid) = members["plan"] { parts.insert("holds to the plan \(uuid)", at: 0) }
        if case .text(let versions)? = members["versions"], versions != "adapted" {
            parts.append(versions == "strict" ? "strict" : "from version \(versions)")
        }
        if case .integer(let rows) = members["chunkSize"] { parts.append("chunks of \(rows) rows") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
