import Catalogue
import ExportFormat

/// Issue alert rules. The numbers are those of Sentry's migrations.
enum RuleAdaptations {
    static let all: [Adaptation] = [
        // 0464
        Adaptation("rule", "pickled data becomes JSON", before: SentryVersion(23, 6)) { row in
            if let data = row.pickle("data") { row["data"] = data }
        },
        // 0349
        Adaptation("rule", "mail to issue owners gets a fallthrough", before: SentryVersion(23, 2)) { row in
            guard isActive(row), row.mayList("data", Names.actions, mayLackFallthrough),
                let data = row.json("data"), let actions = data["actions"].items,
                actions.contains(where: lacksFallthrough)
            else { return }
            row.miss()
            let whom = row.integer("project").flatMap { row.context.ownershipFallthrough[$0] }.map {
                $0 ? "AllMembers" : "NoOne"
            }
            row["data"] = data.mapping("actions") { action in
                lacksFallthrough(action) ? action.setting("fallthroughType", .text(whom ?? "ActiveMembers")) : action
            }
        },
        // 0515
        Adaptation("rule", "of a monitor that waits for its deletion, does too", before: SentryVersion(23, 8)) { row in
            guard let key = row.key, row.context.doomedRules.contains(key), row.integer("status") != 2,
                row.integer("status") != 3
            else { return }
            row["status"] = .integer(2)
        },
        // 0538
        Adaptation("rule", "names of actions and conditions are taken out", before: SentryVersion(23, 9)) { row in
            guard row.mayList("data", Names.actions, hasName) || row.mayList("data", Names.conditions, hasName),
                let data = row.json("data")
            else { return }
            let changed = data.mapping("actions", withoutName).mapping("conditions", withoutName)
            if changed != data { row["data"] = changed }
        },
        // 0550, 0565
        Adaptation(
            "rule", "without actions, or the same as another one, is disabled", before: SentryVersion(23, 9),
            ifUnsure: .leave
        ) { row in
            guard let key = row.key, let shape = RuleShape(row) else { return }
            guard row.context.isComplete else { return shape.decide(row) }
            if let status = row.context.ruleStatus[key] { row["status"] = .integer(status) }
        },
        // 0645
        Adaptation("rule", "actions get a uuid", before: SentryVersion(24, 2)) { row in
            guard row.mayList("data", Names.actions, mayLackUUID),
                let data = row.json("data"), let actions = data["actions"].items, actions.contains(where: lacksUUID)
            else { return }
            var number: UInt64 = 0
            row["data"] = data.mapping("actions") { action in
                number += 1
                let seed = StableHash.mix(UInt64(bitPattern: row.key ?? 0), number)
                return lacksUUID(action) ? action.setting("uuid", .text(MadeUUID.text(seed, action.digest))) : action
            }
        },
        // 0704
        Adaptation("rule", "owner becomes owner_user_id or owner_team", readsOldField: true) { row in
            guard let owner = row.integer("owner"), row.isNull("owner_user_id"), row.isNull("owner_team") else {
                return
            }
            switch row.context.actors[owner] {
            case .user(let user)?: row["owner_user_id"] = .integer(user)
            case .team(let team)?: row["owner_team"] = .integer(team)
            case .nobody?: return
            case nil: return row.miss()
            }
            row.move("owner")
        },
        AlertAdaptations.ownerOfNobody("rule", unless: ["owner_user_id", "owner_team"]),
        // 0587
        Adaptation(
            "neglectedrule", "with a first mail and no last one is left out", before: SentryVersion(23, 11),
            ifUnsure: .leave
        ) { row in
            if !row.isNull("sent_initial_email_date"), row.isNull("sent_final_email_date") { row.leaveOut() }
        },
    ]

    static let collectors: [Collector] = [
        Collector("rule", before: SentryVersion(23, 9)) { row in
            guard let shape = RuleShape(row) else { return }
            row.context.rules[shape.group, default: []].append(shape)
        },
        Collector("projectownership", before: SentryVersion(23, 2)) { row in
            guard let project = row.integer("project") else { return }
            row.context.ownershipFallthrough[project] = row["fallthrough"] != .bool(false)
        },
    ]

    /// Names inside a rule's data.
    private enum Names {
        static let actions: FieldName = "actions"
        static let conditions: FieldName = "conditions"
        static let name: FieldName = "name"
        static let fallthroughType: FieldName = "fallthroughType"
        static let uuid: FieldName = "uuid"
    }

    private static func isActive(_ row: OldRow) -> Bool { row.integer("status") ?? 0 == 0 }

    private static func lacksFallthrough(_ action: FieldValue) -> Bool {
        action["id"] == .text("sentry.mail.actions.NotifyEmailAction") && action["targetType"] == .text("IssueOwners")
            && action["fallthroughType"].isNull
    }

    private static func mayLackFallthrough(_ action: TapeRow) -> Bool {
        action.value(Names.fallthroughType)?.isNull ?? true
    }

    private static func hasName(_ part: TapeRow) -> Bool { part.value(Names.name) != nil }

    private static func withoutName(_ part: FieldValue) -> FieldValue { part.removing { $0 == "name" } }

    /// An action that is not empty and has no valid uuid.
    private static func lacksUUID(_ action: FieldValue) -> Bool {
        guard action.isObject, action.isTruthy else { return false }
        return action["uuid"].text.map { !MadeUUID.isValid($0) } ?? true
    }

    private static func mayLackUUID(_ action: TapeRow) -> Bool {
        guard let uuid = action.value(Names.uuid), uuid.isString else { return true }
        return !MadeUUID.isPlain(uuid.bytes)
    }
}
