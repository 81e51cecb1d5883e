-- The macros of the gate's questions, which the queries of sql/report use too.

-- A field as the gate compares it: without its unit, the months, or the table alone.
CREATE TEMP MACRO without_unit(field) AS
    CASE
        WHEN field = 'targets.result_value' THEN 'month'
        ELSE regexp_replace(split_part(field, '.', 1), '_(thb|pct|be|value|unit)$', '')
    END;

-- A budget of 0 counts as empty.
CREATE TEMP MACRO is_empty(field, words) AS
    coalesce(words, '') = '' OR coalesce(field ^@ 'budget_' AND try_cast(words AS DOUBLE) = 0, false);

CREATE TEMP MACRO without_space(words) AS regexp_replace(words, '[\s\x{A0}\x{200B}-\x{200D}\x{FEFF}]', '', 'g');

CREATE TEMP MACRO shortened(words) AS CASE WHEN length(words) > 40 THEN md5(words) ELSE words END;

-- The rows of a table in the published release and in this one.
CREATE TEMP MACRO in_both(table_name) AS TABLE
    SELECT false AS is_new, * FROM query_table('published.' || table_name)
    UNION ALL BY NAME
    SELECT true AS is_new, * FROM query_table('candidate.' || table_name);

-- How many of these rows have a value in each compared column of a section; `row` counts the rows themselves.
CREATE TEMP MACRO filled(select_rows, section) AS TABLE
    UNPIVOT (
        SELECT
            source_id,
            count(*) AS "row",
            count(nullif(COLUMNS(lambda name: list_contains(getvariable('columns_of')[section], name))::VARCHAR, ''))
        FROM query(select_rows)
        GROUP BY source_id
    )
    ON COLUMNS(* EXCLUDE (source_id))
    INTO NAME field VALUE n;
