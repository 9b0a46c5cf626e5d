public import ExportFormat

/// What options say about the keys of encrypted tarballs.
public enum TarballKeys {
    /// What opens a tarball; nil if no option says it.
    ///
    /// - Parameters:
    ///   - path: of the private key's file
    ///   - command: of a program that decrypts `data.key`
    ///   - flag: the option with the path; that with the command has `-command` behind it
    /// - Throws: `CommandFailure`
    public static func opener(path: String?, command: String?, flag: String) throws -> TarballOpener? {
        if path != nil, command != nil {
            throw CommandFailure(.usage, "\(flag) and \(flag)-command exclude each other.")
        }
        if let path { return .privateKey(try KeyFile.contents(path, "private key")) }
        guard let command else { return nil }
        let program = try KeyProgram(command, flag: "\(flag)-command")
        return .unwrap { wrapped throws(ExportError) in try program.answer(to: wrapped) }
    }

    /// What closes a tarball; nil if no option says it.
    ///
    /// - Parameters:
    ///   - path: of the public key's file
    ///   - command: of a program that encrypts the key instead; the public key only goes into the tarball then
    /// - Throws: `CommandFailure` and `ExportError`
    public static func seal(path: String?, command: String?, flag: String) throws -> TarballSeal? {
        let pem = try path.map { path throws(CommandFailure) in try KeyFile.contents(path, "public key") }
        guard let command else { return try pem.map { pem throws(ExportError) in try TarballSeal(publicKeyPEM: pem) } }
        let program = try KeyProgram(command, flag: "\(flag)-command")
        return try TarballSeal(publicKeyPEM: pem) { key throws(ExportError) in try program.answer(to: key) }
    }
}
