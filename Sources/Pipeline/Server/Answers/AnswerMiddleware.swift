internal import HTTPTypes
package import Hummingbird
internal import Logging

/// What every answer has: the headers that protect a browser, and errors in one form.
package struct AnswerMiddleware: RouterMiddleware {
    package typealias Context = ServerContext

    private let tokens: AccessTokens

    /// - Parameter tokens: tell whether a page that says what went wrong offers the others
    package init(_ tokens: AccessTokens) { self.tokens = tokens }

    package func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let problem = Problem(error)
            if problem.status == .internalServerError {
                context.logger.warning(
                    "request failed",
                    metadata: ["http.path": "\(request.uri.path)", "error": "\(problem.detail)"])
            }
            response = problem.answer(to: request, context, caller(of: request))
        }
        for header in Self.headers { response.headers[header.name] = header.value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return response
    }

    /// What is refused at the door, or leads nowhere, has passed no other look at who asks.
    private func caller(of request: Request) -> Caller? {
        // A wrong token is nobody's.
        try? tokens.caller(of: request)
    }

    private static let headers: HTTPFields = [
        .contentSecurityPolicy:
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        .xContentTypeOptions: "nosniff",
        .frameOptions: "DENY",
        .referrer: "same-origin",
        .openerPolicy: "same-origin",
        .resourcePolicy: "same-origin",
        .permissions: "camera=(), geolocation=(), microphone=()",
    ]
}
