import ArgumentParser
import CommandLine
import Queue
import TaskFormat

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tries all that `run` needs of Redis and the database, and names what is missing.",
        discussion: """
            One line for each thing: ok, warning (imports work, and something may go wrong later) or problem (they would \
            fail), with the remedy. Every command of the queue is tried on a key of its own, under the Redis prefix. The \
            database is asked for the permissions on every table and sequence; then a row is written and taken back. Nothing \
            stays. Differences from the expected schema are listed one by one. Relocations that have ended in Redis in another way than in \
            the database are named: after a backup was restored, rows may be missing, or back.

            With the mail settings of `run` it connects to the mail server, begins TLS and logs in; no mail is sent.

            It cannot know how much room PostgreSQL's disk has.

            Exits with 0 if there is no problem, else with the code of the first one: 69 Redis or the database unreachable, or \
            a replica or standby, 75 Redis full, 77 permission, 78 schema, destination, payload keys, or a server that does not fit. --strict makes \
            warnings end with 78.
            """)

    @Flag(help: "Fail because of warnings, too.")
    var strict = false

    @Flag(help: "Print one JSON object: isReady, exitCode, and checks with name, verdict, message, details.")
    var json = false

    @Option(
        name: .customLong("learn"),
        help: ArgumentHelp(
            "Show in full what an import of this export with --learn would learn from the database.", valueName: "file")
    )
    var learnFile: String?

    @Option(
        name: .customLong("learn-reference"),
        help: ArgumentHelp("As in relocation-enqueue.", valueName: "field=model"))
    var learnReferences: [String] = []

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Destination") var destination: DestinationOptions
    @OptionGroup(title: "Notices") var notices: NoticeOptions

    func run() throws {
        let configuration = try redis.configuration()
        let name = try destinationName.name()
        let settings = try destination.settings()
        let redis = RedisCheck(configuration)
        let database = DatabaseCheck(settings)
        let names = DestinationNameCheck(name, redis.queue, database.destination)
        let learned = try learnFile.map { file in
            try LearnCheck(file, database, confirmed: try LearnReferences.parse(learnReferences)).items
        }
        let keys = PayloadKeyCheck(name, redis.queue) { try payloadKeys.keyring() }
        let readiness = Readiness(
            redis.items + database.items + (learned ?? []) + names.items + keys.items
                + EndsCheck(redis.queue, database.destination).items
                + (try NoticeCheck { try notices.settings() }).items
                + [ClockDifference.item(redis.clocks + database.clocks)])
        print(json ? readiness.json(strict: strict) : readiness.text)
        if let failure = readiness.failure(strict: strict) { throw failure }
    }
}
