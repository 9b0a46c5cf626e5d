import Foundation
import ProgramSupport
import TestSupport
import Testing

/// All requests that Sentry's own API has refused or granted when it was recorded, put to a running server that knows the
/// same relocations, people and files. What ``Difference`` does not name is the same.
@Suite("/api/0 answers every request as recorded")
struct RecordedRequestTests {
    /// What differs, and why.
    private enum Difference {
        /// An internal error there. Here words say what is wrong; a relocation without a folder of its own has no artifacts
        /// but its file.
        case internalError
        /// Sentry's list of a user shows what is theirs, its details nothing. Our readers see what there is.
        case readersSee
        /// Superusers that have not shown their password again. We have none: they are readers here, and `detail` says so.
        case notElevated
        /// Users who relocate for themselves when the destination has turned it on. Nobody here has a name of the destination:
        /// readers may not. Those refusals that come before it are the same.
        case ownRelocations
        /// The permission to see artifacts, which a superuser may lack. Operators have it.
        case artifactPermission

        init?(_ recorded: Request) {
            if recorded.status >= 500 {
                self = .internalError
            } else if recorded.detail == nil, recorded.body["detail"] is [String: Any] {
                self = .notElevated
            } else if recorded.detail?.hasPrefix("Cannot view relocation artifacts") == true {
                self = .artifactPermission
            } else if !["superuser", "anonymous"].contains(recorded.who) {
                if recorded.method == "GET", recorded.status == 403, !recorded.path.contains("/artifacts/") {
                    self = .readersSee
                } else if recorded.method == "POST", recorded.isBehindTheSwitch {
                    self = .ownRelocations
                } else {
                    return nil
                }
            } else {
                return nil
            }
        }

        func fits(_ answer: RunningServer.Answer) -> Bool {
            switch self {
            case .internalError: (400..<500).contains(answer.status) || answer.object["files"] is [Any]
            case .readersSee: answer.status == 200
            case .notElevated: answer.status == 403 && answer.object["detail"] is String
            case .ownRelocations: answer.status == 403
            case .artifactPermission: [200, 404].contains(answer.status)
            }
        }
    }

    private struct Request {
        let name, who, method, path, note: String
        let fields: [String: String]
        let status: Int
        let body: [String: Any]

        init(_ recorded: [String: Any]) {
            func text(_ key: String) -> String { recorded[key] as? String ?? "" }
            (name, who, method, note) = (text("name"), text("who"), text("method"), text("note"))
            path = text("path").replacing("<done>", with: RecordedRelocations.done)
                .replacing("<new>", with: RecordedRequestTests.started).replacing(
                    "<scanned>", with: "00000002-1111-4111-8111-000000000002")
            fields = (recorded["data"] as? [String: Any] ?? [:]).compactMapValues { $0 as? String }
            status = recorded["status"] as? Int ?? 0
            body = RecordedRelocations.object(recorded["body"])
        }

        var detail: String? { body["detail"] as? String }
        var makes: Bool { method == "POST" && (name.hasPrefix("create") || name.hasPrefix("retry")) }

        /// Whether Sentry looks at it only where relocations are on.
        var isBehindTheSwitch: Bool {
            let texts = ["Only your own username", "Org slug is invalid", "Could not find user"]
            return [201, 409, 429].contains(status) || texts.contains { detail?.hasPrefix($0) == true }
        }
    }

    /// Relocations of ann and of bob that are in progress at first.
    private static let started = "00000001-1111-4111-8111-000000000001"
    private static let bobs = "00000003-1111-4111-8111-000000000003"

    private let installation: Installation
    private let fixture: [String: Any]

    init() throws {
        installation = try Installation()
        fixture = RecordedRelocations.material == nil ? [:] : try RecordedRelocations.fixture()
    }

    @Test(.enabled(if: RecordedRelocations.material != nil, "RELOCATION_PARITY_DIR is not set"))
    func recordedRequests() throws {
        var situation = Situation(installation, folder)
        try RecordedRelocations.put(fixture, into: installation)
        try RecordedRelocations.importPeople(fixture, into: installation)
        let requests = try RecordedRelocations.recordings("refusals")
        try keepFiles(requests)
        let server = try server()
        #expect(requests.count > 80)
        for request in requests.map(Request.init) {
            try situation.prepare(request)
            let answer = try ask(server, request)
            if let difference = Difference(request) {
                #expect(difference.fits(answer), "\(request.name): \(answer.status) \(answer.body)")
            } else {
                compare(answer, request)
            }
            if answer.status == 201 { try situation.set(answer.object["uuid"] as? String ?? "", "SUCCESS") }
        }
        #expect(try server.stop() == 0)
    }

    private func compare(_ answer: RunningServer.Answer, _ recorded: Request) {
        let place: Comment = "\(recorded.name): \(answer.status) \(answer.body)"
        #expect(answer.status == recorded.status, place)
        guard recorded.status == 201 else {
            #expect(answer.object as NSDictionary == recorded.body as NSDictionary, place)
            return
        }
        let given = answer.object.filter { !Self.new.contains($0.key) }
        let wanted = recorded.body.filter { !Self.new.contains($0.key) }
        #expect(Set(answer.object.keys) == Set(recorded.body.keys))
        #expect(RecordedRelocations.comparable(given) == RecordedRelocations.comparable(wanted), place)
    }

