import ArgumentParser
import Catalogue
import CommandLine
import ExportFormat

/// `decrypt DEST --src FILE`.
struct DecryptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decrypt", abstract: "Decrypts an encrypted tarball, of Sentry or of our own.",
        discussion: """
            Writes the text in the tarball byte for byte, with mode 0600, once its signature is checked: of a tarball that was \
            damaged or changed nothing is written. The text is not read as JSON; the import commands take the tarball itself.

            Examples:
              relocation-enqueue decrypt export.json --src export.tar --decrypt-with keys/relocation.key
              relocation-enqueue decrypt - --src export.tar --decrypt-with /dev/fd/3 3< <(pass show relocation)
              relocation-enqueue decrypt export.json --src export.tar \\
                --decrypt-with-command 'gcloud kms asymmetric-decrypt --version=1 --key=k --keyring=r --location=global \\
                --ciphertext-file=- --plaintext-file=-'

            Exit codes: 0 done, 64 usage, 65 no tarball, a damaged one or another key, 66 no such file, 73 cannot write DEST, \
            77 permission, 130 interrupted.
            """)

    @OptionGroup var files: FilePairOptions
    @OptionGroup var decryption: DecryptOptions

    func run() throws {
        let console = Console(isSilent: false)
        try files.requireOutput()
        guard let opener = try decryption.opener() else {
            throw CommandFailure(.usage, "Give --decrypt-with or --decrypt-with-command.")
        }
        let source = try ExportSource.open(path: files.source, opener: opener, catalogue: .standard)
        let output = try OutputFile(files.destination)
        try ReadingProgress(bytes: source.expectedBytes, console).during { progress throws(ExportError) in
            try source.copy(to: output, onProgress: progress)
        }
        console.say("Decrypted \(files.words).")
    }
}
