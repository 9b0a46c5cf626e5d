/// One argument of a command: whatever it holds reaches Redis byte for byte.
enum RedisArgument {
    case text(String)
    case bytes([UInt8])
    case integer(Int64)

    static func number(_ value: Int) -> RedisArgument { .integer(Int64(value)) }
}

extension RedisArgument: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .text(value) }
}

/// Commands in Redis' wire format, ready to be sent together. Every argument goes with its length, so that no value
/// can end or begin a command.
struct RedisCommands {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    init() {}

    init(_ arguments: [RedisArgument]) { append(arguments) }

    mutating func append(_ arguments: [RedisArgument]) {
        header("*", arguments.count)
        for argument in arguments { append(argument) }
        count += 1
    }

    private mutating func append(_ argument: RedisArgument) {
        switch argument {
        case .text(let text):
            header("$", text.utf8.count)
            bytes.append(contentsOf: text.utf8)
        case .bytes(let value):
            header("$", value.count)
            bytes.append(contentsOf: value)
        case .integer(let value):
            let digits = String(value)
            header("$", digits.utf8.count)
            bytes.append(contentsOf: digits.utf8)
        }
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    private mutating func header(_ mark: Unicode.Scalar, _ number: Int) {
        bytes.append(UInt8(ascii: mark))
        bytes.append(contentsOf: String(number).utf8)
        bytes.append(0x0D)
        bytes.append(0x0A)
    }
}
