/// The random defaults of missing keys, from the system's cryptographic generator.
enum FreshValues {
    private static let hexadecimal = Array("0123456789abcdef".utf8)
    private static let alphanumeric = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)

    /// 64 hexadecimal digits.
    static func hex64() -> String { text(of: hexadecimal, count: 64) }

    /// 32 letters and digits.
    static func alphanumeric32() -> String { text(of: alphanumeric, count: 32) }

    /// A random UUID, dashed.
    static func uuid4() -> String {
        var digits = bytes(of: hexadecimal, count: 32)
        digits[12] = UInt8(ascii: "4")
        // Two fixed bits: 8, 9, a or b.
        var generator = SystemRandomNumberGenerator()
        digits[16] = hexadecimal[Int.random(in: 8...11, using: &generator)]
        return UUIDText.dashed(digits)
    }

    /// Two capitalised words.
    static func petName() -> String {
        var generator = SystemRandomNumberGenerator()
        let first = adjectives.randomElement(using: &generator) ?? "Quiet"
        let second = animals.randomElement(using: &generator) ?? "Otter"
        return "\(first) \(second)"
    }

    private static func bytes(of alphabet: [UInt8], count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
    }

    private static func text(of alphabet: [UInt8], count: Int) -> String {
        String(decoding: bytes(of: alphabet, count: count), as: UTF8.self)
    }

    private static let adjectives = [
        "Able", "Bold", "Brave", "Bright", "Calm", "Clear", "Clever", "Cosmic", "Crisp", "Daring", "Deep", "Eager",
        "Early", "Fair", "Fast", "Fine", "Free", "Fresh", "Gentle", "Glad", "Golden", "Grand", "Happy", "Hardy",
        "Humble", "Keen", "Kind", "Lively", "Loyal", "Lucky", "Mellow", "Merry", "Mighty", "Modern", "Noble", "Patient",
        "Polite", "Proud", "Quick", "Quiet", "Rapid", "Ready", "Smart", "Smooth", "Solid", "Steady", "Sunny", "Swift",
        "Tidy", "Tough", "Upbeat", "Vital", "Warm", "Wise",
    ]

    private static let animals = [
        "Badger", "Beaver", "Bison", "Bobcat", "Buffalo", "Camel", "Condor", "Cougar", "Coyote", "Crane", "Dingo",
        "Dolphin", "Eagle", "Falcon", "Ferret", "Finch", "Fox", "Gazelle", "Gecko", "Goose", "Heron", "Horse", "Ibex",
        "Jackal", "Jaguar", "Koala", "Lemur", "Llama", "Lynx", "Marmot", "Marten", "Moose", "Narwhal", "Newt", "Ocelot",
        "Orca", "Osprey", "Otter", "Panda", "Pelican", "Puffin", "Raven", "Robin", "Salmon", "Seal", "Shark", "Sparrow",
        "Stork", "Tapir", "Tiger", "Turtle", "Walrus", "Wombat", "Zebra",
    ]
}
