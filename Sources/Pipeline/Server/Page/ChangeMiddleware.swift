internal import Hummingbird

/// What a request changes shows on the next page at once. It comes after the check of tokens.
struct ChangeMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let view: RelocationView

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        // One that fails may have changed something before.
        defer { if !request.method.isSafe { view.forget() } }
        return try await next(request, context)
    }
}
