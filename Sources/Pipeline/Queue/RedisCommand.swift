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
            let digits = Decimal(value)
            header("$", digits.count)
            digits.append(to: &bytes)
        }
        bytes.append(0x0D)
        bytes.append(0x0A)
    }

    private mutating func header(_ mark: Unicode.Scalar, _ number: Int) {
        bytes.append(UInt8(ascii: mark))
        Decimal(Int64(number)).append(to: &bytes)
        bytes.append(0x0D)
        bytes.append(0x0A)
    }
}

/// A number as text, without a string in between: every argument of every command has one before it.
private struct Decimal {
    /// The digits, least significant first, four bits each; and their number.
    private var digits: (low: UInt64, high: UInt64) = (0, 0)
    private(set) var count = 0
    private let isNegative: Bool

    init(_ number: Int64) {
        isNegative = number < 0
        var rest = number.magnitude
        var places = 0
        repeat {
            let digit = UInt64(rest % 10)
            if places < 16 {
                digits.low |= digit << UInt64(places * 4)
            } else {
                digits.high |= digit << UInt64(places * 4 - 64)
            }
            rest /= 10
            places += 1
        } while rest > 0
        count = places + (isNegative ? 1 : 0)
    }

    func append(to bytes: inout [UInt8]) {
        if isNegative { bytes.append(0x2D) }
        for place in (0..<count - (isNegative ? 1 : 0)).reversed() {
            let digit = place < 16 ? digits.low >> UInt64(place * 4) : digits.high >> UInt64(place * 4 - 64)
            bytes.append(0x30 + UInt8(digit & 15))
        }
    }
}
