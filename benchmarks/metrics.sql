-- All computed figures at the end of 2023-06-30, written by hand for PostgreSQL: one scan a table, as an engineer
-- would write it for this one day. Each row of the answer: figure, numerator, denominator (or null).
WITH
t05 AS (SELECT count(*) AS done, count(DISTINCT person_key) AS persons
        FROM s05_transaction WHERE occurred_on <= DATE '2023-06-30' AND result = 'done'),
k05 AS (SELECT count(*) AS n FROM s05_kiosk
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
c04 AS (SELECT count(*) AS n FROM s04_citizenuser WHERE app_code = 'yss'
        AND occurred_on <= DATE '2023-06-30' AND (cancelled_on IS NULL OR cancelled_on > DATE '2023-06-30')),
e04 AS (SELECT count(*) AS n FROM s04_enterpriseuser WHERE app_code = 'yst'
        AND occurred_on <= DATE '2023-06-30' AND (cancelled_on IS NULL OR cancelled_on > DATE '2023-06-30')),
l06 AS (SELECT count(*) AS n FROM s06_licence WHERE issued_on <= DATE '2023-06-30'),
y06 AS (SELECT count(*) AS n FROM s06_licencetype
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
m06 AS (SELECT count(*) AS n FROM s06_enabledmatter
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
p06 AS (SELECT count(*) AS n FROM s06_presentation WHERE occurred_on <= DATE '2023-06-30' AND result = 'accepted'),
r07 AS (SELECT count(*) AS n,
               count(*) FILTER (WHERE NOT is_default AND occurred_on >= DATE '2023-06-01') AS given,
               sum(CASE grade {scores} ELSE 0 END)
                   FILTER (WHERE NOT is_default AND occurred_on >= DATE '2023-06-01') AS scores
        FROM s07_review WHERE occurred_on <= DATE '2023-06-30'),
m10 AS (SELECT matter_code FROM s10_matter
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
a10 AS (SELECT count(*) AS n,
               count(DISTINCT matter_code) FILTER (
                   WHERE occurred_on >= DATE '2023-01-01' AND matter_code IN (SELECT matter_code FROM m10)) AS acted
        FROM s10_act WHERE occurred_on <= DATE '2023-06-30'),
b15 AS (SELECT count(*) AS n, count(DISTINCT date_trunc('month', occurred_on)) AS months
        FROM s15_bill WHERE occurred_on <= DATE '2023-06-30' AND state = 'issued'),
a21 AS (SELECT count(*) AS n, count(*) FILTER (WHERE level = '{street}') AS streets,
               count(*) FILTER (WHERE level = '{room}') AS rooms
        FROM s21_address WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
h21 AS (SELECT count(*) AS n FROM s21_house
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
r21 AS (SELECT count(DISTINCT person_key) AS n FROM s21_resident
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
o21 AS (SELECT count(*) AS n FROM s21_organisation
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
t21 AS (SELECT count(*) AS n FROM s21_residencetask
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
d21 AS (SELECT count(DISTINCT task_no) AS n FROM s21_declaration WHERE occurred_on <= DATE '2023-06-30'),
v28 AS (SELECT count(DISTINCT vessel_no) AS n, sum(penalty) AS fines FROM s28_violation
        WHERE handled_on BETWEEN DATE '2023-01-01' AND DATE '2023-06-30' AND decision_no <> ''),
w28 AS (SELECT count(*) FILTER (WHERE kind <> 'state') AS township, count(*) FILTER (WHERE kind = 'state') AS state
        FROM s28_vessel WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
m31 AS (SELECT member_code FROM s31_member
        WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
a31 AS (SELECT count(*) AS n, count(*) FILTER (WHERE activated_on <= DATE '2023-06-30') AS activated
        FROM s31_account WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')
        AND member_code IN (SELECT member_code FROM m31)),
s37 AS (SELECT DISTINCT system_code FROM s37_migrationstep WHERE done_on <= DATE '2023-06-30' AND stage = 'cutover'),
y37 AS (SELECT count(*) AS n FROM s37_govsystem WHERE hosting = 'own' AND exemption = ''
        AND valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')
        AND NOT EXISTS (SELECT FROM s37 WHERE s37.system_code = s37_govsystem.system_code)),
r40 AS (SELECT count(*) FILTER (WHERE published_on <= DATE '2023-06-30') AS online,
               count(*) FILTER (WHERE opened_on <= DATE '2023-06-30') AS open
        FROM s40_dataresource WHERE valid_from <= DATE '2023-06-30' AND (valid_to IS NULL OR valid_to > DATE '2023-06-30')),
s43 AS (SELECT count(*) FILTER (WHERE kind = 'consulting') AS consulting,
               count(*) FILTER (WHERE kind = 'supervision') AS supervision,
               count(*) FILTER (WHERE kind = 'assessment') AS assessment
        FROM s43_service WHERE delivered_on <= DATE '2023-06-30')
SELECT 'F002', n::numeric, NULL::numeric FROM c04 UNION ALL SELECT 'F003', n, NULL FROM e04
UNION ALL SELECT 'F004', n, NULL FROM k05 UNION ALL SELECT 'F005', done, NULL FROM t05
UNION ALL SELECT 'F006', done, n FROM t05, k05 UNION ALL SELECT 'F007', persons, NULL FROM t05
UNION ALL SELECT 'F008', n, NULL FROM l06 UNION ALL SELECT 'F009', n, NULL FROM y06
UNION ALL SELECT 'F010', n, NULL FROM m06 UNION ALL SELECT 'F011', n, NULL FROM p06
UNION ALL SELECT 'F012', n, NULL FROM r07 UNION ALL SELECT 'F013', scores, given FROM r07
UNION ALL SELECT 'F024', n, NULL FROM a10 UNION ALL SELECT 'F025', count(*), NULL FROM m10
UNION ALL SELECT 'F026', acted, NULL FROM a10
UNION ALL SELECT 'F027', acted, (SELECT count(*) FROM m10) FROM a10
UNION ALL SELECT 'F056', n, NULL FROM b15 UNION ALL SELECT 'F057', n, months FROM b15
UNION ALL SELECT 'F079', n, NULL FROM a21 UNION ALL SELECT 'F080', streets, NULL FROM a21
UNION ALL SELECT 'F081', rooms, NULL FROM a21 UNION ALL SELECT 'F082', n, NULL FROM h21
UNION ALL SELECT 'F083', n, NULL FROM r21 UNION ALL SELECT 'F084', n, NULL FROM o21
UNION ALL SELECT 'F085', n, NULL FROM t21 UNION ALL SELECT 'F086', n, NULL FROM d21
UNION ALL SELECT 'F087', d21.n, t21.n FROM d21, t21
UNION ALL SELECT 'F099', n, NULL FROM v28 UNION ALL SELECT 'F100', fines, NULL FROM v28
UNION ALL SELECT 'F101', township, NULL FROM w28 UNION ALL SELECT 'F102', state, NULL FROM w28
UNION ALL SELECT 'F105', count(*), NULL FROM m31 UNION ALL SELECT 'F106', activated, NULL FROM a31
UNION ALL SELECT 'F107', activated, n FROM a31
UNION ALL SELECT 'F108', count(*), NULL FROM s37 UNION ALL SELECT 'F109', n, NULL FROM y37
UNION ALL SELECT 'F112', online, NULL FROM r40 UNION ALL SELECT 'F113', open, NULL FROM r40
UNION ALL SELECT 'F115', consulting, NULL FROM s43 UNION ALL SELECT 'F116', supervision, NULL FROM s43
UNION ALL SELECT 'F117', assessment, NULL FROM s43
