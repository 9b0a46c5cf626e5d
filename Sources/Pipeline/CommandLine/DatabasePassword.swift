/// Keeps passwords of databases off the command line, which every user of the machine can read.
package enum DatabasePassword {
    /// Throws a usage error, which never repeats the text, if a database URL given as `flag` carries a password.
    ///
    /// - Parameter variable: the environment variable to use instead
    package static func refuse(in text: String, flag: String, variable: String) throws(CommandFailure) {
        guard isPresent(in: text) else { return }
        throw CommandFailure.password(in: flag, variable)
    }

    /// Whether a database URL, or libpq's `name=value` form, carries a password in any place libpq reads one from.
    static func isPresent(in text: String) -> Bool {
        let parts = text.split(separator: "://", maxSplits: 1)
        guard parts.count == 2 else { return text.lowercased().contains("password") }
        if parts[0].lowercased() == "sqlite" { return false }
        let halves = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        if let at = halves[0].lastIndex(of: "@"), halves[0][..<at].contains(":") { return true }
        return halves.count == 2 && halves[1].split(separator: "&").contains(where: isPassword)
    }

    /// libpq decodes the names of parameters too: one that is encoded may spell any name.
    private static func isPassword(_ parameter: Substring) -> Bool {
        let name = parameter.prefix { $0 != "=" }.lowercased()
        return name.contains("password") || name.contains("%")
    }
}
