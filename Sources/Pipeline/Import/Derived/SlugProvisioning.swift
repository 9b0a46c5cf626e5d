import Catalogue
import Storage
import TextForms

/// Gives every imported organization the slug that it keeps: reserves it in the control silo, unique among all
/// reservations, then writes it to the organization. An organization that has a reservation keeps its slug, so that a retry
/// never renames one.
struct SlugProvisioning {
    private let work: RelocationImport
    /// Microseconds since 1970 UTC.
    private let now: Int64
    private let organizations: Table
    private let reservations: Table
    private let replicas: Table

    init(_ work: RelocationImport, now: Int64) throws(CatalogueGap) {
        self.work = work
        self.now = now
        organizations = try work.catalogue.requireModel("sentry.organization").table
        reservations = try work.catalogue.requireTable("sentry_organizationslugreservation")
        replicas = try work.catalogue.requireTable("hybridcloud_organizationslugreservationreplica")
    }

    private var destination: Destination { work.destination }

    /// The type of a reservation that is no temporary alias.
    private static let primary = Value.integer(0)
    /// The user of a reservation that no user has made.
    private static let nobody = Value.integer(-1)
    private static let columns = [
        "id", "slug", "organization_id", "user_id", "region_name", "reservation_type", "date_added",
    ]

    /// An organization whose slug was replaced.
    struct Renamed {
        let id: Int64
        let from: String
        let to: String
    }

    /// Returns the organizations whose slug it has replaced.
    ///
    /// - Parameter ids: the imported organizations, ascending.
    func provision(_ ids: [Int64]) throws(StorageError) -> [Renamed] {
        guard !ids.isEmpty else { return [] }
        let found = try destination.region.select(
            Select(["id", "slug"], from: organizations, where: [.isIn("id", ids.map { .integer($0) })]))
        var reserved = try reservedSlugs(ids)
        try giveUpTaken(found, &reserved)
        try reserve(found.filter { reserved[$0[0]] == nil }, &reserved)
        let renamed = found.compactMap { row -> Renamed? in
            guard let id = row[0].integer, let slug = reserved[row[0]], slug != row[1] else { return nil }
            return Renamed(id: id, from: row[1].text ?? "", to: slug.text ?? "")
        }
        if !renamed.isEmpty {
            try destination.region.update(
                Update(organizations, set: ["slug"], rows: renamed.map { [.integer($0.id), .text($0.to)] }))
        }
        try replicate(ids)
        return renamed
    }

    /// Organization → the slug of its reservation.
    private func reservedSlugs(_ ids: [Int64]) throws(StorageError) -> [Value: Value] {
        let rows = try destination.control.select(
            Select(
                ["organization_id", "slug"], from: reservations,
                where: [
                    .isIn("organization_id", ids.map { .integer($0) }), .equals("reservation_type", Self.primary),
                ]))
        return Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { first, _ in first })
    }

    /// An organization whose reserved slug another one has by now keeps the slug that it has: its reservation goes.
    private func giveUpTaken(_ organizations: [[Value]], _ reserved: inout [Value: Value]) throws(StorageError) {
        let wanted = organizations.filter { row in reserved[row[0]].map { $0 != row[1] } ?? false }
        let slugs = wanted.compactMap { reserved[$0[0]] }
        guard !slugs.isEmpty else { return }
        let taken = Set(
            try destination.region.select(
                Select(["slug"], from: self.organizations, where: [.isIn("slug", slugs)])
            ).map { $0[0] })
        let losers = wanted.map { $0[0] }.filter { reserved[$0].map(taken.contains) ?? false }
        guard !losers.isEmpty else { return }
        let theirs = [Condition.isIn("organization_id", losers), .equals("reservation_type", Self.primary)]
        try destination.region.delete(from: replicas, where: theirs)
        try destination.control.delete(from: reservations, where: theirs)
        for id in losers { reserved[id] = nil }
    }

    private func reserve(
        _ organizations: [[Value]], _ reserved: inout [Value: Value]
    ) throws(StorageError) {
        guard !organizations.isEmpty else { return }
        let index = FoldedIndex(reservations, "slug")
        try index.refresh(destination.control)
        var rows: [[Value]] = []
        let ids = try destination.control.reserveIDs(organizations.count, for: reservations)
        for (id, organization) in zip(ids, organizations) {
            let base = Slug.organizationBase(slug: organization[1].text ?? "", name: "")
            let slug = try unique(base, index)
            index.add(slug)
            reserved[organization[0]] = .text(slug)
            rows.append([
                .integer(id), .text(slug), organization[0], Self.nobody, .text(work.context.instance.regionName),
                Self.primary, .timestamp(now),
            ])
        }
        try destination.control.insert(Insert(into: reservations, columns: Self.columns, rows: rows))
    }

    private func unique(_ base: String, _ index: FoldedIndex) throws(StorageError) -> String {
        do throws(ImportFailure) {
            return try OrganizationRule.uniqueSlug(base, work.suffixes) { (candidate) throws(ImportFailure) in
                do throws(StorageError) { return try index.holds(candidate, destination.control) } catch {
                    throw .transient(error)
                }
            }
        } catch {
            if case .transient(let error) = error { throw error }
            throw StorageError(.other, "an organization slug could not be made")
        }
    }

    /// Copies the reservations to the region.
    private func replicate(_ ids: [Int64]) throws(StorageError) {
        let wanted = [
            Condition.isIn("organization_id", ids.map { .integer($0) }), .equals("reservation_type", Self.primary),
        ]
        let originals = try destination.control.select(
            Select(Self.columns, from: reservations, where: wanted))
        let copied = Set(
            try destination.region.select(Select(["organization_id"], from: replicas, where: wanted))
                .map { $0[0] })
        let missing = originals.filter { !copied.contains($0[2]) }
        guard !missing.isEmpty else { return }
        let numbers = try destination.region.reserveIDs(missing.count, for: replicas)
        let rows = zip(numbers, missing).map { number, original in
            [.integer(number), original[0]] + original[1...5] + [.timestamp(now)]
        }
        try destination.region.insert(
            Insert(
                into: replicas,
                columns: ["id", "organization_slug_reservation_id"] + Self.columns.dropFirst(), rows: rows))
    }
}
