import Foundation
import TestSupport
import Testing

@testable import Notification

@Suite struct TemplateTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func notice(_ kind: Notice.Kind, language: String = "") -> Notice {
        var notice = Notice(
            kind, of: "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10",
            to: NoticeRecipient(address: "a@example.com", name: "Ada", language: language))
        notice.organizations = ["acme"]
        return notice
    }

    private func write(_ text: String, _ language: String, _ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder.file(language), withIntermediateDirectories: true)
        try folder.write(text, to: "\(language)/\(name)")
    }

    @Test(arguments: Notice.Kind.allCases) func everyKindHasItsWords(_ kind: Notice.Kind) throws {
        let templates = try NoticeTemplates()
        let english = templates.render(notice(kind))
        let german = templates.render(notice(kind, language: "de"))
        for rendered in [english, german] {
            #expect(!rendered.subject.isEmpty && !rendered.text.isEmpty && rendered.html.hasPrefix("<!DOCTYPE html>"))
            #expect(!rendered.text.contains("{{") && !rendered.html.contains("{{"), "\(rendered)")
        }
        #expect(english.subject != german.subject)
        #expect(english.text.hasPrefix("Hello Ada,") && german.text.hasPrefix("Guten Tag Ada,"))
        #expect(templates.render(notice(kind, language: "fr")) == english, "the standard language")
    }

    @Test func filesTakeTheirPlace() throws {
        try write("Umzug {{uuid}}", "de", "started.subject.mustache")
        try write("Bonjour {{name}} <&>", "fr", "started.txt.mustache")
        let templates = try NoticeTemplates(folder: folder.path)
        #expect(
            templates.render(notice(.started, language: "de")).subject == "Umzug 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10")
        let french = templates.render(notice(.started, language: "fr_CA"))
        #expect(french.text == "Bonjour Ada <&>" && french.subject == "Sentry: your relocation has begun")
        #expect(
            try NoticeTemplates(folder: folder.path, standard: "de").render(notice(.failed)).subject
                == "Sentry: Ihr Umzug ist fehlgeschlagen")
    }

    @Test func brokenTemplatesAreNamed() throws {
        try write("{{#name}} without an end", "en", "claim.txt.mustache")
        #expect(message { try NoticeTemplates(folder: folder.path) }.contains("en/claim.txt.mustache"))
        try write("", "en", "claim.txt.mustache")
        try write("x", "en", "claims.txt.mustache")
        #expect(message { try NoticeTemplates(folder: folder.path) }.contains("en/claims.txt.mustache"))
        try FileManager.default.removeItem(atPath: folder.file("en/claims.txt.mustache"))
        try write("x", "en", "claim.html")
        #expect(message { try NoticeTemplates(folder: folder.path) }.contains("en/claim.html has no place"))
        #expect(message { try NoticeTemplates(folder: folder.path + "/none") }.contains("none"))
        #expect(message { try NoticeTemplates(standard: "xx") }.contains("xx"))
    }

    private func message(_ body: () throws -> NoticeTemplates) -> String {
        do {
            _ = try body()
            return ""
        } catch {
            return "\(error)"
        }
    }
}
