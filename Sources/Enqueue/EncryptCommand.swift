import ArgumentParser
import Catalogue
import CommandLine
import ExportFormat

/// `encrypt DEST --src FILE`.
struct EncryptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encrypt", abstract: "Encrypts an export into a tarball that Sentry opens too.",
        discussion: """
            FILE is JSON, compressed or not. Its text is written anew, without blanks, and encrypted with a fresh key \
            (Fernet: AES-128-CBC and HMAC-SHA256); that key is encrypted with RSA (OAEP, SHA-256). The tarball holds \
            export.json, data.key and key.pub. Text from standard input waits in an unlinked temporary file of mode 0600.

            Examples:
              relocation-enqueue keygen keys
              relocation-enqueue encrypt export.tar --src export.json --encrypt-with keys/relocation.pub
              relocation-enqueue encrypt export.tar --src export.json \\
                --encrypt-with-command 'gcloud kms encrypt --key=k --keyring=r --location=global \\
                --plaintext-file=- --ciphertext-file=-'

            Exit codes: 0 done, 64 usage, 65 the file is no JSON or the key is none, 66 no such file, 73 cannot write DEST, \
            77 permission, 130 interrupted.
            """)

    @OptionGroup var files: FilePairOptions
    @OptionGroup var encryption: EncryptOptions

    func run() throws {
        let console = Console(isSilent: false)
        try files.requireOutput()
        guard let seal = try encryption.seal() else {
            throw CommandFailure(.usage, "Give --encrypt-with or --encrypt-with-command. keygen makes a pair of keys.")
        }
        if let warning = seal.warning { console.warn(warning) }
        let source = try open()
        let output = try ExportOutput.open(files.destination, seal)
        try ReadingProgress(bytes: source.expectedBytes, console).during { progress throws(ExportError) in
            try source.rewrite(to: output, onProgress: progress)
        }
        console.say("Encrypted \(files.words).")
    }

    private func open() throws -> ExportSource {
        do {
            return try ExportSource.open(path: files.source, catalogue: .standard)
        } catch {
            guard error.kind == .badKey else { throw error }
            throw CommandFailure(.badData, "\(files.source) is an encrypted tarball already.")
        }
    }
}
