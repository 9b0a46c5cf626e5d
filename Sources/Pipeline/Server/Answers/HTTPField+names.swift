internal import HTTPTypes

extension HTTPField.Name {
    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("not a field name: \(name)") }
        return field
    }

    static let warning = known("Warning")
    static let link = known("Link")
    static let formToken = known("X-CSRF-Token")
    static let fetchSite = known("Sec-Fetch-Site")
    static let permissions = known("Permissions-Policy")
    static let openerPolicy = known("Cross-Origin-Opener-Policy")
    static let resourcePolicy = known("Cross-Origin-Resource-Policy")
    static let frameOptions = known("X-Frame-Options")
    static let referrer = known("Referrer-Policy")
}
