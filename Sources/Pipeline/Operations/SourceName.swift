/// What is shown of where an export came from.
public enum SourceName {
    /// The file's own name without its folders; `-` for standard input.
    public static func shown(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
