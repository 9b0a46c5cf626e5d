/// How the values of a field may differ between two rows that are equal. The names are those of ``ComparatorTable``.
enum ComparisonRule: String, Sendable {
    /// The right value may have a suffix after a dash.
    case suffix
    /// The right time may be later; null is 1970.
    case updated
    /// The same instant in any spelling.
    case instant
    /// Equal; shown obscured.
    case email, hash
    /// A user that becomes unclaimed gets another password.
    case password
    /// Both keys stand for rows with the same ordinal.
    case reference
    /// Anything.
    case ignored
    /// Both are 32 hexadecimal digits.
    case hex
    /// Both are subscription ids, and they differ.
    case subscription
    /// Both are random UUIDs, and they differ.
    case uuid4
    /// The same items in any order.
    case unordered

    /// The reference's word for what this rule finds.
    var kind: String {
        switch self {
        case .suffix: "AutoSuffixComparator"
        case .updated: "DateUpdatedComparator"
        case .instant: "DatetimeEqualityComparator"
        case .email: "EmailObfuscatingComparator"
        case .hash: "HashObfuscatingComparator"
        case .password: "UserPasswordObfuscatingComparator"
        case .reference: "ForeignKeyComparator"
        case .ignored: "IgnoredComparator"
        case .hex: "SecretHexComparator"
        case .subscription: "SubscriptionIDComparator"
        case .uuid4: "UUID4Comparator"
        case .unordered: "UnorderedListComparator"
        }
    }

    var existenceKind: String { kind + "ExistenceCheck" }
}
