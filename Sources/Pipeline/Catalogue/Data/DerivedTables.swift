extension CatalogueText {
    /// Tables of the group "derived state".
    static let derivedTables = #"""
        table sentry_organizationslugreservation
          id bigint
          slug varchar(50)
          organization_id bigint
          user_id bigint?
          region_name varchar(48)
          reservation_type bigint
          date_added timestamptz
          unique slug
          unique organization_id,reservation_type

        table hybridcloud_organizationslugreservationreplica
          id bigint
          organization_slug_reservation_id bigint
          slug varchar(50)
          organization_id bigint
          user_id bigint?
          region_name varchar(48)
          reservation_type bigint
          date_added timestamptz
          unique organization_slug_reservation_id
          unique slug
          unique organization_id,reservation_type

        table sentry_organizationmapping
          id bigint
          organization_id bigint
          slug varchar(50)
          name varchar(64)
          date_created timestamptz
          customer_id varchar(255)?
          verified boolean
          idempotency_key varchar(48)
          region_name varchar(48)
          status bigint?
          require_2fa boolean dbdefault=false
          early_adopter boolean dbdefault=false
          allow_joinleave boolean dbdefault=false
          enhanced_privacy boolean dbdefault=false
          disable_shared_issues boolean dbdefault=false
          disable_new_visibility_features boolean dbdefault=false
          require_email_verification boolean dbdefault=false
          codecov_access boolean dbdefault=false
          disable_member_project_creation boolean dbdefault=false
          prevent_superuser_access boolean dbdefault=false
          disable_member_invite boolean dbdefault=false
          unique slug
          unique organization_id

        table sentry_regiontombstone
          id bigint
          table_name varchar(48)
          object_identifier bigint
          created_at timestamptz

        table sentry_controltombstone
          id bigint
          table_name varchar(48)
          object_identifier bigint
          created_at timestamptz

        table sentry_organizationmembermapping
          id bigint
          organization_id bigint
          date_added timestamptz
          role varchar(32)
          email varchar(75)?
          invite_status smallint?
          inviter_id bigint? references=auth_user
          user_id bigint? references=auth_user
          organizationmember_id bigint?
          unique organization_id,organizationmember_id
          check invite_status >= 0

        table sentry_organizationmember_teamsreplica
          id integer
          team_id bigint
          organization_id bigint
          organizationmember_id bigint
          organizationmemberteam_id bigint
          is_active boolean
          role varchar(32)?
          date_added timestamptz
          unique team_id,organizationmember_id,organization_id

        table sentry_teamreplica
          id bigint
          team_id bigint
          organization_id bigint
          slug varchar(50)
          name varchar(64)
          status integer
          date_added timestamptz
          org_role varchar(32)?
          unique organization_id,slug
          check status >= 0

        table hybridcloud_regioncacheversion
          id bigint
          key varchar(64)
          version bigint
          unique key
          check version >= 0

        table hybridcloud_controlcacheversion
          id bigint
          key varchar(64)
          version bigint
          unique key
          check version >= 0

        table hybridcloud_orgauthtokenreplica
          id bigint
          orgauthtoken_id bigint
          token_hashed text
          name varchar(255)
          scope_list text[]?
          created_by_id bigint?
          date_added timestamptz
          date_deactivated timestamptz?
          organization_id bigint references=sentry_organization

        table hybridcloud_apikeyreplica
          id bigint
          apikey_id bigint
          label varchar(64)
          key varchar(32)
          status integer
          date_added timestamptz
          allowed_origins text?
          organization_id bigint references=sentry_organization
          scopes bigint dbdefault=0
          scope_list text?
          check status >= 0

        table hybridcloud_apitokenreplica
          id bigint
          scopes bigint
          scope_list text[]?
          application_id bigint?
          application_is_active boolean
          user_id bigint
          apitoken_id bigint
          token varchar(71)
          expires_at timestamptz?
          allowed_origins text?
          date_added timestamptz
          organization_id bigint? references=sentry_organization
          hashed_token varchar(128)?

        table sentry_authproviderreplica
          id bigint
          auth_provider_id bigint
          provider varchar(128)
          config text
          default_role integer
          default_global_access boolean
          date_added timestamptz
          organization_id bigint references=sentry_organization
          allow_unlinked boolean
          scim_enabled boolean
          unique auth_provider_id
          unique organization_id
          check default_role >= 0

        table sentry_authidentityreplica
          id bigint
          auth_identity_id bigint
          user_id bigint
          auth_provider_id bigint
          ident varchar(128)
          data text
          date_added timestamptz
          last_verified timestamptz dbdefault=now()
          unique auth_identity_id
          unique auth_provider_id,ident
          unique auth_provider_id,user_id

        table sentry_controloutbox
          id bigint
          shard_scope integer
          shard_identifier bigint
          category integer
          object_identifier bigint
          payload text?
          scheduled_from timestamptz
          scheduled_for timestamptz
          region_name varchar(48)
          date_added timestamptz dbdefault=now()
          check category >= 0
          check shard_scope >= 0

        table sentry_regionoutbox
          id bigint
          shard_scope integer
          shard_identifier bigint
          category integer
          object_identifier bigint
          payload text?
          scheduled_from timestamptz
          scheduled_for timestamptz
          date_added timestamptz dbdefault=now()
          check category >= 0
          check shard_scope >= 0
        """#
}
