/// A monthly version of Sentry, such as 24.9. Patches do not count: no export tells them apart.
public struct SentryVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Years and months: 2409 for 24.9.
    private let number: Int

    /// What the catalogue describes.
    public static let current = SentryVersion(24, 9)
    /// From here on workflows run what alert rules said before; when exactly is unverified.
    public static let workflows = SentryVersion(26, 1)
    /// Older than all, newer than all.
    public static let distantPast = SentryVersion(0, 0)
    public static let distantFuture = SentryVersion(99, 99)

    public init(_ year: Int, _ month: Int) { number = year * 100 + month }

    /// Reads `24.9`, `24.9.0` and `24.9.0.dev0`; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard 2...4 ~= parts.count, parts.count < 4 || parts[3].hasPrefix("dev"),
            parts.prefix(3).allSatisfy({ 1...3 ~= $0.utf8.count && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
            let year = Int(parts[0]), 1...98 ~= year, let month = Int(parts[1]), 1...12 ~= month
        else { return nil }
        self.init(year, month)
    }

    /// Months since the year 0.
    package var months: Int { number / 100 * 12 + number % 100 - 1 }
    package init(months: Int) { self.init(months / 12, months % 12 + 1) }

    public var description: String { "\(number / 100).\(number % 100)" }

    public static func < (left: SentryVersion, right: SentryVersion) -> Bool { left.number < right.number }
}

/// The versions that may have written a file, as far as its fields tell so far.
public struct VersionRange: Sendable, Equatable {
    /// ``SentryVersion/distantPast`` if any older version is possible too.
    public private(set) var earliest = SentryVersion.distantPast
    /// ``SentryVersion/distantFuture`` if any newer version is possible too.
    public private(set) var latest = SentryVersion.distantFuture
    /// Whether an operator has named the version.
    public let isGiven: Bool
    private var evidence = VersionEvidence()

    public init() { isGiven = false }

    /// - Parameter version: what an operator says; no field says otherwise
    public init(given version: SentryVersion) {
        isGiven = true
        earliest = version
        latest = version
    }

    /// Learns which fields the rows of a model have. Returns whether that told something new.
    public mutating func learn(_ model: String, _ fields: Set<String>) -> Bool {
        guard !isGiven, evidence.add(model, fields) else { return false }
        let before = (earliest, latest)
        (earliest, latest) = evidence.bounds
        return (earliest, latest) != before
    }

    /// Whether all these versions, or some of them, are older than one.
    public func isSurelyBefore(_ version: SentryVersion) -> Bool { latest < version }
    public func mayBeBefore(_ version: SentryVersion) -> Bool { earliest < version }
}
