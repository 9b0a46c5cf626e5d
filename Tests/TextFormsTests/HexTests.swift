import Testing

@testable import TextForms

@Suite("Hexadecimal text")
struct HexTests {
    @Test("Two digits per byte, lower case")
    func bytes() {
        #expect(Hex.text([]) == "")
        #expect(Hex.text([0x00, 0x0F, 0xF0, 0xAB, 0xFF]) == "000ff0abff")
    }

    @Test("Numbers keep their leading zeros")
    func numbers() {
        #expect(Hex.text(UInt8(0)) == "00")
        #expect(Hex.text(UInt8.max) == "ff")
        #expect(Hex.text(UInt16(0xA)) == "000a")
        #expect(Hex.text(UInt32(0xDEAD_BEEF)) == "deadbeef")
        #expect(Hex.text(UInt64(1)) == "0000000000000001")
    }

    @Test("Digits of either case, and no other byte")
    func digits() {
        let digits = (0...255).compactMap { byte in Hex.digit(UInt8(byte)).map { (UInt8(byte), $0) } }
        #expect(digits.map(\.0) == Array("0123456789ABCDEFabcdef".utf8))
        #expect(digits.map(\.1) == Array(0...9) + Array(10...15) + Array(10...15))
    }
}
