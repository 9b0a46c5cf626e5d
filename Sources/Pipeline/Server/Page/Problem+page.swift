internal import HTTPTypes
internal import Hummingbird
internal import Page

extension Problem {
    /// A page for browsers, JSON for everybody else.
    ///
    /// - Parameter caller: nil before the sign-in
    func answer(to request: Request, _ context: ServerContext, _ caller: @autoclosure () -> Caller?) -> Response {
        guard request.headers[.accept]?.contains("text/html") == true, !request.uri.path.hasPrefix("/api/") else {
            return response(from: request, context: context)
        }
        let page = Pages.problem(status.reasonPhrase, detail, next: next, back: request.cameFrom)
        var response = Response.page(page, caller()?.viewer, status: status)
        for header in headers { response.headers[header.name] = header.value }
        return response
    }
}

extension Request {
    /// The page of this server that has led here, as path and query; nil for another server's, and for this one itself.
    var cameFrom: String? {
        guard let referer = headers[.referer], let host = head.authority,
            let server = ["http://", "https://"].map({ $0 + host }).first(where: { referer.hasPrefix($0 + "/") })
        else { return nil }
        let path = String(referer.dropFirst(server.count))
        // A browser takes two of them for the start of a server's name.
        guard !path.dropFirst().hasPrefix("/"), !path.dropFirst().hasPrefix("\\") else { return nil }
        return method == .get && path == uri.string ? nil : path
    }
}
