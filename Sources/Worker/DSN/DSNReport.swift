import Ledger
import Reporting

/// All keys of a relocation in one of the forms of `dsn`.
struct DSNReport {
    let uuid: String
    let moved: [MovedDSN]
    let from: InstallationAddress
    let to: InstallationAddress
    /// What may be missing or wrong in it.
    var warnings: [String] = []

    func text(_ format: DSNFormat) -> String {
        switch format {
        case .csv: csv
        case .json: json
        case .relay: relay
        case .nginx: nginx
        }
    }

    // MARK: For people and scripts

    var csv: String {
        let rows = moved.map { dsn in
            [dsn.old(from), dsn.new(to), dsn.key.project, dsn.key.label, dsn.key.isActive ? "yes" : "no"]
        }
        return ([["old_dsn", "new_dsn", "project", "label", "active"]] + rows)
            .map { $0.map(Self.quoted).joined(separator: ",") }.joined(separator: "\r\n")
    }

    /// A cell that a table program would take for a formula gets a mark before it.
    private static func quoted(_ cell: String) -> String {
        let isFormula = ["=", "+", "-", "@", "\t", "\r"].contains { cell.hasPrefix($0) }
        let text = isFormula ? "'" + cell : cell
        guard text.contains(where: { ",\"\r\n".contains($0) || $0.isNewline }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }

    var json: String {
        JSONValue.list(
            moved.map { dsn in
                .object([
                    "old": .text(dsn.old(from)), "new": .text(dsn.new(to)), "project": .text(dsn.key.project),
                    "label": .text(dsn.key.label), "active": .flag(dsn.key.isActive), "renewed": .flag(dsn.isRenewed),
                    "oldProjectID": .integer(dsn.key.oldProject), "newProjectID": .integer(dsn.key.newProject),
                    "oldPublicKey": .text(dsn.oldKey), "newPublicKey": .text(dsn.key.publicKey),
                ])
            }
        ).prettyText
    }

    // MARK: For Relay

    /// Relay finds a project by its public key. It takes the project's id from the new installation if it is told to.
    var relay: String {
        let renewed = moved.filter(\.isRenewed).map { "#   \($0.oldKey) is now \($0.key.publicKey)" }
        let note = [
            "# These keys were in use already and have become others. Relay cannot translate them: use the rules for nginx",
            "# (--format nginx), or give the SDKs their new DSN.",
        ]
        let head = [
            "# .relay/config.yml of a Relay that serves \(from.authority) for relocation \(uuid).",
            "# Point the name \(from.host) at it. SDKs keep their DSN.",
        ]
        let config = [
            "relay:", "  mode: managed", "  upstream: \"\(to.scheme)://\(to.place)/\"",
            "  # Takes events under the old ids of projects, and passes them on under the new ones.",
            "  override_project_ids: true",
        ]
        return (head + (renewed.isEmpty ? [] : note + renewed) + config).joined(separator: "\n")
    }

    // MARK: For nginx

    /// Rewrites the project in the path, and keys that have become others. It goes into the `http` block.
    var nginx: String {
        let renewed = moved.filter(\.isRenewed)
        let keys = Dictionary(renewed.map { ($0.oldKey, $0.key.publicKey) }, uniquingKeysWith: { first, _ in first })
            .sorted { $0.key < $1.key }
        return (head + projectMap + keyMaps(keys) + server(!keys.isEmpty)).joined(separator: "\n")
    }

    private var head: [String] {
        [
            "# For the http block of an nginx that serves \(from.authority) for relocation \(uuid).",
            "# Point the name \(from.host) at it. SDKs keep their DSN. For https, add ssl_certificate and",
            "# ssl_certificate_key, and listen on 443 ssl.",
        ]
    }

    private var projectMap: [String] {
        let pairs = Dictionary(
            moved.map { ($0.key.oldProject, $0.key.newProject) }, uniquingKeysWith: { first, _ in first })
        return ["map $relocation_old $relocation_new {", "    default \"\";"]
            + pairs.sorted { $0.key < $1.key }.map { "    \($0.key) \($0.value);" } + ["}"]
    }

    /// In the header and in the query; an SDK uses one of them.
    private func keyMaps(_ keys: [(key: String, value: String)]) -> [String] {
        guard !keys.isEmpty else { return [] }
        return [("http_x_sentry_auth", "auth"), ("args", "args")].flatMap { source, name in
            ["map $\(source) $relocation_\(name) {", "    default $\(source);"]
                + keys.map { old, new in
                    "    \"~^(?<\(name)_head>(.*[ ,&?])?sentry_key=)\(old)(?<\(name)_tail>.*)$\" "
                        + "\"${\(name)_head}\(new)${\(name)_tail}\";"
                } + ["}"]
        }
    }

    private func server(_ hasKeys: Bool) -> [String] {
        let keys = [
            "        set $args $relocation_args;", "        proxy_set_header X-Sentry-Auth $relocation_auth;",
        ]
        return [
            "server {", "    listen 80;", "    server_name \(from.host);", "    client_max_body_size 100m;",
            "    location ~ ^\(Self.escaped(from.path))/api/(?<relocation_old>[0-9]+)/ {",
            "        if ($relocation_new = \"\") { return 404; }",
        ] + (hasKeys ? keys : []) + [
            "        rewrite ^\(Self.escaped(from.path))/api/[0-9]+/(.*)$ \(to.path)/api/$relocation_new/$1 break;",
            "        proxy_set_header Host \(to.authority);",
            "        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
            "        proxy_ssl_server_name on;", "        proxy_pass \(to.scheme)://\(to.authority);", "    }", "}",
        ]
    }

    private static func escaped(_ path: String) -> String { path.replacing(".", with: "\\.") }
}
