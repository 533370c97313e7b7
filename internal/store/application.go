package store

import (
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// applicationLock excludes two who change applications or agreements at once. They are
// few.
const applicationLock = 0x454E_524C // "ENRL"

// LockApplications makes others who change applications or agreements wait for this
// transaction.
func (tx *Tx) LockApplications() error { return tx.Lock(applicationLock) }

// asJSON is a value as text. What is marshalled here has nothing that JSON has not.
func asJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write JSON: %w", err)
	}
	return string(text), nil
}

// AddApplication stores a new application under the hash of its token; it is given its
// number.
func (tx *Tx) AddApplication(token []byte, a *iis.Application) error {
	a.ID = iis.ApplicationID(tx.s.NewID())
	says, err := asJSON(a.Says)
	if err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO application (id, token, status, says, region, organization_id, created, changed, submitted)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		a.ID, token, string(a.Status), says, a.Region, a.Organization, a.Created.UnixMicro(), a.Changed.UnixMicro(), instant(a.Submitted))
}

// PutApplication stores what an application has become.
func (tx *Tx) PutApplication(a *iis.Application) error {
	says, err := asJSON(a.Says)
	if err != nil {
		return err
	}
	return tx.Exec(`
		UPDATE application SET status = $1, says = $2, region = $3, organization_id = $4, changed = $5, submitted = $6 WHERE id = $7`,
		string(a.Status), says, a.Region, a.Organization, a.Changed.UnixMicro(), instant(a.Submitted), a.ID)
}

const applicationColumns = `id, status, says, region, organization_id, created, changed, submitted`

func readApplication(r db.Row) (a iis.Application, err error) {
	a = iis.Application{
		ID: iis.ApplicationID(r.Int(0)), Status: iis.ApplicationStatus(r.Text(1)), Region: r.Text(3), Organization: iis.OrganizationID(r.Int(4)),
		Created: momentAt(r.Int(5)), Changed: momentAt(r.Int(6)), Submitted: momentAt(r.Int(7)),
	}
	if err := json.Unmarshal([]byte(r.Text(2)), &a.Says); err != nil {
		return a, fmt.Errorf("application %d: %w", a.ID, err)
	}
	return a, nil
}

func (tx *Tx) applications(which string, args ...any) ([]iis.Application, error) {
	var out []iis.Application
	err := tx.Select(db.Query{SQL: `SELECT ` + applicationColumns + ` FROM application ` + which, Args: args, Each: func(r db.Row) error {
		a, err := readApplication(r)
		out = append(out, a)
		return err
	}})
	return out, err
}

func (tx *Tx) oneApplication(which string, arg any) (iis.Application, error) {
	found, err := tx.applications(which, arg)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no such application.")
	}
	if err != nil {
		return iis.Application{}, err
	}
	return found[0], nil
}

// Application reads one; fault.NotFound when there is none.
func (tx *Tx) Application(id iis.ApplicationID) (iis.Application, error) {
	return tx.oneApplication(`WHERE id = $1`, id)
}

// ApplicationFor reads one by the hash of its token; fault.NotFound when there is none.
func (tx *Tx) ApplicationFor(token []byte) (iis.Application, error) {
	return tx.oneApplication(`WHERE token = $1`, token)
}

// Applications are those of a status that were sent, or of others were begun, the oldest
// first: a page of them after one, of which zero is the first.
func (tx *Tx) Applications(status iis.ApplicationStatus, limit, skip int) ([]iis.Application, error) {
	return tx.applications(`WHERE status = $1 ORDER BY submitted, id LIMIT $2 OFFSET $3`, string(status), limit, skip)
}

// ApplicationsInRegion are Applications of one region.
func (tx *Tx) ApplicationsInRegion(status iis.ApplicationStatus, region string, limit, skip int) ([]iis.Application, error) {
	return tx.applications(`WHERE status = $1 AND region = $2 ORDER BY submitted, id LIMIT $3 OFFSET $4`, string(status), region, limit, skip)
}

// CountApplications is how many are of a status; of one region, or "" of all.
func (tx *Tx) CountApplications(status iis.ApplicationStatus, region string) (n int64, err error) {
	q := db.Query{SQL: `SELECT COUNT(*) FROM application WHERE status = $1`, Args: []any{string(status)}}
	if region != "" {
		q.SQL, q.Args = q.SQL+` AND region = $2`, append(q.Args, region)
	}
	q.Each = func(r db.Row) error { n = r.Int(0); return nil }
	return n, tx.Select(q)
}

