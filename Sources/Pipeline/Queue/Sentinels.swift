/// Redis Sentinels: servers that know which of several Redis is the master now.
struct Sentinels {
    private let places: [RedisURL.Place]
    private let configuration: QueueConfiguration

    init(_ places: [RedisURL.Place], _ configuration: QueueConfiguration) {
        self.places = places
        self.configuration = configuration
    }

    /// Asks one after the other. Throws what the last one had against it if none can tell.
    func place(of master: String) throws(QueueError) -> RedisURL.Place {
        var last: QueueError?
        for place in places {
            do throws(QueueError) { return try ask(place, master) } catch { last = error }
        }
        guard let last, places.count > 1 else { throw last ?? Self.unknown(master) }
        throw QueueError(
            last.kind,
            "None of the \(places.count) sentinels can tell where \(master) is. The last one: \(last.message)",
            remedy: last.remedy)
    }

    private func ask(_ place: RedisURL.Place, _ master: String) throws(QueueError) -> RedisURL.Place {
        let connection = RedisConnection(configuration.at(configuration.url.sentinel(place)))
        let answer = try connection.exchange(
            RedisCommands(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", .text(master)]))[0]
        if case .null = answer { throw Self.unknown(master) }
        guard let parts = answer.array, parts.count == 2, let host = parts[0].text, let port = parts[1].integer else {
            // A sentinel that wants a password says so.
            if case .error(let text) = answer, !text.hasPrefix("ERR unknown") { throw QueueError(serverError: text) }
            throw QueueError(
                .notRedis, "What answers at \(place) is no sentinel.", remedy: "Check host and port of the Redis URL.")
        }
        return RedisURL.Place(host: host, port: Int(port))
    }

    private static func unknown(_ master: String) -> QueueError {
        QueueError(
            .badURL, "The sentinel knows no master of the name \(master).",
            remedy: "Check the name at the end of the Redis URL: SENTINEL MASTERS lists those there are.")
    }
}
