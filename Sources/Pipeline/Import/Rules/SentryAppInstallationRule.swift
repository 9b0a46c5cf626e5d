import Catalogue
import Storage

/// `sentry.sentryappinstallation`: updated now. Saving one that holds a token leaves a message in the outbox that asks
/// for the token's replica. An import leaves no other message there.
struct SentryAppInstallationRule: ModelRule {
    let model: Model
    private let dateUpdated, apiToken: Int

    /// The outbox's numbers for messages to a user's shard, and for messages about an API token.
    private static let userScope: Int64 = 1
    private static let tokenUpdate: Int64 = 32
    /// What such a message holds.
    static let tokenMessages: [Condition] = [
        .equals("shard_scope", .integer(userScope)), .equals("category", .integer(tokenUpdate)),
    ]
    /// 2016-08-01, the reference's date for messages that are due at once, in microseconds since 1970.
    private static let dueAtOnce: Int64 = 1_470_009_600_000_000

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        dateUpdated = try model.requireColumn("date_updated")
        apiToken = try model.requireColumn("api_token_id")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        .inserting(rows) { $0.values[dateUpdated] = .timestamp(batch.now) }
    }

    func insertImplicitRows(of rows: [Row], _ batch: Batch) throws(ImportFailure) {
        let tokens = rows.map { $0.values[apiToken] }.filter { !$0.isNull }
        guard !tokens.isEmpty else { return }
        let owners = try batch.select(
            Select(["id", "user_id"], from: batch.table(ofModel: "sentry.apitoken"), where: [.isIn("id", tokens)]))
        let columns = [
            "shard_scope", "shard_identifier", "category", "object_identifier", "payload", "scheduled_from",
            "scheduled_for", "region_name", "date_added",
        ]
        let messages: [[Value]] = owners.map { row in
            [
                .integer(Self.userScope), row[1], .integer(Self.tokenUpdate), row[0], .null, .timestamp(batch.now),
                .timestamp(Self.dueAtOnce), .text(batch.context.instance.regionName), .timestamp(batch.now),
            ]
        }
        try batch.insert(into: batch.table("sentry_controloutbox"), columns, messages)
    }
}
