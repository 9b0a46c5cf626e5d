internal import Catalogue
internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting

/// The list of relocations, in pages: each answer names the next one in its header `Link`.
struct ListRoute {
    private let site: Site

    static let parameters: Set<String> = ["status", "scope", "destination", "since", "limit", "cursor"]
    static let limits = 1...200
    static let standardLimit = 50

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        api.get("relocations") { request, _ in try await list(request) }
    }

    private func list(_ request: Request) async throws -> Response {
        let parameters = try RequestParameters(request, allowing: Self.parameters)
        let limit = try parameters.number("limit", in: Self.limits, otherwise: Self.standardLimit)
        let (query, since) = (try query(parameters, limit), try Self.since(parameters))
        let (json, next) = try await site.queues.run { queue in
            let workforce = try queue.workforce()
            var query = query
            query.since = since?.milliseconds(now: workforce.now) ?? 0
            let found = try queue.find(query).relocations
            let page = found.prefix(limit)
            let reports = page.map { StatusReport($0, renamed: nil, workforce: workforce) }
            return (StatusReport.json(reports), found.count > limit ? page.last.map(Self.cursor) : nil)
        }
        var response = Response.json(json)
        if let next { response.headers[.link] = Self.link(request, next) }
        return response
    }

    private func query(_ parameters: RequestParameters, _ limit: Int) throws(Problem) -> RelocationQuery {
        var query = RelocationQuery()
        // One more tells whether there is another page.
        (query.limit, query.countsMore) = (limit + 1, false)
        query.destination = parameters["destination"]
        query.status = try parameters["status"].map(Self.status)
        query.scope = try parameters["scope"].map(Self.scope).map(\.rawValue)
        query.after = try parameters["cursor"].map(Self.place)
        return query
    }

    private static func status(_ text: String) throws(Problem) -> RelocationState {
        let state = RelocationState(rawValue: text.uppercased())
        guard RelocationState.known.contains(state) else {
            throw .badRequest("The status is one of in_progress, pause, failure and success.")
        }
        return state
    }

    static func scope(_ text: String) throws(Problem) -> ImportScope {
        guard let scope = ImportScope(rawValue: text.lowercased()) else {
            throw .badRequest("The scope is one of users, organizations, config and global.")
        }
        return scope
    }

    private static func since(_ parameters: RequestParameters) throws(Problem) -> SinceTime? {
        guard let text = parameters["since"] else { return nil }
        guard let time = SinceTime(text) else { throw .badRequest("The parameter since takes \(SinceTime.form).") }
        return time
    }

    private static func place(_ cursor: String) throws(Problem) -> RelocationPlace {
        let parts = cursor.split(separator: ".")
        guard parts.count == 2, let time = Int64(parts[0]), let id = RelocationID(String(parts[1])) else {
            throw .badRequest("The cursor is none of this server's: leave it out to begin with the newest.")
        }
        return RelocationPlace(uuid: id.text, createdAt: time)
    }

    private static func cursor(_ last: RelocationStatus) -> String { "\(last.createdAt).\(last.uuid)" }

    /// The same request, from the next page on.
    private static func link(_ request: Request, _ cursor: String) -> String {
        let kept = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
        let query = (kept.map(String.init) + ["cursor=" + cursor]).joined(separator: "&")
        return "<\(request.uri.path)?\(query)>; rel=\"next\""
    }
}
