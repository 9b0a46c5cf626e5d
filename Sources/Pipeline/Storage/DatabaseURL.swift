/// Where a database is: `sqlite:///absolute/path`, or a libpq URL (`postgresql://…`, `postgres://…`).
///
/// Its description never shows a password, nor any parameter of the URL.
public struct DatabaseURL: Sendable, Equatable, CustomStringConvertible {
    enum Location: Sendable, Equatable {
        /// Absolute path, taken literally.
        case sqlite(path: String)
        /// The whole URL, as libpq reads it.
        case postgres(url: String)
    }

    let location: Location
    public let description: String
    /// Whether the URL carries a password, and so must not stand in an argument list.
    public let hasPassword: Bool
    /// Whether several connections can write at a time.
    public var isServer: Bool { if case .postgres = location { true } else { false } }

    /// - Throws: `.invalidValue` for another scheme, a relative path, or a URL that libpq would read in another way
    ///   than it looks (an unescaped `@` or `/` in the password).
    public init(_ text: String) throws(StorageError) {
        guard let mark = text.firstRange(of: "://") else {
            throw Self.refusal("a database URL begins with sqlite:/// or postgresql://")
        }
        let rest = text[mark.upperBound...]
        switch text[..<mark.lowerBound] {
        case "sqlite":
            guard rest.hasPrefix("/"), !rest.hasSuffix("/"), !rest.utf8.contains(0) else {
                throw Self.refusal("a SQLite database is named by an absolute path: sqlite:///path/to/file")
            }
            location = .sqlite(path: String(rest))
            description = text
            hasPassword = false
        case "postgresql", "postgres":
            let parts = try PostgresURLParts(rest)
            location = .postgres(url: text)
            description = parts.description
            hasPassword = parts.hasPassword
        default:
            throw Self.refusal("a database URL begins with sqlite:/// or postgresql://")
        }
    }

    /// Never repeats the text: it may hold a password.
    fileprivate static func refusal(_ message: String) -> StorageError { StorageError(.invalidValue, message) }
}

/// `[user[:password]@][host[:port],…][/database][?parameters]`, split the way libpq does.
private struct PostgresURLParts {
    let description: String
    let hasPassword: Bool

    init(_ text: Substring) throws(StorageError) {
        guard !text.utf8.contains(0) else { throw Self.ambiguous }
        let beforeQuery = text.prefix { $0 != "?" }
        let parameters = text.dropFirst(beforeQuery.count + 1).split(separator: "&")
        let authority = beforeQuery.prefix { $0 != "/" }
        let database = beforeQuery.dropFirst(authority.count)
        let halves = authority.split(separator: "@", omittingEmptySubsequences: false)
        // libpq ends the credentials at the first `@` and the host at the first `/`: any other split would show a
        // part of a password as a host or a database name.
        guard halves.count <= 2, !database.contains("@"), database.dropFirst().allSatisfy({ $0 != "/" }) else {
            throw Self.ambiguous
        }
        let hosts = halves.last ?? ""
        guard Self.hostsAreReadable(hosts), Self.escapesAreWhole(text) else { throw Self.ambiguous }
        let credentials = halves.count == 2 ? halves[0].split(separator: ":", maxSplits: 1) : []
        let user = credentials.first.map { "\($0)@" } ?? ""
        description = "postgresql://\(user)\(hosts)\(database)"
        hasPassword =
            credentials.count == 2 || parameters.contains { $0.hasPrefix("password=") || $0.hasPrefix("sslpassword=") }
    }

    /// Every port is a number; a bracketed address may hold colons.
    private static func hostsAreReadable(_ hosts: Substring) -> Bool {
        hosts.split(separator: ",").allSatisfy { host in
            let tail = host.hasPrefix("[") ? host.drop { $0 != "]" }.dropFirst() : host.drop { $0 != ":" }
            return tail.isEmpty || tail.first == ":" && tail.dropFirst().allSatisfy(\.isNumber)
        }
    }

    private static func escapesAreWhole(_ text: Substring) -> Bool {
        text.split(separator: "%", omittingEmptySubsequences: false).dropFirst().allSatisfy { part in
            let digits = part.prefix(2)
            return digits.count == 2 && digits.allSatisfy(\.isHexDigit) && digits != "00"
        }
    }

    private static var ambiguous: StorageError {
        DatabaseURL.refusal(
            "not a PostgreSQL URL: percent-encode the characters @ / : ? % in a user name, password or database name")
    }
}
