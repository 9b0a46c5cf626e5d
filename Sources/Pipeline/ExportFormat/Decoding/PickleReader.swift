import TextForms

/// Reads pickled values of protocols 0 to 2, or to 5, that consist of texts, numbers, booleans, None, lists, tuples and
/// dictionaries. It executes nothing: an opcode that names or builds anything else ends it. Time and memory are bounded:
/// each opcode adds at most one item, and what is written from shared items is limited.
// Ten properties: limits, what is read, what the opcodes work on, and what is written.
final class PickleReader {
    /// What a text in base64 holds.
    enum Outcome {
        /// The value, with tuples as lists; valid until the next call.
        case value(Tape)
        /// A pickle of another protocol or with other things than plain values, or one that is broken or too large.
        case refused
        case noPickle
    }

    private enum Item {
        case plain(UInt8)
        case integer(String)
        case double(Double)
        case text([UInt8])
        /// Index among the containers.
        case list(Int)
        case tuple(Int)
        case dictionary(Int)
    }

    private enum Stop: Error {
        case foreign, broken
    }

    private let out = TapeBuilder()
    private let maxDepth: Int
    private let newestProtocol: UInt8
    private var input = PickleInput([])
    private var stack: [Item] = []
    /// Heights of the stack.
    private var marks: [Int] = []
    private var memo: [Int: Item] = [:]
    /// Items of lists and tuples; keys and values of dictionaries in turn.
    private var containers: [[Item]] = []
    private var depth = 0
    private var room = 0

    /// - Parameter newestProtocol: that is read
    init(maxDepth: Int, newestProtocol: UInt8 = 2) {
        self.maxDepth = maxDepth
        self.newestProtocol = newestProtocol
    }

    /// Whether a text may be base64 of a pickle: these end in a full stop.
    static func mayHold(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        // Every text in a JSON column is asked: most end differently, and no array is made for the others.
        guard let last = text.last, last == UInt8(ascii: "u") || last == UInt8(ascii: "=") || NumberRules.isSpace(last)
        else { return false }
        var end: UInt32 = 0
        var count: UInt32 = 0
        for byte in text.suffix(8).reversed() where count < 4 && !NumberRules.isSpace(byte) {
            end |= UInt32(byte) << (8 * count)
            count += 1
        }
        guard count == 4 else { return false }
        return end & 0xFF == UInt32(UInt8(ascii: "u")) || end & 0xFFFF == Self.twoBytesLeft || end == Self.oneByteLeft
    }

    /// What base64 writes for a last full stop: `…4=` and `Lg==`, with the last byte lowest.
    private static let twoBytesLeft: UInt32 = 0x34_3D
    private static let oneByteLeft: UInt32 = 0x4C_67_3D_3D

    func read(base64 text: UnsafeBufferPointer<UInt8>) -> Outcome {
        guard Self.mayHold(text),
            let bytes = Base64.decode(String(decoding: text.filter { !NumberRules.isSpace($0) }, as: UTF8.self))
        else { return .noPickle }
        return read(bytes)
    }

    /// A pickle without base64 around it.
    func read(_ bytes: [UInt8]) -> Outcome {
        guard bytes.last == UInt8(ascii: ".") else { return .noPickle }
        do throws(Stop) {
            let value = try load(bytes)
            out.reset()
            depth = 0
            room = Self.minRoom + Self.roomPerByte * bytes.count
            try write(value)
            return .value(out.tape)
        } catch {
            let namesProtocol = bytes.count > 2 && bytes[0] == 0x80 && bytes[1] <= Self.lastProtocol
            return error == .foreign || namesProtocol ? .refused : .noPickle
        }
    }

    /// Bytes that any value may take when it is written, and how many more for each byte of its pickle.
    private static let minRoom = 64 << 10
    private static let roomPerByte = 8
    private static let lastProtocol = 5

    private func load(_ bytes: [UInt8]) throws(Stop) -> Item {
        input = PickleInput(bytes)
        stack = []
        marks = []
        memo = [:]
        containers = []
        while true {
            guard let opcode = input.byte() else { throw .broken }
            if opcode == UInt8(ascii: ".") {
                guard input.isAtEnd else { throw .broken }
                return try pop()
            }
            try perform(opcode)
        }
    }
}

// MARK: - Opcodes

