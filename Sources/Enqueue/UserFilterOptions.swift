import ArgumentParser
import CommandLine
import Cutting

/// The user filter, by list or by file.
struct UserFilterOptions: ParsableArguments {
    @Option(
        name: .customLong("filter-usernames"),
        help: ArgumentHelp(
            "Import only these users: names separated by commas, spelled exactly as in the export.", valueName: "names")
    )
    var usernames: String?

    @Option(
        name: .customLong("filter-usernames-file"),
        help: ArgumentHelp("File with the user names, separated by commas.", valueName: "file"))
    var usernamesFile: String?

    func validate() throws {
        if usernames != nil, usernamesFile != nil {
            throw ValidationError("--filter-usernames and --filter-usernames-file exclude each other.")
        }
    }

    var isGiven: Bool { usernames != nil || usernamesFile != nil }

    func filter() throws -> ExportFilter? {
        if let usernames { return try ExportFilter.usernames(parsing: usernames) }
        guard let usernamesFile else { return nil }
        guard let data = SmallFile.contents(usernamesFile) else {
            throw CommandFailure(.noInput, "Cannot read the file of user names \(usernamesFile).")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.badData, "The file of user names \(usernamesFile) is not UTF-8 text.")
        }
        return try ExportFilter.usernames(parsing: text)
    }
}
