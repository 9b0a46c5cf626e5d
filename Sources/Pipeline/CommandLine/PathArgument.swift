import ArgumentParser

/// A file's or folder's name on the command line.
public enum PathArgument {
    /// For `transform`. An empty name names nothing, and is mostly a variable of a script that was not set.
    public static func parse(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("The name of a file or folder is empty.") }
        return text
    }
}
