import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Memory does not grow with the size of a file.
@Suite struct MemoryTests {
    /// 200 MB if RELOCATION_TEST_LARGE=1 is set; debug builds would take minutes for that.
    private static let bytes =
        ProcessInfo.processInfo.environment["RELOCATION_TEST_LARGE"] == "1" ? 200_000_000 : 12_000_000
    /// Bytes: 96 MB are allowed, and a smaller file must not be held either.
    private static let limit = min(96 << 20, bytes)

    @Test(arguments: [false, true]) func enqueueAndCheckStaySmall(encrypted: Bool) throws {
        let installation = try Installation(migrated: false)
        let plain = installation.folder.file("large.json")
        try Self.write(plain)
        var arguments = [plain]
        let export = try EncryptedExport()
        if encrypted {
            try export.members(of: plain)
            arguments = ["--decrypt-with", try export.privateKey(), try export.pack()]
        }
        for flags in [["--check"], []] {
            let start = ContinuousClock.now
            let running = try installation.start(
                "relocation-enqueue", ["users", "--chunk-size", "1000"] + flags + arguments)
            let peak = AnonymousMemory.peak(of: running.process)
            let time = ContinuousClock.now - start
            let result = try running.result()
            #expect(result.code == 0, "\(result.errors)")
            #expect(peak > 1 << 20, "something was seen")
            #expect(peak < Self.limit, "\(peak >> 20) MB anonymous")
            let speed =
                Double(Self.bytes) / 1e6
                / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)
            print("users \(flags) encrypted=\(encrypted): \(Int(speed)) MB/s, peak RssAnon \(peak >> 10) kB")
        }
    }

    /// Users with a long name each, written a piece at a time.
    private static func write(_ path: String) throws {
        try Data("[".utf8).write(to: URL(fileURLWithPath: path))
        guard let file = FileHandle(forWritingAtPath: path) else { throw SystemFailure("no \(path)") }
        try file.seekToEnd()
        var written = 0
        var number = 0
        while written < bytes {
            var block = ""
            for _ in 0..<2000 {
                number += 1
                block += number == 1 ? "" : ","
                block +=
                    #"{"model":"sentry.user","pk":\#(number),"fields":{"password":"pbkdf2_sha256$600000$salt$digest","last_login":null,"username":"user-\#(number)","name":"Somebody of the name \#(number)","email":"user-\#(number)@example.com","is_staff":false,"is_active":true,"is_unclaimed":false,"is_superuser":false,"is_managed":false,"is_sentry_app":null,"is_password_expired":false,"last_password_change":"2023-06-22T22:59:57.023Z","flags":"0","session_nonce":null,"date_joined":"2023-06-22T22:59:55.488Z","last_active":"2023-06-22T22:59:55.489Z","avatar_type":0,"avatar_url":null}}"#
            }
            let data = Data(block.utf8)
            written += data.count
            try file.write(contentsOf: data)
        }
        try file.write(contentsOf: Data("]".utf8))
        try file.close()
    }
}
