import Catalogue

/// All adaptations to Sentry 24.9, in the order of Sentry's migrations for each model.
enum AdaptationTable {
    private static let all =
        AccountAdaptations.all + PlatformAdaptations.all + SearchAdaptations.all + DashboardAdaptations.all
        + MonitorAdaptations.all + RuleAdaptations.all + AlertAdaptations.all

    static let byModel = Dictionary(grouping: all, by: \.model)

    static let collectors = Dictionary(
        grouping: AccountAdaptations.collectors + SearchAdaptations.collectors + DashboardAdaptations.collectors
            + MonitorAdaptations.collectors + RuleAdaptations.collectors + AlertAdaptations.collectors, by: \.model)

    static let makers = [AlertAdaptations.projects, SearchAdaptations.pinned]
}
