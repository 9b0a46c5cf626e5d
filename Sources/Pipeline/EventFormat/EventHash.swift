import Crypto
import ExportFormat
import TextForms

/// The digests that events have, as lower-case hexadecimal digits.
package enum EventHash {
    package static func md5(_ text: String) -> String {
        var text = text
        return text.withUTF8 { Hex.text(Insecure.MD5.hash(data: $0)) }
    }

    package static func sha1(_ text: String) -> String {
        var text = text
        return text.withUTF8 { Hex.text(Insecure.SHA1.hash(data: $0)) }
    }

    /// The first sixteen digits of the digest of all texts together; half a surrogate pair counts as a question mark.
    package static func span(_ values: [String]) -> String {
        var joined = values.joined()
        if joined.utf8.contains(0xF4), joined.unicodeScalars.contains(where: HalfStandIn.isOne) {
            joined = String(String.UnicodeScalarView(joined.unicodeScalars.map { HalfStandIn.isOne($0) ? "?" : $0 }))
        }
        return String(md5(joined).prefix(16))
    }

    /// The key of an event's body in the node store.
    package static func nodeID(project: Int64, event: String) -> String { md5("\(project):\(event)") }
}
