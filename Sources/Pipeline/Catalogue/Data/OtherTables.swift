extension CatalogueText {
    /// Tables of the group "chunk rows".
    static let chunkTables = #"""
        table sentry_controlimportchunk
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          import_uuid uuid
          model varchar(64)
          min_ordinal bigint
          max_ordinal bigint
          min_source_pk bigint
          max_source_pk bigint
          min_inserted_pk bigint?
          max_inserted_pk bigint?
          inserted_map jsonb
          existing_map jsonb
          overwrite_map jsonb
          inserted_identifiers jsonb
          unique import_uuid,model,min_ordinal

        table sentry_controlimportchunkreplica
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          import_uuid uuid
          model varchar(64)
          min_ordinal bigint
          max_ordinal bigint
          min_source_pk bigint
          max_source_pk bigint
          min_inserted_pk bigint?
          max_inserted_pk bigint?
          inserted_map jsonb
          existing_map jsonb
          overwrite_map jsonb
          inserted_identifiers jsonb
          unique import_uuid,model,min_ordinal

        table sentry_regionimportchunk
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          import_uuid uuid
          model varchar(64)
          min_ordinal bigint
          max_ordinal bigint
          min_source_pk bigint
          max_source_pk bigint
          min_inserted_pk bigint?
          max_inserted_pk bigint?
          inserted_map jsonb
          existing_map jsonb
          overwrite_map jsonb
          inserted_identifiers jsonb
          unique import_uuid,model,min_ordinal
        """#

    /// Tables of the group "side effects of the import".
    static let sideEffectTables = #"""
        table sentry_lostpasswordhash
          id bigint
          hash varchar(32)
          date_added timestamptz
          user_id bigint references=auth_user
          unique user_id
        """#

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

    /// Tables of the group "relocation flow".
    static let relocationFlowTables = #"""
        table sentry_relocation
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          uuid uuid
          step smallint
          status smallint
          want_org_slugs jsonb
          want_usernames jsonb?
          latest_notified smallint?
          latest_task varchar(64)
          latest_task_attempts smallint
          failure_reason varchar(256)?
          creator_id bigint
          owner_id bigint
          latest_unclaimed_emails_sent_at timestamptz?
          scheduled_cancel_at_step smallint?
          scheduled_pause_at_step smallint?
          provenance integer dbdefault=0
          unique uuid
          check (scheduled_cancel_at_step > step) OR (scheduled_cancel_at_step IS NULL)
          check (scheduled_pause_at_step > step) OR (scheduled_pause_at_step IS NULL)

        table sentry_relocationfile
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          kind smallint
          file_id bigint references=sentry_file
          relocation_id bigint references=sentry_relocation
          unique relocation_id,file_id
          unique relocation_id,kind

        table sentry_relocationvalidation
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          status smallint
          attempts smallint
          relocation_id bigint references=sentry_relocation

        table sentry_relocationvalidationattempt
          id bigint
          date_updated timestamptz
          date_added timestamptz?
          status smallint
          build_id uuid
          relocation_id bigint references=sentry_relocation
          relocation_validation_id bigint references=sentry_relocationvalidation
          unique build_id
        """#

    /// Tables of the group "event saving".
    static let eventTables = #"""
        table sentry_release
          id bigint
          project_id bigint?
          version varchar(250)
          ref varchar(250)?
          url varchar(200)?
          date_added timestamptz
          date_started timestamptz?
          date_released timestamptz?
          data text
          new_groups integer
          commit_count integer?
          last_commit_id bigint?
          authors text[]?
          total_deploys integer?
          last_deploy_id integer?
          organization_id bigint references=sentry_organization
          owner_id bigint?
          status integer?
          build_code text?
          build_number bigint?
          major bigint?
          minor bigint?
          patch bigint?
          prerelease text?
          revision bigint?
          package text?
          user_agent text?
          unique organization_id,version
          check new_groups >= 0
          check commit_count >= 0
          check total_deploys >= 0
          check last_deploy_id >= 0

        table sentry_release_project
          id bigint
          new_groups integer?
          project_id bigint references=sentry_project
          release_id bigint references=sentry_release
          adopted timestamptz?
          unadopted timestamptz?
          first_seen_transaction timestamptz?
          unique project_id,release_id
          check new_groups >= 0

        table sentry_distribution
          id bigint
          organization_id bigint
          name varchar(64)
          date_added timestamptz
          release_id bigint references=sentry_release
          unique release_id,name

        table sentry_environmentrelease
          id bigint
          project_id bigint?
          first_seen timestamptz
          last_seen timestamptz
          environment_id bigint
          organization_id bigint
          release_id bigint
          unique organization_id,release_id,environment_id

        table sentry_releaseprojectenvironment
          id bigint
          new_issues_count integer
          first_seen timestamptz
          last_seen timestamptz
          last_deploy_id integer?
          environment_id bigint references=sentry_environment
          project_id bigint references=sentry_project
          release_id bigint references=sentry_release
          adopted timestamptz?
          unadopted timestamptz?
          unique project_id,release_id,environment_id
          check new_issues_count >= 0
          check last_deploy_id >= 0

        table nodestore_node
          id varchar(40) no-identity
          data text
          timestamp timestamptz
        """#
}
