/// The version of both programs, for records and messages.
public enum ToolVersion {
    public static let current = "0.1.0"
}
