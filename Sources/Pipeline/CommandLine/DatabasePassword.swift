/// Keeps passwords of databases off the command line, which every user of the machine can read.
package enum DatabasePassword {
    /// Throws a usage error if a database URL given as `flag` holds a password. The error never repeats the URL.
    ///
    /// - Parameter variable: the environment variable to use instead
    package static func refuse(in text: String, flag: String, variable: String) throws(CommandFailure) {
        guard isPresent(in: text) else { return }
        throw CommandFailure.password(in: flag, variable)
    }

    /// Whether a database URL, or libpq's `name=value` form, holds a password in any place where libpq reads one.
    static func isPresent(in text: String) -> Bool {
        let parts = text.split(separator: "://", maxSplits: 1)
        guard parts.count == 2 else { return text.lowercased().contains("password") }
        if parts[0].lowercased() == "sqlite" { return false }
        let halves = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        if let at = halves[0].lastIndex(of: "@"), halves[0][..<at].contains(":") { return true }
        return halves.count == 2 && halves[1].split(separator: "&").contains(where: isPassword)
    }

    /// libpq also decodes the names of parameters: an encoded name may be `password`.
    private static func isPassword(_ parameter: Substring) -> Bool {
        let name = parameter.prefix { $0 != "=" }.lowercased()
        return name.contains("password") || name.contains("%")
    }
}
