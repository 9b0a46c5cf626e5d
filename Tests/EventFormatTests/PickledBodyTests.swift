import EventFormat
import TextForms
import Testing

/// Bodies that versions before 21 have pickled: plain values are read, nothing else, and nothing is executed.
struct PickledBodyTests {
    private let nodes = NodeText()

    private func value(_ base64: String) throws -> String? {
        nodes.value(try #require(Base64.decode(base64))).map(spelled)
    }

    @Test func plainValuesOfProtocol5() throws {
        let base64 = "gAWVNAAAAAAAAAB9lCiMAWGUXZQoRz/4AAAAAAAATohK+f///4oGAAAAAAABjAF0lIWUZYwBYpSMAsOplHUu"
        #expect(try value(base64) == #"{"a":[1.5,null,true,-7,1099511627776,["t"]],"b":"\u00e9"}"#)
    }

    /// A set, bytes, a frozen set, a function, a call, an object of a class.
    @Test(arguments: [
        "gASVEAAAAAAAAAB9lIwBYZSPlChLAUsCkHMu", "gASVDAAAAAAAAAB9lIwBYZRDAXiUcy4=",
        "gAWVDQAAAAAAAAB9lIwBYZQoSwGRlHMu", "gASVFgAAAAAAAACMCGJ1aWx0aW5zlIwFcHJpbnSUk5Qu",
        "Y3Bvc2l4CnN5c3RlbQooUyd0cnVlJwp0Ui4=", "gAJjX19idWlsdGluX18Kc2V0CnEAXXEBSwFhhXECUnEDLg==",
    ])
    func anythingElseIsRefused(_ base64: String) throws { #expect(try value(base64) == nil) }

    /// A text of 2^60 bytes, a memo that does not exist, a frame without an end, no end.
    @Test(arguments: [
        [0x80, 0x04, 0x8D, 0, 0, 0, 0, 0, 0, 0, 0x10, 0x2E], [0x80, 0x04, 0x6A, 9, 9, 9, 9, 0x2E],
        [0x80, 0x04, 0x95, 1, 0x2E],
        [0x80, 0x04, 0x8D, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E], [0x80, 0x04, 0x4E],
    ])
    func damagedOnesAreRefused(_ bytes: [UInt8]) { #expect(nodes.value(bytes) == nil) }
}
