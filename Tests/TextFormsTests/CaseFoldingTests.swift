import Testing

@testable import TextForms

@Suite("Case folding")
struct CaseFoldingTests {
    @Test("To lower case, one character for one")
    func lower() {
        #expect(LowerCaseFolding.folded("ABC@É.Ω") == "abc@é.ω")
        #expect(LowerCaseFolding.folded("İ") == "i")
        #expect(LowerCaseFolding.folded("ß") == "ß")
        #expect(LowerCaseFolding.folded("ΟΔΟΣ") == "οδοσ")
        #expect(LowerCaseFolding.folded("\u{212A}") == "k")
        #expect(LowerCaseFolding.isASCII("") && LowerCaseFolding.isASCII("\u{7F}"))
        #expect(!LowerCaseFolding.isASCII("\u{80}"))
    }

    @Test("To upper case, one character for one")
    func upper() {
        #expect(UpperCaseFolding.folded("abc-é") == "ABC-É")
        #expect(UpperCaseFolding.folded("ß") == "ß")
        #expect(UpperCaseFolding.folded("ﬁ") == "ﬁ")
        #expect(UpperCaseFolding.folded("ı") == "I")
    }

    @Test("The two rules differ on purpose")
    func difference() {
        #expect(UpperCaseFolding.folded("ſ") == UpperCaseFolding.folded("s"))
        #expect(LowerCaseFolding.folded("ſ") != LowerCaseFolding.folded("s"))
    }
}
