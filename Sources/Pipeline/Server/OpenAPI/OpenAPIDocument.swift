internal import CommandLine
internal import Operations
internal import Reporting
internal import TaskFormat

/// What `/api/v1/openapi.json` says of `/api/v1`, in OpenAPI 3.1.
enum OpenAPIDocument {
    static let value: JSONValue = .object([
        "openapi": .text("3.1.0"),
        "info": .object([
            "title": .text("relocation"), "version": .text(ToolVersion.current),
            "description": .text(
                "What relocation-enqueue can do with relocations, in the JSON that it prints with --json."),
            "license": .object(["name": .text("Apache 2.0"), "identifier": .text("Apache-2.0")]),
        ]),
        "servers": .list([.object(["url": .text("/")])]),
        "security": .list([.object(["token": .list([])])]),
        "paths": .object(paths.mapValues { .object($0.mapValues(\.value)) }),
        "components": .object([
            "securitySchemes": .object([
                "token": .object([
                    "type": .text("http"), "scheme": .text("bearer"),
                    "description": .text("A reader's token looks; an operator's token acts, too."),
                ])
            ]),
            "schemas": .object(OpenAPISchema.named.mapValues(\.value)),
        ]),
    ])

    /// Path → the methods that it knows, in upper case.
    static var methods: [String: [String]] {
        paths.mapValues { operations in
            (operations.keys.map { $0.uppercased() } + (operations["get"] == nil ? [] : ["HEAD"])).sorted()
        }
    }

    /// Path → method → operation.
    private static let paths: [String: [String: OpenAPIOperation]] = {
        var all: [String: [String: OpenAPIOperation]] = [
            "/relocations": ["get": list, "post": upload],
            "/relocations/{id}": [
                "get": .view("status", "The status of a relocation.", .named("Status")),
                "delete": .action("delete", "Removes the tasks of a relocation. What was written stays.", [:]),
            ],
            "/plans": ["post": file("makePlan", "Has a worker tell what an import would do with each row.", planning)],
            "/relocations/{id}/verify": [
                "post": ofRelocation("verify", "Has a worker compare an import's file.", verifying)
            ],
            "/relocations/{id}/events": ["post": eventsOfRelocation], "/events": ["post": mappedEvents],
            "/relocations/{id}/dsn": ["get": dsn],
            "/check": ["post": check], "/compare": ["post": compare], "/sanitize": ["post": sanitize],
            "/encrypt": ["post": encrypt],
            "/transfers": ["post": transfer],
            "/retry": ["post": retryAll],
            "/failures": ["get": .look("failures", "Failed relocations by cause.", .list(.object()))],
            "/workers": ["get": .look("workers", "The worker processes and what they work on.", .list(.object()))],
            "/destinations": ["get": .look("destinations", "The destinations and what waits.", .list(.object()))],
            "/openapi.json": ["get": .look("openapi", "This document.", .object())],
        ]
        for (name, summary, schema) in views {
            all["/relocations/{id}/\(name)"] = ["get": .view(name, summary, schema)]
        }
        for (name, summary, members) in actions {
            all["/relocations/{id}/\(name)"] = ["post": .action(name, summary, members)]
        }
        for (path, name, summary) in others {
            all["/\(path)/{name}/\(name)"] = ["post": .other("\(name)-\(path)", summary)]
        }
        return Dictionary(uniqueKeysWithValues: all.map { ("/api/v1" + $0, $1) })
    }()

    private static let views: [(String, String, OpenAPISchema)] = [
        ("history", "What happened to a relocation, when, and who did it.", .list(.object())),
        ("findings", "Its findings; those of earlier failures are marked.", .list(.object())),
        ("adapted", "What was adapted in an export of another version of Sentry.", .object()),
        ("dropped", "The rows that were not imported, with the reasons.", .object()),
        ("plan", "What a worker has planned.", .object()),
    ]

    private static let actions: [(String, String, [String: OpenAPISchema])] = [
        (
            "retry", "Lets a failed relocation continue at the task that failed; skip leaves out its row or chunk.",
            ["skip": .optional(.word(["row", "chunk"])), "acceptLoss": .optional(.flag)]
        ),
        ("pause", "Pauses a relocation, or plans it for a step.", ["atStep": step]),
        ("unpause", "Lets a paused relocation continue, until a step begins.", ["untilStep": step]),
        ("cancel", "Ends a relocation, or plans it for a step. What was written stays.", ["atStep": step]),
        ("abort", "Ends a relocation now: its worker loses its lease.", [:]),
        ("recover", "Tries the task at which a relocation failed once more.", ["untilStep": step]),
        (
            "undo", "Removes what a relocation has brought; dryRun only counts it, in the status' undo.",
            ["dryRun": .optional(.flag), "cascade": .optional(rows), "destination": .optional(name)]
        ),
    ]

