import Foundation
import Glibc

/// A mail server of a test's own on a free port: aiosmtpd, which takes mails and keeps them in a file.
public final class MailServer: Sendable {
    public struct Mail: Decodable, Sendable, Equatable {
        public let sender: String
        public let recipients: [String]
        public let subject: String
        public let messageID: String
        public let text: String
        public let html: String
        /// Whether it came over TLS.
        public let encrypted: Bool
        /// Who has logged in; nil if nobody has.
        public let user: String?
    }

    /// How it behaves.
    public struct Behaviour: Sendable {
        /// `none`, `starttls` or `tls`.
        public var protection = "none"
        /// Whether mails need a login as `robot` with the password `s3cret`.
        public var needsLogin = false
        public var withoutPlain = false
        /// Addresses that are refused for good.
        public var refused: [String] = []
        /// Address → how often it is put off.
        public var deferred: [String: Int] = [:]
        /// Ends the process when the n-th mail has come as a whole, before it is answered; 0 never does.
        public var diesAtMail = 0

        public init() {}
    }

    public let port: Int
    private let process: ChildProcess
    private let folder: TemporaryFolder

    public init(_ behaviour: Behaviour = Behaviour(), _ authority: TestAuthority? = nil, port: Int? = nil) throws {
        folder = try TemporaryFolder()
        self.port = try port ?? freePort()
        let script = try folder.write(Self.script, to: "server.py")
        let settings: [String: Any] = [
            "port": self.port, "protection": behaviour.protection, "login": behaviour.needsLogin,
            "without_plain": behaviour.withoutPlain, "refused": behaviour.refused, "deferred": behaviour.deferred,
            "dies_at": behaviour.diesAtMail, "file": folder.file("mails"),
            "certificate": authority?.serverCertificate ?? "", "key": authority?.serverKey ?? "",
        ]
        let json = String(decoding: try JSONSerialization.data(withJSONObject: settings), as: UTF8.self)
        // Debian's Python has Debian's package.
        process = try ChildProcess(
            "/usr/bin/python3", [script, json], output: folder.file("ready"), errors: folder.file("log"))
        for _ in 0..<200 where folder.read("ready").isEmpty && process.isRunning { usleep(50_000) }
        guard !folder.read("ready").isEmpty else { throw SystemFailure("the mail server: \(folder.read("log"))") }
    }

    /// The mails that it has taken.
    public func mails() throws -> [Mail] {
        try folder.read("mails").split(separator: "\n").map {
            try JSONDecoder().decode(Mail.self, from: Data($0.utf8))
        }
    }

    public func stop() {
        process.signal(SIGKILL)
        process.wait()
    }

    private static let script = """
        import asyncio, email, email.policy, json, os, ssl, sys
        from aiosmtpd.smtp import SMTP, AuthResult

        settings = json.loads(sys.argv[1])
        deferred = dict(settings["deferred"])
        taken = 0

        class Handler:
            async def handle_RCPT(self, server, session, envelope, address, options):
                if address in settings["refused"]:
                    return "550 5.1.1 nobody of that name"
                if deferred.get(address, 0) > 0:
                    deferred[address] -= 1
                    return "451 4.7.1 come again later"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(self, server, session, envelope):
                global taken
                taken += 1
                message = email.message_from_bytes(envelope.content, policy=email.policy.default)
                parts = {part.get_content_type(): part for part in message.walk()}
                line = json.dumps({
                    "sender": envelope.mail_from, "recipients": envelope.rcpt_tos, "subject": message["Subject"],
                    "messageID": message["Message-ID"], "text": parts["text/plain"].get_content(),
                    "html": parts["text/html"].get_content(), "encrypted": session.ssl is not None or settings["protection"] == "tls",
                    "user": session.auth_data.decode() if session.auth_data else None})
                with open(settings["file"], "a") as file:
                    file.write(line + "\\n")
                if taken == settings["dies_at"]:
                    os._exit(1)
                return "250 OK"

        def authenticate(server, session, envelope, mechanism, data):
            isRight = data.login == b"robot" and data.password == b"s3cret"
            return AuthResult(success=isRight, handled=False, auth_data=data.login)

        def context():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(settings["certificate"], settings["key"])
            return context

        async def main():
            loop = asyncio.get_running_loop()
            options = dict(hostname="localhost", enable_SMTPUTF8=False)
            if settings["protection"] == "starttls":
                options.update(tls_context=context(), require_starttls=True)
            if settings["login"]:
                options.update(authenticator=authenticate, auth_required=True,
                               auth_require_tls=settings["protection"] == "starttls")
            if settings["without_plain"]:
                options.update(auth_exclude_mechanism=["PLAIN"])
            encryption = context() if settings["protection"] == "tls" else None
            server = await loop.create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", settings["port"], ssl=encryption)
            print("ready", flush=True)
            await server.serve_forever()

        asyncio.run(main())
        """
}
