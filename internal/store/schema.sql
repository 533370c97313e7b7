-- The whole schema as PostgreSQL has it. Written by: go test ./internal/store -run Schema -update

CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) ;

CREATE TABLE sender (
    id       BIGINT NOT NULL PRIMARY KEY,
    facility TEXT   NOT NULL UNIQUE,
    name     TEXT   NOT NULL,
    enforce  BIGINT NOT NULL,
    created  BIGINT NOT NULL
);

CREATE TABLE credential (
    username  TEXT   NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL REFERENCES sender (id),
    hash      TEXT   NOT NULL,
    changed   BIGINT NOT NULL
);

CREATE TABLE account (
    id       BIGINT NOT NULL PRIMARY KEY,
    username TEXT   NOT NULL UNIQUE,
    name     TEXT   NOT NULL,
    role     TEXT   NOT NULL,
    hash     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    changed  BIGINT NOT NULL
);

CREATE TABLE session (
    token      BYTEA NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    expires    BIGINT NOT NULL
) ;

CREATE TABLE submission (
    id        BIGINT NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL,
    door      TEXT   NOT NULL,
    received  BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    raw       BYTEA NOT NULL
);

CREATE TABLE receipt (
    submission_id BIGINT NOT NULL PRIMARY KEY,
    sender_id     BIGINT NOT NULL,
    answered      BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    control_id    TEXT   NOT NULL,
    ack           TEXT   NOT NULL,
    person_id     BIGINT,
    findings      TEXT   NOT NULL,
    outcome       TEXT   NOT NULL
);

CREATE TABLE person (
    id      BIGINT NOT NULL PRIMARY KEY,
    family  TEXT   NOT NULL,
    given   TEXT   NOT NULL,
    birth   BIGINT NOT NULL,
    sex     TEXT   NOT NULL,
    folder  BYTEA NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL
);

