import Glibc

/// Where an export goes.
package enum ExportOutput {
    /// A file that appears whole or not at all, or a stream; with a seal, an encrypted tarball. Write the JSON text into it.
    ///
    /// - Parameter path: `-` is standard output
    package static func open(_ path: String, _ seal: TarballSeal?) throws(ExportError) -> any ByteSink {
        guard let seal else { return try OutputFile(path) }
        return try SealedExport(to: OutputFile(path, isPatched: true), seal)
    }

    /// The same into a temporary file that stays open for its owner.
    package static func open(spool: Int32, _ seal: TarballSeal?) throws(ExportError) -> any ByteSink {
        guard let seal else { return OutputFile(spool: spool) }
        return try SealedExport(to: OutputFile(spool: spool), seal)
    }

    /// The same, compressed with zstd if that is asked for.
    package static func open(_ path: String, compressed: Bool) throws(ExportError) -> any ByteSink {
        compressed ? try CompressedSink(to: OutputFile(path)) : try OutputFile(path)
    }
}

/// An encrypted tarball around the text that is written into it. The size of the token stands in a header before it, which
/// is filled in at the end.
final class SealedExport: ByteSink {
    private let file: OutputFile
    private let seal: TarballSeal
    private let token: FernetWriter

    /// - Parameter file: empty; must be patchable
    init(to file: OutputFile, _ seal: TarballSeal) throws(ExportError) {
        self.file = file
        self.seal = seal
        try file.write(Array(repeating: 0, count: TarHeader.bytes))
        token = try FernetWriter(to: file, seal.key, seconds: UInt64(clamping: time(nil)))
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) { try token.write(bytes) }

    func finish() throws(ExportError) {
        let size = try token.finish()
        try file.write(TarHeader.padding(after: size))
        try file.replace(at: 0, by: TarHeader.of(Tarball.export, size: size))
        var written = TarHeader.bytes + size + TarHeader.padding(after: size).count
        for (name, content) in [(Tarball.dataKey, seal.wrappedKey), (Tarball.publicKey, seal.publicKey)] {
            let member =
                TarHeader.of(name, size: content.count) + content + TarHeader.padding(after: content.count)
            try file.write(member)
            written += member.count
        }
        try file.write(TarHeader.end(after: written))
        try file.finish()
    }
}
