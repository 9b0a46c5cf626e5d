/// Names for things without a name: two capitalised words.
enum PetName {
    private static let adjectives = [
        "Able", "Brave", "Calm", "Eager", "Fair", "Gentle", "Happy", "Keen", "Loyal", "Merry", "Noble", "Proud",
        "Quick", "Sunny", "Warm", "Wise",
    ]
    private static let animals = [
        "Badger", "Beaver", "Crane", "Dolphin", "Falcon", "Ferret", "Heron", "Lynx", "Marten", "Otter", "Owl",
        "Panther", "Raven", "Salmon", "Sparrow", "Wombat",
    ]

    static func make(_ suffixes: NameSuffixes, for base: String) -> String {
        let bytes = suffixes.bytes(2, for: base)
        return "\(adjectives[Int(bytes[0]) % adjectives.count]) \(animals[Int(bytes[1]) % animals.count])"
    }
}
