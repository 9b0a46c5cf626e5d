import Catalogue
import Storage
import TextForms

/// Gives every imported organization the slug it keeps: reserved in the control silo, unique among all reservations,
/// then written back to the organization. An organization that has its reservation is left alone, so that a retry
/// never renames one.
struct SlugProvisioning {
    let destination: Destination
    let context: ImportContext
    let now: Int64

    private static let reservations = Catalogue.knownTable("sentry_organizationslugreservation")
    private static let replicas = Catalogue.knownTable("hybridcloud_organizationslugreservationreplica")
    /// A reservation that holds, not a temporary alias.
    private static let primary = Value.integer(0)
    /// Reserved by no user.
    private static let nobody = Value.integer(-1)
    private static let columns = [
        "id", "slug", "organization_id", "user_id", "region_name", "reservation_type", "date_added",
    ]

    /// - Parameter ids: the imported organizations, ascending.
    func provision(_ ids: [Int64], random: inout SecureRandom) throws(StorageError) {
        guard !ids.isEmpty else { return }
        let organization = Catalogue.known("sentry.organization").table
        let found = try destination.region.select(
            Select(["id", "slug"], from: organization, where: [.isIn("id", ids.map { .integer($0) })]))
        var reserved = try reservedSlugs(ids)
        try reserve(found.filter { reserved[$0[0]] == nil }, &reserved, &random)
        let renamed = found.compactMap { row in
            reserved[row[0]].flatMap { $0 == row[1] ? nil : [row[0], $0] }
        }
        if !renamed.isEmpty {
            try destination.region.update(Update(organization, set: ["slug"], rows: renamed))
        }
        try replicate(ids)
    }

    /// Organization → slug of its reservation.
    private func reservedSlugs(_ ids: [Int64]) throws(StorageError) -> [Value: Value] {
        let rows = try destination.control.select(
            Select(
                ["organization_id", "slug"], from: Self.reservations,
                where: [
                    .isIn("organization_id", ids.map { .integer($0) }), .equals("reservation_type", Self.primary),
                ]))
        return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }

    private func reserve(
        _ organizations: [[Value]], _ reserved: inout [Value: Value], _ random: inout SecureRandom
    ) throws(StorageError) {
        guard !organizations.isEmpty else { return }
        let index = FoldedIndex(Self.reservations, "slug")
        try index.refresh(destination.control)
        var taken: Set<String> = []
        var rows: [[Value]] = []
        let ids = try destination.control.reserveIDs(organizations.count, for: Self.reservations)
        for (id, organization) in zip(ids, organizations) {
            let base = Slug.organizationBase(slug: organization[1].text ?? "", name: "")
            let slug = try unique(base, index, taken, &random)
            taken.insert(UpperCaseFolding.folded(slug))
            reserved[organization[0]] = .text(slug)
            rows.append([
                .integer(id), .text(slug), organization[0], Self.nobody, .text(context.instance.regionName),
                Self.primary, .timestamp(now),
            ])
        }
        try destination.control.insert(Insert(into: Self.reservations, columns: Self.columns, rows: rows))
    }

    private func unique(
        _ base: String, _ index: FoldedIndex, _ taken: Set<String>, _ random: inout SecureRandom
    ) throws(StorageError) -> String {
        do throws(ImportFailure) {
            return try OrganizationRule.uniqueSlug(base, &random) { (candidate) throws(ImportFailure) in
                if taken.contains(UpperCaseFolding.folded(candidate)) { return true }
                do throws(StorageError) { return try index.holds(candidate, destination.control) } catch {
                    throw .passing(error)
                }
            }
        } catch {
            if case .passing(let error) = error { throw error }
            throw StorageError(.other, "an organization slug could not be made")
        }
    }

    /// The region's copies of the reservations.
    private func replicate(_ ids: [Int64]) throws(StorageError) {
        let wanted = [
            Condition.isIn("organization_id", ids.map { .integer($0) }), .equals("reservation_type", Self.primary),
        ]
        let originals = try destination.control.select(
            Select(Self.columns, from: Self.reservations, where: wanted))
        let copied = Set(
            try destination.region.select(Select(["organization_id"], from: Self.replicas, where: wanted))
                .map { $0[0] })
        let missing = originals.filter { !copied.contains($0[2]) }
        guard !missing.isEmpty else { return }
        let numbers = try destination.region.reserveIDs(missing.count, for: Self.replicas)
        let rows = zip(numbers, missing).map { number, original in
            [.integer(number), original[0]] + original[1...5] + [.timestamp(now)]
        }
        try destination.region.insert(
            Insert(
                into: Self.replicas,
                columns: ["id", "organization_slug_reservation_id"] + Self.columns.dropFirst(), rows: rows))
    }
}
