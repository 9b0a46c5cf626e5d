package import CommandLine
internal import Crypto
internal import TextForms

/// The tokens that open the server, and the sessions of browsers that have shown one.
///
/// A session is a text that only a holder of the token could have made: role, end, random digits, and their code. So
/// the server keeps no sessions, and another token ends them all.
package struct AccessTokens: Sendable {
    /// Characters that a token has at least.
    package static let minimumCharacters = 16
    /// Seconds that a session lasts.
    package static let sessionSeconds: Int64 = 12 * 60 * 60

    private let digests: [(role: Role, digest: SHA256Digest)]
    private let keys: [Role: SymmetricKey]

    /// Throws a usage error if there is no token, if one is too short, or if both are the same.
    ///
    /// - Parameters:
    ///   - operator: of those who act; nil: nobody does
    ///   - reader: of those who only look; nil: the operators alone do
    package init(operator: String?, reader: String?) throws(CommandFailure) {
        let given = [(Role.operator, `operator`), (Role.reader, reader)].compactMap { role, text in
            text.map { (role, $0) }
        }
        guard !given.isEmpty else { throw Self.missing }
        guard given.allSatisfy({ $0.1.count >= Self.minimumCharacters }) else { throw Self.short }
        guard `operator` != reader else {
            throw CommandFailure(.usage, "The operators' token and the readers' are the same: give each its own.")
        }
        digests = given.map { ($0, SHA256.hash(data: Array($1.utf8))) }
        keys = Dictionary(given.map { ($0, Self.key($1)) }) { first, _ in first }
    }

    /// What a token allows; nil if it is none of ours. Takes the same time for each wrong token.
    package func role(ofToken token: String) -> Role? {
        let digest = SHA256.hash(data: Array(token.utf8))
        var found: Role?
        // Digests compare in constant time, and all of them are compared.
        for known in digests where known.digest == digest { found = known.role }
        return found
    }

    /// A new session.
    ///
    /// - Parameter now: seconds since 1970
    package func session(_ role: Role, now: Int64) -> String? {
        let nonce = String(UInt64.random(in: .min ... .max), radix: 36)
        return signed("\(role.rawValue).\(now + Self.sessionSeconds).\(nonce)", role)
    }

    /// What a session allows; nil if it has ended, or if it is none of ours.
    package func role(ofSession session: String, now: Int64) -> Role? {
        let parts = session.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, let role = Role(rawValue: String(parts[0])), let end = Int64(parts[1]), end > now,
            let key = keys[role],
            Self.isSame(String(parts[3]), Self.code(parts[0...2].joined(separator: "."), key))
        else { return nil }
        return role
    }

    /// What forms of a session must send back.
    package func formToken(ofSession session: String, _ role: Role) -> String? {
        keys[role].map { Self.code("form " + session, $0) }
    }

    /// Whether a form has sent back what it must. Takes the same time for each wrong text.
    package func isFormToken(_ text: String, ofSession session: String, _ role: Role) -> Bool {
        formToken(ofSession: session, role).map { Self.isSame(text, $0) } ?? false
    }

    private func signed(_ text: String, _ role: Role) -> String? {
        keys[role].map { "\(text).\(Self.code(text, $0))" }
    }

    private static func code(_ text: String, _ key: SymmetricKey) -> String {
        Hex.text(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    /// Digests compare in constant time.
    private static func isSame(_ text: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(text.utf8)) == SHA256.hash(data: Array(other.utf8))
    }

    private static func key(_ token: String) -> SymmetricKey {
        SymmetricKey(
            data: HMAC<SHA256>.authenticationCode(
                for: Array("relocation session".utf8), using: SymmetricKey(data: Array(token.utf8))))
    }

    private static let missing = CommandFailure(
        .usage,
        "The server starts only with a token: everybody who reaches its address could act otherwise. Set "
            + "RELOCATION_HTTP_TOKEN_FILE (operators) or RELOCATION_HTTP_READ_TOKEN_FILE (readers).",
        next: "make one: openssl rand -hex 24")

    private static let short = CommandFailure(
        .usage, "A token of the server has \(minimumCharacters) characters at least: it may be guessed otherwise.",
        next: "make one: openssl rand -hex 24")
}
