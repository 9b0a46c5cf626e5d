/// Takes a text piece by piece: a file, a tarball around it, a digest.
package protocol ByteSink: AnyObject {
    func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError)

    /// The text is complete. What was written before is worth nothing without this.
    func finish() throws(ExportError)
}

extension ByteSink {
    package func write(_ bytes: [UInt8]) throws(ExportError) {
        try bytes.withBytes { bytes throws(ExportError) in try write(UnsafeRawBufferPointer(bytes)) }
    }
}
