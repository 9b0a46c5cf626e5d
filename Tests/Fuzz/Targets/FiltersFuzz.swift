@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// The first line is a filter, the first byte its kind; the rest is an export.
enum FiltersFuzz {
    static func run(_ input: UnsafeRawBufferPointer) {
        guard let kind = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        let text = String(decoding: rest[..<end], as: UTF8.self)
        let filter: ExportFilter
        do throws(ExportError) {
            filter = kind & 1 == 0 ? try .usernames(parsing: text) : try .organizationSlugs(parsing: text)
        } catch {
            mustHold(text.allSatisfy { $0 == "," }, "only a filter that names nobody is refused")
            return ReaderFuzz.check(error)
        }
        ReaderFuzz.run(UnsafeRawBufferPointer(rebasing: rest[min(end + 1, rest.count)...]), filter: filter)
    }
}
