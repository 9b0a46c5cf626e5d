import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Something that answers at the Redis URL and is no Redis.
@Suite struct NotRedisTests {
    /// A server that says these bytes to whoever connects, and then closes if asked.
    private static func server(_ text: String, port: Int) throws -> ChildProcess {
        let script = """
            import socket, sys
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(16)
            held = []
            while True:
                c, _ = s.accept(); c.recv(1024); c.sendall(sys.argv[2].encode().decode("unicode_escape").encode("latin1")); held.append(c)
            """
        return try ChildProcess("python3", ["-c", script, "\(port)", text])
    }

    private static func expectRefusal(_ port: Int, _ words: String...) throws {
        let installation = try Installation(migrated: true)
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(1)), to: "export.json")
        let environment = ["RELOCATION_REDIS_URL": "redis://127.0.0.1:\(port)" as String?]
        for (program, arguments) in [
            ("relocation-worker", ["check"]), ("relocation-worker", ["run", "--outage-budget", "0"]),
            ("relocation-enqueue", ["users", file]), ("relocation-enqueue", ["status"]),
        ] {
            let result = try installation.start(program, arguments, environment: environment).result()
            #expect(result.code == 69, "\(arguments) \(result.errors)")
            for word in words { #expect(result.errors.contains(word), "\(word) in \(arguments) \(result.errors)") }
        }
    }

    private static func isOpen(_ port: Int) throws -> Bool {
        try ChildProcess("bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"]).wait() == 0
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\\r\\n\\r\\n", "an HTTP server"), ("SSH-2.0-OpenSSH_9.2\\r\\n", "an SSH server"),
        ("+OK POP3 ready\\r\\n", "is not Redis"), ("\\x15\\x03\\x01\\x00\\x02", "is not Redis"),
        ("220 smtp.example.com\\r\\n", "is not Redis"),
    ])
    func anotherProtocol(_ answer: String, _ words: String) throws {
        let port = try freePort()
        let server = try Self.server(answer, port: port)
        defer { server.signal(SIGKILL) }
        #expect(try eventually(within: 10) { try Self.isOpen(port) })
        try Self.expectRefusal(port, "is not Redis", words, "Check host and port")
    }

    @Test func postgreSQL() throws {
        try Self.expectRefusal(try PostgresServer.shared().port, "ended the connection without an answer", "PostgreSQL")
    }
}
