"""Makes a synthetic data/parsed of any size: pages in the shape of the real one, in no order, in several partitions."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from parsers.labels import LABELS, MONTH_LAYOUT, PROGRESS_COLUMNS
from parsers.records import RECORD_TYPES
from parsers.sections import report_field
from pipeline.archive.fetch_log import SCHEMA
from pipeline.archive.history.state import carry_on
from pipeline.core.arrow_schema import duckdb_type, schema_of

FINGERPRINT = "bench"
# One project in so many was captured a second time with another content.
EDITED_EVERY = 20
PAGES_PER_PARTITION = 100_000
MONTH_ROLES = "['x', 'c', 'c', 'c', 'x', 'c', 'c', 'x', 'c', 'c', 'x', 'c', 'c', 'c', 'c', 'c']"
CANONICAL_ROWS = "[1, 2, 3, 5, 6, 11, 8, 9, 12, 13, 14, 15]"
ROWS_OF_MONTHS = "[[0, 1, 4], [2], [3], [5], [6], [7, 10, 11], [8], [9], [12], [13], [14], [15]]"
N_REPORTS = 8
REPORTED_ON = "(DATE '2022-10-31' + (report_no * 30)::INTEGER)"
DETAIL = "report_no || '/2566 : ดำเนินการแก้ไขปัญหาพื้นผิวจราจร ' || md5(i || '/' || report_no || '/' || visit)"
FIELDS = [label.field for label in LABELS]

_CAPTURES = """
    CREATE TABLE captures AS
    WITH projects AS (
        SELECT i, 5000 + i % 50 + 1 AS office, i // 50 AS running FROM range($n) AS numbers(i)
    ),
    visits AS (
        SELECT *, 1 AS visit FROM projects
        UNION ALL
        SELECT *, 2 AS visit FROM projects WHERE i % $edited_every = 0
    )
    SELECT
        i,
        visit,
        'bmavisions' AS source_id,
        office || '0000-' || printf('%04d', running) AS project_id,
        left(md5(i || ' ' || visit), 20) AS snapshot_id,
        sha256(i || ' ' || visit) AS content_sha256,
        (hash(i, visit) % $n_partitions)::INTEGER AS partition_no,
        (hash(i, 7) % 101)::INTEGER AS progress,
        (hash(i, 8) % 5000000)::DECIMAL(18, 2) AS budget,
        make_timestamp(1767225600000000 + visit * 86400000000 + i * 1000)::TIMESTAMPTZ AS captured_at,
        'โครงการพัฒนาพื้นที่ชุมชนและสิ่งแวดล้อม แห่งที่ ' || i AS name,
        repeat('ปัจจุบันหนึ่งในแนวทางการพูดคุยหลักระหว่างเขตและประชาชน ' || md5(i || 'r') || ' ', 4) AS rationale,
        'ลดปัญหาในพื้นที่ ' || md5(i || 'o') AS objective,
        'ฝ่ายปกครอง โทร. 0 2' || lpad((i % 1000)::VARCHAR, 3, '0') || ' 4567' AS responsible
    FROM visits
