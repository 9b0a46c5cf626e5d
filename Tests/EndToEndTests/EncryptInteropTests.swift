import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Tarballs of others are opened, and ours by others: OpenSSL and Python's `cryptography`, which Sentry uses.
@Suite struct EncryptInteropTests {
    private let installation: Installation
    private let plain: String

    private var folder: TemporaryFolder { installation.folder }

    init() throws {
        installation = try Installation(migrated: false)
        let rows = (1...2000).map { row(pk: "\($0)", #"{"username":"\#($0) é"}"#) }
        plain = try installation.folder.write("[" + rows.joined(separator: ",") + "]", to: "plain.json")
        #expect(try installation.enqueue("keygen", installation.folder.file("keys"), "--bits", "3072").code == 0)
    }

    private func run(_ program: String, _ arguments: String...) throws {
        let process = try ChildProcess(
            program, arguments, output: folder.file("run.out"), errors: folder.file("run.err"), folder: folder.path)
        #expect(process.wait(seconds: 60) == 0, "\(folder.read("run.err"))")
    }

    private func encrypt() throws {
        let result = try installation.enqueue(
            "encrypt", folder.file("ours.tar"), "--src", plain, "--encrypt-with", folder.file("keys/relocation.pub"))
        #expect(result.code == 0, "\(result.errors)")
    }

    private func decrypt(_ name: String) throws {
        let result = try installation.enqueue(
            "decrypt", folder.file("back.json"), "--src", folder.file(name), "--decrypt-with",
            folder.file("keys/relocation.key"))
        #expect(result.code == 0, "\(result.errors)")
        #expect(folder.read("back.json") == folder.read("plain.json"))
    }

    private static let functions = """
        set -euo pipefail
        oaep='-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256'
        hex() { od -An -v -tx1 | tr -d ' \\n'; }
        tag() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary; }

        """

    @Test func openSSLOpensOurs() throws {
        try encrypt()
        try run(
            "bash", "-c",
            Self.functions + """
                tar -xf ours.tar
                cmp key.pub keys/relocation.pub
                key=$(openssl pkeyutl -decrypt -inkey keys/relocation.key $oaep -in data.key | tr -- '-_' '+/' | base64 -d | hex)
                tr -- '-_' '+/' < export.json | base64 -d > token
                size=$(stat -c %s token)
                test "$(head -c 1 token | hex)" = 80
                cmp <(head -c $((size - 32)) token | tag "${key:0:32}") <(tail -c 32 token)
                vector=$(head -c 25 token | tail -c 16 | hex)
                head -c $((size - 32)) token | tail -c +26 | openssl enc -d -aes-128-cbc -K "${key:32}" -iv "$vector" > opened
                cmp opened plain.json
                """)
    }

    @Test func weOpenOpenSSLs() throws {
        try run(
            "bash", "-c",
            Self.functions + """
                openssl rand 32 | base64 | tr -- '+/' '-_' | tr -d '\\n' > text
                key=$(tr -- '-_' '+/' < text | base64 -d | hex)
                vector=$(openssl rand -hex 16)
                { printf '\\200'; printf '\\0\\0\\0\\0\\145\\0\\0\\0'; printf "$(sed 's/../\\\\x&/g' <<< $vector)"
                  openssl enc -aes-128-cbc -K "${key:32}" -iv "$vector" -in plain.json; } > signed
                { cat signed; tag "${key:0:32}" < signed; } | base64 -w0 | tr -- '+/' '-_' > export.json
                openssl pkeyutl -encrypt -pubin -inkey keys/relocation.pub $oaep -in text -out data.key
                cp keys/relocation.pub key.pub
                tar -cf theirs.tar export.json data.key key.pub
                """)
        try decrypt("theirs.tar")
    }

    private static let python = """
        import io, sys, tarfile
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        plain = open("plain.json", "rb").read()

        """

    @Test func pythonOpensOurs() throws {
        try encrypt()
        try run(
            "python3", "-c",
            Self.python + """
                private = serialization.load_pem_private_key(open("keys/relocation.key", "rb").read(), None)
                with tarfile.open("ours.tar", "r:") as tar:
                    assert tar.getnames() == ["export.json", "data.key", "key.pub"]
                    read = {name: tar.extractfile(name).read() for name in tar.getnames()}
                own = private.public_key().public_bytes(
                    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
                assert own == read["key.pub"]
                assert Fernet(private.decrypt(read["data.key"], oaep)).decrypt(read["export.json"], ttl=600) == plain
                """)
    }

    @Test func weOpenPythons() throws {
        try run(
            "python3", "-c",
            Self.python + """
                pem = open("keys/relocation.pub", "rb").read()
                key = Fernet.generate_key()
                wrapped = serialization.load_pem_public_key(pem).encrypt(key, oaep)
                with tarfile.open("theirs.tar", "w") as tar:
                    for name, content in [
                            ("export.json", Fernet(key).encrypt(plain)), ("data.key", wrapped), ("key.pub", pem)]:
                        member = tarfile.TarInfo(name)
                        member.size = len(content)
                        tar.addfile(member, io.BytesIO(content))
                """)
        try decrypt("theirs.tar")
    }
}
