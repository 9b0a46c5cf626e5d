import Catalogue
import Storage

internal import Foundation

/// `sentry.useroption`: validated as the account form does. An option that the user has set everywhere already stays as
/// it is.
struct UserOptionRule: ModelRule {
    let model: Model
    let belongsToUser = true
    private let user, project, organization, key, value: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        user = try model.requireColumn("user_id")
        project = try model.requireColumn("project_id")
        organization = try model.requireColumn("organization_id")
        key = try model.requireColumn("key")
        value = try model.requireColumn("value")
    }

    private struct Option: Hashable {
        let user: Int64
        let key: ExactText
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var taken = try storedOptions(rows, batch)
        var decisions = Decisions()
        for row in rows {
            try validate(row)
            let isNew = globalOption(row).map { taken.insert($0).inserted } ?? true
            if isNew { decisions.insert(row) } else { decisions.drop(.superseded) }
        }
        return decisions
    }

    /// The option that a row sets for its user everywhere; nil if it sets it for a project or an organization.
    private func globalOption(_ row: Row) -> Option? {
        guard row.values[project].isNull, row.values[organization].isNull,
            let user = row.values[user].integer, let key = row.values[key].text
        else { return nil }
        return Option(user: user, key: ExactText(key))
    }

    private func storedOptions(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Set<Option> {
        let users = batch.memory.ownUsers.toLookUp(Set(rows.compactMap { globalOption($0)?.user }), batch)
        guard !users.isEmpty else { return [] }
        let found = try batch.select(
            Select(
                ["user_id", "key"], from: model.table,
                where: [.isIn("user_id", users), .isNull("project_id"), .isNull("organization_id")]))
        return Set(
            found.compactMap { row in
                row[0].integer.flatMap { user in row[1].text.map { Option(user: user, key: ExactText($0)) } }
            })
    }

    // MARK: Validation, in the words of the account form

    private func validate(_ row: Row) throws(ImportFailure) {
        guard let key = row.values[key].text, let check = Self.checks[key] else { return }
        guard let fault = check(AccountValue(storedText: row.values[value].text ?? "null")) else { return }
        throw .form(model, row, field: key, fault)
    }

    private typealias Fault = (message: String, code: String)

    private static let checks: [String: @Sendable (AccountValue) -> Fault?] = [
        "language": choice(of: AccountChoices.languages),
        "timezone": choice(of: AccountChoices.timezones),
        "theme": choice(of: AccountChoices.themes),
        "stacktraceOrder": choice(of: AccountChoices.stacktraceOrders),
        "defaultIssueEvent": choice(of: AccountChoices.defaultIssueEvents),
        "clock24Hours": boolean,
        "prefersIssueDetailsStreamlinedUI": boolean,
    ]

    private static func choice(of choices: Set<String>) -> @Sendable (AccountValue) -> Fault? {
        { value in
            switch value {
            case .null: ("This field may not be null.", "null")
            case .text(let text), .number(let text):
                choices.contains(text) ? nil : ("The value is not a valid choice.", "invalid_choice")
            case .boolean, .container: ("The value is not a valid choice.", "invalid_choice")
            }
        }
    }

    private static let boolean: @Sendable (AccountValue) -> Fault? = { value in
        switch value {
        case .null: ("This field may not be null.", "null")
        case .boolean: nil
        case .text(let text):
            AccountValue.booleanSpellings.contains(text.lowercased()) ? nil : ("Must be a valid boolean.", "invalid")
        case .number(let text):
            [0, 1].contains(Double(text)) ? nil : ("Must be a valid boolean.", "invalid")
        case .container: ("Must be a valid boolean.", "invalid")
        }
    }
}

/// An option's value, as the account form reads it.
enum AccountValue {
    case null
    case boolean
    case number(String)
    case text(String)
    case container

    /// - Parameter storedText: the JSON text in the column.
    init(storedText: String) {
        if let plain = Self.plain(storedText) {
            self = .text(plain)
            return
        }
        let parsed = try? JSONSerialization.jsonObject(with: Data(storedText.utf8), options: .fragmentsAllowed)
        // Decoding has made all values JSON. Other text would not be a valid choice either.
        switch parsed {
        case let text as String: self = .text(text)
        case is [Any], is [String: Any]: self = .container
        case is NSNull: self = .null
        default:
            self = storedText == "true" || storedText == "false" ? .boolean : .number(storedText)
        }
    }

    /// The content of a JSON string without escapes, which nearly all options hold.
    private static func plain(_ text: String) -> String? {
        let bytes = text.utf8
        guard bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") else { return nil }
        let content = bytes.dropFirst().dropLast()
        guard content.allSatisfy({ $0 >= 0x20 && $0 < 0x80 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        else { return nil }
        return String(content)
    }

    static let booleanSpellings: Set<String> = [
        "t", "y", "yes", "true", "on", "1", "f", "n", "no", "false", "off", "0",
    ]
}
