import ArgumentParser
import Catalogue
import CommandLine
import Reporting
import Cutting
import ExportFormat
import TaskFormat

internal import Foundation

/// What every scope's command takes.
struct ImportOptions: ParsableArguments {
    @Argument(help: "The export: a JSON file, an encrypted tarball, or - for standard input.")
    var source: String

    @Option(
        name: .customLong("decrypt-with"),
        help: ArgumentHelp("Private key (PEM) of an encrypted tarball.", valueName: "file"))
    var decryptWith: String?

    @Option(
        name: .customLong("findings-file"),
        help: ArgumentHelp("Where to write the findings as JSON, in every outcome.", valueName: "file"))
    var findingsFile: String?

    @Option(
        name: .customLong("import-uuid"),
        help: ArgumentHelp(
            "UUID of the import, in any spelling: the same file under the same UUID is imported once.",
            valueName: "uuid"))
    var importUUID: String?

    @Option(
        name: .customLong("chunk-size"),
        help: "Rows of one task, 1-\(RelocationOptions.chunkSizeLimits.upperBound).")
    var chunkSize = RelocationOptions.defaultChunkSize

    @Flag(help: "Import all of it in one transaction, or nothing.")
    var atomic = false

    @Flag(help: "Only check the export and say what is in it.")
    var check = false

    @Flag(help: "Wait until the relocation has ended, showing progress; exit with 1 if it failed.")
    var wait = false

    @Flag(name: .customLong("no-prompt"), help: "Ask nothing.")
    var noPrompt = false

    @Flag(help: "Print nothing but the UUID.")
    var silent = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions

    func validate() throws {
        guard RelocationOptions.chunkSizeLimits.contains(chunkSize) else {
            throw ValidationError("--chunk-size takes 1 to \(RelocationOptions.chunkSizeLimits.upperBound).")
        }
        if let importUUID, Self.canonical(importUUID) == nil {
            throw ValidationError("--import-uuid takes a UUID, such as 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10.")
        }
    }

    /// Dashed, lower case; a fresh one where none was given.
    var uuid: String {
        importUUID.flatMap(Self.canonical) ?? UUID().uuidString.lowercased()
    }

    /// Any spelling of a UUID, dashed and in lower case; nil for anything else.
    static func canonical(_ text: String) -> String? {
        var hex = text.lowercased()
        if hex.hasPrefix("urn:uuid:") { hex.removeFirst("urn:uuid:".count) }
        hex.removeAll { "-{}".contains($0) }
        guard hex.utf8.count == 32, hex.allSatisfy(\.isHexDigit) else { return nil }
        var out = ""
        for (position, digit) in hex.enumerated() {
            if [8, 12, 16, 20].contains(position) { out.append("-") }
            out.append(digit)
        }
        return out
    }

    /// The key file's bytes; nil where none was given.
    func privateKey() throws(CommandFailure) -> [UInt8]? {
        guard let decryptWith else { return nil }
        guard let data = SmallFile.contents(decryptWith) else {
            throw CommandFailure(.noInput, "Cannot read the private key \(decryptWith).")
        }
        return [UInt8](data)
    }
}

extension ImportOptions {
    /// The keys that seal what is queued; nil where none is configured.
    func keyring() throws -> PayloadKeyring? {
        switch try payloadKeys.source() {
        case nil: nil
        case .file(let path): try PayloadKeyring(file: path)
        case .text(let text): try PayloadKeyring(parsing: text)
        }
    }
}

/// The user filter, by list or by file.
struct UserFilterOptions: ParsableArguments {
    @Option(
        name: .customLong("filter-usernames"),
        help: ArgumentHelp("Only these users: names separated by commas, exactly as they stand.", valueName: "names"))
    var usernames: String?

    @Option(
        name: .customLong("filter-usernames-file"),
        help: ArgumentHelp("The same, read from a file.", valueName: "file"))
    var usernamesFile: String?

    func validate() throws {
        if usernames != nil, usernamesFile != nil {
            throw ValidationError("--filter-usernames and --filter-usernames-file exclude each other.")
        }
    }

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

/// A file that an option names: a pipe of the shell's will do.
private enum SmallFile {
    /// Nil where it cannot be read.
    static func contents(_ path: String) -> Data? {
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        do { return try file.readToEnd() ?? Data() } catch { return nil }
    }
}
