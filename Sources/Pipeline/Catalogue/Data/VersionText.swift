/// Which models and fields the exports of which versions of Sentry have. What all versions have is left out.
enum VersionText {
    /// In order, to the month where they are known so finely.
    static let versions = """
        20.6 20.9 20.12 21.3 21.6 21.9 21.12 22.3 22.6 22.9 22.12 23.1 23.2 23.3 23.4 23.5 23.6 23.7 23.8 \
        23.9 23.10 23.11 23.12 24.1 24.2 24.3 24.4 24.5 24.6 24.7 24.8 24.9
        """

    /// A line: the first and the last version whose imports know some models, and these, without `sentry.`. What is gone in
    /// June 2026 went at some time after 24.9.
    static let models = """
        23.10 - customdynamicsamplingrule customdynamicsamplingruleproject
        24.1 - dashboardwidgetqueryondemand
        24.3 - alertruleactivationcondition alertruleprojects
        24.6 - groupsearchview projecttemplate projecttemplateoption
        24.8 - spanattributeextractionrulecondition spanattributeextractionruleconfig
        24.9 - datasecrecywaiver
        - 26.5 projecttemplate projecttemplateoption email datasecrecywaiver dashboardtombstone \
            customdynamicsamplingrule customdynamicsamplingruleproject spanattributeextractionruleconfig \
            spanattributeextractionrulecondition projectintegration neglectedrule alertruleexcludedprojects \
            alertruleactivationcondition alertruletriggerexclusion timeseriessnapshot \
            pendingincidentsnapshot incidentsnapshot incidenttrigger incidentsubscription
        """

    /// The same for fields that went after 24.9.
    static let laterFields =
        "- 26.5 alertrule.include_all_projects groupsearchview.position incident.activation project.template"

    /// A line: the first and the last version (`-`: none yet) whose exports have some fields, and these, without
    /// `sentry.`. Each boundary may be off by one version.
    static let fields = """
        20.6 20.9 dashboard.status
        20.6 22.9 savedsearch.is_default savedsearch.project
        20.6 23.1 savedsearch.owner
        20.6 23.2 dashboard.created_by environment.project_id incidentactivity.user incidentsubscription.user \
            projectintegration.integration recentsearch.user useroption.organization useroption.project
        20.6 23.3 apikey.organization authprovider.organization organizationaccessrequest.requester \
            organizationintegration.organization projectbookmark.user sentryapp.owner sentryappinstallation.organization \
            servicehook.application
        20.6 23.4 alertruletriggeraction.integration organizationmember.inviter
        20.6 23.5 monitor.last_checkin monitor.next_checkin organizationmember.user
        20.9 23.2 alertruleactivity.user
        20.9 23.3 ruleactivity.user
        20.9 23.4 alertruletriggeraction.sentry_app
        20.9 - alertrule.resolve_threshold alertrule.threshold_type
        20.12 - querysubscription.date_updated sentryapp.creator_label sentryapp.creator_user
        21.3 23.5 user.actor
        21.3 24.4 team.actor
        21.3 - dashboardwidgetquery.orderby savedsearch.sort
        21.9 - alertruletriggeraction.sentry_app_config dashboard.last_visited dashboard.visits
        21.12 - alertrule.comparison_delta dashboardwidget.widget_type organizationintegration.grace_period_end \
            sentryapp.popularity
        22.3 - dashboardwidget.detail dashboardwidget.limit dashboardwidgetquery.aggregates \
            dashboardwidgetquery.columns projectownership.codeowners_auto_sync
        22.6 - dashboardwidgetquery.field_aliases organizationmemberteam.role
        22.9 - dashboard.filters snubaquery.type
        22.12 - projectownership.suspect_committer_auto_assignment savedsearch.visibility team.idp_provisioned
        23.2 24.2 team.org_role
        23.2 - savedsearch.owner_id
        23.3 23.4 notificationaction.integration notificationaction.sentry_app
        23.3 - alertruleactivity.user_id dashboard.created_by_id incidentactivity.user_id \
            incidentsubscription.user_id monitor.slug projectintegration.integration_id recentsearch.user_id \
            servicehook.installation_id user.avatar_type user.avatar_url useroption.organization_id \
            useroption.project_id
        23.4 - apikey.organization_id authprovider.organization_id organizationaccessrequest.requester_id \
            organizationintegration.organization_id projectbookmark.user_id ruleactivity.user_id sentryapp.owner_id \
            sentryappinstallation.organization_id servicehook.application_id
        23.5 - alertruletriggeraction.integration_id alertruletriggeraction.sentry_app_id \
            organizationmember.inviter_id rule.source
        23.6 - dashboardwidget.description option.last_updated_by organization.is_test organizationmember.user_email \
            organizationmember.user_id organizationmember.user_is_active
        23.9 - incidentactivity.notification_uuid user.is_unclaimed
        23.10 - dashboardwidget.thresholds repository.languages
        23.11 - alertrule.team alertrule.user_id apitoken.name apitoken.token_last_characters \
            customdynamicsamplingrule.created_by_id customdynamicsamplingrule.notification_sent \
            customdynamicsamplingrule.query sentryapp.metadata
        23.12 - monitor.is_muted
        24.2 - dashboardwidgetquery.date_modified dashboardwidgetqueryondemand.date_added \
            dashboardwidgetqueryondemand.spec_version
        24.3 - alertrule.monitor_type alertruletriggeraction.status apitoken.hashed_refresh_token \
            apitoken.hashed_token apitoken.token_type dashboardwidget.discover_widget_split projectkey.use_case \
            querysubscription.query_extra
        24.4 - dashboardwidgetquery.is_hidden monitor.owner_team_id monitor.owner_user_id
        24.5 - incident.activation rule.owner_team rule.owner_user_id
        24.6 - alertrule.description incident.subscription project.template
        24.8 - alertrule.detection_type alertrule.seasonality alertrule.sensitivity dashboardwidget.dataset_source
        """
}
