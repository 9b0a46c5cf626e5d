import Catalogue
import ExportFormat

/// The fields of a model that get other values, in the order in which the rules meet them.
struct ModelTreatments: Sendable {
    let fields: [(name: FieldName, treatment: Treatment)]
    /// Fields that get a value even where the row lacks them.
    let addedFields: [FieldName]
    /// Fields without a rule whose texts may hold what is replaced elsewhere.
    let freeTexts: [FieldName]

    /// Whether rows have a key that names what their value is.
    let isOption: Bool

    static let optionKey: FieldName = "key"
    static let optionValue: FieldName = "value"

    /// - Parameter isThorough: whether fields that the reference leaves alone are treated, too
    init(_ model: Model, isThorough: Bool) {
        let name = String(model.name.dropFirst("sentry.".count))
        let more = (Self.additions[name] ?? []) + (isThorough ? Self.thoroughAdditions[name] ?? [] : [])
        let fields = more.reduce(into: Self.general(model)) { Self.add($1, to: &$0) }
        self.fields = fields
        addedFields = fields.filter { $0.treatment == .emptyList }.map(\.name)
        isOption = [Self.optionKey, Self.optionValue].allSatisfy { field in
            model.columns.contains { $0.field == field.text }
        }
        freeTexts = isThorough ? Self.freeTexts(model, besides: fields.map(\.name)) : []
    }

    func action(of field: UnsafeBufferPointer<UInt8>) -> FieldAction {
        if let treated = fields.first(where: { $0.name.isSpelled(field) }) { return .treat(treated.treatment) }
        guard freeTexts.contains(where: { $0.isSpelled(field) }) else { return .keep }
        return isOption && Self.optionValue.isSpelled(field) ? .sweepOption : .sweep
    }

    /// A field's second treatment keeps the place of the first, which has made the text known already.
    private static func add(
        _ more: (field: String, treatment: Treatment), to fields: inout [(name: FieldName, treatment: Treatment)]
    ) {
        if let place = fields.firstIndex(where: { $0.name.text == more.field }) {
            fields[place].treatment = more.treatment
        } else {
            fields.append((FieldName(more.field), more.treatment))
        }
    }

    // MARK: - The rule for all models

    private static func general(_ model: Model) -> [(name: FieldName, treatment: Treatment)] {
        let columns = model.columns.filter { !$0.isPrimaryKey && !$0.isDatabaseOnly }
        let names = columns.filter { $0.field == "name" }.map { ($0.field, Treatment.name) }
        let slugs = columns.filter { !names.isEmpty && $0.field == "slug" }.map { ($0.field, Treatment.slug) }
        let others = columns.compactMap { column in treatment(column).map { (column.field, $0) } }
        return (names + slugs + others).map { (FieldName($0.0), $0.1) }
    }

    private static func treatment(_ column: Column) -> Treatment? {
        let field = column.field
        func ends(_ endings: String...) -> Bool { endings.contains { field.hasSuffix($0) } }
        if column.encoding == .datetime { return .date }
        if column.meaning == .email { return .email }
        if column.meaning == .ip { return .address }
        if column.meaning == .url || ends("url", "uri") { return .url }
        if column.type == .uuid || ends("guid", "uuid") { return .text(.uuid) }
        let isSecret = ["password", "token", "secret"].contains { field.contains($0) }
        return isSecret && column.holdsPlainText ? .text(.string) : nil
    }
}

extension Column {
    /// Whether it holds text that is neither JSON nor anything else.
    fileprivate var holdsPlainText: Bool {
        switch type {
        case .varchar, .text, .citext: encoding == .string && reference == nil
        case .smallint, .integer, .bigint, .boolean, .double, .inet, .uuid, .timestamptz, .timestamp, .json, .jsonb,
            .textArray, .doubleArray:
            false
        }
    }

    /// Whether an export writes text for it, or JSON that may hold text.
    fileprivate var mayHoldText: Bool {
        switch encoding {
        case .string, .nestedJSON, .pickled, .jsonText, .pythonList, .jsonArray: reference == nil
        case .int, .float, .bool, .datetime, .uuid, .flags: false
        }
    }
}

// MARK: - Rules for single models

extension ModelTreatments {
    /// What happens beyond the general rule.
    private static let additions: [String: [(field: String, treatment: Treatment)]] = [
        "integration": [
            ("external_id", .text(.string)), ("metadata", .emptyObject), ("provider", .text(.string)),
        ],
        "organizationintegration": [("config", .emptyObject)],
        "projectintegration": [("config", .emptyObject)],
        "apiapplication": [
            ("allowed_origins", .text(.nothing)), ("client_id", .text(.hex64)), ("redirect_uris", .text(.nothing)),
        ],
        "apigrant": [("code", .text(.hex64))],
        "apikey": [("allowed_origins", .text(.nothing)), ("key", .text(.string)), ("label", .name)],
        "apitoken": [
            ("token", .twice(.token)), ("token_last_characters", .twice(.tokenEnd)),
            ("hashed_token", .twice(.tokenDigest)),
            ("refresh_token", .twice(.token)), ("hashed_refresh_token", .twice(.tokenDigest)),
        ],
        "authidentity": [("data", .emptyObject), ("ident", .text(.string))],
        "authprovider": [("config", .emptyObject), ("provider", .text(.string))],
        "sentryapp": [
            ("author", .text(.string)), ("creator_label", .text(.string)), ("metadata", .emptyObject),
            ("overview", .text(.string)), ("schema", .emptyObject), ("events", .emptyList),
        ],
        "sentryappcomponent": [("type", .text(.string)), ("schema", .emptyObject)],
        "relay": [("relay_id", .text(.uuid)), ("public_key", .text(.string))],
        "relayusage": [("relay_id", .text(.uuid)), ("public_key", .text(.string))],
        "repository": [
            ("config", .emptyObject), ("external_id", .text(.string)), ("provider", .text(.string)),
            ("languages", .emptyList),
        ],
        "servicehook": [("guid", .twice(.uuid)), ("events", .emptyList)],
        "authenticator": [("config", .text(.emptyJSONText))],
        "user": [("username", .text(.string)), ("session_nonce", .text(.string))],
        "useremail": [("validation_hash", .text(.word32))],
        "userip": [("country_code", .text(.country)), ("region_code", .text(.region))],
    ]

    /// What the reference leaves as it is.
    private static let thoroughAdditions: [String: [(field: String, treatment: Treatment)]] = [
        "organizationmember": [("user_email", .email)],
        "projectkey": [("public_key", .text(.string))],
    ]

    /// Fields of any model with words of a fixed vocabulary, or with digests.
    private static let vocabulary: Set<String> = [
        "aggregate", "aggregates", "condition_hash", "dataset", "default_role", "detection_type", "extraction_state",
        "forced_color", "interval", "key", "last_updated_by", "permission", "permissions", "platform", "query_hash",
        "query_sort", "role", "scope_list", "seasonality", "sensitivity", "sort", "spec_hashes", "subscription_id",
        "type", "unit", "use_case", "values", "version", "visibility",
    ]

    private static func freeTexts(_ model: Model, besides treated: [FieldName]) -> [FieldName] {
        model.columns.filter { !$0.isPrimaryKey && !$0.isDatabaseOnly && $0.mayHoldText }.map(\.field)
            .filter { field in !vocabulary.contains(field) && !treated.contains { $0.text == field } }
            .map { FieldName($0) }
    }
}
