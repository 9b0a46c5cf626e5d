internal import Hummingbird
internal import Page

extension Problem {
    /// A page for browsers, JSON for everybody else.
    func answer(to request: Request, _ context: ServerContext) -> Response {
        guard request.headers[.accept]?.contains("text/html") == true, !request.uri.path.hasPrefix("/api/") else {
            return response(from: request, context: context)
        }
        let page = Pages.problem(status.reasonPhrase, detail, next: next)
        return .page(page, context.caller == nil ? nil : context.viewer, status: status)
    }
}
