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
}
