import Logging
import Synchronization
import Testing

@testable import CommandLine

@Suite struct LogTests {
    private final class Lines: Sendable {
        private let text = Mutex("")
        var all: String { text.withLock { $0 } }
        func add(_ line: String) { text.withLock { $0 += line } }
    }

    private func written(_ format: LogOptions.Format, _ log: (inout Logger) -> Void) -> String {
        let lines = Lines()
        var logger = Logger(label: "queue") { label in
            LineLogHandler(label: label, format: format, level: .info, clock: { 1_715_000_000_123 }, sink: lines.add)
        }
        log(&logger)
        return lines.all
    }

    @Test func linesForPeople() {
        let text = written(.text) { logger in
            logger[metadataKey: "relocation.uuid"] = "u"
            logger.warning("Back\noff", metadata: ["delay": "5 s", "attempt": "2"])
            logger.debug("not this")
        }
        #expect(text == "2024-05-06T12:53:20.123Z warning Back off attempt=2 delay=\"5 s\" relocation.uuid=u\n")
    }

    @Test func objectsForMachines() {
        let text = written(.json) { logger in logger.info("a\"b\n", metadata: ["x": "é\u{1}", "time": "t"]) }
        #expect(
            text
                == #"{"time":"2024-05-06T12:53:20.123Z","level":"info","logger":"queue","message":"a\"b\n","#
                + #""metadata.time":"t","x":"\u00e9\u0001"}"# + "\n")
    }

    @Test func valuesKeepTheirTypes() {
        let text = written(.json) { logger in
            logger.info(
                "m",
                metadata: [
                    "a": .stringConvertible(5), "b": .stringConvertible(true), "c": .stringConvertible(1.5), "d": "5",
                    "e": .array([.stringConvertible(Int64.min), "x"]),
                    "f": .dictionary(["k": .stringConvertible(false)]),
                    "g": .stringConvertible(Double.infinity),
                ])
        }
        #expect(
            text.hasSuffix(
                #""a":5,"b":true,"c":1.5,"d":"5","e":[-9223372036854775808,"x"],"f":{"k":false},"g":"inf"}"# + "\n"),
            "\(text)")
    }
}
