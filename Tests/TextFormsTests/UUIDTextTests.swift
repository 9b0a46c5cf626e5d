import Testing

@testable import TextForms

@Suite("UUIDs as text")
struct UUIDTextTests {
    private let dashed = "0f8fad5b-d9cb-469f-a165-70867728950e"

    @Test("UUIDs of any spelling")
    func spellings() {
        for text in [dashed, dashed.uppercased(), dashed.replacing("-", with: ""), "{\(dashed)}", "-\(dashed)-"] {
            #expect(UUIDBytes(text)?.text == dashed)
            #expect(UUIDText.canonical(text) == dashed)
        }
        #expect(UUIDText.canonical("urn:uuid:\(dashed)") == dashed)
        #expect(UUIDText.canonical("URN:UUID:\(dashed.uppercased())") == dashed)
    }

    @Test("Texts that are not a UUID")
    func refused() {
        let texts = [
            "", "0f8fad5b", dashed + "0", String(dashed.dropLast()), dashed.replacing("f", with: "g"), dashed + " ",
            "uuid:" + dashed, String(repeating: "ａ", count: 10) + "00", "\0" + dashed,
        ]
        for text in texts {
            #expect(UUIDBytes(text) == nil)
            #expect(UUIDText.canonical(text) == nil)
            #expect(!UUIDText.isCanonical(text))
        }
    }

    @Test("Only the dashed lower-case spelling is canonical")
    func canonical() {
        #expect(UUIDText.isCanonical(dashed))
        for text in [dashed.uppercased(), dashed.replacing("-", with: ""), "{\(dashed)}"] {
            #expect(!UUIDText.isCanonical(text))
        }
        // The right length and digits, the dashes elsewhere.
        #expect(!UUIDText.isCanonical("-" + dashed.replacing("-", with: "") + "---"))
    }

    @Test("Texts that Python accepts as a UUID")
    func python() {
        let bare = dashed.replacing("-", with: "")
        for text in [dashed, bare, "urn:uuid:\(dashed)", "{\(dashed)}", "uuid:\(bare)urn:", "}}{\(bare.uppercased())"] {
            #expect(UUIDText.canonical(python: text) == dashed)
        }
        for text in ["", "0{" + bare.dropFirst(), "URN:" + dashed, bare + "0", "uuuid:uid:" + bare.dropLast()] {
            #expect(UUIDText.canonical(python: String(text)) == nil)
        }
    }

    @Test("Both halves keep their places")
    func halves() {
        #expect(UUIDBytes(high: 1, low: 2).text == "00000000-0000-0001-0000-000000000002")
        #expect(UUIDBytes(high: .max, low: .max).text == "ffffffff-ffff-ffff-ffff-ffffffffffff")
        #expect(UUIDBytes(dashed) == UUIDBytes(high: 0x0F8F_AD5B_D9CB_469F, low: 0xA165_7086_7728_950E))
    }

    @Test("A random one says that it is of version 4", arguments: [UInt64.min, .max, 0x0123_4567_89AB_CDEF])
    func version4(bits: UInt64) {
        let text = Array(UUIDBytes.version4(bits, bits).text)
        #expect(text[14] == "4")
        #expect("89ab".contains(text[19]))
    }
}
