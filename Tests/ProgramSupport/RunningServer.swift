import Foundation
import TestSupport

/// `relocation-worker serve`, or `run --http`, on a free port, asked by curl.
package final class RunningServer: Sendable {
    package static let operatorToken = "operator-token-of-a-test"
    package static let readToken = "read-token-of-a-test"

    package let installation: Installation
    package let port: Int
    package let running: Installation.Running

    /// - Parameter arguments: `serve`, or `run` and its flags
    package init(_ installation: Installation, _ arguments: String...) throws {
        self.installation = installation
        port = try freePort()
        running = try installation.start(
            "relocation-worker", arguments + ["--http", "127.0.0.1:\(port)"], environment: Self.tokens)
        let running = running
        guard
            eventually(
                within: 20, { running.errorsSoFar.contains("http server listens") || !running.process.isRunning }),
            running.process.isRunning
        else { throw SystemFailure("the server: \(running.errorsSoFar)") }
    }

    package static let tokens: [String: String?] = [
        "RELOCATION_HTTP_TOKEN": operatorToken, "RELOCATION_HTTP_READ_TOKEN": readToken,
    ]

    package var url: String { "http://127.0.0.1:\(port)" }

    package struct Answer {
        package let status: Int
        /// Names in lower case.
        package let headers: [String: String]
        package let body: String

        /// The body as a JSON object; empty for anything else.
        package var object: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:]
        }

        /// The body as a list of JSON objects; empty for anything else.
        package var list: [[String: Any]] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [[String: Any]]) ?? []
        }
    }

    /// Sends a request and waits for the answer.
    ///
    /// - Parameters:
    ///   - token: nil sends none
    ///   - body: sent as it is; `file` is the path of a file to send instead
    ///   - form: fields with their texts, or with `@` and the path of a file
    package func ask(
        _ method: String, _ path: String, token: String? = operatorToken, headers: [String] = [], body: String? = nil,
        file: String? = nil, form: [String: String]? = nil
    ) throws -> Answer {
        let name = installation.folder.file("answer.\(UUID().uuidString)")
        var arguments = ["-s", "-D", name + ".head", "-o", name + ".body"]
        arguments += method == "HEAD" ? ["-I"] : ["-X", method]
        if let token { arguments += ["-H", "Authorization: Bearer \(token)"] }
        arguments += headers.flatMap { ["-H", $0] }
        if let body { arguments += ["--data-binary", body] }
        if let file { arguments += ["--data-binary", "@\(file)"] }
        for (name, text) in form ?? [:] {
            arguments += [text.hasPrefix("@") ? "-F" : "--form-string", "\(name)=\(text)"]
        }
        let curl = try ChildProcess("curl", arguments + [url + path])
        guard curl.wait(seconds: 120) == 0 else { throw SystemFailure("curl \(method) \(path)") }
        return try Answer(
            head: String(contentsOfFile: name + ".head", encoding: .utf8),
            body: (try? String(contentsOfFile: name + ".body", encoding: .utf8)) ?? "")
    }

    /// Stops the program and gives its exit code.
    package func stop() throws -> Int32 {
        running.process.signal(SIGTERM)
        return try running.result(within: 20).code
    }
}

extension RunningServer.Answer {
    init(head: String, body: String) throws {
        // curl also notes an answer of 100.
        let blocks = head.replacing("\r\n", with: "\n").split(separator: "\n\n")
        let lines = (blocks.last ?? "").split(separator: "\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw SystemFailure("no answer: \(head)")
        }
        self.status = status
        self.body = body
        headers = Dictionary(
            lines.dropFirst().compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return parts.count == 2
                    ? (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces)) : nil
            }, uniquingKeysWith: { first, _ in first })
    }
}