    /// What every relocation has of its own; the operators' token is none of the destination's users.
    private static let new = ["uuid", "dateAdded", "dateUpdated", "creator"]

    private func ask(_ server: RunningServer, _ recorded: Request) throws -> RunningServer.Answer {
        let token: String? =
            switch recorded.who {
            case "superuser": RunningServer.operatorToken
            case "anonymous": nil
            default: RunningServer.readToken
            }
        let fields = recorded.fields.mapValues { $0 == "<file>" ? "@\(tarball)" : $0 }
        return try server.ask(
            recorded.method, recorded.path, token: token, form: fields.isEmpty ? nil : fields)
    }

    // MARK: - The situation

    private var folder: String { installation.folder.file("kept") }
    private var tarball: String { installation.folder.file("empty.tar") }

    private func server() throws -> RunningServer {
        try RunningServer(
            installation, "serve", "--http-files", folder, "--http-decrypt-with",
            "\(RecordedRelocations.material ?? "")/exports/key.priv")
    }

    /// The artifacts of the relocation that is done, and the files of the others.
    private func keepFiles(_ recordings: [[String: Any]]) throws {
        try encrypt("[]", to: tarball)
        for row in fixture["relocations"] as? [[String: Any]] ?? [] where row["has_file"] as? Bool == true {
            let base = "\(folder)/\(row["uuid"] ?? "")/in"
            try FileManager.default.createDirectory(atPath: base, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: tarball, toPath: "\(base)/raw-relocation-data.tar")
        }
        let requests = recordings.map(Request.init)
        for request in requests where request.path.hasSuffix("\(RecordedRelocations.done)/artifacts/") {
            for file in request.body["files"] as? [[String: Any]] ?? [] { try keep(file, requests) }
        }
    }

    private func keep(_ file: [String: Any], _ requests: [Request]) throws {
        let (path, bytes) = (file["path"] as? String ?? "", file["bytes"] as? Int ?? 0)
        let target = "\(folder)/\(RecordedRelocations.done)/\(path)"
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let text = requests.filter { $0.path.hasSuffix("/artifacts/" + path) }
            .compactMap { $0.body["contents"] as? String }.first
        if let text, path.hasSuffix(".tar") {
            try FileManager.default.removeItem(atPath: target)
            try encrypt(text, to: target)
        } else {
            try (text.map { Data($0.utf8) } ?? Data(repeating: 0xFF, count: bytes)).write(
                to: URL(fileURLWithPath: target))
        }
    }

    private func encrypt(_ text: String, to target: String) throws {
        let file = try installation.folder.write(text, to: "plain.json")
        let result = try installation.enqueue(
            "encrypt", target, "--src", file, "--encrypt-with", "\(RecordedRelocations.material ?? "")/exports/key.pub")
        #expect(result.code == 0, "\(result.errors)")
    }

    /// What a request finds.
    private struct Situation {
        private let installation: Installation
        private let folder: String
        /// What is set already.
        private var states: [String: String] = [:]
        private var options: [String: String] = [:]

        init(_ installation: Installation, _ folder: String) {
            self.installation = installation
            self.folder = folder
        }

        /// What the note says, and whether the owner has another relocation in progress.
        mutating func prepare(_ request: Request) throws {
            if request.makes {
                let isBusy = request.status == 409 || request.path.contains(started)
                try set(started, isBusy ? "IN_PROGRESS" : "FAILURE")
                try set(bobs, "FAILURE")
            }
            if request.note.contains("bytes are gone"), let id = request.path.firstMatch(of: #/[0-9a-f-]{36}/#)?.output
            {
                try FileManager.default.removeItem(atPath: "\(folder)/\(id)/in/raw-relocation-data.tar")
            }
            let pause = request.note.firstMatch(of: #/relocation.autopause = (\S+)/#)?.output.1 ?? ""
            try option("relocation.autopause", "\"\(pause)\"")
            let isOn = request.note.contains(#/option.* on\b/#) || request.note.contains("limit")
            try option("relocation.enabled", isOn ? "true" : "false")
        }

        private mutating func option(_ name: String, _ json: String) throws {
            guard options.updateValue(json, forKey: name) != json else { return }
            _ = try sqlite(
                installation.databasePath,
                "insert or replace into sentry_option (id, key, value, last_updated, last_updated_by) values "
                    + "((select id from sentry_option where key = '\(name)'), '\(name)', '\(json)', "
                    + "'2024-09-01T00:00:00Z', 'unknown')")
        }

        mutating func set(_ uuid: String, _ state: String) throws {
            guard states.updateValue(state, forKey: uuid) != state else { return }
            _ = try installation.redis.cli(
                ["HSET", "{\(installation.prefix)}:record:\(uuid)", "status", state])
        }
    }
}
