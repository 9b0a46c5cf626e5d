import Testing

@testable import Server

@Suite("Forms with files are read as they come")
struct MultipartTests {
    private static let boundary = "----x"
    private static let body =
        "preamble\r\n------x\r\nContent-Disposition: form-data; name=\"owner\"\r\n\r\nada\r\n"
        + "------x\r\ncontent-disposition: form-data; filename=\"a;\\\"b.tar\"; name=file\r\nContent-Type: x/y\r\n\r\n"
        + "\r\n--not-x\r\n\r\n------x  \r\n\r\n------x--\r\nepilogue"

    /// The texts of the parts by their heads, read in pieces of a size.
    private func read(_ body: String, pieces: Int) throws -> [String] {
        var reader = try #require(MultipartReader(contentType: "Multipart/Form-Data; boundary=\"\(Self.boundary)\""))
        let bytes = Array(body.utf8)
        var parts: [String] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            try reader.read(bytes[start..<min(start + pieces, bytes.count)]) { event in
                switch event {
                case .begin(let name, let filename): parts.append("\(name) \(filename ?? "-"): ")
                case .bytes(let bytes): parts[parts.count - 1] += String(decoding: bytes, as: UTF8.self)
                }
            }
        }
        try reader.finish()
        return parts
    }

    @Test func piecesOfAnySizeGiveTheSameParts() throws {
        let body = Self.body.replacing("------x  \r\n\r\n", with: "")
        let wanted = ["owner -: ada", "file a;\"b.tar: \r\n--not-x\r\n"]
        for size in 1...body.utf8.count { #expect(try read(body, pieces: size) == wanted, "\(size)") }
        let empty = "------x\r\nContent-Disposition: form-data; name=\"orgs\"\r\n\r\n\r\n------x--"
        for size in 1...empty.utf8.count { #expect(try read(empty, pieces: size) == ["orgs -: "], "\(size)") }
    }

    @Test func whatIsNoWholeFormIsRefused() throws {
        for body in [
            "", Self.body, "------x", "------x\r\n\r\nno head\r\n------x--",
            "------x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\ncut off",
            "------x\r\n" + String(repeating: "h", count: 20_000),
        ] {
            #expect(throws: Problem.self) { try read(body, pieces: 7) }
        }
        for type in ["multipart/form-data", "text/plain; boundary=x", "multipart/mixed; boundary=x"] {
            #expect(MultipartReader(contentType: type) == nil)
        }
    }
}
