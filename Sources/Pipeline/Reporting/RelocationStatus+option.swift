package import Queue

extension RelocationStatus {
    /// A member of the options; nil if it is missing or off. A list asks for it once per relocation, so the options are parsed only
    /// if their text may hold it.
    package func option(_ name: String) -> JSONValue? {
        guard options.contains("\"\(name)\""), !options.contains("\"\(name)\":false"),
            case .object(let members) = JSONValue(json: options)
        else { return nil }
        return members[name] == .flag(false) ? nil : members[name]
    }
}