// ApplicationsOf are those of which an organization came, the oldest first.
func (tx *Tx) ApplicationsOf(o iis.OrganizationID) ([]iis.Application, error) {
	return tx.applications(`WHERE organization_id = $1 ORDER BY id`, o)
}

// ForgetDrafts removes applications that were never sent and that nobody has changed
// since a moment, with what was done with them: they are nobody's request.
func (tx *Tx) ForgetDrafts(before time.Time) (n int64, err error) {
	var ids []int64
	err = tx.Select(db.Query{
		SQL:  `SELECT id FROM application WHERE status = 'draft' AND submitted = 0 AND changed < $1 ORDER BY id LIMIT 500`,
		Args: []any{before.UnixMicro()},
		Each: func(r db.Row) error { ids = append(ids, r.Int(0)); return nil },
	})
	for _, id := range ids {
		if err != nil {
			return n, err
		}
		signed, read := tx.AgreementsBy(iis.ApplicationID(id))
		if err = read; err != nil {
			return n, err
		}
		for _, a := range signed {
			if err = tx.Exec(`DELETE FROM agreement_file WHERE id = $1`, a.File); err != nil {
				return n, err
			}
		}
		for _, sql := range []string{
			`DELETE FROM agreement WHERE application_id = $1`,
			`DELETE FROM signing_link WHERE application_id = $1`,
			`DELETE FROM application_entry WHERE application_id = $1`,
			`DELETE FROM application_version WHERE application_id = $1`,
			`DELETE FROM application WHERE id = $1`,
		} {
			if err = tx.Exec(sql, id); err != nil {
				return n, err
			}
		}
		n++
	}
	return n, err
}

// CountDrafts is how many applications were begun since a moment and not sent.
func (tx *Tx) CountDrafts(since time.Time) (n int64, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT COUNT(*) FROM application WHERE status = 'draft' AND created > $1`, Args: []any{since.UnixMicro()},
		Each: func(r db.Row) error { n = r.Int(0); return nil },
	})
	return n, err
}

// AddApplicationEntry stores what was done with an application, with its line of the
// audit.
func (tx *Tx) AddApplicationEntry(e *iis.ApplicationEntry) error {
	e.ID = tx.s.NewID()
	asked, err := asJSON(append([]iis.FieldNote{}, e.Asked...))
	if err != nil {
		return err
	}
	fields, err := asJSON(append([]iis.FieldChange{}, e.Fields...))
	if err != nil {
		return err
	}
	err = tx.Exec(`
		INSERT INTO application_entry (application_id, id, at, actor, actor_id, act, said, asked, fields)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.Application, e.ID, e.At.UnixMicro(), e.By.Kind, actorID(e.By), e.Act, e.Said, asked, fields)
	if err != nil {
		return err
	}
	return tx.AddAudit(Audit{At: e.At, Actor: e.By, Act: "application: " + e.Act, Subject: int64(e.Application), Written: []byte(e.Said + "\n" + asked + "\n" + fields)})
}

// ApplicationEntries are what was done with an application, the newest first.
func (tx *Tx) ApplicationEntries(id iis.ApplicationID) ([]iis.ApplicationEntry, error) {
	var out []iis.ApplicationEntry
	err := tx.Select(db.Query{
		SQL: `
			SELECT e.id, e.at, e.actor, e.actor_id, a.name, e.act, e.said, e.asked, e.fields
			FROM application_entry e LEFT JOIN account a ON a.id = e.actor_id AND e.actor = 'user'
			WHERE e.application_id = $1 ORDER BY e.id DESC`,
		Args: []any{id},
		Each: func(r db.Row) error {
			e := iis.ApplicationEntry{
				Application: id, ID: r.Int(0), At: momentAt(r.Int(1)), By: actorOf(r.Text(2), r.Int(3)), Name: r.Text(4), Act: r.Text(5), Said: r.Text(6),
			}
			if err := json.Unmarshal([]byte(r.Text(7)), &e.Asked); err != nil {
				return fmt.Errorf("entry %d of application %d: %w", e.ID, id, err)
			}
			if err := json.Unmarshal([]byte(r.Text(8)), &e.Fields); err != nil {
				return fmt.Errorf("entry %d of application %d: %w", e.ID, id, err)
			}
			out = append(out, e)
			return nil
		},
	})
	return out, err
}

// AddApplicationVersion keeps what an application said when it was sent.
func (tx *Tx) AddApplicationVersion(id iis.ApplicationID, says iis.Enrolment) error {
	text, err := asJSON(says)
	if err != nil {
		return err
	}
	return tx.Exec(`INSERT INTO application_version (application_id, id, says) VALUES ($1, $2, $3)`, id, tx.s.NewID(), text)
}

