/// What an import writes besides the rows of its chunks: slugs, implicit rows, mirror rows. A task may write it in several
/// transactions; each notes its part in the ledger, so that a database that has lost one is noticed. Without a ledger
/// nobody knows.
package enum DerivedParts {
    /// Counts them among the models of which the database holds rows.
    package static let subject = "derived"
}
