import Foundation
import Glibc
import Testing
import TestSupport

@testable import Storage

/// Servers older than 12 are not available any more: a port that greets like one stands in.
@Suite("PostgreSQL too old")
struct OldServerTests {
    @Test("The error names the version, and the one that is needed", arguments: [("9.6.24", "9"), ("11.22", "11")])
    func refused(version: String, shown: String) throws {
        let greeter = try Greeter(version: version)
        let url = try DatabaseURL("postgresql://u@127.0.0.1:\(greeter.port)/db?sslmode=disable")
        let error = try failure { _ = try DatabaseConnector.open(url) }
        #expect(error.kind == .schemaMismatch, "\(error)")
        #expect(!error.isTransient)
        #expect(error.description.contains("PostgreSQL \(shown)"), "\(error)")
        #expect(error.description.contains("version 12 or later"), "\(error)")
    }
}

/// Answers one start-up message with the greeting of a server: trust, its version, ready.
private final class Greeter {
    let port: Int
    private let listener: Int32

    init(version: String) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isListening)
        port = Int(UInt16(bigEndian: address.sin_port))
        let greeting =
            Self.message("R", [0, 0, 0, 0]) + Self.message("S", Self.strings("server_version", version))
            + Self.message("S", Self.strings("client_encoding", "UTF8")) + Self.message("Z", Array("I".utf8))
        Thread.detachNewThread {
            let session = accept(descriptor, nil, nil)
            var startup = [UInt8](repeating: 0, count: 4096)
            guard session >= 0, read(session, &startup, startup.count) > 0 else { return }
            _ = write(session, greeting, greeting.count)
            // Until the client hangs up.
            while read(session, &startup, startup.count) > 0 { continue }
            close(session)
        }
    }

    deinit { close(listener) }

    private static func message(_ type: Character, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(body.count + 4).bigEndian
        return Array(String(type).utf8) + withUnsafeBytes(of: length) { Array($0) } + body
    }

    private static func strings(_ texts: String...) -> [UInt8] { texts.flatMap { Array($0.utf8) + [0] } }
}
