extension CatalogueText {
    /// Further models that came after 24.9, as of June 2026. What is unverified says so. The notation: ``CatalogueText``.
    static let newerModels = #"""
        model 102 sentry.dashboardfavoriteuser - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          user_id bigint H:sentry.user
          position smallint?
          favorited boolean default=true dbdefault=true
          dashboard_id bigint F:sentry.dashboard fk
          organization_id bigint F:sentry.organization fk
          unique dashboard_id,user_id
          unique organization_id,position,user_id

        model 103 sentry.dashboardpermissions - Organization Region
          id bigint
          is_editable_by_everyone boolean default=true dbdefault=true
          dashboard_id bigint O:sentry.dashboard fk
          unique dashboard_id

        model 104 sentry.dashboardpermissionsteam - Organization Region unverified
          id bigint
          permissions_id bigint F:sentry.dashboardpermissions fk
          team_id bigint F:sentry.team fk
          unique permissions_id,team_id

        model 105 sentry.dashboardfieldlink - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          field text
          dashboard_id bigint F:sentry.dashboard fk
          dashboard_widget_query_id bigint F:sentry.dashboardwidgetquery fk
          unique dashboard_widget_query_id,field

        model 106 sentry.groupsearchviewstarred - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          user_id bigint H:sentry.user
          position smallint
          group_search_view_id bigint F:sentry.groupsearchview fk
          organization_id bigint F:sentry.organization fk
          unique organization_id,position,user_id

        model 107 sentry.groupsearchviewlastvisited - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          user_id bigint H:sentry.user
          last_visited timestamptz default=now
          group_search_view_id bigint F:sentry.groupsearchview fk
          organization_id bigint F:sentry.organization fk
          unique group_search_view_id,organization_id,user_id

        model 108 sentry.groupsearchviewproject - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          group_search_view_id bigint F:sentry.groupsearchview fk
          project_id bigint F:sentry.project fk
          unique group_search_view_id,project_id

        model 109 sentry.organizationmemberinvite - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          inviter_id bigint? H:sentry.user
          invite_status smallint default=0
          email varchar(75)
          role varchar(32) default="member"
          organization_member_team_data jsonb default="[]"
          token varchar(64) default=hex64
          token_expires_at timestamptz default=now+30d
          sso_linked boolean default=false
          sso_invalid boolean default=false
          member_limit_restricted boolean default=false
          idp_provisioned boolean default=false dbdefault=false
          idp_role_restricted boolean default=false
          partnership_restricted boolean default=false
          organization_id bigint F:sentry.organization fk
          organization_member_id bigint F:sentry.organizationmember fk
          unique token
          unique email,organization_id

        model 110 sentry.projectsdk - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          event_type integer
          sdk_name varchar
          sdk_version varchar
          project_id bigint F:sentry.project fk
          unique event_type,project_id,sdk_name

        model 111 sentry.dataforwarder - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          is_enabled boolean default=true
          enroll_new_projects boolean default=false
          provider varchar(64)
          config jsonb default=json:{}
          organization_id bigint F:sentry.organization fk
          unique organization_id,provider

        model 112 sentry.dataforwarderproject - Organization Region unverified
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          is_enabled boolean default=true
          overrides jsonb default=json:{}
          data_forwarder_id bigint F:sentry.dataforwarder fk
          project_id bigint F:sentry.project fk
          unique data_forwarder_id,project_id

        model 113 sentry.custominboundfilter - Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          name varchar(256)?
          active boolean default=true dbdefault=true
          conditions jsonb default="[]"
          project_id bigint F:sentry.project fk

        model 114 sentry.repositorysettings - Global Region
          id bigint
          enabled_code_review boolean default=false
          code_review_triggers text[] json-array default=empty-list
          date_added timestamptz default=now dbdefault=now()
          date_updated timestamptz default=now dbdefault=now()
          repository_id bigint F:sentry.repository fk
          unique repository_id

        model 115 sentry.projectrepository - Global Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz default=now
          source smallint default=0
          project_id bigint F:sentry.project fk
          repository_id bigint F:sentry.repository fk
          unique project_id,repository_id
        """#
}