extension PickleReader {
    private func perform(_ opcode: UInt8) throws(Stop) {
        switch opcode {
        case 0x80: guard try some(input.byte()) <= newestProtocol else { throw .foreign }
        case UInt8(ascii: "N"): stack.append(.plain(TapeType.null))
        case 0x88: stack.append(.plain(TapeType.yes))
        case 0x89: stack.append(.plain(TapeType.no))
        case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "J"), UInt8(ascii: "K"), UInt8(ascii: "M"), 0x8A, 0x8B,
            UInt8(ascii: "F"), UInt8(ascii: "G"):
            stack.append(try number(opcode))
        case UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "U"), UInt8(ascii: "V"), UInt8(ascii: "X"):
            stack.append(.text(try text(opcode)))
        case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "l"), UInt8(ascii: "t"),
            UInt8(ascii: "d"), 0x85...0x87:
            stack.append(try container(opcode))
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "s"), UInt8(ascii: "u"): try fill(opcode)
        case UInt8(ascii: "p"), UInt8(ascii: "q"), UInt8(ascii: "r"): memo[try memoKey(opcode)] = try top()
        case UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "j"): stack.append(try some(memo[try memoKey(opcode)]))
        case 0x8C, 0x8D, 0x94, 0x95: try performNewer(opcode)
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): stack.append(try top())
        default: throw Self.foreignOpcodes.contains(opcode) ? .foreign : .broken
        }
    }

    /// Those that name, call or build something, and those of newer protocols.
    private static let foreignOpcodes = Set("cRbioPQBC".utf8).union(0x81...0x84).union(0x8E...0x93).union(0x96...0x98)

    /// Opcodes of protocol 4: texts, and frames around them.
    private func performNewer(_ opcode: UInt8) throws(Stop) {
        guard newestProtocol >= 4 else { throw .foreign }
        switch opcode {
        case 0x94: memo[memo.count] = try top()
        case 0x95: _ = try some(input.bytes(8))
        default:
            let count = opcode == 0x8C ? Int(try some(input.byte())) : try some(input.unsigned(8))
            stack.append(.text(try checked(Array(try some(input.bytes(count))))))
        }
    }

    private func some<Wrapped>(_ value: Wrapped?) throws(Stop) -> Wrapped {
        guard let value else { throw .broken }
        return value
    }

    private func top() throws(Stop) -> Item {
        guard stack.count > marks.last ?? 0 else { throw .broken }
        return try some(stack.last)
    }

    private func pop() throws(Stop) -> Item {
        let item = try top()
        stack.removeLast()
        return item
    }

    private func popToMark() throws(Stop) -> [Item] {
        let mark = try some(marks.popLast())
        let items = Array(stack[mark...])
        stack.removeLast(items.count)
        return items
    }

    private func memoKey(_ opcode: UInt8) throws(Stop) -> Int {
        switch opcode {
        case UInt8(ascii: "p"), UInt8(ascii: "g"):
            try some(input.line().flatMap { Int(String(decoding: $0, as: UTF8.self)) })
        case UInt8(ascii: "q"), UInt8(ascii: "h"): Int(try some(input.byte()))
        default: try some(input.unsigned(4))
        }
    }

    private func number(_ opcode: UInt8) throws(Stop) -> Item {
        switch opcode {
        case UInt8(ascii: "I"): return try integerLine(try some(input.line()), isLong: false)
        case UInt8(ascii: "L"): return try integerLine(try some(input.line()), isLong: true)
        case UInt8(ascii: "K"): return .integer(String(try some(input.byte())))
        case UInt8(ascii: "M"): return .integer(String(try some(input.unsigned(2))))
        case UInt8(ascii: "J"): return .integer(String(try some(input.signed(4))))
        case 0x8A: return .integer(String(try some(input.signed(Int(try some(input.byte()))))))
        case 0x8B: return .integer(String(try some(input.signed(try some(input.unsigned(4))))))
        case UInt8(ascii: "G"): return .double(try some(input.double()))
        default: return .double(try some(input.line().flatMap { Double(String(decoding: $0, as: UTF8.self)) }))
        }
    }

    /// `01` and `00` are the booleans of protocols without opcodes for them.
    private func integerLine(_ line: ArraySlice<UInt8>, isLong: Bool) throws(Stop) -> Item {
        if !isLong, line.elementsEqual("01".utf8) { return .plain(TapeType.yes) }
        if !isLong, line.elementsEqual("00".utf8) { return .plain(TapeType.no) }
        let text = isLong && line.last == UInt8(ascii: "L") ? line.dropLast() : line
        let isNegative = text.first == UInt8(ascii: "-")
        let digits = isNegative ? text.dropFirst() : text
        guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { throw .broken }
        let significant = digits.drop { $0 == 0x30 }
        if significant.isEmpty { return .integer("0") }
        return .integer((isNegative ? "-" : "") + String(decoding: significant, as: UTF8.self))
    }

    private func text(_ opcode: UInt8) throws(Stop) -> [UInt8] {
        let bytes =
            switch opcode {
            case UInt8(ascii: "U"): Array(try some(input.bytes(Int(try some(input.byte())))))
            case UInt8(ascii: "T"), UInt8(ascii: "X"): Array(try some(input.bytes(try some(input.unsigned(4)))))
            case UInt8(ascii: "S"): try some(PickleText.quoted(try some(input.line())))
            default: try some(PickleText.escaped(try some(input.line())))
            }
        return try checked(bytes)
    }

    private func checked(_ bytes: [UInt8]) throws(Stop) -> [UInt8] {
        let isText = bytes.withBytes { UTF8Check.firstInvalid($0, takesHalves: true) == nil }
        guard isText else { throw .foreign }
        return bytes
    }

    private func container(_ opcode: UInt8) throws(Stop) -> Item {
        let items: [Item]
        switch opcode {
        case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"): items = []
        case 0x85...0x87:
            var last: [Item] = []
            for _ in 0x85...opcode { last.append(try pop()) }
            items = last.reversed()
        default: items = try popToMark()
        }
        containers.append(items)
        let index = containers.count - 1
        switch opcode {
        case UInt8(ascii: "]"), UInt8(ascii: "l"): return .list(index)
        case UInt8(ascii: "}"), UInt8(ascii: "d"):
            guard items.count % 2 == 0 else { throw .broken }
            return .dictionary(index)
        default: return .tuple(index)
        }
    }

    /// Adds items to the list or dictionary below them.
    private func fill(_ opcode: UInt8) throws(Stop) {
        var items: [Item]
        switch opcode {
        case UInt8(ascii: "a"): items = [try pop()]
        case UInt8(ascii: "s"):
            items = [try pop()]
            items.insert(try pop(), at: 0)
        default: items = try popToMark()
        }
        switch (opcode, try top()) {
        case (UInt8(ascii: "a"), .list(let index)), (UInt8(ascii: "e"), .list(let index)): containers[index] += items
        case (UInt8(ascii: "s"), .dictionary(let index)), (UInt8(ascii: "u"), .dictionary(let index)):
            guard items.count % 2 == 0 else { throw .broken }
            containers[index] += items
        default: throw .broken
        }
    }
}

