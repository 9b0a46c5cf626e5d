public import ArgumentParser

/// The database a command works on. The Storage room reads the URL.
public struct DatabaseOptions: ParsableArguments {
    /// The SQLite file in the working folder that is used if no database is given.
    public static let defaultFileName = "relocation.sqlite"

    @Option(
        name: .customLong("database-url"),
        help: ArgumentHelp(
            "Database: sqlite:///absolute/path or postgresql://… Also RELOCATION_DATABASE_URL or RELOCATION_DATABASE_URL_FILE, which may contain a password; this option may not.",
            valueName: "url"))
    public var databaseURL: String?

    public init() {}

    /// The URL of flag or environment; else a SQLite file in `folder`, an absolute path.
    public func url(_ environment: Environment = .process, folder: String) throws -> String {
        if let databaseURL {
            try DatabasePassword.refuse(in: databaseURL, flag: "--database-url", variable: Environment.databaseURL)
            return databaseURL
        }
        if let url = try environment.value(Environment.databaseURL) { return url }
        return "sqlite://" + (folder.hasSuffix("/") ? folder : folder + "/") + DatabaseOptions.defaultFileName
    }
}
