import Catalogue
import CommandLine
import Relocation
import Reporting
import Storage
import WorkerRuntime

/// Users and options of the destination, as Sentry's own API looks for them. Each call opens the databases for itself.
struct DestinationPeople: Sendable {
    let settings: DestinationSettings

    /// Users without a password that works; Sentry finds no owner among them.
    private static let unusablePassword = "!"
    /// Users of one address that are looked at.
    private static let limit = 1_000

    init(_ settings: DestinationSettings) { self.settings = settings }

    /// By the name in any letter case, or else by the address if it looks like one. The database compares: no user but those
    /// that fit leaves it.
    func owner(_ name: String) throws -> String? {
        try asking { destination, users throws(StorageError) in
            func names(_ condition: Condition) throws(StorageError) -> [String] {
                try Self.names(destination, users, condition)
            }
            if try names(.equals("username", .text(name))).contains(name) { return name }
            if let found = try names(.equalsInUpperCase("username", name)).first { return found }
            return name.contains("@") ? try names(.equalsInUpperCase("email", name)).first : nil
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

    /// Names of users with a password that works, the oldest user first.
    private static func names(
        _ destination: Destination, _ users: Table, _ condition: Condition
    ) throws(StorageError) -> [String] {
        let found = try destination.control.select(
            Select(["username", "password"], from: users, where: [condition], limit: limit))
        return found.filter { $0[1].text != unusablePassword }.map { $0[0].text ?? "" }
    }

    /// Opens the databases for one question about users, or about what is theirs.
    func asking<Result>(
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
