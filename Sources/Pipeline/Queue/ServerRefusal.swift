/// What an error answer says that this user may not do, or that this server cannot do.
enum ServerRefusal: Equatable {
    /// The ACL forbids a command; nil if the answer does not name it, as those of scripts in Redis 7.0.
    case command(String?)
    /// The ACL forbids a key.
    case key
    /// The server has no such command, or has it no more.
    case unknownCommand(String?)

    /// Characters of a name that is shown: an answer may repeat arguments of a call.
    private static let maximumNameBytes = 32

    /// Nil for every other error.
    init?(_ text: String) {
        let isOfScript =
            text.hasPrefix("ERR The user executing the script") || text.hasPrefix("ERR ACL failure in script")
        if text.hasPrefix("NOPERM") || isOfScript {
            // `… has no permissions to run the 'hset' command`, `… can't run this command or subcommand`
            if text.contains("run the '") || text.contains("run this command") {
                self = .command(Self.name(in: text))
            } else {
                self = text.contains(" key") ? .key : .command(nil)
            }
        } else if text.hasPrefix("ERR unknown command") || text.hasPrefix("ERR Unknown Redis command") {
            self = .unknownCommand(text.hasPrefix("ERR unknown") ? Self.name(in: text) : nil)
        } else {
            return nil
        }
    }

    /// The first name in quotes, in capitals.
    private static func name(in text: String) -> String? {
        let parts = text.split(maxSplits: 2, omittingEmptySubsequences: false) { $0 == "'" || $0 == "`" }
        guard parts.count == 3, (1...maximumNameBytes).contains(parts[1].utf8.count) else { return nil }
        let isName = parts[1].utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || "|-_".utf8.contains($0) }
        return isName ? parts[1].uppercased() : nil
    }
}

/// Who asks Redis, as far as a remedy must name it.
struct RedisCaller {
    let user: String
    let prefix: String
}

extension QueueError {
    /// - Parameter caller: nil if it is not known here
    init(_ refusal: ServerRefusal, caller: RedisCaller?) {
        switch refusal {
        case .command(let name): self = .forbidden(name.map { [$0] } ?? [], caller)
        case .key:
            self.init(
                .authentication, "The Redis user\(Self.named(caller)) may not use a key of the queue.",
                remedy: "Grant it the keys of the Redis prefix: ACL SETUSER \(caller?.user ?? "USER") "
                    + "~{\(caller?.prefix ?? "PREFIX")}:*.")
        case .unknownCommand(let name): self = .unknown(name.map { [$0] } ?? [])
        }
    }

    /// - Parameter commands: in capitals, `CONFIG|GET` for a subcommand; empty if they are not known
    static func forbidden(_ commands: [String], _ caller: RedisCaller?) -> QueueError {
        guard !commands.isEmpty else {
            return QueueError(
                .authentication, "The Redis user\(named(caller)) lacks a permission.",
                remedy: "Grant it the documented commands (deploy/redis.conf).")
        }
        let grants = commands.map { "+" + $0.lowercased() }.joined(separator: " ")
        return QueueError(
            .authentication, "The Redis user\(named(caller)) may not run \(commands.joined(separator: ", ")).",
            remedy:
                "Grant it: ACL SETUSER \(caller?.user ?? "USER") \(grants) (deploy/redis.conf lists all commands of the "
                + "queue).")
    }

    static func unknown(_ commands: [String]) -> QueueError {
        let what = commands.isEmpty ? "a command of the queue" : commands.joined(separator: ", ")
        return QueueError(
            .unsupported, "Redis does not know \(what).",
            remedy:
                "Redis \(ServerReport.oldestMajorVersion).0 or later is needed, with scripts allowed and no command "
                + "renamed or disabled (rename-command in its configuration).")
    }

    private static func named(_ caller: RedisCaller?) -> String { caller.map { " \($0.user)" } ?? "" }
}
