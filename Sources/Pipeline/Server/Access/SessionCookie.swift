package import Hummingbird

/// The cookie that keeps a browser signed in.
package enum SessionCookie {
    package static let name = "relocation_session"

    /// - Parameter isSecure: whether the browser has come by TLS, through a proxy
    package static func make(_ session: String, isSecure: Bool) -> Cookie {
        cookie(session, seconds: Int(AccessTokens.sessionSeconds), isSecure)
    }

    /// Signs the browser out.
    package static func ended(isSecure: Bool) -> Cookie { cookie("", seconds: 0, isSecure) }

    private static func cookie(_ value: String, seconds: Int, _ isSecure: Bool) -> Cookie {
        Cookie(
            name: name, value: value, maxAge: seconds, path: "/", secure: isSecure, httpOnly: true, sameSite: .strict)
    }
}
