public import ArgumentParser

/// Which database a command works on. What the URL means is the database's own matter.
public struct DatabaseOptions: ParsableArguments {
    /// The file of a command that names no database, in the working folder.
    public static let defaultFileName = "relocation.sqlite"

    @Option(
        name: .customLong("database-url"),
        help: ArgumentHelp(
            "Database: sqlite:///absolute/path or postgresql://… A password belongs in RELOCATION_DATABASE_URL or a file.",
            valueName: "url"))
    public var databaseURL: String?

    public init() {}

    /// The URL of flag or environment; else a SQLite file in `folder`, an absolute path.
    public func url(_ environment: Environment = .process, folder: String) throws -> String {
        if let databaseURL {
            guard !DatabaseOptions.holdsPassword(databaseURL) else {
                throw CommandFailure.password(in: "--database-url", Environment.databaseURL)
            }
            return databaseURL
        }
        if let url = try environment.value(Environment.databaseURL) { return url }
        return "sqlite://" + (folder.hasSuffix("/") ? folder : folder + "/") + DatabaseOptions.defaultFileName
    }

    /// Whether a database's URL (or libpq's `name=value` form) carries a password, wherever one may stand.
    static func holdsPassword(_ text: String) -> Bool {
        let parts = text.split(separator: "://", maxSplits: 1)
        guard parts.count == 2 else { return text.lowercased().contains("password") }
        if parts[0] == "sqlite" { return false }
        let halves = parts[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        if let at = halves[0].lastIndex(of: "@"), halves[0][..<at].contains(":") { return true }
        guard halves.count == 2 else { return false }
        return halves[1].split(separator: "&").contains { parameter in
            let name = parameter.prefix { $0 != "=" }.lowercased()
            // libpq decodes names too.
            return name.contains("password") || name.contains("%")
        }
    }
}
