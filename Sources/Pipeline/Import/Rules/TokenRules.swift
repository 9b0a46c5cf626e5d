import Catalogue
import Ledger
import Storage
import TextForms

internal import Crypto
internal import Foundation

enum Digest {
    /// SHA-256 as 64 lower-case hexadecimal digits.
    static func sha256(_ text: String) -> String {
        Hex.text(SHA256.hash(data: Data(text.utf8)))
    }

    /// MD5 as 32 lower-case hexadecimal digits: the reference's key of a search, without security.
    static func md5(_ text: String) -> String {
        Hex.text(Insecure.MD5.hash(data: Data(text.utf8)))
    }
}

/// `sentry.apitoken`: a token that is in use is replaced by a fresh one. Digests, last characters and implied scopes are
/// computed.
// More than eight properties: one per column that it reads or writes.
struct APITokenRule: ModelRule {
    let model: Model
    private let application, token, refreshToken, expiresAt, tokenType: Int
    private let hashedToken, hashedRefreshToken, lastCharacters, scopeList: Int

    /// Days for which a fresh token is valid.
    private static let renewedDays: Int64 = 30

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        application = try model.requireColumn("application_id")
        token = try model.requireColumn("token")
        refreshToken = try model.requireColumn("refresh_token")
        expiresAt = try model.requireColumn("expires_at")
        tokenType = try model.requireColumn("token_type")
        hashedToken = try model.requireColumn("hashed_token")
        hashedRefreshToken = try model.requireColumn("hashed_refresh_token")
        lastCharacters = try model.requireColumn("token_last_characters")
        scopeList = try model.requireColumn("scope_list")
    }

    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope] {
        rows.map { $0.values[application].isNull ? .config : .global }
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var tokens = try stored(token, rows, batch)
        var refreshTokens = try stored(refreshToken, rows, batch)
        return .inserting(rows) { row in
            let refresh = row.values[refreshToken]
            if tokens.contains(row.values[token]) || !refresh.isNull && refreshTokens.contains(refresh) {
                renew(&row, batch)
            }
            tokens.insert(row.values[token])
            refreshTokens.insert(row.values[refreshToken])
            computeDerived(&row)
        }
    }

    private func stored(_ column: Int, _ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Set<Value> {
        let name = model.columns[column].name
        let wanted = Set(rows.map { $0.values[column] }).filter { !$0.isNull }
        return Set(
            try batch.select(Select([name], from: model.table, where: [.isIn(name, Array(wanted))])).map { $0[0] })
    }

    private func renew(_ row: inout Row, _ batch: Batch) {
        let prefix = row.values[tokenType].text ?? ""
        row.values[token] = .text(prefix + batch.random.hex(64))
        if !row.values[refreshToken].isNull { row.values[refreshToken] = .text(prefix + batch.random.hex(64)) }
        if !row.values[expiresAt].isNull { row.values[expiresAt] = batch.inDays(Self.renewedDays) }
    }

    private func computeDerived(_ row: inout Row) {
        if let text = row.values[token].text {
            row.values[hashedToken] = .text(Digest.sha256(text))
            row.values[lastCharacters] = .text(String(String.UnicodeScalarView(text.unicodeScalars.suffix(4))))
        }
        row.values[hashedRefreshToken] = row.values[refreshToken].text.map { .text(Digest.sha256($0)) } ?? .null
        row.expandScopes(scopeList)
    }
}

/// `sentry.apikey`: a row without a key gets one. Implied scopes are added.
struct APIKeyRule: ModelRule {
    let model: Model
    private let key, scopeList: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        key = try model.requireColumn("key")
        scopeList = try model.requireColumn("scope_list")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        .inserting(rows) { row in
            if (row.values[key].text ?? "").isEmpty { row.values[key] = .text(batch.random.hex(32)) }
            row.expandScopes(scopeList)
        }
    }
}

extension Row {
    /// Adds the implied scopes to a list of scopes.
    fileprivate mutating func expandScopes(_ column: Int) {
        if case .textArray(let scopes) = values[column] { values[column] = .textArray(APIScopes.closure(of: scopes)) }
    }
}

/// `sentry.apiauthorization`: has the configuration's scope unless an application holds it.
struct APIAuthorizationRule: ModelRule {
    let model: Model
    private let application: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        application = try model.requireColumn("application_id")
    }

    func scopes(of rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RelocationScope] {
        rows.map { $0.values[application].isNull ? .config : .global }
    }
}

/// `sentry.orgauthtoken`: a token without a digest, or with one in use, is minted anew for this installation, or dropped
/// if that is impossible.
struct OrgAuthTokenRule: ModelRule {
    let model: Model
    private let organization, tokenHashed, lastCharacters: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        organization = try model.requireColumn("organization_id")
        tokenHashed = try model.requireColumn("token_hashed")
        lastCharacters = try model.requireColumn("token_last_characters")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        let wanted = Set(rows.map { $0.values[tokenHashed] }).filter { !$0.isNull }
        var used = Set(
            try batch.select(
                Select(["token_hashed"], from: model.table, where: [.isIn("token_hashed", Array(wanted))])
            ).map { $0[0] })
        let slugs = try organizationSlugs(rows, batch)
        var decisions = Decisions()
        for var row in rows {
            let isEmpty = (row.values[tokenHashed].text ?? "").isEmpty
            if isEmpty || used.contains(row.values[tokenHashed]) {
                guard let token = mint(slugs[row.values[organization]], batch) else {
                    decisions.drop(.superseded)
                    continue
                }
                row.values[tokenHashed] = .text(Digest.sha256(token))
                row.values[lastCharacters] = .text(String(token.suffix(4)))
            }
            used.insert(row.values[tokenHashed])
            decisions.insert(row)
        }
        return decisions
    }

    /// Organization → the slug that it was inserted with. Provisioning may have changed it since.
    private func organizationSlugs(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [Value: String] {
        let wanted = Set(rows.compactMap { $0.values[organization].integer })
        var out: [Value: String] = [:]
        for (sourcePK, newPK) in batch.map.entries(of: "sentry.organization").sourcePKs(of: wanted) {
            out[.integer(newPK)] = batch.map.identifier("sentry.organization", sourcePK)
        }
        return out
    }

    private func mint(_ slug: String?, _ batch: Batch) -> String? {
        guard let slug, let prefix = batch.context.instance.urlPrefix, !prefix.isEmpty else { return nil }
        let seconds = Double(batch.now) / 1_000_000
        let region = batch.context.instance.regionURL ?? prefix
        let payload =
            #"{"iat":\#(seconds),"url":\#(JSONText.quoted(prefix)),"region_url":\#(JSONText.quoted(region)),"#
            + #""org":\#(JSONText.quoted(slug))}"#
        let secret = Base64.encode(batch.random.bytes(32)).prefix { $0 != "=" }
        return "sntrys_\(Base64.encode(Array(payload.utf8)))_\(secret)"
    }
}
