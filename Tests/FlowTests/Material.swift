import Foundation

/// The folder of reference material, if there is one.
let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// What the reference did, read from the material.
enum Material {
    typealias Case = [String: Any]

    static func folder(_ name: String) throws -> String {
        guard let material else { throw CocoaError(.fileNoSuchFile) }
        return "\(material)/flow/\(name)"
    }

    static func object(_ path: String) throws -> Case {
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path))) as? Case ?? [:]
    }

    /// One object a line.
    static func lines(_ path: String) throws -> [Case] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? Case ?? [:]
        }
    }

    static func names(in folder: String, ending: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.folder(folder)).filter { $0.hasSuffix(ending) }
            .map { String($0.dropLast(ending.count)) }.sorted()
    }
}

extension [String: Any] {
    func text(_ key: String) -> String? { self[key] as? String }
    func number(_ key: String) -> Int? { self[key] as? Int }
    func member(_ key: String) -> [String: Any] { self[key] as? [String: Any] ?? [:] }
}
