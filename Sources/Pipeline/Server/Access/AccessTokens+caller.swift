internal import HTTPTypes
internal import Hummingbird
internal import Reporting

extension AccessTokens {
    /// Who sends a request; nil for nobody. A token in a header counts before a session; a wrong one throws.
    func caller(of request: Request) throws(Problem) -> Caller? {
        let session = request.cookies[SessionCookie.name]?.value
        if let header = request.headers[.authorization] {
            guard let token = header.split(separator: " ", maxSplits: 1).last,
                header.lowercased().hasPrefix("bearer "), let role = role(ofToken: String(token))
            else { throw .unauthenticated }
            return Caller(role: role, formToken: nil)
        }
        guard let session, let role = role(ofSession: session, now: Timestamp.now() / 1_000) else { return nil }
        return Caller(role: role, formToken: formToken(ofSession: session, role))
    }
}
