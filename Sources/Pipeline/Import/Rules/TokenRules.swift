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

    /// MD5 as 32 lower-case hexadecimal digits: a search's key in the reference, no security.
    static func md5(_ text: String) -> String {
        Hex.text(Insecure.MD5.hash(data: Data(text.utf8)))
    }
}

/// `sentry.apitoken`: a token that is in use is made anew; digests, last characters and implied scopes are computed.
// More than eight properties: one per column that it reads or writes.
struct APITokenRule: ModelRule {
    let model: Model
    private let application, token, refreshToken, expiresAt, tokenType: Int
    private let hashedToken, hashedRefreshToken, lastCharacters, scopeList: Int

    /// Days for which a renewed token is valid.
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

    func beforeInsert(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure) {
        var tokens = try stored(token, rows, batch)
        var refreshTokens = try stored(refreshToken, rows, batch)
        for index in rows.indices {
            let refresh = rows[index].values[refreshToken]
            if tokens.contains(rows[index].values[token]) || !refresh.isNull && refreshTokens.contains(refresh) {
                renew(&rows[index], batch)
            }
            tokens.insert(rows[index].values[token])
            refreshTokens.insert(rows[index].values[refreshToken])
            computeDerived(&rows[index])
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

/// `sentry.apikey`: a missing key is made; implied scopes are listed.
struct APIKeyRule: ModelRule {
    let model: Model
    private let key, scopeList: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        key = try model.requireColumn("key")
        scopeList = try model.requireColumn("scope_list")
    }

    func beforeInsert(_ rows: inout [Row], _ batch: Batch) throws(ImportFailure) {
        for index in rows.indices {
            if (rows[index].values[key].text ?? "").isEmpty { rows[index].values[key] = .text(batch.random.hex(32)) }
            rows[index].expandScopes(scopeList)
        }
    }
}

extension Row {
    /// Replaces a list of scopes by its closure.
    fileprivate mutating func expandScopes(_ column: Int) {
        if case .textArray(let scopes) = values[column] { values[column] = .textArray(APIScopes.closure(of: scopes)) }
    }
}

/// `sentry.apiauthorization`: belongs to the configuration unless an application holds it.
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

/// `sentry.orgauthtoken`: a token without digest, or with one in use, is minted anew for this installation; where that
/// cannot be done it is dropped.
struct OrgAuthTokenRule: ModelRule {
    let model: Model
    private let organization, tokenHashed, lastCharacters: Int

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        organization = try model.requireColumn("organization_id")
        tokenHashed = try model.requireColumn("token_hashed")
        lastCharacters = try model.requireColumn("token_last_characters")
    }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        let wanted = Set(rows.map { $0.values[tokenHashed] }).filter { !$0.isNull }
        var used = Set(
            try batch.select(
                Select(["token_hashed"], from: model.table, where: [.isIn("token_hashed", Array(wanted))])
            ).map { $0[0] })
        let slugs = try organizationSlugs(rows, batch)
        var fresh: [Row] = []
        var isKept: [Bool] = []
        for var row in rows {
            let isEmpty = (row.values[tokenHashed].text ?? "").isEmpty
            if isEmpty || used.contains(row.values[tokenHashed]) {
                guard let token = mint(slugs[row.values[organization]], batch) else {
                    isKept.append(false)
                    continue
                }
                row.values[tokenHashed] = .text(Digest.sha256(token))
                row.values[lastCharacters] = .text(String(token.suffix(4)))
            }
            used.insert(row.values[tokenHashed])
            isKept.append(true)
            fresh.append(row)
        }
        var inserted = try insertAll(fresh, batch).makeIterator()
        return isKept.map { $0 ? inserted.next() ?? .dropped(.superseded) : .dropped(.superseded) }
    }

    /// Organization → the slug it was inserted with, which provisioning may have changed since.
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