// MARK: - Writing

extension PickleReader {
    private func write(_ item: Item) throws(Stop) {
        try take(8)
        switch item {
        case .plain(let type): out.literal(type)
        case .integer(let digits):
            try take(digits.utf8.count)
            out.integer(digits)
        case .double(let value): out.double(value)
        case .text(let bytes): try writeText(bytes)
        case .list(let index), .tuple(let index):
            try writeContainer(TapeType.array, TapeType.arrayEnd) { () throws(Stop) in
                for item in containers[index] { try write(item) }
            }
        case .dictionary(let index):
            try writeContainer(TapeType.object, TapeType.objectEnd) { () throws(Stop) in
                for (place, item) in containers[index].enumerated() {
                    if place % 2 == 0 { try writeText(try key(item)) } else { try write(item) }
                }
            }
        }
    }

    private func take(_ bytes: Int) throws(Stop) {
        room -= bytes
        guard room >= 0 else { throw .foreign }
    }

    private func writeText(_ bytes: [UInt8]) throws(Stop) {
        try take(bytes.count)
        let start = out.beginString()
        for byte in bytes { out.append(byte) }
        out.endString(start)
    }

    private func writeContainer(
        _ type: UInt8, _ closing: UInt8, _ items: () throws(Stop) -> Void
    ) throws(Stop) {
        depth += 1
        guard depth <= maxDepth else { throw .foreign }
        let start = out.open(type)
        try items()
        out.close(closing, start)
        depth -= 1
    }

    /// A key as JSON has it: Python writes numbers, booleans and None as texts, and refuses the rest.
    private func key(_ item: Item) throws(Stop) -> [UInt8] {
        switch item {
        case .text(let bytes): return bytes
        case .integer(let digits): return Array(digits.utf8)
        case .double(let value): return Array(PythonText.double(value).utf8)
        case .plain(TapeType.yes): return Array("true".utf8)
        case .plain(TapeType.no): return Array("false".utf8)
        case .plain: return Array("null".utf8)
        case .list, .tuple, .dictionary: throw .foreign
        }
    }
}
