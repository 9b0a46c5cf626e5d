import Glibc

/// The process' environment, or one given by a test.
public struct Environment: Sendable {
    public static let redisURL = "RELOCATION_REDIS_URL"
    public static let redisPrefix = "RELOCATION_REDIS_PREFIX"
    public static let retention = "RELOCATION_RETENTION"
    public static let destination = "RELOCATION_DESTINATION"
    public static let databaseURL = "RELOCATION_DATABASE_URL"
    public static let payloadKey = "RELOCATION_PAYLOAD_KEY"
    /// Largest size, in bytes, of a file that a `…_FILE` variable names.
    public static let maximumFileBytes = 65_536

    private let variables: [String: String]

    public init(_ variables: [String: String]) { self.variables = variables }

    /// The environment of this process.
    public static var process: Environment {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return Environment(variables)
    }

    /// The value of a variable; nil if it is unset or empty.
    public subscript(_ name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A variable, or the content of the file that `<name>_FILE` names, without final line ends.
    public func value(_ name: String) throws(CommandFailure) -> String? {
        guard let path = self[name + "_FILE"] else { return self[name] }
        guard self[name] == nil else {
            throw CommandFailure(.usage, "\(name) and \(name)_FILE are both set: unset one of them.")
        }
        let text = try Environment.content(ofFile: path, for: name + "_FILE")
        guard !text.isEmpty else { throw CommandFailure(.usage, "The file of \(name)_FILE is empty.") }
        return text
    }

    /// The content of the file that a flag names, or else `value(name)`.
    package func value(_ name: String, file: String?) throws(CommandFailure) -> String? {
        guard let file else { return try value(name) }
        return try Environment([name + "_FILE": file]).value(name)
    }

    private static func content(ofFile path: String, for name: String) throws(CommandFailure) -> String {
        guard let file = fopen(path, "re") else {
            throw errno == EACCES || errno == EPERM
                ? CommandFailure(.noPermission, "The file of \(name) may not be read by this user.")
                : CommandFailure(.noInput, "The file of \(name) cannot be opened.")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maximumFileBytes + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw CommandFailure(.noInput, "The file of \(name) cannot be read.") }
        guard count <= maximumFileBytes else { throw CommandFailure(.usage, "The file of \(name) is too large.") }
        var content = bytes[..<count]
        while let last = content.last, last == 0x0A || last == 0x0D { content.removeLast() }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw CommandFailure(.usage, "The file of \(name) is not UTF-8 text.")
        }
        return text
    }
}
