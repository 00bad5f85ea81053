-- ---
-- id: G1
-- name: {zh: 事件流断号, en: A stream whose versions do not follow each other}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-12-1]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S
-- feeds: [claim-events.v1, payout-events.v1, verification-events.v1]
-- tables: {version_breaks: stream}
-- subject: stream
-- keys: {stream: {}}
-- needs: {}
-- outside: {old_lines: chain}
-- parameters: {}
-- explanation:
--   zh: 事件流{stream}的版本由{before_version}跳到{stream_version}，账本记录被删改，违反{clauses}。证据：{evidence}
--   en: "Stream {stream} goes from version {before_version} to {stream_version}: something was taken
--     out or put in, against {clauses}. Evidence: {evidence}"
-- ---
-- Numbers and chain of each partition are proven before any rule runs: a reader takes no record that
-- does not continue both, and a fork stops it (G2). So what is left to find is an event that was
-- removed or doubled before it was numbered. Lines of old books had neither number nor chain there:
-- for them the report says that this cannot be judged.
SELECT stream AS subject, stream AS window_key,
    CASE WHEN stream LIKE 'claim-%' THEN stream END AS claim,
    CASE WHEN stream LIKE 'payout-%' THEN stream END AS payout,
    CAST(NULL AS STRING) AS person,
    CASE WHEN stream LIKE 'plan-%' THEN stream END AS plan,
    CAST(NULL AS BIGINT) AS amount_fen, before_version, stream_version,
    topic, partition_no, seq, event_id, stream
FROM version_breaks
WHERE stream_version <> before_version + 1
ORDER BY subject, window_key, topic, partition_no, seq
