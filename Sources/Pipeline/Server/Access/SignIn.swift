internal import HTTPTypes
internal import Hummingbird

/// Where browsers go that have not shown a token yet.
package enum SignIn {
    package static let path = "/sign-in"

    /// The answer to a browser that asks for a page; nil for anything else.
    static func redirect(_ request: Request) -> Response? {
        guard request.method == .get, request.headers[.accept]?.contains("text/html") == true else { return nil }
        return Response(status: .seeOther, headers: [.location: path])
    }
}