    private static let others = [
        ("workers", "quiet", "Asks a worker to take no more relocations. It hears that within a second."),
        ("workers", "resume", "Asks a quiet worker to go on."),
        ("destinations", "pause", "Holds the queue of a destination."),
        ("destinations", "unpause", "Lets the workers of a destination go on."),
    ]

    private static let step = OpenAPISchema.optional(.text)
    private static let rows = OpenAPISchema.pattern("^[a-z_]{1,60}:[0-9]{1,15}(,[a-z_]{1,60}:[0-9]{1,15}){0,99}$")
    static let name = OpenAPISchema.pattern("^[A-Za-z0-9._-]{1,64}$")

    private static let list: OpenAPIOperation = {
        var list = OpenAPIOperation.look(
            "list", "The relocations, newest first; the header Link names the next page.", .list(.named("Listed")))
        list.parameters = [
            .query("status", .word(["in_progress", "pause", "failure", "success"])),
            .query("scope", OpenAPISchema.scope), .query("destination", .text),
            .query("since", .pattern("^[0-9]{1,6}[smhdw]$")), .query("limit", .number(ListRoute.limits)),
            .query("cursor", .pattern("^[0-9]{1,15}\\.\(OpenAPISchema.uuidPattern)$")),
        ]
        list.statuses.insert(400)
        return list
    }()

    private static let retryAll: OpenAPIOperation = {
        var retry = OpenAPIOperation("retryAll", "Lets every failed relocation continue.", .object())
        retry.body = .json(["all": .yes], required: ["all"])
        retry.statuses.formUnion([403, 413])
        return retry
    }()

    // MARK: - Files

    private static let upload = file(
        "enqueue", "Checks the file that is sent, and queues it.",
        planning + [
            .query("uuid", uuid), .query("atomic", .flag), .query("confirm", .flag), .query("atStep", .text),
            .query("again", uuid), .query("plan", uuid), .query("replaceFile", .flag),
        ])

    private static let planning =
        reading + [
            .query("destination", name), .query("mergeUsers", .flag), .query("overwriteConfigs", .flag),
            .query("owner", .text), .query("creator", .text), .query("maxOrganizations", .number(WantedSteps.limits)),
            .query("maxUsers", .number(WantedSteps.limits)),
        ]

    private static let verifying: [OpenAPIOperation.Parameter] = [
        .query("filename", .text), .query("repair", .flag), .query("scope", OpenAPISchema.scope),
        .query("usernames", .text), .query("slugs", .text), .query("destination", name), .query("mergeUsers", .flag),
        .query("overwriteConfigs", .flag),
    ]

    static let uuid = OpenAPISchema.pattern("^\(OpenAPISchema.uuidPattern)$")

    /// Takes a file and answers with the status of what it has queued.
    static func file(
        _ name: String, _ summary: String, _ parameters: [OpenAPIOperation.Parameter]
    ) -> OpenAPIOperation {
        var file = OpenAPIOperation(name, summary, .named("Status"))
        file.parameters = parameters
        file.body = .file
        file.statuses.formUnion([201, 403, 404, 408, 409, 413, 422, 507])
        return file
    }

    static func ofRelocation(
        _ name: String, _ summary: String, _ parameters: [OpenAPIOperation.Parameter]
    ) -> OpenAPIOperation {
        var operation = file(name, summary, OpenAPIOperation.view("", "", .text).parameters + parameters)
        operation.statuses.insert(503)
        return operation
    }

    private static let transfer: OpenAPIOperation = {
        var transfer = OpenAPIOperation(
            "transfer", "Begins a relocation of organizations that a worker of another installation sends.",
            .named("Status"))
        transfer.body = .json(
            [
                "from": name, "owner": .text, "slugs": .text, "creator": .optional(.text), "atStep": .optional(.text),
                "destination": .optional(name),
            ], required: ["from", "owner", "slugs"])
        transfer.statuses.formUnion([201, 403, 413])
        return transfer
    }()
}
