import Queue
import Testing

@testable import CommandLine

@Suite struct CommandExitTests {
    @Test func everyKindHasItsCode() {
        let expected: [(QueueError.Kind, Int32)] = [
            (.unavailable, 69), (.authentication, 77), (.readOnly, 69), (.full, 75), (.leaseLost, 70),
            (.notFound, 66), (.conflict, 64), (.badURL, 64), (.invalidArgument, 64), (.protocolError, 70),
            (.destinationTaken, 78), (.notRedis, 69), (.unsupported, 78),
        ]
        #expect(expected.count == QueueError.Kind.allCases.count)
        for (kind, code) in expected { #expect(CommandExit(QueueError(kind, "")).rawValue == code) }
    }
}