"""
_SELECTS = {
    "pages": """
        SELECT
            *, 'html' AS reader, 'utf-8' AS encoding, false AS is_truncated, 'present' AS fields_state,
            'present' AS months_state, 'empty' AS updates_state, 'present' AS reports_state,
            hash(i, 'fields') >> 1 AS fields_fingerprint, hash(i, visit, 'months') >> 1 AS months_fingerprint,
            0 AS updates_fingerprint, hash(i, visit, 'reports') >> 1 AS reports_fingerprint,
            left(project_id, 8) AS agency_code, 2566 AS fiscal_year_be,
            2023 AS fiscal_year_ce, '2566' AS fiscal_year_raw, '30' AS policy_id, '0000' AS branch_id,
            '5049-' || i % 3000 AS kpi_id, budget AS budget_received_thb, budget::VARCHAR AS budget_received_thb_raw,
            budget / 2 AS budget_spent_thb, (budget / 2)::VARCHAR AS budget_spent_thb_raw, progress AS progress_pct,
            progress::VARCHAR AS progress_pct_raw, progress AS headline_progress_pct,
            'ร้อยละ ' || progress AS headline_progress_pct_raw, 'สำนักงานเขตทุ่งครุ' AS agency,
            DATE '2022-10-01' AS start_date, '2022-10-01 00:00:00.000' AS start_date_raw,
            DATE '2023-09-30' AS finish_date, '2023-09-30 00:00:00.000' AS finish_date_raw, objective AS goal,
            NULL AS evaluator, NULL AS remark, NULL AS governor_policy, 1 AS weight, '1' AS weight_raw,
            100 AS target_value, 'ร้อยละ' AS target_unit, '100 ร้อยละ' AS target_raw, progress AS result_value,
            'ร้อยละ' AS result_unit, progress || ' ร้อยละ' AS result_raw, 'ร้อยละ' AS unit, NULL AS progress_note,
            NULL AS month_goal
        FROM captures
    """,
    "page_cells": f"""
        SELECT
            *, unnest(range(1, 42)) AS ordinal, unnest($sections::VARCHAR[]) AS section,
            unnest($labels::VARCHAR[]) AS label, unnest($fields::VARCHAR[]) AS field, NULL AS row_label,
            unnest($occurrences::BIGINT[]) AS occurrence, unnest($keys::VARCHAR[]) AS cell_key,
            unnest(
                [
                    project_id, '2566', name, '30', '0000', '5049-2033', budget::VARCHAR, (budget / 2)::VARCHAR,
                    progress::VARCHAR, 'สำนักงานเขตทุ่งครุ', '2022-10-01 00:00:00.000', '2023-09-30 00:00:00.000',
                    rationale, objective, objective, responsible, '', NULL, '', '1', '100 ร้อยละ',
                    progress || ' ร้อยละ', 'ร้อยละ', '', ''
                ] || list_transform(range(16), lambda m: (progress + m + visit)::VARCHAR)
            ) AS raw
        FROM captures
        UNION ALL BY NAME
        SELECT
            *, report_no AS ordinal, 'progress' AS section, unnest($report_columns::VARCHAR[]) AS label,
            unnest($report_fields::VARCHAR[]) AS field, {REPORTED_ON}::VARCHAR AS row_label, 1 AS occurrence,
            field AS cell_key,
            unnest([{REPORTED_ON}::VARCHAR, (10 * report_no) || '.0', '1', 'ไม่มี', {DETAIL}]) AS raw
        FROM (SELECT *, unnest(range(1, {N_REPORTS + 1})) AS report_no FROM captures)
    """,
    "month_rows": f"""
        SELECT
            *, unnest(range(26, 42)) AS ordinal, unnest({[*MONTH_LAYOUT]}) AS month_no, 'ผลงานเดือนที่' AS label,
            unnest(list_transform(range(16), lambda m: (progress + m + visit)::VARCHAR)) AS raw,
            unnest(list_transform(range(16), lambda m: progress + m + visit)) AS value,
            CASE unnest({MONTH_ROLES}) WHEN 'c' THEN 'canonical' ELSE 'extra' END AS role
        FROM captures
    """,
    "month_results": f"""
        SELECT
            *, progress + canonical + visit AS result_value, (progress + canonical + visit)::VARCHAR AS result_raw,
            len(all_rows) AS n_rows, len(all_rows) > 1 AS is_conflicting,
            list_transform(all_rows, lambda m: (progress + m + visit)::VARCHAR) AS raw_values
        FROM (
            SELECT
                *, unnest(range(1, 13)) AS month_no, unnest({CANONICAL_ROWS}) AS canonical,
                unnest({ROWS_OF_MONTHS}) AS all_rows
            FROM captures
        )
    """,
    "progress_rows": f"""
        SELECT
            *, report_no, {REPORTED_ON} AS reported_on, {REPORTED_ON}::VARCHAR AS reported_on_raw,
            10 * report_no AS progress_pct, (10 * report_no) || '.0' AS progress_pct_raw, '1' AS status_code,
            'ไม่มี' AS problem, {DETAIL} AS detail, DATE '2022-10-31' AS detail_date,
            CASE WHEN report_no > 1 THEN 10 * (report_no - 1) END AS previous_progress_pct
        FROM (SELECT *, unnest(range(1, {N_REPORTS + 1})) AS report_no FROM captures)
    """,
    "issues": """
        SELECT
            *, 'month_conflict' AS code, 'warning' AS severity, 'month' AS field, 'ผลงานเดือนที่ 1' AS label,
            26 AS ordinal, '1 | 2' AS raw, 'month 1 stands 3 times with different values' AS message
        FROM captures WHERE i % 3 = 0
    """,
    "fetches": """
        SELECT
            * REPLACE (unhex(content_sha256) AS content_sha256),
            CASE visit WHEN 1 THEN 'new' ELSE 'changed' END AS outcome,
            '2026010' || visit || 'T000000Z' AS run_id, captured_at AS requested_at,
            'http://www.bmavisions.com/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id=' || project_id
                AS url,
            'project' AS page_kind, 200 AS http_status, 1 AS attempts, 120 AS elapsed_ms, 30000 AS bytes,
            NULL AS body_sha256, NULL AS etag, NULL AS last_modified, NULL AS error, NULL AS repeats, NULL AS age_s,
            'protocol' AS time_basis, NULL AS withdraws,
            '2026010' || visit || 'T000000Z-bmavisions.warc.gz' AS warc_file, i * 9000 AS warc_offset,
            NULL AS masked_sha256, NULL AS archive_url
        FROM captures
    """,
}
TABLES = (*RECORD_TYPES, "visits")


def make_parsed(parsed_dir: Path, n_projects: int, memory_limit: str = "3GB") -> None:
    """Write what is parsed of n_projects and its history: 41 rows and 8 reports each, 5 percent captured twice."""
    raw_dir = parsed_dir.parent / "raw"
    raw_dir.mkdir(parents=True)
    n_partitions = max(1, n_projects // PAGES_PER_PARTITION)
    with duckdb.connect(config={"memory_limit": memory_limit, "preserve_insertion_order": False}) as con:
        parameters = {"n": n_projects, "edited_every": EDITED_EVERY, "n_partitions": n_partitions}
        con.execute(_CAPTURES, parameters).complete()
        for partition_no in range(n_partitions):
            folder = parsed_dir / f"20260101T{partition_no:06}Z-bmavisions@{FINGERPRINT}"
            folder.mkdir(parents=True)
            for table, select in _SELECTS.items():
                con.execute(_copy(table, select, folder, partition_no)).complete()
            # DuckDB does not write digests as what they are, 32 bytes each.
            log = raw_dir / f"{folder.name.partition('@')[0]}.fetches.parquet"
            pq.write_table(pq.read_table(folder / "fetches.parquet").cast(SCHEMA), log)
            (folder / "fetches.parquet").unlink()
    carry_on(raw_dir, parsed_dir)


def _copy(table: str, select: str, folder: Path, partition_no: int) -> str:
    schema = SCHEMA if table == "fetches" else schema_of(RECORD_TYPES[table])
    columns = ", ".join(f'CAST("{field.name}" AS {duckdb_type(field.type)}) AS "{field.name}"' for field in schema)
    labels = [f"ป้าย {field}" for field in FIELDS] + [f"ผลงานเดือนที่ {month_no}" for month_no in MONTH_LAYOUT]
    fields = [*FIELDS, *["month"] * 16]
    keys = [*FIELDS, *(f"month {month_no}" for month_no in MONTH_LAYOUT)]
    lists = {
        "$labels": labels,
        "$fields": fields,
        "$sections": ["field"] * len(FIELDS) + ["month"] * 16,
        "$keys": keys,
        "$occurrences": [keys[: number + 1].count(key) for number, key in enumerate(keys)],
        "$report_columns": [column.text for column in PROGRESS_COLUMNS],
        "$report_fields": [report_field(column.field) for column in PROGRESS_COLUMNS],
    }
    for name, values in lists.items():
        select = select.replace(name, repr(values))
    select = select.replace("FROM captures", f"FROM (SELECT * FROM captures WHERE partition_no = {partition_no})")
    options = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480"
    return f"COPY (SELECT {columns} FROM ({select})) TO '{folder}/{table}.parquet' ({options})"