// LastVersion is what an application said when it was sent last; nil when it never was.
func (tx *Tx) LastVersion(id iis.ApplicationID) (says *iis.Enrolment, err error) {
	err = tx.Select(db.Query{
		SQL:  `SELECT says FROM application_version WHERE application_id = $1 ORDER BY id DESC LIMIT 1`,
		Args: []any{id},
		Each: func(r db.Row) error {
			says = &iis.Enrolment{}
			return json.Unmarshal([]byte(r.Text(0)), says)
		},
	})
	return says, err
}

// AddSigningLink stores a link under the hash of its token; it is given its number.
func (tx *Tx) AddSigningLink(token []byte, l *iis.SigningLink) error {
	l.ID = tx.s.NewID()
	signer, err := asJSON(l.Signer)
	if err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO signing_link (id, token, application_id, organization_id, person, signer, actor, actor_id, at, expires, closed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)`,
		l.ID, token, l.Application, l.Organization, l.Person, signer, l.By.Kind, actorID(l.By), l.At.UnixMicro(), l.Expires.UnixMicro())
}

// SigningLinkFor reads a link by the hash of its token; fault.NotFound when there is none.
func (tx *Tx) SigningLinkFor(token []byte) (l iis.SigningLink, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT id, application_id, organization_id, person, signer, actor, actor_id, at, expires, closed FROM signing_link WHERE token = $1`,
		Args: []any{token},
		Each: func(r db.Row) error {
			l = iis.SigningLink{
				ID: r.Int(0), Application: iis.ApplicationID(r.Int(1)), Organization: iis.OrganizationID(r.Int(2)), Person: r.Text(3),
				By: actorOf(r.Text(5), r.Int(6)), At: momentAt(r.Int(7)), Expires: momentAt(r.Int(8)), Closed: momentAt(r.Int(9)),
			}
			return json.Unmarshal([]byte(r.Text(4)), &l.Signer)
		},
	})
	if err == nil && l.ID == 0 {
		err = fault.New(fault.NotFound, "there is no such link")
	}
	return l, err
}

// SigningLinkOf reads the newest link of an application, or of an organization's renewals, for a
// signer, of those that were made before a moment; nil when there is none.
func (tx *Tx) SigningLinkOf(a iis.ApplicationID, o iis.OrganizationID, person string, before time.Time) (found *iis.SigningLink, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT id, signer, actor, actor_id, at FROM signing_link
			WHERE application_id = $1 AND organization_id = $2 AND person = $3 AND at <= $4 ORDER BY at DESC, id DESC LIMIT 1`,
		Args: []any{a, o, person, before.UnixMicro()},
		Each: func(r db.Row) error {
			found = &iis.SigningLink{ID: r.Int(0), Application: a, Organization: o, Person: person, By: actorOf(r.Text(2), r.Int(3)), At: momentAt(r.Int(4))}
			return json.Unmarshal([]byte(r.Text(1)), &found.Signer)
		},
	})
	return found, err
}

// CloseSigningLinks ends the links of an application, or of an organization's renewals,
// for one signer.
func (tx *Tx) CloseSigningLinks(a iis.ApplicationID, o iis.OrganizationID, person string, now time.Time) error {
	return tx.Exec(`UPDATE signing_link SET closed = $1 WHERE application_id = $2 AND organization_id = $3 AND person = $4 AND closed = 0`, now.UnixMicro(), a, o, person)
}

// CloseSigningLinksBy ends the links that somebody has made, and those by which somebody of a
// user name signs.
func (tx *Tx) CloseSigningLinksBy(by iis.UserID, username string, now time.Time) error {
	err := tx.Exec(`UPDATE signing_link SET closed = $1 WHERE actor = 'user' AND actor_id = $2 AND closed = 0`, now.UnixMicro(), by)
	if err != nil {
		return err
	}
	return tx.CloseSigningLinksFor(username, now)
}

// CloseSigningLinksFor ends those by which somebody of a user name signs their own form.
func (tx *Tx) CloseSigningLinksFor(username string, now time.Time) error {
	return tx.Exec(`UPDATE signing_link SET closed = $1 WHERE person = $2 AND closed = 0`, now.UnixMicro(), username)
}

// CloseApplicationLinks ends all links of an application.
func (tx *Tx) CloseApplicationLinks(a iis.ApplicationID, now time.Time) error {
	return tx.Exec(`UPDATE signing_link SET closed = $1 WHERE application_id = $2 AND closed = 0`, now.UnixMicro(), a)
}
