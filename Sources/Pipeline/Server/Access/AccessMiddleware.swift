package import HTTPTypes
package import Hummingbird
internal import Reporting

/// Lets those pass who show a token, in a header or by a session; who wants to change something must be an operator, and a
/// browser must send the token of its form.
package struct AccessMiddleware: RouterMiddleware {
    package typealias Context = ServerContext

    private let tokens: AccessTokens
    /// Whether the route itself says what readers may not do.
    private let letsReadersAsk: Bool
    /// Bytes of a form.
    private static let formBytes = 64 << 10

    package init(_ tokens: AccessTokens, letsReadersAsk: Bool = false) {
        self.tokens = tokens
        self.letsReadersAsk = letsReadersAsk
    }

    package func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var (request, context) = (request, context)
        let session = request.cookies[SessionCookie.name]?.value
        guard let caller = try tokens.caller(of: request) else {
            guard let page = SignIn.redirect(request) else { throw Problem.unauthenticated }
            return page
        }
        let (role, isBrowser) = (caller.role, request.headers[.authorization] == nil)
        context.caller = caller
        if !request.method.isSafe {
            guard role == .operator || letsReadersAsk else { throw Problem.readOnly }
            if isBrowser, let session { try await requireOwnForm(&request, session, role) }
        }
        return try await next(request, context)
    }

    /// Throws for a request that another site has made a browser send.
    private func requireOwnForm(_ request: inout Request, _ session: String, _ role: Role) async throws {
        try Self.requireOwnSite(request)
        let sent = try await sentToken(&request)
        guard let sent, tokens.isFormToken(sent, ofSession: session, role) else { throw Problem.foreignForm }
    }

    private func sentToken(_ request: inout Request) async throws -> String? {
        if let header = request.headers[.formToken] { return header }
        guard request.headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true else { return nil }
        return try await Form(&request, maxBytes: Self.formBytes)["csrf"]
    }

    /// Browsers say which site has made them send a request.
    package static func requireOwnSite(_ request: Request) throws(Problem) {
        guard ["same-origin", nil].contains(request.headers[.fetchSite]) else { throw .foreignForm }
    }
}

extension HTTPRequest.Method {
    /// Whether it changes nothing.
    package var isSafe: Bool { [.get, .head, .options].contains(self) }
}
