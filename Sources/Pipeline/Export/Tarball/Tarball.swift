/// An encrypted tarball.
final class Tarball {
    init(_ file: OpenFile, privateKeyPEM: [UInt8], limits: ExportLimits) throws(ExportError) {
        throw ExportError(.badData, "not yet")
    }
    static func isOne(_ file: OpenFile) throws(ExportError) -> Bool { false }
    func plainText() throws(ExportError) -> any ByteSource { throw ExportError(.badData, "not yet") }
}
