-- Who is who: the programme, its regions, organizations, their sites and departments
-- (docs/organizations.md). A row is never removed: what is closed or merged stays.
CREATE TABLE organization (
    id          BIGINT NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL, -- iis.OrganizationKind
    name        TEXT   NOT NULL,
    parent_id   BIGINT NOT NULL, -- 0: none
    region      TEXT   NOT NULL, -- a code of the state's file, set by hand; '': it is found
    street      TEXT   NOT NULL,
    city        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    zip         TEXT   NOT NULL,
    county      TEXT   NOT NULL,
    phone       TEXT   NOT NULL,
    npi         TEXT   NOT NULL,
    pin         TEXT   NOT NULL,
    status      TEXT   NOT NULL, -- iis.OrganizationStatus
    closed      BIGINT NOT NULL, -- the day since which it is inactive; 0 while it is not
    merged_into BIGINT NOT NULL, -- 0: it was not
    created     BIGINT NOT NULL, -- Unix microseconds, as changed
    changed     BIGINT NOT NULL
);

-- Everything that was done to an organization, for ever.
CREATE TABLE organization_change (
    organization_id BIGINT NOT NULL,
    id              BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT   NOT NULL,
    actor_id        BIGINT NOT NULL,
    act             TEXT   NOT NULL, -- iis.OrganizationAct
    why             TEXT   NOT NULL,
    other_id        BIGINT NOT NULL, -- with which it was done; 0: none
    fields          TEXT   NOT NULL, -- what became what (JSON)
    PRIMARY KEY (organization_id, id)
) {{clustered}};

-- To which site a sender belongs; 0: it was added by a program before this one.
ALTER TABLE sender ADD COLUMN organization_id BIGINT NOT NULL DEFAULT 0;

-- Each sender that is there gets a site with its number; those by which the programme
-- itself enters and imports, one for both. It is live when it went live, may send or has sent.
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
