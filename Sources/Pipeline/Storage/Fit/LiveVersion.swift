internal import Catalogue

/// The version of Sentry that a live schema belongs to, about: from its migrations if they are recorded, else from its
/// columns.
struct LiveVersion {
    /// The catalogue to start from.
    let catalogue: Catalogue
    /// Whether something says that it is not the version of the standard catalogue.
    let isOther: Bool
    /// Whether nothing tells it but columns.
    let isGuessed: Bool
    private let words: String

    init(_ live: LiveSchema, _ standard: Catalogue) {
        let share = Self.shareOfNewer(live, standard)
        isGuessed = live.migrations.isEmpty
        catalogue = share > 0 && standard.version == .current ? .newest : standard
        if !live.migrations.isEmpty {
            let versions = live.migrations.map { SentryVersion(migration: $0) }
            words = zip(versions, live.migrations).map { "\($0) (migration \($1))" }.joined(separator: " and ")
            isOther = versions.contains { $0 != .current }
        } else if share > 0 {
            isOther = true
            words =
                share > 0.9
                ? "\(Catalogue.newest.version)" : "between \(SentryVersion.current) and \(Catalogue.newest.version)"
        } else {
            let older = Self.older(live, standard)
            isOther = older != nil
            words = older ?? "\(SentryVersion.current)"
        }
    }

    func text(isStandard: Bool) -> String { isStandard ? "\(SentryVersion.current)" : words }

    /// How much of what is new after the standard catalogue is there: 0...1.
    private static func shareOfNewer(_ live: LiveSchema, _ standard: Catalogue) -> Double {
        let known = Set(standard.fullOrder.map(\.table))
        var (found, all) = (0, 0)
        for model in Catalogue.newest.models {
            guard let table = live.tables[model.table.name] else {
                if !known.contains(model.table.name) { all += 1 }
                continue
            }
            if standard.model(model.name) == nil {
                if !known.contains(model.table.name) { (found, all) = (found + 1, all + 1) }
                continue
            }
            for column in model.columns where standard.table(model.table.name)?.column(column.name) == nil {
                all += 1
                if table.columns[column.name] != nil { found += 1 }
            }
        }
        return all == 0 ? 0 : Double(found) / Double(all)
    }

    /// The versions before the standard one that have such columns; nil if that one may have them.
    private static func older(_ live: LiveSchema, _ standard: Catalogue) -> String? {
        var fields: [String: Set<String>] = [:]
        for model in standard.models {
            guard let table = live.tables[model.table.name] else { continue }
            fields[model.name] = Set(table.columns.keys.compactMap { model.table.column($0)?.field })
        }
        guard let versions = SentryVersions(models: fields), let latest = versions.likeliest?.upperBound,
            latest < .current
        else { return nil }
        return versions.text
    }
}

extension SentryVersion {
    /// Migrations and the versions that begin with them; in between, versions are spaced evenly.
    private static let migrations: [(number: Int, version: SentryVersion)] = [
        (0, SentryVersion(20, 6)), (400, SentryVersion(23, 4)), (621, SentryVersion(23, 12)),
        (651, SentryVersion(24, 3)), (697, SentryVersion(24, 5)), (726, SentryVersion(24, 6)),
        (742, SentryVersion(24, 8)), (745, .current), (770, .current), (1118, SentryVersion(26, 6)),
    ]

    /// The version whose newest migration has about that number.
    init(migration: Int) {
        let all = Self.migrations
        guard let next = all.firstIndex(where: { $0.number >= migration }), next > 0 else {
            self = migration <= 0 ? all[0].version : all[all.count - 1].version
            return
        }
        let (before, after) = (all[next - 1], all[next])
        let share = Double(migration - before.number) / Double(after.number - before.number)
        let months = Double(after.version.months - before.version.months) * share
        self.init(months: before.version.months + Int(months))
    }
}
