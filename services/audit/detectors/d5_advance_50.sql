-- ---
-- id: D5
-- name: {zh: 预支超过规定比例, en: Advances above the ratio of the approved plan}
-- version: "1.0"
-- tier: R
-- clauses: [HLD-10-4]
-- cities: ["*"]
-- effective: {from: "2019-07-31", to: null}
-- mode: S
-- feeds: [payout-events.v1]
-- tables: {advances: plan}
-- subject: plan
-- keys:
--   plan:
--     PayoutImported.v1: plan
--     AdvanceAuthorised.v1: plan
--     AdvanceReturned.v1: plan
--     AdvanceCancelled.v1: plan
--     AdvanceExpired.v1: plan
-- needs: {advances: [plan, base_fen]}
-- parameters:
--   ratio_bp: {default: 5000, min: 0, max: 10000, meaning: highest share of the approved base}
-- explanation:
--   zh: 计划{plan}累计预支{advanced_fen}元，超过当时批准基数{base_fen}元的规定比例，超出{amount_fen}元，违反{clauses}。证据：{evidence}
--   en: "Advances of plan {plan} came to {advanced_fen} yuan on a base of {base_fen} yuan approved at
--     that time, {amount_fen} yuan above the ratio of {clauses}. Evidence: {evidence}"
-- ---
-- As of each advance, against the base that stood then: a budget raised later heals nothing, one
-- lowered later accuses nobody. In integers: no rounding can hide a fen. The sum at stake is the
-- worst excess, given in fen times 10,000 since SQL divides into floats.
WITH steps AS (
    SELECT advances.*,
        CAST(sum(step_fen) OVER (
            PARTITION BY plan ORDER BY phase, place, topic, partition_no, seq
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS advanced_fen,
        row_number() OVER (
            PARTITION BY plan ORDER BY phase, place, topic, partition_no, seq
        ) AS nth
    FROM advances
    WHERE plan IS NOT NULL
),
breaches AS (
    SELECT plan, nth, advanced_fen, base_fen,
        advanced_fen * 10000 - base_fen * $ratio_bp AS excess_fen_bp
    FROM steps
    WHERE step_fen > 0 AND advanced_fen * 10000 > base_fen * $ratio_bp
),
worst AS (
    SELECT *
    FROM breaches
    QUALIFY row_number() OVER (PARTITION BY plan ORDER BY excess_fen_bp DESC, nth) = 1
),
ends AS (
    SELECT plan, max(nth) AS last_nth FROM breaches GROUP BY plan
)
SELECT steps.plan AS subject, steps.plan AS window_key,
    CAST(NULL AS STRING) AS claim, CAST(NULL AS STRING) AS payout, CAST(NULL AS STRING) AS person,
    steps.plan, worst.excess_fen_bp AS amount_fen_bp, worst.advanced_fen, worst.base_fen,
    steps.topic, steps.partition_no, steps.seq, steps.event_id, steps.stream
FROM steps
INNER JOIN worst ON worst.plan = steps.plan
INNER JOIN ends ON ends.plan = steps.plan
WHERE steps.nth <= ends.last_nth
ORDER BY subject, window_key, topic, partition_no, seq
