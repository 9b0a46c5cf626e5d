/// What a token allows.
package enum Role: String, Sendable, CaseIterable {
    /// Looks.
    case reader
    /// Looks and acts.
    case `operator`
}

/// Who sends a request.
package struct Caller: Sendable {
    package let role: Role
    /// What each form of the page must send back; nil for a caller with a token in a header, whose requests no other site
    /// can make.
    package let formToken: String?
}
