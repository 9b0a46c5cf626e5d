internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Page
internal import Reporting

/// The door: a form that takes a token and sets the cookie of a session. And what pages need before somebody is in.
struct SignInRoutes {
    private let tokens: AccessTokens

    init(_ site: Site) { tokens = site.settings.tokens }

    func add(to router: Router<ServerContext>) {
        router.get("sign-in") { _, _ in Response.page(Pages.signIn(), nil) }
        router.post("sign-in") { request, _ in try await signIn(request) }
        router.post("sign-out") { request, _ in try signOut(request) }
        for asset in Asset.all {
            router.get(RouterPath(asset.address)) { _, _ in Self.file(asset) }
        }
    }

    private func signIn(_ request: Request) async throws -> Response {
        var request = request
        try AccessMiddleware.requireOwnSite(request)
        let token = try await Form(&request)["token"] ?? ""
        guard let role = tokens.role(ofToken: token),
            let session = tokens.session(role, now: Timestamp.now() / 1_000)
        else {
            let page = Pages.signIn(
                error: "This is not a token of this server. Take it from where the server was started.")
            return .page(page, nil, status: .unauthorized)
        }
        var response = Response.redirect(to: "/")
        response.setCookie(SessionCookie.make(session, isSecure: request.isSecure))
        return response
    }

    private func signOut(_ request: Request) throws -> Response {
        try AccessMiddleware.requireOwnSite(request)
        var response = Response.redirect(to: SignIn.path)
        response.setCookie(SessionCookie.ended(isSecure: request.isSecure))
        return response
    }

    /// Its address changes with its content.
    private static func file(_ asset: Asset) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: asset.type, .cacheControl: "public, max-age=31536000, immutable"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: asset.bytes)))
    }
}

extension Request {
    /// Whether the browser has come by TLS, through a proxy that says so.
    fileprivate var isSecure: Bool {
        HTTPField.Name("X-Forwarded-Proto").flatMap { headers[$0] } == "https"
    }
}