CREATE TABLE report (
    person_id     BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    source_id     BIGINT NOT NULL,
    sender_id     BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    received      BIGINT NOT NULL,
    body          BYTEA NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE TABLE link (
    person_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    method    TEXT   NOT NULL,
    score     BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    PRIMARY KEY (person_id, source_id)
) ;

CREATE TABLE source_key (
    sender_id BIGINT NOT NULL,
    k         TEXT   NOT NULL,
    person_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    PRIMARY KEY (sender_id, k)
) ;

CREATE TABLE match_key (
    k         BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    PRIMARY KEY (k, source_id)
) ;

CREATE TABLE possible_match (
    person_id     BIGINT NOT NULL,
    other_id      BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    why           TEXT   NOT NULL,
    created       BIGINT NOT NULL,
    PRIMARY KEY (person_id, other_id)
) ;

CREATE TABLE dose (
    person_id   BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    given_on    BIGINT NOT NULL,
    cvx         TEXT   NOT NULL,
    mvx         TEXT   NOT NULL,
    lot         TEXT   NOT NULL,
    sender_id   BIGINT NOT NULL,
    info_source TEXT   NOT NULL,
    completion  TEXT   NOT NULL,
    review      BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE TABLE audit (
    id         BIGINT NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    actor_id   BIGINT NOT NULL,
    act        TEXT   NOT NULL,
    person_id  BIGINT,
    subject_id BIGINT NOT NULL,
    digest     BYTEA
);

CREATE INDEX audit_person ON audit (person_id, id);

CREATE TABLE audit_seal (
    seq  BIGINT NOT NULL PRIMARY KEY,
    at   BIGINT NOT NULL,
    ids  BYTEA NOT NULL,
    hash BYTEA NOT NULL
) ;

CREATE TABLE search_key (
    birth     BIGINT     NOT NULL,
    k         TEXT COLLATE "C" NOT NULL,
    person_id BIGINT     NOT NULL,
    PRIMARY KEY (birth, k, person_id)
) ;

CREATE TABLE concern (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    reason    TEXT   NOT NULL,
    say       TEXT   NOT NULL,
    raised    BIGINT NOT NULL,
    raised_by BIGINT NOT NULL,
    settled    BIGINT,
    settled_by BIGINT,
    answer     TEXT   NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX concern_open ON concern (id) WHERE settled IS NULL;

ALTER TABLE sender ADD COLUMN go_live BIGINT NOT NULL DEFAULT 0;

CREATE TABLE submission_class (
    sender_id     BIGINT NOT NULL,
    class         BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    PRIMARY KEY (sender_id, class, submission_id)
) ;

CREATE TABLE sender_day (
    sender_id       BIGINT NOT NULL,
    day             BIGINT NOT NULL,
    accepted        BIGINT NOT NULL,
    doubted         BIGINT NOT NULL,
    in_part         BIGINT NOT NULL,
    unstored        BIGINT NOT NULL,
    rejected        BIGINT NOT NULL,
    unanswered      BIGINT NOT NULL,
    queries         BIGINT NOT NULL,
    queries_refused BIGINT NOT NULL,
    doses           BIGINT NOT NULL,
    within_1        BIGINT NOT NULL,
    within_7        BIGINT NOT NULL,
    within_30       BIGINT NOT NULL,
    PRIMARY KEY (sender_id, day)
) ;

CREATE TABLE sender_day_detail (
    sender_id BIGINT NOT NULL,
    day       BIGINT NOT NULL,
    detail    TEXT   NOT NULL,
    PRIMARY KEY (sender_id, day)
) ;

CREATE TABLE review (
    id           BIGINT NOT NULL PRIMARY KEY,
    sender_id    BIGINT NOT NULL REFERENCES sender (id),
    cause        TEXT   NOT NULL,
    opened       BIGINT NOT NULL,
    site_by      BIGINT NOT NULL,
    programme_by BIGINT NOT NULL,
    closed       BIGINT NOT NULL,
    changed      BIGINT NOT NULL
);

CREATE INDEX review_sender ON review (sender_id, id);

CREATE INDEX review_open ON review (closed, id);

CREATE TABLE review_entry (
    review_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    side      TEXT   NOT NULL,
    act       TEXT   NOT NULL,
    said      TEXT   NOT NULL,
    PRIMARY KEY (review_id, id)
) ;

CREATE TABLE severity_change (
    sender_id BIGINT NOT NULL,
    n         BIGINT NOT NULL,
    rule      TEXT   NOT NULL,
    severity  TEXT   NOT NULL,
    reason    TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    PRIMARY KEY (sender_id, n)
) ;

UPDATE source_key SET person_id = 0, source_id = 0
WHERE substr(k, 1, 4) = '*|*|' AND (sender_id, k) IN (
    SELECT sender_id, bare
    FROM (
        SELECT sender_id, '*|*|' || replace(k, rtrim(k, replace(k, '|', '')), '') AS bare, person_id
        FROM source_key WHERE substr(k, 1, 4) <> '*|*|'
    ) numbers
    GROUP BY sender_id, bare HAVING MIN(person_id) <> MAX(person_id)
);

ALTER TABLE account ADD COLUMN sender_id BIGINT NOT NULL DEFAULT 0;

CREATE TABLE standing (
    person_id BIGINT NOT NULL PRIMARY KEY,
    changed   BIGINT NOT NULL,
    assessed  BIGINT NOT NULL,
    release   TEXT   NOT NULL,
    body      BYTEA NOT NULL
) ;

CREATE TABLE standing_run (
    day      BIGINT NOT NULL,
    release  TEXT   NOT NULL,
    begun    BIGINT NOT NULL,
    up_to    BIGINT NOT NULL,
    seen     BIGINT NOT NULL,
    written  BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    holder   BIGINT NOT NULL,
    held_to  BIGINT NOT NULL,
    PRIMARY KEY (day, release)
) ;

CREATE TABLE key_run (
    version  BIGINT NOT NULL PRIMARY KEY,
    pass     BIGINT NOT NULL,
    begun    BIGINT NOT NULL,
    up_to    BIGINT NOT NULL,
    seen     BIGINT NOT NULL,
    finished BIGINT NOT NULL
) ;

INSERT INTO key_run (version, pass, begun, up_to, seen, finished)
SELECT 2, 2, 1, 0, 0, 1 WHERE NOT EXISTS (SELECT 1 FROM person);

CREATE TABLE person_alias (
    person_id   BIGINT NOT NULL PRIMARY KEY,
    now_id      BIGINT NOT NULL,
    decision_id BIGINT NOT NULL
) ;

CREATE INDEX person_alias_now ON person_alias (now_id);

CREATE TABLE identity_decision (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    kind      TEXT   NOT NULL,
    first_id  BIGINT NOT NULL,
    other_id  BIGINT NOT NULL,
    undoes    BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    actor_id  BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    moved     TEXT   NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX identity_decision_id ON identity_decision (id);

CREATE TABLE identity_pin (
    person_id   BIGINT NOT NULL,
    decision_id BIGINT NOT NULL,
    source_id   BIGINT NOT NULL,
    kind        TEXT   NOT NULL,
    side        BIGINT NOT NULL,
    PRIMARY KEY (person_id, decision_id, source_id)
) ;

CREATE INDEX identity_pin_decision ON identity_pin (decision_id);

CREATE INDEX possible_match_other ON possible_match (other_id);

ALTER TABLE possible_match ADD COLUMN rank BIGINT NOT NULL DEFAULT 0;

CREATE INDEX possible_match_rank ON possible_match (rank, person_id, other_id);

CREATE TABLE possible_match_sender (
    person_id BIGINT NOT NULL,
    other_id  BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    rank      BIGINT NOT NULL,
    both_of   BIGINT NOT NULL,
    PRIMARY KEY (person_id, other_id, sender_id)
) ;

CREATE INDEX possible_match_sender_rank ON possible_match_sender (sender_id, both_of, rank, person_id, other_id);

CREATE TABLE put_off (
    person_id BIGINT NOT NULL,
    other_id  BIGINT NOT NULL,
    sender_id BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    PRIMARY KEY (person_id, other_id, sender_id)
) ;

CREATE INDEX dose_in_question ON dose (id, person_id) WHERE review = 1;

CREATE INDEX dose_in_question_sender ON dose (sender_id, id, person_id) WHERE review = 1;

CREATE TABLE dose_pin (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    a         BIGINT NOT NULL,
    b         BIGINT NOT NULL,
    verdict   TEXT   NOT NULL,
    said_by   BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE TABLE flat_file (
    id        BIGINT NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL REFERENCES sender (id),
    account   BIGINT NOT NULL,
    received  BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    size      BIGINT NOT NULL,
    digest    BYTEA NOT NULL,
    raw       BYTEA NOT NULL,
    mapping   TEXT   NOT NULL,
    row_count BIGINT NOT NULL,
    held_to   BIGINT NOT NULL,
    finished  BIGINT NOT NULL
);

CREATE INDEX flat_file_account ON flat_file (account, id);

CREATE INDEX flat_file_digest ON flat_file (sender_id, digest);

CREATE TABLE flat_row (
    file_id       BIGINT NOT NULL,
    line          BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    result        TEXT   NOT NULL,
    problems      TEXT   NOT NULL,
    PRIMARY KEY (file_id, line)
) ;

CREATE TABLE flat_mapping (
    sender_id BIGINT NOT NULL PRIMARY KEY,
    mapping   TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL
) ;

CREATE TABLE legacy_run (
    id       TEXT   NOT NULL PRIMARY KEY,
    begun    BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    chunks   BIGINT NOT NULL,
    body     TEXT   NOT NULL
) ;

DELETE FROM possible_match_sender WHERE NOT EXISTS (
    SELECT 1 FROM possible_match m
    WHERE m.person_id = possible_match_sender.person_id AND m.other_id = possible_match_sender.other_id);

DELETE FROM put_off WHERE other_id <> 0 AND NOT EXISTS (
    SELECT 1 FROM possible_match m
    WHERE m.person_id = put_off.person_id AND m.other_id = put_off.other_id);

CREATE TABLE search_span (
    span      BIGINT     NOT NULL,
    k         TEXT COLLATE "C" NOT NULL,
    birth     BIGINT     NOT NULL,
    person_id BIGINT     NOT NULL,
    PRIMARY KEY (span, k, birth, person_id)
) ;

INSERT INTO search_span (span, k, birth, person_id)
SELECT birth / 32, k, birth, person_id FROM search_key ORDER BY 1, 2, 3, 4;

DROP TABLE search_key;

ALTER TABLE search_span RENAME TO search_key;

CREATE TABLE sealed (
    person_id    BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    new_id       BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    actor_id     BIGINT NOT NULL,
    order_number TEXT   NOT NULL,
    why          TEXT   NOT NULL,
    body         TEXT   NOT NULL,
    undone       BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX sealed_new ON sealed (new_id);

CREATE TABLE sealed_report (
    person_id     BIGINT NOT NULL,
    id            BIGINT NOT NULL,
    source_id     BIGINT NOT NULL,
    sender_id     BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    received      BIGINT NOT NULL,
    body          BYTEA NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE TABLE sealed_link (
    person_id BIGINT NOT NULL,
    source_id BIGINT NOT NULL,
    method    TEXT   NOT NULL,
    score     BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    PRIMARY KEY (person_id, source_id)
) ;

CREATE TABLE sealed_alias (
    person_id   BIGINT NOT NULL PRIMARY KEY,
    now_id      BIGINT NOT NULL,
    decision_id BIGINT NOT NULL
) ;

CREATE INDEX sealed_alias_now ON sealed_alias (now_id);

CREATE TABLE sealed_submission (
    id        BIGINT NOT NULL PRIMARY KEY,
    sender_id BIGINT NOT NULL,
    door      TEXT   NOT NULL,
    received  BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    raw       BYTEA NOT NULL
);

CREATE TABLE sealed_receipt (
    submission_id BIGINT NOT NULL PRIMARY KEY,
    sender_id     BIGINT NOT NULL,
    answered      BIGINT NOT NULL,
    kind          TEXT   NOT NULL,
    control_id    TEXT   NOT NULL,
    ack           TEXT   NOT NULL,
    about_id      BIGINT,
    findings      TEXT   NOT NULL,
    outcome       TEXT   NOT NULL
);

CREATE TABLE sealed_about (
    sealed_id     BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    PRIMARY KEY (sealed_id, submission_id)
) ;

CREATE INDEX sealed_about_submission ON sealed_about (submission_id);

CREATE TABLE sealed_file (
    file_id   BIGINT NOT NULL,
    sealed_id BIGINT NOT NULL,
    PRIMARY KEY (file_id, sealed_id)
) ;

ALTER TABLE account ADD COLUMN seals BIGINT NOT NULL DEFAULT 0;

CREATE TABLE match_weights (
    version TEXT NOT NULL PRIMARY KEY,
    file    TEXT NOT NULL
) ;

CREATE TABLE match_adoption (
    n       BIGINT NOT NULL PRIMARY KEY,
    version TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    account BIGINT NOT NULL,
    reason  TEXT   NOT NULL
) ;

CREATE TABLE notice (
    person_id  BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    source_id  BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    parts      TEXT   NOT NULL,
    language   TEXT   NOT NULL,
    due_by     BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    why        TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX notice_state ON notice (state, due_by, id);

CREATE INDEX notice_number ON notice (id);

CREATE TABLE held_key (
    run   TEXT      NOT NULL,
    chunk BIGINT    NOT NULL,
    part  BIGINT    NOT NULL,
    body  BYTEA NOT NULL,
    PRIMARY KEY (run, chunk, part)
) ;

ALTER TABLE sender ADD COLUMN kind TEXT NOT NULL DEFAULT 'provider';

UPDATE sender SET kind = 'vital-records' WHERE facility = 'VITAL-RECORDS';

CREATE TABLE unmatched_death (
    sender_id     BIGINT NOT NULL,
    certificate   TEXT   NOT NULL,
    submission_id BIGINT NOT NULL,
    since         BIGINT NOT NULL,
    decision_id   BIGINT NOT NULL,
    PRIMARY KEY (sender_id, certificate)
) ;

INSERT INTO key_run (version, pass, begun, up_to, seen, finished)
SELECT 3, 2, 1, 0, 0, 1 WHERE NOT EXISTS (SELECT 1 FROM person) AND NOT EXISTS (SELECT 1 FROM sealed_report);

DROP INDEX dose_in_question;

DROP INDEX dose_in_question_sender;

CREATE INDEX dose_in_question ON dose (review, id, person_id) WHERE review > 0;

CREATE INDEX dose_in_question_sender ON dose (sender_id, review, id, person_id) WHERE review > 0;

ALTER TABLE unmatched_death ADD COLUMN id BIGINT NOT NULL DEFAULT 0;

ALTER TABLE unmatched_death ADD COLUMN said TEXT NOT NULL DEFAULT '';

ALTER TABLE unmatched_death ADD COLUMN settled BIGINT NOT NULL DEFAULT 0;

ALTER TABLE unmatched_death ADD COLUMN settled_by BIGINT NOT NULL DEFAULT 0;

ALTER TABLE unmatched_death ADD COLUMN why TEXT NOT NULL DEFAULT '';

UPDATE unmatched_death SET id = n.place
FROM (SELECT sender_id, certificate, ROW_NUMBER() OVER (ORDER BY sender_id, certificate) AS place FROM unmatched_death) n
WHERE n.sender_id = unmatched_death.sender_id AND n.certificate = unmatched_death.certificate;

CREATE INDEX unmatched_death_id ON unmatched_death (id);

CREATE INDEX unmatched_death_waiting ON unmatched_death (since, id) WHERE settled = 0;

CREATE INDEX unmatched_death_settled ON unmatched_death (settled, id) WHERE settled > 0;

ALTER TABLE person ADD COLUMN said BYTEA NOT NULL DEFAULT '';

ALTER TABLE person ADD COLUMN events BYTEA NOT NULL DEFAULT '';

CREATE TABLE organization (
    id          BIGINT NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    parent_id   BIGINT NOT NULL,
    region      TEXT   NOT NULL,
    street      TEXT   NOT NULL,
    city        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    zip         TEXT   NOT NULL,
    county      TEXT   NOT NULL,
    phone       TEXT   NOT NULL,
    npi         TEXT   NOT NULL,
    pin         TEXT   NOT NULL,
    status      TEXT   NOT NULL,
    closed      BIGINT NOT NULL,
    merged_into BIGINT NOT NULL,
    created     BIGINT NOT NULL,
    changed     BIGINT NOT NULL
);

CREATE TABLE organization_change (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    act             TEXT   NOT NULL,
    why             TEXT   NOT NULL,
    other_id        BIGINT NOT NULL,
    fields          TEXT   NOT NULL,
    PRIMARY KEY (organization_id, id)
) ;

ALTER TABLE sender ADD COLUMN organization_id BIGINT NOT NULL DEFAULT 0;

INSERT INTO organization (id, kind, name, parent_id, region, street, city, state, zip, county, phone, npi, pin, status, closed, merged_into, created, changed)
SELECT id, CASE WHEN kind = 'vital-records' THEN 'vital-records' ELSE 'clinic' END, name, 0, '', '', '', '', '', '', '', '', '',
    CASE WHEN go_live > 0 OR kind = 'vital-records' OR id IN (SELECT sender_id FROM credential) OR id IN (SELECT sender_id FROM sender_day) THEN 'live' ELSE 'enrolling' END,
    0, 0, created, created
FROM sender WHERE facility NOT IN ('OPENIIS-STAFF', 'FILE');

INSERT INTO organization (id, kind, name, parent_id, region, street, city, state, zip, county, phone, npi, pin, status, closed, merged_into, created, changed)
SELECT MIN(id), 'state', 'Immunization programme', 0, '', '', '', '', '', '', '', '', '', 'live', 0, 0, MIN(created), MIN(created)
FROM sender WHERE facility IN ('OPENIIS-STAFF', 'FILE') HAVING COUNT(*) > 0;

UPDATE sender SET organization_id = id WHERE facility NOT IN ('OPENIIS-STAFF', 'FILE');

UPDATE sender SET organization_id = (SELECT MIN(o.id) FROM organization o WHERE o.kind = 'state') WHERE facility IN ('OPENIIS-STAFF', 'FILE');

INSERT INTO organization_change (organization_id, id, at, actor, actor_id, act, why, other_id, fields)
SELECT id, id, created, 'command', 0, 'added', 'made by an upgrade for a sender that was there', 0, '[]' FROM organization;

CREATE INDEX sender_organization ON sender (organization_id);

UPDATE account SET role = 'clinic-staff' WHERE role = 'clinic';

UPDATE account SET role = 'viewer' WHERE role = 'reader';

ALTER TABLE account ADD COLUMN email TEXT NOT NULL DEFAULT '';

ALTER TABLE account ADD COLUMN ended BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN ended_by BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN ended_why TEXT NOT NULL DEFAULT '';

ALTER TABLE account ADD COLUMN active BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN signed_in BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN factor TEXT NOT NULL DEFAULT '';

ALTER TABLE account ADD COLUMN factor_step BIGINT NOT NULL DEFAULT 0;

DELETE FROM session;

ALTER TABLE session ADD COLUMN id BIGINT NOT NULL DEFAULT 0;

ALTER TABLE session ADD COLUMN stage TEXT NOT NULL DEFAULT '';

ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';

ALTER TABLE session ADD COLUMN agent TEXT NOT NULL DEFAULT '';

CREATE INDEX session_account ON session (account_id);

CREATE TABLE recovery_code (
    account_id BIGINT NOT NULL,
    code       BYTEA NOT NULL,
    PRIMARY KEY (account_id, code)
) ;

CREATE TABLE sign_in (
    account_id BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    outcome    TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    agent      TEXT   NOT NULL,
    PRIMARY KEY (account_id, id)
) ;

CREATE TABLE invitation (
    id         BIGINT NOT NULL PRIMARY KEY,
    token      BYTEA NOT NULL,
    username   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    email      TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    sender_id  BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    invited_by BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    expires    BIGINT NOT NULL,
    closed     BIGINT NOT NULL,
    outcome    TEXT   NOT NULL
);

CREATE INDEX invitation_token ON invitation (token);

CREATE INDEX invitation_open ON invitation (id) WHERE closed = 0;

CREATE INDEX audit_user ON audit (actor_id, id) WHERE actor = 'user';

CREATE TABLE alert (
    id        BIGINT NOT NULL PRIMARY KEY,
    rule      TEXT   NOT NULL,
    said      TEXT   NOT NULL,
    account   BIGINT NOT NULL,
    person_id BIGINT NOT NULL,
    begun     BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    n         BIGINT NOT NULL,
    closed    BIGINT NOT NULL,
    verdict   TEXT   NOT NULL
);

CREATE INDEX alert_account ON alert (account, rule, id);

CREATE INDEX alert_open ON alert (id) WHERE closed = 0;

CREATE INDEX alert_closed ON alert (closed, id) WHERE closed > 0;

CREATE TABLE alert_entry (
    alert_id BIGINT NOT NULL,
    id       BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    account  BIGINT NOT NULL,
    verdict  TEXT   NOT NULL,
    note     TEXT   NOT NULL,
    PRIMARY KEY (alert_id, id)
) ;

CREATE TABLE watched_record (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    why       TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    ended     BIGINT NOT NULL,
    ended_by  BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX watched_record_now ON watched_record (id) WHERE ended = 0;

CREATE TABLE broken_glass (
    person_id BIGINT NOT NULL,
    id        BIGINT NOT NULL,
    account   BIGINT NOT NULL,
    reason    TEXT   NOT NULL,
    say       TEXT   NOT NULL,
    opened    BIGINT NOT NULL,
    until     BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX broken_glass_now ON broken_glass (account, until);

CREATE TABLE opt_out (
    id        BIGINT NOT NULL PRIMARY KEY,
    person_id BIGINT NOT NULL,
    state     TEXT   NOT NULL,
    how       TEXT   NOT NULL,
    relation  TEXT   NOT NULL,
    checked   TEXT   NOT NULL,
    asked     BIGINT NOT NULL,
    said      TEXT   NOT NULL,
    form      BYTEA NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    actor_id  BIGINT NOT NULL,
    due       BIGINT NOT NULL,
    done      BIGINT NOT NULL,
    back      BIGINT NOT NULL,
    back_by   BIGINT NOT NULL,
    body      TEXT   NOT NULL
);

CREATE INDEX opt_out_state ON opt_out (state, due, id);

CREATE INDEX opt_out_person ON opt_out (person_id);

CREATE TABLE opt_out_key (
    k          BYTEA NOT NULL,
    opt_out_id BIGINT NOT NULL,
    kind       BIGINT NOT NULL,
    PRIMARY KEY (k, opt_out_id)
) ;

CREATE TABLE opt_out_doubt (
    person_id     BIGINT NOT NULL,
    opt_out_id    BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    kinds         TEXT   NOT NULL,
    at            BIGINT NOT NULL,
    settled       BIGINT NOT NULL,
    settled_by    BIGINT NOT NULL,
    verdict       TEXT   NOT NULL,
    PRIMARY KEY (person_id, opt_out_id)
) ;

CREATE INDEX opt_out_doubt_open ON opt_out_doubt (at, person_id, opt_out_id) WHERE settled = 0;

CREATE TABLE application (
    id              BIGINT NOT NULL PRIMARY KEY,
    token           BYTEA NOT NULL,
    status          TEXT   NOT NULL,
    says            TEXT   NOT NULL,
    region          TEXT   NOT NULL,
    organization_id BIGINT NOT NULL,
    created         BIGINT NOT NULL,
    changed         BIGINT NOT NULL,
    submitted       BIGINT NOT NULL
);

CREATE INDEX application_token ON application (token);

CREATE INDEX application_status ON application (status, submitted, id);

CREATE INDEX application_organization ON application (organization_id) WHERE organization_id > 0;

CREATE TABLE application_entry (
    application_id BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    at             BIGINT NOT NULL,
    actor          TEXT   NOT NULL,
    actor_id       BIGINT NOT NULL,
    act            TEXT   NOT NULL,
    said           TEXT   NOT NULL,
    asked          TEXT   NOT NULL,
    fields         TEXT   NOT NULL,
    PRIMARY KEY (application_id, id)
) ;

CREATE TABLE application_version (
    application_id BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    says           TEXT   NOT NULL,
    PRIMARY KEY (application_id, id)
) ;

CREATE TABLE agreement (
    id              BIGINT NOT NULL PRIMARY KEY,
    form            TEXT   NOT NULL,
    version         TEXT   NOT NULL,
    application_id  BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    person          TEXT   NOT NULL,
    document        TEXT   NOT NULL,
    digest          TEXT   NOT NULL,
    signer          TEXT   NOT NULL,
    title           TEXT   NOT NULL,
    how             TEXT   NOT NULL,
    account_id      BIGINT NOT NULL,
    address         TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    day             BIGINT NOT NULL,
    expires         BIGINT NOT NULL,
    replaced        BIGINT NOT NULL,
    file_id         BIGINT NOT NULL
);

CREATE INDEX agreement_organization ON agreement (organization_id, person, form);

CREATE INDEX agreement_application ON agreement (application_id);

CREATE TABLE agreement_file (
    id      BIGINT NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL,
    type    TEXT   NOT NULL,
    content BYTEA NOT NULL
);

CREATE TABLE agreement_extension (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    form            TEXT   NOT NULL,
    person          TEXT   NOT NULL,
    until           BIGINT NOT NULL,
    why             TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
) ;

CREATE TABLE signing_link (
    id              BIGINT NOT NULL PRIMARY KEY,
    token           BYTEA NOT NULL,
    application_id  BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    person          TEXT   NOT NULL,
    signer          TEXT   NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    expires         BIGINT NOT NULL,
    closed          BIGINT NOT NULL
);

CREATE INDEX signing_link_token ON signing_link (token);

CREATE INDEX signing_link_application ON signing_link (application_id);

CREATE TABLE informing_plan (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    how             TEXT   NOT NULL,
    said            TEXT   NOT NULL,
    designated      TEXT   NOT NULL,
    PRIMARY KEY (organization_id, id)
) ;

CREATE TABLE site_go_live (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    day             BIGINT NOT NULL,
    items           TEXT   NOT NULL,
    why             TEXT   NOT NULL,
    override        BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
) ;

ALTER TABLE invitation ADD COLUMN application_id BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN region TEXT NOT NULL DEFAULT '';

CREATE TABLE course_result (
    account_id BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    course     TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    title      TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    event_id   BIGINT NOT NULL,
    score      BIGINT NOT NULL,
    questions  BIGINT NOT NULL,
    passed     BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    noted_by   BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
) ;

CREATE TABLE training_event (
    id              BIGINT NOT NULL PRIMARY KEY,
    kind            TEXT   NOT NULL,
    title           TEXT   NOT NULL,
    say             TEXT   NOT NULL,
    course          TEXT   NOT NULL,
    begins          BIGINT NOT NULL,
    minutes         BIGINT NOT NULL,
    place           TEXT   NOT NULL,
    link            TEXT   NOT NULL,
    seats           BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    status          TEXT   NOT NULL,
    wish            TEXT   NOT NULL,
    why             TEXT   NOT NULL,
    asked_by        BIGINT NOT NULL,
    asked           BIGINT NOT NULL,
    changed         BIGINT NOT NULL,
    changed_by      BIGINT NOT NULL
);

CREATE INDEX training_event_begins ON training_event (status, begins);

CREATE TABLE training_seat (
    event_id   BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    status     TEXT   NOT NULL,
    changed    BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    PRIMARY KEY (event_id, account_id)
) ;

CREATE INDEX training_seat_account ON training_seat (account_id, event_id);

CREATE TABLE ticket (
    id         BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    sender_id  BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    contact    TEXT   NOT NULL,
    topic      TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    route      TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    agent      TEXT   NOT NULL,
    reference  TEXT   NOT NULL,
    about_id   BIGINT NOT NULL,
    status     TEXT   NOT NULL,
    priority   BIGINT NOT NULL,
    assigned   BIGINT NOT NULL,
    opened     BIGINT NOT NULL,
    changed    BIGINT NOT NULL
);

CREATE INDEX ticket_account ON ticket (account_id, id);

CREATE INDEX ticket_sender ON ticket (sender_id, id);

CREATE INDEX ticket_open ON ticket (priority, id) WHERE status <> 'closed';

CREATE TABLE ticket_entry (
    ticket_id  BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    act        TEXT   NOT NULL,
    internal   BIGINT NOT NULL,
    say        TEXT   NOT NULL,
    PRIMARY KEY (ticket_id, id)
) ;

ALTER TABLE concern ADD COLUMN asks_for TEXT NOT NULL DEFAULT '';

ALTER TABLE concern ADD COLUMN asker TEXT NOT NULL DEFAULT '';

ALTER TABLE concern ADD COLUMN verdict TEXT NOT NULL DEFAULT '';

CREATE INDEX concern_raised_by ON concern (raised_by, id);

CREATE TABLE concern_evidence (
    person_id  BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    concern_id BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    size       BIGINT NOT NULL,
    content    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE TABLE informed (
    person_id    BIGINT NOT NULL,
    id           BIGINT NOT NULL,
    sender_id    BIGINT NOT NULL,
    account      BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    how          TEXT   NOT NULL,
    language     TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    withdrawn    BIGINT NOT NULL,
    withdrawn_by BIGINT NOT NULL,
    why          TEXT   NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX informed_sender ON informed (sender_id, day) WHERE withdrawn = 0;

ALTER TABLE account ADD COLUMN password_off BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN break_glass BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN passkeys BIGINT NOT NULL DEFAULT 0;

ALTER TABLE session ADD COLUMN means TEXT NOT NULL DEFAULT '';

ALTER TABLE session ADD COLUMN view_role TEXT NOT NULL DEFAULT '';

ALTER TABLE session ADD COLUMN view_sender BIGINT NOT NULL DEFAULT 0;

CREATE TABLE account_link (
    issuer     TEXT   NOT NULL,
    claim      TEXT   NOT NULL,
    subject    TEXT   NOT NULL,
    account_id BIGINT NOT NULL,
    shown      TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    linked_by  BIGINT NOT NULL,
    used       BIGINT NOT NULL,
    PRIMARY KEY (issuer, claim, subject)
) ;

CREATE INDEX account_link_account ON account_link (account_id);

CREATE TABLE passkey (
    id         BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    credential BYTEA NOT NULL,
    kept       BYTEA NOT NULL,
    name       TEXT   NOT NULL,
    created    BIGINT NOT NULL,
    used       BIGINT NOT NULL
);

CREATE INDEX passkey_account ON passkey (account_id);

CREATE UNIQUE INDEX passkey_credential ON passkey (credential);

CREATE TABLE sign_in_step (
    token   BYTEA NOT NULL PRIMARY KEY,
    kind    TEXT   NOT NULL,
    expires BIGINT NOT NULL,
    content BYTEA NOT NULL
);

CREATE INDEX sign_in_step_expires ON sign_in_step (expires);

ALTER TABLE sender ADD COLUMN proof TEXT NOT NULL DEFAULT 'password';

CREATE TABLE sender_certificate (
    id         BIGINT NOT NULL PRIMARY KEY,
    sender_id  BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    value      TEXT   NOT NULL,
    expires    BIGINT NOT NULL,
    used       BIGINT NOT NULL,
    added      BIGINT NOT NULL,
    added_by   BIGINT NOT NULL,
    removed    BIGINT NOT NULL,
    removed_by BIGINT NOT NULL
);

CREATE INDEX sender_certificate_sender ON sender_certificate (sender_id);

CREATE INDEX sender_certificate_value ON sender_certificate (kind, value) WHERE removed = 0;

CREATE TABLE person_said (
    person_id BIGINT NOT NULL PRIMARY KEY,
    said      BYTEA NOT NULL
);

INSERT INTO person_said (person_id, said) SELECT id, said FROM person WHERE length(folder) = 0;

ALTER TABLE person DROP COLUMN said;

ALTER TABLE concern ADD COLUMN source_id BIGINT NOT NULL DEFAULT 0;

ALTER TABLE concern ADD COLUMN parted BIGINT NOT NULL DEFAULT 0;

ALTER TABLE informed ADD COLUMN source_id BIGINT NOT NULL DEFAULT 0;

ALTER TABLE informed ADD COLUMN parted BIGINT NOT NULL DEFAULT 0;

CREATE TABLE kept_form (
    digest     TEXT   NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL,
    content    TEXT   NOT NULL,
    at         BIGINT NOT NULL
) ;

CREATE INDEX kept_form_account ON kept_form (account_id, at);

CREATE TABLE mail (
    id       BIGINT NOT NULL PRIMARY KEY,
    kind     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    address  TEXT   NOT NULL,
    says     TEXT   NOT NULL,
    path     TEXT   NOT NULL,
    secret   BYTEA NOT NULL,
    link_id  BIGINT NOT NULL,
    once     TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    status   TEXT   NOT NULL,
    attempts BIGINT NOT NULL,
    due      BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    done     BIGINT NOT NULL,
    answer   TEXT   NOT NULL
);

CREATE INDEX mail_due ON mail (due, id) WHERE status = 'waiting';

CREATE INDEX mail_status ON mail (status, id);

CREATE INDEX mail_address ON mail (address, at);

CREATE UNIQUE INDEX mail_once ON mail (once) WHERE once <> '';

CREATE TABLE roster_entry (
    person_id       BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    own_number      TEXT   NOT NULL,
    place           TEXT   NOT NULL,
    since           BIGINT NOT NULL,
    until           BIGINT NOT NULL,
    why             TEXT   NOT NULL,
    added           BIGINT NOT NULL,
    added_by        BIGINT NOT NULL,
    changed         BIGINT NOT NULL,
    changed_by      BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) ;

CREATE INDEX roster_entry_now ON roster_entry (organization_id, person_id) WHERE until = 0;

ALTER TABLE flat_file ADD COLUMN roster BIGINT NOT NULL DEFAULT 0;

CREATE INDEX flat_file_roster ON flat_file (roster, id) WHERE roster > 0;

ALTER TABLE roster_entry ADD COLUMN sources TEXT NOT NULL DEFAULT '';

ALTER TABLE roster_entry ADD COLUMN parted BIGINT NOT NULL DEFAULT 0;

ALTER TABLE roster_entry ADD COLUMN former_numbers TEXT NOT NULL DEFAULT '';

CREATE INDEX roster_entry_parted ON roster_entry (organization_id, id) WHERE parted <> 0;

CREATE TABLE designation (
    account_id BIGINT NOT NULL,
    began      BIGINT NOT NULL,
    sender_id  BIGINT NOT NULL,
    began_by   BIGINT NOT NULL,
    began_why  TEXT   NOT NULL,
    ended      BIGINT NOT NULL DEFAULT 0,
    ended_by   BIGINT NOT NULL DEFAULT 0,
    ended_why  TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (account_id, began)
) ;

CREATE INDEX designation_sender ON designation (sender_id) WHERE ended = 0;

INSERT INTO designation (account_id, began, sender_id, began_by, began_why)
SELECT id, changed, sender_id, 0, 'Could do so before sites designated anybody'
FROM account WHERE role = 'access-administrator' AND sender_id <> 0 AND ended = 0;

ALTER TABLE session ADD COLUMN view_region TEXT NOT NULL DEFAULT '';

ALTER TABLE invitation ADD COLUMN region TEXT NOT NULL DEFAULT '';

ALTER TABLE credential ADD COLUMN set_by BIGINT NOT NULL DEFAULT -1;

CREATE INDEX concern_settled ON concern (id) WHERE settled IS NOT NULL;

ALTER TABLE organization ADD COLUMN reports TEXT NOT NULL DEFAULT '';

ALTER TABLE organization ADD COLUMN closed_from TEXT NOT NULL DEFAULT '';

ALTER TABLE training_event ADD COLUMN region TEXT NOT NULL DEFAULT '';

CREATE INDEX organization_parent ON organization (parent_id);

ALTER TABLE sender ADD COLUMN live_since BIGINT NOT NULL DEFAULT 0;

CREATE TABLE failed_sign_in (
    name    BYTEA  NOT NULL,
    id      BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    address TEXT   NOT NULL,
    process BIGINT NOT NULL,
    PRIMARY KEY (name, id)
);
