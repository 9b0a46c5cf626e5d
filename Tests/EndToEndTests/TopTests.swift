import Foundation
import ProgramSupport
import TestSupport
import Testing

/// `top` in a terminal, and without one.
@Suite struct TopTests {
    /// Runs `top` in a terminal of its own: types what stands after each text that it waits for.
    private static let script = """
        import os, pty, select, sys, time, termios, fcntl, struct
        program, steps = sys.argv[1], sys.argv[2:]
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(program, [program, "top"])
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 160, 0, 0))
        seen, end = b"", time.monotonic() + 40
        def read(wait):
            if select.select([terminal], [], [], wait)[0]:
                try: return os.read(terminal, 65536)
                except OSError: return b""
            return None
        while steps and time.monotonic() < end:
            more = read(1)
            if more: seen += more
            if steps[0].encode() in seen:
                seen = b""
                if steps[1] == "signals":
                    for number in (15, 15, 1): os.kill(pid, number)
                else: os.write(terminal, steps[1].encode())
                steps = steps[2:]
        while True:
            more = read(5)
            if not more: break
            seen += more
        _, status = os.waitpid(pid, 0)
        print("left", len(steps) // 2, "code", os.waitstatus_to_exitcode(status), "restored", b"?1049l" in seen)
        """

    private func top(_ installation: Installation, _ steps: [String]) throws -> String {
        let folder = try TemporaryFolder()
        let child = try ChildProcess(
            "python3", ["-c", Self.script, Programs.folder + "/relocation-enqueue"] + steps,
            environment: installation.environment, output: folder.file("out"), errors: folder.file("out"))
        child.wait()
        return folder.read("out").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test func aRelocationIsPausedAndGoesOn() throws {
        let installation = try Installation()
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        let uuid = try installation.enqueue("users", file).lastLine
        let steps = ["export.json", "p", "y / n", "y", "is paused", "q"]
        #expect(try top(installation, steps) == "left 0 code 0 restored True")
        #expect(try installation.status(uuid)["status"] as? String == "PAUSE")
        // A signal ends it in order, too: ^C.
        let interrupted = try top(installation, ["PAUSE", "\u{3}"])
        #expect(interrupted == "left 0 code 0 restored True")
        // So does a hasty supervisor, and a terminal that closes.
        #expect(try top(installation, ["PAUSE", "signals"]) == "left 0 code 0 restored True")
        let plain = try installation.enqueue("top")
        #expect(plain.code == 0 && plain.output.contains(uuid) && plain.output.contains("No worker is running"))
        #expect(!plain.output.contains("\u{1B}"))
    }
}
