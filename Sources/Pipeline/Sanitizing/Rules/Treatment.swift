import ExportFormat

/// What becomes of a field. Null and missing fields stay as they are, except for ``emptyList``.
enum Treatment: Sendable, Equatable {
    case name
    /// Made of the row's new name.
    case slug
    case date
    /// The parts around the `@` apart, so that addresses of one domain keep sharing it.
    case email
    /// The parts between dots and slashes apart.
    case url
    /// An IP address; other texts count as strings.
    case address
    case text(TextKind)
    /// Replaced twice, by the rule for all models and by one of its own. Only the second result is seen.
    case twice(SecondKind)
    /// `{}` for any value.
    case emptyObject
    /// The text `[]`, also where the field is missing.
    case emptyList
}

/// What the second pass does with a field.
enum FieldAction: Sendable, Equatable {
    case treat(Treatment)
    /// Searches its texts for what is replaced elsewhere, and for secrets.
    case sweep
    /// The same for an option's value: the option's key may tell that it is a secret.
    case sweepOption
    case keep
}

extension Treatment {
    /// Whether other fields are searched for what a field holds: people, secrets and addresses.
    func isSought(_ field: FieldName) -> Bool {
        switch self {
        case .name, .slug, .email, .url, .address, .twice(.uuid), .twice(.token), .twice(.tokenDigest): true
        case .text(.uuid), .text(.hex64), .text(.word32): true
        case .text(.string): !Self.commonTexts.contains(field.text)
        case .text, .date, .twice(.tokenEnd), .emptyObject, .emptyList: false
        }
    }

    /// Fields whose texts are words that many installations share, or too short to be found.
    private static let commonTexts: Set<String> = [
        "external_id", "overview", "provider", "token_last_characters", "token_type", "type",
    ]

    /// What its values count as.
    var category: ReplacedCategory {
        switch self {
        case .name: .names
        case .slug: .slugs
        case .date: .dates
        case .email: .emails
        case .url: .urls
        case .address: .addresses
        case .text(.uuid), .twice(.uuid): .uuids
        case .text(.hex64), .text(.word32), .twice: .tokens
        case .text: .texts
        case .emptyObject, .emptyList: .json
        }
    }
}

/// What an account of replaced values tells apart.
public enum ReplacedCategory: String, Sendable, CaseIterable {
    case names, slugs, dates, texts, tokens
    case emails = "e-mail addresses"
    case urls = "URLs"
    case addresses = "IP addresses"
    case uuids = "UUIDs"
    case json = "JSON values"
    /// What only its name or its form tells to be one.
    case secrets = "secrets in JSON, options and texts"
    /// Of columns without a rule, or of rows of unknown models.
    case others = "other texts"
}
