-- ---
-- id: G4
-- name: {zh: 重放结果与存储不一致, en: A replay that gave another result than what is stored}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-12-1]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: B
-- feeds: [finding-events.v1]
-- tables: {replays: stream}
-- subject: replay
-- keys: {replay: {ReplayCompared.v1: stream}}
-- needs: {}
-- parameters: {}
-- explanation:
--   zh: 用同一规则与参照重放历史，{what_zh}与存储不一致（重放{replayed}，存储{stored}），违反{clauses}。证据：{evidence}
--   en: "Replayed under the same rules and references, {what} differ from what is stored (replayed
--     {replayed}, stored {stored}), against {clauses}. Evidence: {evidence}"
-- ---
-- Only runs under one rule pack and the same references are compared: the event holds both hashes.
-- Judged by replays alone, since the stream's own watermark rests on the findings.
WITH differing AS (
    SELECT replays.*, 'findings' AS what, '疑点' AS what_zh,
        stored_findings_sha256 AS stored, replayed_findings_sha256 AS replayed
    FROM replays
    WHERE stored_findings_sha256 <> replayed_findings_sha256
    UNION ALL
    SELECT replays.*, 'read tables' AS what, '读表' AS what_zh,
        stored_projection_sha256 AS stored, replayed_projection_sha256 AS replayed
    FROM replays
    WHERE stored_projection_sha256 <> replayed_projection_sha256
)
SELECT stream AS subject, concat(stream, '/', stream_version, '/', what) AS window_key,
    CAST(NULL AS STRING) AS claim, CAST(NULL AS STRING) AS payout, CAST(NULL AS STRING) AS person,
    CAST(NULL AS STRING) AS plan, CAST(NULL AS BIGINT) AS amount_fen,
    what, what_zh, substr(stored, 1, 12) AS stored, substr(replayed, 1, 12) AS replayed,
    topic, partition_no, seq, event_id, stream
FROM differing
ORDER BY subject, window_key, topic, partition_no, seq
