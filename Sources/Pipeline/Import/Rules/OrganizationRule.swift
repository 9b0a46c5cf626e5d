import Catalogue
import Storage
import TextForms

/// `sentry.organization`: always inserted. Its slug is slugified and made unique, as saving it does.
struct OrganizationRule: ModelRule {
    let model: Model
    private let slug, name, status: Int

    /// The status of an organization that waits for approval after its relocation.
    static let relocationPendingApproval: Int64 = 3

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        slug = try model.requireColumn("slug")
        name = try model.requireColumn("name")
        status = try model.requireColumn("status")
    }

    func normalise(_ row: inout Row, _ batch: Batch) throws(ImportFailure) -> DropReason? {
        if batch.context.flags.hideOrganizations { row.values[status] = .integer(Self.relocationPendingApproval) }
        return nil
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        let register = try NameRegister(model.table, "slug", batch)
        return try .inserting(rows) { (row) throws(ImportFailure) in
            let base = Slug.organizationBase(
                slug: row.values[slug].text ?? "", name: row.values[name].text ?? "")
            let unique = try Self.uniqueSlug(base, batch.suffixes) { (candidate) throws(ImportFailure) in
                try register.holds(candidate)
            }
            register.add(unique)
            row.values[slug] = .text(unique)
        }
    }

    /// The free organization slug nearest to a base.
    static func uniqueSlug(
        _ base: String, _ suffixes: NameSuffixes, isTaken: (String) throws(ImportFailure) -> Bool
    ) throws(ImportFailure) -> String {
        try UniqueName.make(
            SlugText.slugify(base, maxLength: Slug.organizationLength), reserved: ReservedSlugs.organization,
            maxLength: Slug.organizationLength, suffixes: suffixes, isTaken: isTaken)
    }
}

/// Teams, projects and monitors: a row without a slug gets one that is made from its name and unique within its owner.
struct OwnedSlugRule: ModelRule {
    let model: Model
    private let slug, name, owner: Int
    private let length: Int
    private let reserved: Set<String>

    /// - Parameter owner: the column within whose rows the slug is unique.
    init(_ model: Model, owner: String, length: Int, reserved: Set<String> = []) throws(CatalogueGap) {
        self.model = model
        self.owner = try model.requireColumn(owner)
        self.length = length
        self.reserved = reserved
        slug = try model.requireColumn("slug")
        name = try model.requireColumn("name")
    }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        var rows = rows
        try fillSlugs(of: &rows, batch)
        return Decisions(inserting: rows)
    }

    func fillSlugs(of rows: inout [Row], _ batch: Batch) throws(ImportFailure) {
        let nameless = rows.indices.filter { (rows[$0].values[slug].text ?? "").isEmpty }
        guard !nameless.isEmpty else { return }
        var taken = try takenSlugs(Set(nameless.map { rows[$0].values[owner] }), batch)
        for index in rows.indices {
            if !(rows[index].values[slug].text ?? "").isEmpty {
                taken.insert(key(rows[index]))
                continue
            }
            let base = SlugText.slugify(rows[index].values[name].text ?? "", maxLength: length)
            var row = rows[index]
            let made = try UniqueName.make(base, reserved: reserved, maxLength: length, suffixes: batch.suffixes) {
                (candidate) throws(ImportFailure) in
                row.values[slug] = .text(candidate)
                return taken.contains(key(row))
            }
            rows[index].values[slug] = .text(made)
            taken.insert(key(rows[index]))
        }
    }

    private func key(_ row: Row) -> [Value] {
        [row.values[owner], .text(UpperCaseFolding.folded(row.values[slug].text ?? ""))]
    }

    private func takenSlugs(_ owners: Set<Value>, _ batch: Batch) throws(ImportFailure) -> Set<[Value]> {
        let column = model.columns[owner].name
        let found = try batch.select(
            Select([column, "slug"], from: model.table, where: [.isIn(column, Array(owners))]))
        return Set(found.map { [$0[0], .text(UpperCaseFolding.folded($0[1].text ?? ""))] })
    }
}
