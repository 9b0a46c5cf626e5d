import ArgumentParser
import CommandLine

internal import Foundation

/// `dsn`: what SDKs must know after a relocation.
struct DSNCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dsn", abstract: "Tells the new DSN of every project key that a relocation has brought.",
        discussion: """
            A project has another id in the new installation, and a key that was in use there already has become another. \
            The forms relay and nginx are rules for a proxy under the old name, which keep SDKs with their old DSN working.

            Reads the database. Which keys have become others, only Redis remembers: without it all count as kept.

            Example:
              relocation-worker dsn 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10 --from-url https://old.example.com --format nginx
            """)

    @Argument(help: "UUID of the relocation.", transform: parseUUID)
    var uuid: String

    @Option(help: "csv, json, relay or nginx.")
    var format = DSNFormat.csv

    @Option(
        name: .customLong("from-url"),
        help: ArgumentHelp("Public address of the old installation.", valueName: "url"), transform: parseAddress)
    var from: InstallationAddress

    @OptionGroup(title: "Destination") var destination: DestinationOptions
    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let reading = DSNReading(destination: try destination.settings()) { try redis.configuration() }
        let report = try reading.report(of: uuid, from: from)
        for warning in report.warnings { warn(warning) }
        print(report.text(format))
    }

    private func warn(_ text: String) {
        FileHandle.standardError.write(Data("Warning: \(text).\n".utf8))
    }

    private static func parseUUID(_ text: String) throws -> String {
        guard let uuid = UUID(uuidString: text) else {
            throw ValidationError("'\(text)' is not a whole UUID such as 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10.")
        }
        return uuid.uuidString.lowercased()
    }

    private static func parseAddress(_ text: String) throws -> InstallationAddress {
        guard let address = InstallationAddress(text) else {
            throw ValidationError("'\(text)' is no public address such as https://sentry.example.com.")
        }
        return address
    }
}

extension DSNFormat: ExpressibleByArgument {}
