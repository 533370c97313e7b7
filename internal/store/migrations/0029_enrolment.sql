-- Applications by which sites ask to take part (docs/enrolment.md). The secret of the
-- link by which an applicant returns is kept as a digest. Nothing is of a patient.
CREATE TABLE application (
    id              BIGINT NOT NULL PRIMARY KEY,
    token           {{bytes}} NOT NULL,
    status          TEXT   NOT NULL, -- iis.ApplicationStatus
    says            TEXT   NOT NULL, -- iis.Enrolment (JSON)
    region          TEXT   NOT NULL, -- a code of the state's file; '': none is known
    organization_id BIGINT NOT NULL, -- that came of it; 0: none yet
    created         BIGINT NOT NULL, -- Unix microseconds, as below
    changed         BIGINT NOT NULL,
    submitted       BIGINT NOT NULL  -- 0: never
);
CREATE INDEX application_token ON application (token);
CREATE INDEX application_status ON application (status, submitted, id);
CREATE INDEX application_organization ON application (organization_id) WHERE organization_id > 0;

-- What was done with an application, for ever.
CREATE TABLE application_entry (
    application_id BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    at             BIGINT NOT NULL,
    actor          TEXT   NOT NULL,
    actor_id       BIGINT NOT NULL,
    act            TEXT   NOT NULL,
    said           TEXT   NOT NULL,
    asked          TEXT   NOT NULL, -- notes on fields (JSON)
    fields         TEXT   NOT NULL, -- what became what since it was sent before (JSON)
    PRIMARY KEY (application_id, id)
) {{clustered}};

-- What an application said each time that it was sent, for ever.
CREATE TABLE application_version (
    application_id BIGINT NOT NULL,
    id             BIGINT NOT NULL,
    says           TEXT   NOT NULL,
    PRIMARY KEY (application_id, id)
) {{clustered}};

-- Forms that were signed, for ever. What takes the place of one is another row.
CREATE TABLE agreement (
    id              BIGINT NOT NULL PRIMARY KEY,
    form            TEXT   NOT NULL,
    version         TEXT   NOT NULL,
    application_id  BIGINT NOT NULL, -- by which it came; 0: by renewal
    organization_id BIGINT NOT NULL, -- of which it holds; 0: the application is not approved
    person          TEXT   NOT NULL, -- user name of whom it is about; '': the site
    document        TEXT   NOT NULL, -- form.Document (JSON): its words, answers and signature
    digest          TEXT   NOT NULL, -- of what was signed: SHA-256, hexadecimal
    signer          TEXT   NOT NULL,
    title           TEXT   NOT NULL,
    how             TEXT   NOT NULL, -- 'typed' or 'uploaded'
    account_id      BIGINT NOT NULL, -- who was signed in; 0: it was by a link
    address         TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    day             BIGINT NOT NULL,
    expires         BIGINT NOT NULL, -- the last day; 0: it does not end
    replaced        BIGINT NOT NULL, -- Unix microseconds; 0: it stands
    file_id         BIGINT NOT NULL  -- 0: nothing was uploaded
);
CREATE INDEX agreement_organization ON agreement (organization_id, person, form);
CREATE INDEX agreement_application ON agreement (application_id);

-- Signed forms as they were uploaded.
CREATE TABLE agreement_file (
    id      BIGINT NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL,
    type    TEXT   NOT NULL,
    content {{bytes}} NOT NULL
);

-- Until when the programme lets somebody go on without a signature that is due.
CREATE TABLE agreement_extension (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    form            TEXT   NOT NULL,
    person          TEXT   NOT NULL,
    until           BIGINT NOT NULL, -- the last day
    why             TEXT   NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    PRIMARY KEY (organization_id, id)
) {{clustered}};

-- Links by which somebody signs who has no account: each kept as a digest.
CREATE TABLE signing_link (
    id              BIGINT NOT NULL PRIMARY KEY,
    token           {{bytes}} NOT NULL,
    application_id  BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    person          TEXT   NOT NULL,
    signer          TEXT   NOT NULL, -- iis.Contact (JSON)
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    expires         BIGINT NOT NULL,
    closed          BIGINT NOT NULL  -- 0: it can be used
);
CREATE INDEX signing_link_token ON signing_link (token);
CREATE INDEX signing_link_application ON signing_link (application_id);

-- How sites tell patients of the registry, each time that they said so.
CREATE TABLE informing_plan (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    how             TEXT   NOT NULL, -- JSON
    said            TEXT   NOT NULL,
    designated      TEXT   NOT NULL,
    PRIMARY KEY (organization_id, id)
) {{clustered}};

-- When sites went live, with what had been done by then.
CREATE TABLE site_go_live (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    day             BIGINT NOT NULL,
    items           TEXT   NOT NULL, -- iis.CheckItem (JSON)
    why             TEXT   NOT NULL,
    override        BIGINT NOT NULL, -- 1: not all was done
    PRIMARY KEY (organization_id, id)
) {{clustered}};

-- An invitation that came of an application: it is worth what the programme has approved,
-- and not what whoever approved it may give. 0: of none.
ALTER TABLE invitation ADD COLUMN application_id BIGINT NOT NULL DEFAULT 0;

-- The region whose sites somebody looks after; '': none.
ALTER TABLE account ADD COLUMN region TEXT NOT NULL DEFAULT '';
