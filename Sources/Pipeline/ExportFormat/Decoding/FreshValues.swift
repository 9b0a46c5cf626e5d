import TextForms

/// The random defaults of missing keys, from the system's cryptographic generator.
enum FreshValues {
    /// 64 hexadecimal digits.
    static func hex64() -> String { text(of: Alphabet.hexadecimal, count: 64) }

    /// 32 letters and digits.
    static func alphanumeric32() -> String { text(of: Alphabet.alphanumeric, count: 32) }

    /// A random UUID of version 4, dashed.
    static func uuid4() -> String {
        var generator = SystemRandomNumberGenerator()
        return UUIDBytes.version4(generator.next(), generator.next()).text
    }

    /// Two capitalised words.
    static func petName() -> String {
        var generator = SystemRandomNumberGenerator()
        let first = adjectives.randomElement(using: &generator) ?? "Quiet"
        let second = animals.randomElement(using: &generator) ?? "Otter"
        return "\(first) \(second)"
    }

    private static func text(of alphabet: [UInt8], count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return String(decoding: bytes, as: UTF8.self)
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
