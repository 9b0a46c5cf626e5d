import Catalogue
import CommandLine
import Relocation
import Reporting
import Storage
import TextForms
import WorkerRuntime

/// Users and options of the destination, as Sentry's own API looks for them. Each call opens the databases for itself.
struct DestinationPeople: Sendable {
    private let settings: DestinationSettings

    /// Users without a password that works; Sentry finds no owner among them.
    private static let unusablePassword = "!"
    private static let page = 10_000

    init(_ settings: DestinationSettings) { self.settings = settings }

    /// By the name in any letter case, or else by the address if it looks like one. Looks at all users only if there is none of
    /// exactly that name.
    func owner(_ name: String) throws -> String? {
        try asking { destination, users throws(StorageError) in
            if try !Self.names(destination, users, [.equals("username", .text(name))], { $0 == name }).isEmpty {
                return name
            }
            let wanted = UpperCaseFolding.folded(name)
            func fits(_ text: String) -> Bool { UpperCaseFolding.folded(text) == wanted }
            if let found = try Self.names(destination, users, [], fits).first { return found }
            return name.contains("@") ? try Self.names(destination, users, [], byAddress: true, fits).first : nil
        }
    }

    func isUser(_ name: String) throws -> Bool {
        try asking { destination, users throws(StorageError) in
            let found = try destination.control.select(
                Select(["username"], from: users, where: [.equals("username", .text(name))]))
            return found.contains { $0[0].text == name }
        }
    }

    /// The text of an option, or its JSON if it is another value; nil if it is not set.
    func option(_ name: String) throws -> String? {
        guard let table = settings.catalogue.table("sentry_option") else { return nil }
        return try asking { destination, _ throws(StorageError) in
            let found = try destination.region.select(
                Select(["value"], from: table, where: [.equals("key", .text(name))]))
            guard let json = found.first?[0].text, let value = JSONValue(json: json) else { return nil }
            if case .text(let text) = value { return text }
            return value.lineText
        }
    }

    /// Names of users with a password that fit, the oldest user first.
    private static func names(
        _ destination: Destination, _ users: Table, _ conditions: [Condition], byAddress: Bool = false,
        _ fits: (String) -> Bool
    ) throws(StorageError) -> [String] {
        var found: [String] = []
        let query = Select(["username", "email", "password"], from: users, where: conditions)
        try destination.control.read(query, pageRows: page) { rows throws(StorageError) in
            for row in rows where row[2].text != unusablePassword && fits(row[byAddress ? 1 : 0].text ?? "") {
                found.append(row[0].text ?? "")
            }
        }
        return found
    }

    private func asking<Result>(
        _ call: (Destination, Table) throws(StorageError) -> Result
    ) throws(CommandFailure) -> Result {
        do throws(StorageError) {
            guard let users = settings.catalogue.model("sentry.user")?.table else {
                throw StorageError(.schemaMismatch, "the catalogue lacks the model sentry.user")
            }
            return try call(try settings.open(), users)
        } catch {
            throw CommandFailure(error)
        }
    }
}
