/// API scopes and what each implies.
enum APIScopes {
    private static let implied: [String: [String]] = [
        "org:write": ["org:read"],
        "org:admin": ["org:read", "org:write", "org:integrations"],
        "member:invite": ["member:read"],
        "member:write": ["member:read", "member:invite"],
        "member:admin": ["member:read", "member:invite", "member:write"],
        "team:write": ["team:read"],
        "team:admin": ["team:read", "team:write"],
        "project:write": ["project:read"],
        "project:admin": ["project:read", "project:write"],
        "event:write": ["event:read"],
        "event:admin": ["event:read", "event:write"],
        "alerts:write": ["alerts:read"],
    ]

    /// The listed scopes and all that they imply, sorted, each once. Unknown scopes are kept.
    static func closure(of scopes: [String?]) -> [String?] {
        var out: Set<String> = []
        for scope in scopes.compactMap(\.self) {
            out.insert(scope)
            out.formUnion(implied[scope] ?? [])
        }
        return out.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }
}
