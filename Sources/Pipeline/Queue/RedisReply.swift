@preconcurrency import CHiredis

/// An answer of Redis, copied out of the library's memory.
enum RedisReply: Equatable {
    case integer(Int64)
    case bytes([UInt8])
    case array([RedisReply])
    case null
    /// The whole text of an error; never shown as it is, for Redis repeats arguments in it.
    case error(String)

    /// Copies; the original stays the caller's to free.
    init(copying reply: UnsafeMutablePointer<redisReply>) {
        switch reply.pointee.type {
        case REDIS_REPLY_INTEGER:
            self = .integer(Int64(reply.pointee.integer))
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS:
            self = .bytes(Array(RedisReply.content(of: reply)))
        case REDIS_REPLY_ERROR:
            self = .error(String(decoding: RedisReply.content(of: reply), as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            let elements = UnsafeBufferPointer(start: reply.pointee.element, count: Int(reply.pointee.elements))
            self = .array(elements.map { $0.map(RedisReply.init(copying:)) ?? .null })
        default:
            self = .null
        }
    }

    private static func content(of reply: UnsafeMutablePointer<redisReply>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: reply.pointee.str, count: Int(reply.pointee.len))
    }
}

extension RedisReply {
    var array: [RedisReply]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// An integer, or text that is one.
    var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .bytes(let bytes): Int64(String(decoding: bytes, as: UTF8.self))
        case .array, .null, .error: nil
        }
    }

    var text: String? {
        if case .bytes(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    /// The pairs of a hash in a flat list.
    var fields: [String: String] {
        guard let array else { return [:] }
        var out: [String: String] = [:]
        for index in stride(from: 0, to: array.count - 1, by: 2) {
            if let name = array[index].text, let value = array[index + 1].text { out[name] = value }
        }
        return out
    }
}
