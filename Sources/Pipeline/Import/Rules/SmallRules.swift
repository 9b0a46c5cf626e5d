import Catalogue
import Storage

internal import Foundation

/// A model of which saving changes some columns.
struct ColumnRule: ModelRule {
    /// What saving does to one column.
    enum Effect: Sendable {
        case now
        case uuid4UnlessNull
        /// 32 hexadecimal digits if it is null.
        case hexWhenNull
        /// The MD5 digest of another column's text if it is empty.
        case digestWhenEmpty(of: Int)
    }

    let model: Model
    private let effects: [(column: Int, effect: Effect)]

    init(_ model: Model, _ effects: [String: Effect]) throws(CatalogueGap) {
        self.model = model
        self.effects = try Self.positions(effects, model)
    }

    private static func positions(
        _ effects: [String: Effect], _ model: Model
    ) throws(CatalogueGap) -> [(column: Int, effect: Effect)] {
        var out: [(column: Int, effect: Effect)] = []
        for (column, effect) in effects { out.append((try model.requireColumn(column), effect)) }
        return out
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        .inserting(rows) { row in
            for (column, effect) in effects { change(&row, column, effect, batch) }
        }
    }

    private func change(_ row: inout Row, _ column: Int, _ effect: Effect, _ batch: Batch) {
        switch effect {
        case .now: row.values[column] = .timestamp(batch.now)
        case .uuid4UnlessNull:
            if !row.values[column].isNull { row.values[column] = .text(batch.random.uuid4()) }
        case .hexWhenNull:
            if row.values[column].isNull {
                row.values[column] = .text(batch.random.uuid4().replacingOccurrences(of: "-", with: ""))
            }
        case .digestWhenEmpty(let source):
            if (row.values[column].text ?? "").isEmpty {
                row.values[column] = .text(Digest.md5(row.values[source].text ?? ""))
            }
        }
    }
}

/// `sentry.monitor`: gets a fresh guid, and a slug if it has none. An organization takes a limited number.
struct MonitorRule: ModelRule {
    let model: Model
    private let slugRule: OwnedSlugRule
    private let organization, guid: Int

    /// Monitors that an organization may have.
    static let maxMonitorsPerOrganization = 1500

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        organization = try model.requireColumn("organization_id")
        guid = try model.requireColumn("guid")
        slugRule = try OwnedSlugRule(model, owner: "organization_id", length: Slug.monitorLength)
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var rows = rows
        try slugRule.fillSlugs(of: &rows, batch)
        var counts = try stored(Set(rows.map { $0.values[organization] }), batch)
        for index in rows.indices {
            rows[index].values[guid] = .text(batch.random.uuid4())
            let owner = rows[index].values[organization]
            let count = counts[owner] ?? 0
            if count == Self.maxMonitorsPerOrganization {
                throw .row(
                    .unknown, model, rows[index],
                    "the organization has \(Self.maxMonitorsPerOrganization) monitors already, which is the limit")
            }
            counts[owner] = count + 1
        }
        return Decisions(inserting: rows)
    }

    /// Organization → its stored monitors, if it has any.
    private func stored(_ organizations: Set<Value>, _ batch: Batch) throws(ImportFailure) -> [Value: Int] {
        let found = try batch.select(
            Select(["organization_id"], from: model.table, where: [.isIn("organization_id", Array(organizations))]))
        return found.reduce(into: [:]) { $0[$1[0], default: 0] += 1 }
    }
}

/// `sentry.savedsearch`: only a Global import takes searches of the whole installation.
struct SavedSearchRule: ModelRule {
    let model: Model
    private let isGlobal: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        isGlobal = try model.requireColumn("is_global")
    }

    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? {
        !batch.isGlobal && row.values[isGlobal].bool == true ? .outOfScope : nil
    }
}

/// `sentry.querysubscription`: inserted as a subscription that is being created. Of the imported one only project,
/// query, type and date are kept.
struct QuerySubscriptionRule: ModelRule {
    let model: Model
    private let status, subscriptionID, queryExtra, dateUpdated: Int

    private static let creating: Int64 = 1

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        status = try model.requireColumn("status")
        subscriptionID = try model.requireColumn("subscription_id")
        queryExtra = try model.requireColumn("query_extra")
        dateUpdated = try model.requireColumn("date_updated")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        .inserting(rows) { row in
            row.values[status] = .integer(Self.creating)
            row.values[subscriptionID] = .null
            row.values[queryExtra] = .null
            row.values[dateUpdated] = .timestamp(batch.now)
        }
    }
}

/// `sentry.notificationaction`: has the organization's scope unless an integration or an app carries it out.
struct NotificationActionRule: ModelRule {
    let model: Model
    private let integration, sentryApp: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        integration = try model.requireColumn("integration_id")
        sentryApp = try model.requireColumn("sentry_app_id")
    }

    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope] {
        rows.map { Self.scope($0.values[integration], $0.values[sentryApp]) }
    }

    static func scope(_ integration: Value, _ sentryApp: Value) -> RelocationScope {
        integration.isNull && sentryApp.isNull ? .organization : .global
    }
}

/// `sentry.notificationactionproject`: has the scope of its action.
struct NotificationActionProjectRule: ModelRule {
    let model: Model
    private let action: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        action = try model.requireColumn("action_id")
    }

    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope] {
        let table = try batch.table(ofModel: "sentry.notificationaction")
        let found = try batch.select(
            Select(
                ["id", "integration_id", "sentry_app_id"], from: table,
                where: [.isIn("id", Array(Set(rows.map { $0.values[action] })))]))
        let scopes = Dictionary(
            found.map { ($0[0], NotificationActionRule.scope($0[1], $0[2])) }, uniquingKeysWith: { first, _ in first })
        return rows.map { scopes[$0.values[action]] ?? .organization }
    }
}
