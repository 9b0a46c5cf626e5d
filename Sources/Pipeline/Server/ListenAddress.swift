package import CommandLine

/// Where the server listens: `127.0.0.1:8474`, `[::1]:8474`, `localhost:8474`.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    /// 0 lets the system choose one.
    package let port: Int

    /// Throws a usage error for anything else than a host and a port.
    package init(_ text: String) throws(CommandFailure) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let name = parts.dropLast().joined(separator: ":")
        let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
        guard let port = parts.last.flatMap({ Int($0) }), (0...65_535).contains(port), !name.isEmpty,
            isBracketed || parts.count == 2
        else {
            throw CommandFailure(.usage, "--http takes a host and a port, such as 127.0.0.1:8474 or [::1]:8474.")
        }
        host = isBracketed ? String(name.dropFirst().dropLast()) : name
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
