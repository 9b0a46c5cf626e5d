import Foundation
import Glibc

/// A web server of a test's own on a free port, which notes what it is sent and answers as it is told.
public final class WebServer: Sendable {
    public struct Request: Decodable, Sendable {
        public let path: String
        /// Names in lower case.
        public let headers: [String: String]
        public let body: String
    }

    public let port: Int
    private let process: ChildProcess
    private let folder: TemporaryFolder

    /// - Parameter answers: the codes of the first answers; the last one is repeated
    public init(answers: [Int] = [200], _ authority: TestAuthority? = nil) throws {
        folder = try TemporaryFolder()
        port = try freePort()
        let script = try folder.write(Self.script, to: "server.py")
        process = try ChildProcess(
            "/usr/bin/python3",
            [
                script, String(port), folder.file("requests"), answers.map(String.init).joined(separator: ","),
                authority?.serverCertificate ?? "", authority?.serverKey ?? "",
            ], output: folder.file("ready"), errors: folder.file("log"))
        for _ in 0..<200 where folder.read("ready").isEmpty && process.isRunning { usleep(50_000) }
        guard !folder.read("ready").isEmpty else { throw SystemFailure("the web server: \(folder.read("log"))") }
    }

    public func requests() throws -> [Request] {
        try folder.read("requests").split(separator: "\n").map {
            try JSONDecoder().decode(Request.self, from: Data($0.utf8))
        }
    }

    private static let script = """
        import http.server, json, ssl, sys
        port, file, answers, certificate, key = int(sys.argv[1]), sys.argv[2], sys.argv[3].split(","), sys.argv[4], sys.argv[5]

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                with open(file, "a") as out:
                    headers = {name.lower(): value for name, value in self.headers.items()}
                    out.write(json.dumps({"path": self.path, "headers": headers, "body": body}) + "\\n")
                self.send_response(int(answers.pop(0) if len(answers) > 1 else answers[0]))
                self.end_headers()

        server = http.server.HTTPServer(("127.0.0.1", port), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        print("ready", flush=True)
        server.serve_forever()
        """
}
