extension CatalogueText {
    /// All 232 catalogued models in dependency order: `*` marks the 85 in scope, the rest is Excluded. The app
    /// prefix `sentry.` is left out, and so is a table called `sentry_<model>`.
    static let fullOrder = #"""
        hybridcloud.controlcacheversion=hybridcloud_controlcacheversion
        hybridcloud.regioncacheversion=hybridcloud_regioncacheversion
        hybridcloud.webhookpayload=hybridcloud_webhookpayload nodestore.node=nodestore_node broadcast
        controlfile controlfileblob controlfileblobindex controlimportchunk controlimportchunkreplica
        *controloption controloutbox controltombstone deletedorganization docintegration
        docintegrationavatar fileblob identityprovider *integration integrationfeature metricskeyindexer
        monitorlocation *option *organization *organizationintegration organizationmapping
        *organizationoption=sentry_organizationoptions perfstringindexer *projecttemplate
        *projecttemplateoption regionimportchunk regionoutbox regionscheduleddeletion regiontombstone *relay
        *relayusage *repository scheduleddeletion sentryshot stringindexer *team teamreplica *user=auth_user
        useravatar *userip *userpermission *userrole *userroleuser=sentry_userrole_users
        social_auth.usersocialauth=social_auth_usersocialauth
        uptime.uptimesubscription=uptime_uptimesubscription *savedsearch relocation *recentsearch *project
        *orgauthtoken organizationslugreservation organizationonboardingtask *organizationmember
        *organizationaccessrequest notificationsettingprovider notificationsettingoption *monitor
        lostpasswordhash integrationexternalproject identity grouptombstone *groupsearchview fileblobowner
        file featureadoption externalissue externalactor exporteddata *environment *email discoversavedquery
        deletedteam deletedproject *datasecrecywaiver *dashboardtombstone *dashboard
        *customdynamicsamplingrule *counter=sentry_projectcounter controlfileblobowner commitauthor commit
        broadcastseen *authprovider *authidentity *authenticator=auth_authenticator
        assistantactivity=sentry_assistant_activity artifactbundle *apikey *apiapplication
        replays.replayrecordingsegment=replays_replayrecordingsegment
        hybridcloud.orgauthtokenreplica=hybridcloud_orgauthtokenreplica
        hybridcloud.organizationslugreservationreplica=hybridcloud_organizationslugreservationreplica
        hybridcloud.externalactorreplica=hybridcloud_externalactorreplica
        hybridcloud.apikeyreplica=hybridcloud_apikeyreplica feedback.feedback=feedback_feedback
        uptime.projectuptimesubscription=uptime_projectuptimesubscription *useroption *useremail
        *spanattributeextractionruleconfig *spanattributeextractionrulecondition *snubaquery *sentryapp
        *rule repositoryprojectpathconfig relocationvalidation relocationfile releasethreshold
        releaseartifactbundle release regressiongroup *querysubscription pullrequest=sentry_pull_request
        promptsactivity projecttransactionthresholdoverride projecttransactionthreshold *projectteam
        *projectredirect projectplatform *projectownership *projectoption=sentry_projectoptions *projectkey
        *projectintegration projectdebugfile=sentry_projectdsymfile projectcodeowners *projectbookmark
        projectartifactbundle proguardartifactrelease
        *organizationmemberteam=sentry_organizationmember_teams organizationmembermapping organizationavatar
        *notificationaction *neglectedrule monitorenvironment monitorcheckin group=sentry_groupedmessage
        fileblobindex exporteddatablob eventattachment *environmentproject distribution
        discoversavedqueryproject deploy debugidartifactbundle *dashboardwidget dashboardproject
        *customdynamicsamplingruleproject commitfilechange authproviderreplica
        authproviderdefaultteams=sentry_authprovider_default_teams authidentityreplica auditlogentry
        artifactbundleindex *apitoken *apigrant *apiauthorization *alertrule activity
        hybridcloud.apitokenreplica=hybridcloud_apitokenreplica userreport
        teamkeytransaction=sentry_performanceteamkeytransaction *snubaqueryeventtype *sentryappinstallation
        *sentryappcomponent sentryappavatar *rulesnooze rulefirehistory *ruleactivity
        relocationvalidationattempt releaseprojectenvironment releaseproject=sentry_release_project
        releaseheadcommit releasefile releaseenvironment=sentry_environmentrelease releasecommit
        releaseactivity pullrequestcommit=sentry_pullrequest_commit
        pullrequestcomment=sentry_pullrequest_comment platformexternalissue
        organizationmemberteamreplica=sentry_organizationmember_teamsreplica *notificationactionproject
        monitorincident monitorenvbrokendetection latestreporeleaseenvironment=sentry_latestrelease
        groupsubscription groupsnooze groupshare groupseen grouprulestatus groupresolution grouprelease
        groupredirect groupowner groupmeta grouplink groupinbox grouphistory grouphash groupenvironment
        groupemailthread groupcommitresolution groupbookmark groupassignee=sentry_groupasignee
        *dashboardwidgetquery *alertruletrigger *alertruleprojects *alertruleexcludedprojects
        *alertruleactivity alertruleactivations *alertruleactivationcondition *servicehook
        sentryappinstallationtoken sentryappinstallationforprovider *incident grouphashmetadata
        *dashboardwidgetqueryondemand *alertruletriggerexclusion *alertruletriggeraction *timeseriessnapshot
        servicehookproject *pendingincidentsnapshot notificationmessage *incidenttrigger
        *incidentsubscription *incidentsnapshot incidentseen incidentproject *incidentactivity
        """#
}
