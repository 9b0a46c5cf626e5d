/// All keys of a queue. Lua chooses the two keys of a lane by what the
/// record says, from the same `base`; there it also makes those of a relocation's history.
///
///     {prefix}:index            sorted set: uuid by creation time
///     {prefix}:fence            the last token given out
///     {prefix}:destinations     sorted set: names of destinations by the time they were first seen
///     {prefix}:destination:<name>  hash: the database that has the name, and the lanes its workers serve
///     {prefix}:rebound:<name>   list: earlier databases of the name, the newest first
///     {prefix}:trouble:<name>   text: why the workers of the name take nothing; expires
///     {prefix}:lanes            sorted set: lanes in use, but for `unbound`
///     {prefix}:ready:<lane>     sorted set: waiting uuids by the time they wait from, or may be tried again at
///     {prefix}:leased:<lane>    sorted set: leased uuids by the end of the lease
///     {prefix}:record:<uuid>    hash: what is known of the relocation
///     {prefix}:tasks:<uuid>     list: the tasks left, the current one at its head
///     {prefix}:counters:<uuid>  hash: counter → rows
///     {prefix}:listed:<uuid>    list: descriptions of rows that were dropped or are not run, the first ones
///     {prefix}:skipped:<uuid>   list: chunks an operator skipped
///     {prefix}:file:<digest>    list: relocations of the same file, the newest last
///     {prefix}:owner:<digest>   set: relocations of an owner in a destination, by the SHA-1 of both names
///     {prefix}:renamed:<uuid>   list: rows that got another name, the first ones: subject, first name, name now
///     {prefix}:history:<uuid>   list: what happened, the first and the newest entries, each a JSON object
///     {prefix}:earlier:<uuid>   list: failures that a retry has left behind, each a JSON object
///     {prefix}:written:<uuid>   hash: what is known of the rows that are written: name → text
///     {prefix}:parcel:<uuid>    list: the parts of an export that was delivered to the relocation; expires
///     {prefix}:workers          sorted set: worker processes by their last sign of life
///     {prefix}:worker:<id>      hash: what a worker process tells of itself
///     {prefix}:events:<topic>   stream: messages about saved events, for readers outside
///     {prefix}:held             hash: name of a destination that an operator holds → who holds it and since when
///
/// The record carries the format of all keys of its relocation (`Script.format`); a list element its own version
/// (`TaskFrame`). Readers pass over fields they do not know and have a default for those that are missing.
///
/// A lane holds the relocations of one destination's name: `name:<name>`, or `unbound` for the standard name. Records of
/// format 2 and older have no name: bound ones are in the lane of their database (the SHA-1 of its former identity). A
/// worker looks at its own lanes only, however many relocations belong to others.
struct QueueKeys {
    let base: String

    init(prefix: String) { base = "{\(prefix)}:" }

    var index: String { base + "index" }
    var fence: String { base + "fence" }
    var workers: String { base + "workers" }
    var held: String { base + "held" }
    func worker(_ id: String) -> String { base + "worker:" + id }
    /// The stream of one topic of events.
    func events(_ topic: String) -> String { base + "events:" + topic }
    func trouble(_ name: DestinationName) -> String { base + "trouble:" + name.text }
    func record(_ uuid: String) -> String { base + "record:" + uuid }
    func tasks(_ uuid: String) -> String { base + "tasks:" + uuid }
    func counters(_ uuid: String) -> String { base + "counters:" + uuid }
    func listed(_ uuid: String) -> String { base + "listed:" + uuid }
    func skipped(_ uuid: String) -> String { base + "skipped:" + uuid }
    func renamed(_ uuid: String) -> String { base + "renamed:" + uuid }
    func file(_ digest: String) -> String { base + "file:" + digest }

    /// The keys of one relocation, in the order in which every script expects them.
    func all(of uuid: String) -> [String] {
        [record(uuid), tasks(uuid), counters(uuid), listed(uuid), skipped(uuid), renamed(uuid)]
    }
}
