import Catalogue

// For scripts: the keys are a contract.
extension ComparisonSummary {
    /// The JSON object of a comparison: its findings stand between `head` and this.
    package static let head = "{\n  \"findings\": "

    /// Without a final line end.
    ///
    /// - Parameter isFast: whether rules were applied only to rows that are written differently
    package func tail(names: (left: String, right: String), isFast: Bool) -> String {
        let models = models.map {
            #"{"left": \#($0.left), "model": \#(JSONText.quoted($0.model)), "right": \#($0.right)}"#
        }
        let groups = groups.map {
            #"{"findings": \#($0.count), "kind": "\#($0.first.kind)", "model": \#(JSONText.quoted($0.first.model))}"#
        }
        return """
            ,
              "equal": \(findings == 0),
              "fast": \(isFast),
              "groups": \(Self.list(groups)),
              "left": \(JSONText.quoted(names.left)),
              "models": \(Self.list(models)),
              "number": \(findings),
              "right": \(JSONText.quoted(names.right))
            }
            """
    }

    private static func list(_ objects: [String]) -> String {
        objects.isEmpty ? "[]" : "[\n    " + objects.joined(separator: ",\n    ") + "\n  ]"
    }
}
