-- What users have learned: each try of a course's quiz, and each session that counts as the
-- course (docs/training.md). A row is never changed or removed.
CREATE TABLE course_result (
    account_id BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    course     TEXT   NOT NULL, -- the course's code
    version    BIGINT NOT NULL,
    title      TEXT   NOT NULL, -- as it was called then
    role       TEXT   NOT NULL, -- the user's role then
    event_id   BIGINT NOT NULL, -- the session that counted; 0: the quiz
    score      BIGINT NOT NULL, -- right answers
    questions  BIGINT NOT NULL, -- of so many
    passed     BIGINT NOT NULL, -- 1: the course is completed by it
    at         BIGINT NOT NULL, -- Unix microseconds
    noted_by   BIGINT NOT NULL, -- who noted it: the user themselves, or who marked attendance; 0: the command
    PRIMARY KEY (account_id, id)
) {{clustered}};

-- Webinars and sessions at sites and in regions: asked for, planned, declined, over.
CREATE TABLE training_event (
    id              BIGINT NOT NULL PRIMARY KEY,
    kind            TEXT   NOT NULL, -- iis.EventKind
    title           TEXT   NOT NULL,
    say             TEXT   NOT NULL,
    course          TEXT   NOT NULL, -- attending counts as this course; '': as none
    begins          BIGINT NOT NULL, -- Unix microseconds; 0: not planned yet
    minutes         BIGINT NOT NULL,
    place           TEXT   NOT NULL,
    link            TEXT   NOT NULL, -- where one takes part from afar; only who has a seat sees it
    seats           BIGINT NOT NULL, -- 0: without limit
    organization_id BIGINT NOT NULL, -- for whose users alone; 0: everybody's
    status          TEXT   NOT NULL, -- iis.EventStatus
    wish            TEXT   NOT NULL, -- when and for how many, as whoever asked wrote
    why             TEXT   NOT NULL, -- why it was declined or called off
    asked_by        BIGINT NOT NULL, -- 0: the programme plans it by itself
    asked           BIGINT NOT NULL,
    changed         BIGINT NOT NULL,
    changed_by      BIGINT NOT NULL
);
CREATE INDEX training_event_begins ON training_event (status, begins);

-- Who has a seat, waits for one, or was there.
CREATE TABLE training_seat (
    event_id   BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    id         BIGINT NOT NULL, -- in the order in which they came
    status     TEXT   NOT NULL, -- iis.SeatStatus
    changed    BIGINT NOT NULL,
    changed_by BIGINT NOT NULL,
    PRIMARY KEY (event_id, account_id)
) {{clustered}};
CREATE INDEX training_seat_account ON training_seat (account_id, event_id);

-- Questions to the help desk (docs/help-desk.md). No patient is in one, but by number.
CREATE TABLE ticket (
    id         BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT NOT NULL, -- who asked; 0: somebody without an account
    sender_id  BIGINT NOT NULL, -- the site that they belonged to then; 0: none
    name       TEXT   NOT NULL, -- of somebody without an account, as all of the next
    contact    TEXT   NOT NULL,
    topic      TEXT   NOT NULL, -- iis.TicketTopics
    subject    TEXT   NOT NULL,
    route      TEXT   NOT NULL, -- the pattern of the page that they came from, never its address
    role       TEXT   NOT NULL, -- the role that they had then
    agent      TEXT   NOT NULL, -- the browser
    reference  TEXT   NOT NULL, -- of an error page; '': none
    about_id   BIGINT NOT NULL, -- whose record it is about, by the number of then; 0: nobody's
    status     TEXT   NOT NULL, -- iis.TicketStatus
    priority   BIGINT NOT NULL, -- 1 urgent to 4 low
    assigned   BIGINT NOT NULL, -- to whom; 0: to nobody
    opened     BIGINT NOT NULL, -- Unix microseconds, as changed
    changed    BIGINT NOT NULL
);
CREATE INDEX ticket_account ON ticket (account_id, id);
CREATE INDEX ticket_sender ON ticket (sender_id, id);
CREATE INDEX ticket_open ON ticket (priority, id) WHERE status <> 'closed';

-- What was said and done of a ticket. Nothing of it is changed or removed.
CREATE TABLE ticket_entry (
    ticket_id  BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    at         BIGINT NOT NULL, -- Unix microseconds
    account_id BIGINT NOT NULL, -- 0: somebody without an account
    act        TEXT   NOT NULL, -- iis.TicketAct
    internal   BIGINT NOT NULL, -- 1: for the help desk alone
    say        TEXT   NOT NULL,
    PRIMARY KEY (ticket_id, id)
) {{clustered}};

-- A note that a record looks wrong may be a petition for correction: of what, to what, for
-- whom, and what was decided ('': nothing yet, or a note from before this).
ALTER TABLE concern ADD COLUMN asks_for TEXT NOT NULL DEFAULT '';
ALTER TABLE concern ADD COLUMN asker TEXT NOT NULL DEFAULT '';
ALTER TABLE concern ADD COLUMN verdict TEXT NOT NULL DEFAULT '';
CREATE INDEX concern_raised_by ON concern (raised_by, id);

-- What proves it, as it was given. The content is base64: a sealing keeps rows as texts.
CREATE TABLE concern_evidence (
    person_id  BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    concern_id BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL, -- its media type
    size       BIGINT NOT NULL, -- bytes
    content    TEXT   NOT NULL,
    at         BIGINT NOT NULL, -- Unix microseconds
    account_id BIGINT NOT NULL,
    PRIMARY KEY (person_id, id)
) {{clustered}};
