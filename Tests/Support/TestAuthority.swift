import Foundation
import Glibc

/// A certificate authority of a test's own, and a server's certificate for `localhost` that it has signed.
public final class TestAuthority: Sendable {
    private let folder: TemporaryFolder

    public var certificate: String { folder.file("ca.crt") }
    public var serverCertificate: String { folder.file("server.crt") }
    public var serverKey: String { folder.file("server.key") }

    /// Lines for postgresql.conf.
    public var postgresSettings: [String: String] {
        ["ssl": "on", "ssl_cert_file": "'\(serverCertificate)'", "ssl_key_file": "'\(serverKey)'"]
    }

    public init() throws {
        folder = try TemporaryFolder()
        // The server's user enters the folder; the key is that user's alone.
        chmod(folder.path, 0o755)
        try folder.write("subjectAltName = DNS:localhost\n", to: "names")
        try openssl(
            "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-authority -keyout ca.key -out ca.crt")
        try openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr")
        try openssl(
            "x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt")
        chmod(serverCertificate, 0o644)
        chmod(serverKey, 0o600)
        if getuid() == 0, let user = getpwnam("postgres") {
            chown(serverKey, user.pointee.pw_uid, user.pointee.pw_gid)
        }
    }

    private func openssl(_ arguments: String) throws {
        let words = arguments.split(separator: " ").map(String.init)
        let child = try ChildProcess("openssl", words, errors: folder.file("log"), folder: folder.path)
        guard child.wait() == 0 else { throw SystemFailure("openssl \(words[0]): \(folder.read("log"))") }
    }
}
