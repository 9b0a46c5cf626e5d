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

    /// Nil if no field tells anything.
    ///
    /// - Parameter models: the fields of each model, without those that have none
    public init?(models: [String: Set<String>]) {
        let told = Self.markers.compactMap { marker in
            models[marker.model].flatMap { $0.isEmpty ? nil : marker.evidence($0.contains(marker.field)) }
        }
        guard !told.isEmpty else { return nil }
        let possible = told.reduce(Set(Self.names.indices)) { $0.intersection($1.versions) }
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

extension SentryVersions {
    private static let names = VersionText.versions.split(whereSeparator: \.isWhitespace).map(String.init)
    private static let markers = VersionText.fields.split(separator: "\n").flatMap(Marker.list)

    /// What a field tells.
    private struct Evidence {
        let versions: Set<Int>
        let words: String
    }

    /// A field that only some versions have.
    private struct Marker {
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

        /// Boundaries may be off by one: the versions next to them are possible either way.
        func evidence(_ isPresent: Bool) -> Evidence {
            let all = names.indices
            let versions =
                isPresent
                ? all.filter { first - 1 <= $0 && $0 <= last + 1 }
                : all.filter { !isInside($0) }
            return Evidence(versions: Set(versions), words: "\(model) \(isPresent ? "has" : "lacks") \(field)")
        }

        /// Whether exports of a version certainly have the field.
        private func isInside(_ version: Int) -> Bool {
            let begin = first == 0 ? 0 : first + 1
            let end = last == names.count - 1 ? last : last - 1
            return begin <= version && version <= end
        }
    }
}
