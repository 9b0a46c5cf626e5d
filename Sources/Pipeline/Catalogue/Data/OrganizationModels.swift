extension CatalogueText {
    /// Organizations, members, teams, dashboards and searches. The notation: ``CatalogueText``.
    static let organizationModels = #"""
        model 3 sentry.organization sentry_organization Organization Region
          id bigint
          name varchar(64)
          slug varchar(50)
          status integer default=0 bounded
          date_added timestamptz default=now
          default_role varchar(32) default="member"
          is_test boolean default=false dbdefault=false
          flags bigint flags default=1
          bits flags allow_joinleave,enhanced_privacy,disable_shared_issues,early_adopter,require_2fa
          bits flags disable_new_visibility_features,require_email_verification,codecov_access
          bits flags disable_member_project_creation,prevent_superuser_access,disable_member_invite
          unique slug
          check status >= 0

        model 5 sentry.organizationoption sentry_organizationoptions Organization Region
          id bigint
          organization_id bigint F:sentry.organization fk
          key varchar(64)
          value text pickled
          unique organization_id,key

        model 6 sentry.projecttemplate sentry_projecttemplate Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          name varchar(200)
          organization_id bigint F:sentry.organization fk
          unique name,organization_id

        model 7 sentry.projecttemplateoption sentry_projecttemplateoption Organization Region
          id bigint
          project_template_id bigint F:sentry.projecttemplate fk
          key varchar(64)
          value text pickled
          unique project_template_id,key

        model 11 sentry.team sentry_team Organization Region
          id bigint
          organization_id bigint F:sentry.organization fk
          slug varchar(50)
          name varchar(64)
          status integer default=0 bounded
          idp_provisioned boolean default=false dbdefault=false
          date_added timestamptz? default=now
          org_role varchar(32)? database-only
          unique organization_id,slug
          check status >= 0

        model 17 sentry.savedsearch sentry_savedsearch Organization Region
          id bigint
          organization_id bigint? F:sentry.organization fk
          type smallint? default=0
          name varchar(128)
          query text
          sort text? default="date"
          date_added timestamptz default=now
          is_global boolean? default=false
          owner_id bigint? H:sentry.user
          visibility varchar(16) default="owner"
          unique is_global,name where is_global
          unique organization_id,owner_id,type where visibility = 'owner_pinned'
          check type >= 0

        model 18 sentry.recentsearch sentry_recentsearch Organization Region
          id bigint
          organization_id bigint F:sentry.organization fk
          user_id bigint H:sentry.user
          type smallint
          query text
          query_hash varchar(32)
          last_seen timestamptz default=now
          date_added timestamptz default=now
          unique user_id,organization_id,type,query_hash
          check type >= 0

        model 20 sentry.orgauthtoken sentry_orgauthtoken Organization Control
          id bigint
          organization_id bigint H:sentry.organization
          token_hashed text
          token_last_characters varchar(4)?
          name varchar(255)
          scope_list text[]? python-list
          created_by_id integer? F:sentry.user fk
          date_added timestamptz default=now
          date_last_used timestamptz?
          project_last_used_id bigint? H:sentry.project
          date_deactivated timestamptz?
          unique token_hashed

        model 21 sentry.organizationmember sentry_organizationmember Organization Region
          id bigint
          organization_id bigint F:sentry.organization fk
          user_id bigint? H:sentry.user
          email varchar(75)? email
          role varchar(32) default="member"
          flags bigint flags default=0
          token varchar(64)?
          date_added timestamptz default=now
          token_expires_at timestamptz? default=null
          has_global_access boolean default=true
          inviter_id bigint? H:sentry.user
          invite_status smallint? default=0
          type integer default=50 bounded
          user_is_active boolean default=true dbdefault=true
          user_email varchar(75)?
          bits flags sso:linked,sso:invalid,member-limit:restricted,idp:provisioned,idp:role-restricted
          bits flags partnership:restricted
          unique organization_id,email
          unique organization_id,user_id
          unique token
          check invite_status >= 0
          check type >= 0

        model 22 sentry.organizationaccessrequest sentry_organizationaccessrequest Organization Region
          id bigint
          team_id bigint F:sentry.team fk
          member_id bigint F:sentry.organizationmember fk
          requester_id bigint? H:sentry.user
          unique team_id,member_id

        model 24 sentry.groupsearchview sentry_groupsearchview Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          name text
          user_id bigint H:sentry.user
          organization_id bigint F:sentry.organization fk
          query text
          query_sort varchar(16) default="date"
          position smallint
          unique user_id,organization_id,position
          check position >= 0

        model 25 sentry.environment sentry_environment Organization Region
          id bigint
          organization_id bigint I:sentry.organization
          name varchar(64)
          date_added timestamptz default=now
          project_id bigint? database-only
          unique organization_id,name

        model 27 sentry.datasecrecywaiver sentry_datasecrecywaiver Organization Region
          id bigint
          date_updated timestamptz default=now
          date_added timestamptz? default=now
          organization_id bigint F:sentry.organization fk
          access_start timestamptz default=now
          access_end timestamptz default=now
          zendesk_tickets text[]? python-list default=empty-list
          unique organization_id

        model 28 sentry.dashboardtombstone sentry_dashboardtombstone Organization Region
          id bigint
          slug varchar(255)
          organization_id bigint F:sentry.organization fk
          date_added timestamptz default=now
          unique organization_id,slug

        model 29 sentry.dashboard sentry_dashboard Organization Region
          id bigint
          title varchar(255)
          created_by_id bigint H:sentry.user
          organization_id bigint F:sentry.organization fk
          date_added timestamptz default=now
          visits bigint? default=1
          last_visited timestamptz? default=now
          filters text? nested-json
          unique organization_id,title

        model 30 sentry.customdynamicsamplingrule sentry_customdynamicsamplingrule Organization Region
          id bigint
          date_added timestamptz default=now
          organization_id bigint F:sentry.organization fk
          is_active boolean default=true
          is_org_level boolean default=false
          rule_id integer default=0
          condition text
          sample_rate double default=0.0
          start_date timestamptz default=now
          end_date timestamptz
          num_samples integer
          condition_hash varchar(40)
          query text?
          created_by_id bigint? H:sentry.user
          notification_sent boolean?

        model 52 sentry.organizationmemberteam sentry_organizationmember_teams Organization Region
          id integer
          team_id bigint F:sentry.team fk
          organizationmember_id bigint F:sentry.organizationmember fk
          is_active boolean default=true
          role varchar(32)?
          unique team_id,organizationmember_id

        model 53 sentry.notificationaction sentry_notificationaction Organization/Global Region
          id bigint
          integration_id bigint? H:sentry.integration
          sentry_app_id bigint? H:sentry.sentryapp
          type smallint
          target_type smallint
          target_identifier text?
          target_display text?
          organization_id bigint F:sentry.organization fk
          trigger_type smallint

        model 56 sentry.dashboardwidget sentry_dashboardwidget Organization Region
          id bigint
          dashboard_id bigint F:sentry.dashboard fk
          order integer bounded
          title varchar(255)
          description varchar(255)?
          thresholds text? nested-json
          interval varchar(10)?
          display_type integer bounded
          date_added timestamptz default=now
          widget_type integer? bounded
          limit integer?
          detail text? nested-json
          discover_widget_split integer? bounded
          dataset_source integer default=0 bounded dbdefault=0
          unique dashboard_id,order
          check discover_widget_split >= 0
          check display_type >= 0
          check order >= 0
          check widget_type >= 0

        model 57 sentry.customdynamicsamplingruleproject sentry_customdynamicsamplingruleproject Organization Region
          id bigint
          custom_dynamic_sampling_rule_id bigint F:sentry.customdynamicsamplingrule fk
          project_id bigint F:sentry.project fk
          unique custom_dynamic_sampling_rule_id,project_id

        model 67 sentry.notificationactionproject sentry_notificationactionproject Organization/Global Region
          id bigint
          project_id bigint F:sentry.project fk
          action_id bigint F:sentry.notificationaction fk

        model 68 sentry.dashboardwidgetquery sentry_dashboardwidgetquery Organization Region
          id bigint
          widget_id bigint F:sentry.dashboardwidget fk
          name varchar(255)
          fields text[]? python-list
          conditions text
          aggregates text[]? json-array
          columns text[]? json-array
          field_aliases text[]? json-array
          orderby text default=""
          order integer bounded
          date_added timestamptz default=now
          date_modified timestamptz default=now dbdefault=CURRENT_TIMESTAMP
          is_hidden boolean default=false dbdefault=false
          unique widget_id,order
          check order >= 0

        model 76 sentry.dashboardwidgetqueryondemand sentry_dashboardwidgetqueryondemand Organization Region
          id bigint
          dashboard_widget_query_id bigint F:sentry.dashboardwidgetquery fk
          spec_hashes text[]? python-list
          spec_version integer?
          extraction_state varchar(30)
          date_modified timestamptz default=now
          date_added timestamptz default=now dbdefault=CURRENT_TIMESTAMP
        """#
}
