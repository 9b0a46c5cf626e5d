import CommandLine
import Server
import Testing

@Suite("Tokens, sessions and addresses of the server")
struct AccessTests {
    private static let (acting, looking) = ("an-operator-token", "a-reading-token-x")
    private let tokens: AccessTokens

    init() throws { tokens = try AccessTokens(operator: Self.acting, reader: Self.looking) }

    @Test func aTokenHasItsRole() {
        #expect(tokens.role(ofToken: Self.acting) == .operator)
        #expect(tokens.role(ofToken: Self.looking) == .reader)
        for wrong in ["", "an-operator-toke", "an-operator-token ", "AN-OPERATOR-TOKEN"] {
            #expect(tokens.role(ofToken: wrong) == nil, "\(wrong)")
        }
    }

    @Test func noServerStartsWithoutATokenOrWithAWeakOne() {
        #expect(throws: CommandFailure.self) { try AccessTokens(operator: nil, reader: nil) }
        #expect(throws: CommandFailure.self) { try AccessTokens(operator: "fifteen-letters", reader: nil) }
        #expect(throws: CommandFailure.self) { try AccessTokens(operator: Self.acting, reader: Self.acting) }
        #expect(throws: Never.self) { try AccessTokens(operator: "sixteen-letters!", reader: nil) }
    }

    @Test func aSessionHoldsUntilItEndsAndCannotBeChanged() throws {
        let session = try #require(tokens.session(.reader, now: 1_000))
        #expect(tokens.role(ofSession: session, now: 1_000) == .reader)
        let end = 1_000 + AccessTokens.sessionSeconds
        #expect(tokens.role(ofSession: session, now: end - 1) == .reader)
        #expect(tokens.role(ofSession: session, now: end) == nil)
        #expect(tokens.role(ofSession: session.replacing("reader", with: "operator"), now: 1_000) == nil)
        #expect(tokens.role(ofSession: session.replacing("\(end)", with: "\(end + 1)"), now: 1_000) == nil)
        #expect(tokens.role(ofSession: session + "0", now: 1_000) == nil)
        for text in ["", "...", "operator.99999999999.x.y"] { #expect(tokens.role(ofSession: text, now: 1_000) == nil) }
    }

    @Test func anotherTokenEndsSessionsAndForms() throws {
        let session = try #require(tokens.session(.operator, now: 1_000))
        let form = try #require(tokens.formToken(ofSession: session, .operator))
        #expect(tokens.isFormToken(form, ofSession: session, .operator))
        let changed = try AccessTokens(operator: "another-operator-token", reader: Self.looking)
        #expect(changed.role(ofSession: session, now: 1_000) == nil)
        #expect(!changed.isFormToken(form, ofSession: session, .operator))
    }

    @Test func aFormBelongsToItsSession() throws {
        let one = try #require(tokens.session(.operator, now: 1_000))
        let other = try #require(tokens.session(.operator, now: 1_000))
        let form = try #require(tokens.formToken(ofSession: one, .operator))
        #expect(!tokens.isFormToken(form, ofSession: other, .operator))
        #expect(!tokens.isFormToken("", ofSession: one, .operator))
    }

    @Test(arguments: [
        ("127.0.0.1:8474", "127.0.0.1", 8474), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
    ])
    func addresses(_ text: String, _ host: String, _ port: Int) throws {
        let address = try ListenAddress(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test(arguments: ["", "8474", ":8474", "::1:8474", "host:", "host:65536", "host:-1", "host:x"])
    func noAddresses(_ text: String) {
        #expect(throws: CommandFailure.self) { try ListenAddress(text) }
    }

    @Test func formsAreDecoded() {
        let form = Form("a=1&b=two+words&c=%C3%A4%26&a=2&d&=e")
        #expect(form["a"] == "1")
        #expect(form.all("a") == ["1", "2"])
        #expect(form["b"] == "two words")
        #expect(form["c"] == "ä&")
        #expect(form["d"]?.isEmpty == true)
        #expect(form["x"] == nil)
    }
}
