/// The versions of Sentry that may have written an export, as far as its fields tell.
public struct SentryVersions: Sendable, Equatable {
    /// Nil if any older version is possible too.
    public private(set) var earliest: String?
    /// Nil if any newer version is possible too.
    public private(set) var latest: String?
    /// What says so, in words: which model has or lacks which field.
    public private(set) var because: [String] = []
    /// Whether fields are together that no version has: then there are no versions.
    public private(set) var isMixed = false
    /// The likeliest of these versions, taking the boundaries of each field as exact; nil if that leaves none.
    public private(set) var likeliest: ClosedRange<SentryVersion>?

    /// Nil if no field tells anything.
    ///
    /// - Parameter models: the fields of each model, without those that have none
    public init?(models: [String: Set<String>]) {
        let told = Self.markers.compactMap { marker in
            models[marker.model].flatMap { $0.isEmpty ? nil : marker.evidence($0.contains(marker.field)) }
        }
        guard !told.isEmpty else { return nil }
        let possible = told.reduce(Set(Self.names.indices)) { $0.intersection($1.versions) }
        likeliest = Self.likeliest(models)
        guard let low = possible.min(), let high = possible.max() else {
            isMixed = true
            return
        }
        if low > 0 {
            earliest = Self.names[low]
            because += told.first { $0.versions.min() == low }.map { [$0.words] } ?? []
        }
        if high < Self.names.count - 1 {
            latest = Self.names[high]
            because += told.first { $0.versions.max() == high }.map { [$0.words] } ?? []
        }
    }

    private static func likeliest(_ models: [String: Set<String>]) -> ClosedRange<SentryVersion>? {
        var evidence = VersionEvidence()
        for (model, fields) in models { _ = evidence.add(model, fields) }
        guard let low = evidence.likely.min(), let high = evidence.likely.max(),
            let first = SentryVersion(names[low]), let last = SentryVersion(names[high])
        else { return nil }
        return first...last
    }

    /// In words: `23.11 to 24.1`.
    public var text: String {
        if isMixed { return "cannot be told: its fields belong to different versions" }
        return switch (earliest, latest) {
        case (let earliest?, let latest?): earliest == latest ? earliest : "\(earliest) to \(latest)"
        case (let earliest?, nil): "\(earliest) or newer"
        case (nil, let latest?): "\(latest) or older"
        case (nil, nil): "cannot be told from these models"
        }
    }
}

/// What the fields of a file have told, in sets of places in the list of versions.
struct VersionEvidence: Sendable, Equatable {
    /// If each boundary may be off by one version, and if none is.
    private(set) var possible = Set(SentryVersions.names.indices)
    private(set) var likely = Set(SentryVersions.names.indices)

    /// Returns whether anything is known of this model.
    mutating func add(_ model: String, _ fields: Set<String>) -> Bool {
        guard !fields.isEmpty, let markers = SentryVersions.markersByModel[model] else { return false }
        for marker in markers {
            possible.formIntersection(marker.evidence(fields.contains(marker.field)).versions)
            likely.formIntersection(marker.evidence(fields.contains(marker.field), slack: 0).versions)
        }
        return true
    }

    /// The first and the last version; wide open if the fields belong to different versions.
    var bounds: (SentryVersion, SentryVersion) {
        let names = SentryVersions.names
        let places = likely.isEmpty ? possible : likely
        guard let low = places.min(), let high = places.max() else { return (.distantPast, .distantFuture) }
        return (
            low == 0 ? .distantPast : SentryVersion(names[low]) ?? .distantPast,
            high == names.count - 1 ? .distantFuture : SentryVersion(names[high]) ?? .distantFuture
        )
    }
}

extension SentryVersions {
    fileprivate static let names = VersionText.versions.split(whereSeparator: \.isWhitespace).map(String.init)
    private static let markers = VersionText.fields.split(separator: "\n").flatMap(Marker.list)
    fileprivate static let markersByModel = Dictionary(grouping: markers, by: \.model)

    /// What a field tells.
    fileprivate struct Evidence {
        let versions: Set<Int>
        let words: String
    }

    /// A field that only some versions have.
    fileprivate struct Marker: Sendable {
        let model: String
        let field: String
        /// Places in the list of versions.
        let first: Int
        let last: Int

        static func list(_ line: Substring) -> [Marker] {
            let words = line.split(separator: " ")
            guard words.count > 2, let first = names.firstIndex(of: String(words[0])) else { return [] }
            let last = names.firstIndex(of: String(words[1])) ?? names.count - 1
            return words.dropFirst(2).compactMap { word in
                let parts = word.split(separator: ".")
                guard parts.count == 2 else { return nil }
                return Marker(model: "sentry.\(parts[0])", field: String(parts[1]), first: first, last: last)
            }
        }

        /// Boundaries may be off by `slack`: the versions next to them are possible either way.
        func evidence(_ isPresent: Bool, slack: Int = 1) -> Evidence {
            let all = names.indices
            let versions =
                isPresent
                ? all.filter { first - slack <= $0 && $0 <= last + slack }
                : all.filter { !isInside($0, slack) }
            return Evidence(versions: Set(versions), words: "\(model) \(isPresent ? "has" : "lacks") \(field)")
        }

        /// Whether exports of a version certainly have the field.
        private func isInside(_ version: Int, _ slack: Int) -> Bool {
            let begin = first == 0 ? 0 : first + slack
            let end = last == names.count - 1 ? last : last - slack
            return begin <= version && version <= end
        }
    }
}
