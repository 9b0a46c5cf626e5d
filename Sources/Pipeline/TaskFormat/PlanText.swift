internal import Foundation

/// A plan as a relocation's record holds it: JSON, sealed if the tasks are.
public enum PlanText {
    private static func identity(_ uuid: String) -> PayloadIdentity {
        PayloadIdentity(uuid: uuid, kind: .plan, model: "plan", minOrdinal: 0, rows: 0)
    }

    /// - Parameter keyring: nil leaves the text as it is
    public static func stored(
        _ json: String, of uuid: String, with keyring: PayloadKeyring?
    ) throws(TaskFormatError) -> String {
        guard let keyring else { return json }
        return Data(try SealedPayload.seal(Array(json.utf8), as: identity(uuid), with: keyring)).base64EncodedString()
    }

    /// The JSON of a stored text.
    public static func json(
        _ stored: String, of uuid: String, with keyring: PayloadKeyring?
    ) throws(SealedPayloadError) -> String {
        guard !stored.hasPrefix("{"), let bytes = Data(base64Encoded: stored) else { return stored }
        return String(decoding: try SealedPayload.open(Array(bytes), as: identity(uuid), with: keyring), as: UTF8.self)
    }
}
