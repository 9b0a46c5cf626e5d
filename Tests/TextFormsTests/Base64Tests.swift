import Testing

@testable import TextForms

@Suite("Base64 text")
struct Base64Tests {
    @Test(
        "The test vectors of RFC 4648",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, text: String) {
        #expect(Base64.encode(plain.utf8) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        #expect(Base64.decodeURLSafe(text.utf8) == Array(plain.utf8))
    }

    @Test("Each alphabet is read as itself only")
    func alphabets() {
        #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
        #expect(Base64.decode("+/+/") == [0xFB, 0xFF, 0xBF])
        #expect(Base64.decodeURLSafe("-_-_".utf8) == Base64.decode("+/+/"))
        #expect(Base64.decode("-_-_") == nil)
        #expect(Base64.decodeURLSafe("+/+/".utf8) == nil)
    }

    @Test(
        "Text that is not base64 is refused",
        arguments: ["A", "AA", "AAA", "AAAA=", "A===", "====", "=AAA", "AA=A", "AA==AAAA", "AA A", "AAAA\n", "AAé="])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
        #expect(Base64.decodeURLSafe(text.utf8) == nil)
    }

    @Test("Bits after the last byte do not count")
    func trailingBits() {
        #expect(Base64.decodeURLSafe("Zh==".utf8) == Array("f".utf8))
        #expect(Base64.decodeURLSafe("Zm9=".utf8) == Array("fo".utf8))
    }
}
