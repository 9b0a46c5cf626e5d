import ArgumentParser
import CommandLine
import ExportFormat
import Glibc

/// `keygen DIR`.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "Makes a pair of keys for encrypted exports.",
        discussion: """
            Writes DIR/\(privateName) (private, PKCS#8) and DIR/\(publicName) (public), both PEM and with mode 0600. \
            Whoever exports needs the public key, whoever imports the private one. DIR is made with mode 0700 if it is \
            missing. No existing file is replaced.

            Example:
              relocation-enqueue keygen keys

            Exit codes: 0 done, 64 usage, 73 a file exists or cannot be written, 77 permission.
            """)

    private static let privateName = "relocation.key"
    private static let publicName = "relocation.pub"

    @Argument(
        help: ArgumentHelp("Folder for the two files.", valueName: "dir"), completion: .directory,
        transform: PathArgument.parse)
    var folder: String

    @Option(help: "Bits of the key: \(KeyPair.sizes.map(String.init).joined(separator: ", ")).")
    var bits = KeyPair.sizes[0]

    func validate() throws {
        guard KeyPair.sizes.contains(bits) else {
            throw ValidationError("--bits takes \(KeyPair.sizes.map(String.init).joined(separator: ", ")).")
        }
    }

    func run() throws {
        try makeFolder()
        let (privatePath, publicPath) = ("\(folder)/\(Self.privateName)", "\(folder)/\(Self.publicName)")
        // Both names are looked at before one is taken.
        let files = (try OutputFile(privatePath, replaces: false), try OutputFile(publicPath, replaces: false))
        let pair = try KeyPair(bits: bits)
        try files.0.write(pair.privatePEM)
        try files.1.write(pair.publicPEM)
        try files.0.finish()
        do {
            try files.1.finish()
        } catch {
            unlink(privatePath)
            throw error
        }
        Console(isSilent: false).say(words(privatePath, publicPath))
    }

    private func makeFolder() throws(CommandFailure) {
        guard mkdir(folder, 0o700) != 0, errno != EEXIST else { return }
        let code = errno
        throw CommandFailure(
            code == EACCES || code == EPERM || code == EROFS ? .noPermission : .cannotCreate,
            "The folder \(folder) cannot be made: \(String(cString: strerror(code))).")
    }

    private func words(_ privatePath: String, _ publicPath: String) -> String {
        """
        Made \(privatePath) (private) and \(publicPath) (public), \(bits) bits.
        To encrypt:  relocation-worker export global --encrypt-with \(publicPath) export.tar
        To import:   relocation-enqueue global --decrypt-with \(privatePath) export.tar
        Keep a copy of the private key in a safe place, and give it to nobody who only exports: without it nothing that is \
        encrypted can be opened again.
        """
    }
}
