package store

import (
	"encoding/json"
	"fmt"
	"time"

	"openiis/internal/cal"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

const agreementColumns = `id, form, version, application_id, organization_id, person, document, digest, signer, title, how, account_id, address, at, day, expires, replaced, file_id`

// agreementBrief are the same without the document, which is long: of those who ask
// whether something is signed, at each request or of everybody.
const agreementBrief = `id, form, version, application_id, organization_id, person, '', digest, signer, title, how, account_id, address, at, day, expires, replaced, file_id`

func readAgreement(r db.Row) iis.Agreement {
	return iis.Agreement{
		ID: iis.AgreementID(r.Int(0)), Form: r.Text(1), Version: r.Text(2), Application: iis.ApplicationID(r.Int(3)), Organization: iis.OrganizationID(r.Int(4)),
		Person: r.Text(5), Document: r.Text(6), Digest: r.Text(7), Signer: r.Text(8), Title: r.Text(9), How: r.Text(10), Account: iis.UserID(r.Int(11)),
		Address: r.Text(12), At: momentAt(r.Int(13)), Day: cal.Date(r.Int(14)), Expires: cal.Date(r.Int(15)), Replaced: momentAt(r.Int(16)), File: r.Int(17),
	}
}

func (tx *Tx) agreements(which string, args ...any) ([]iis.Agreement, error) {
	var out []iis.Agreement
	err := tx.Select(agreementsInto(&out, agreementColumns, which, args...))
	return out, err
}

func agreementsInto(out *[]iis.Agreement, columns, which string, args ...any) db.Query {
	return db.Query{SQL: `SELECT ` + columns + ` FROM agreement ` + which, Args: args, Each: func(r db.Row) error {
		*out = append(*out, readAgreement(r))
		return nil
	}}
}

// AddAgreement stores a form that was signed, with its line of the audit; it is given its
// number.
func (tx *Tx) AddAgreement(a *iis.Agreement, by iis.Actor) error {
	a.ID = iis.AgreementID(tx.s.NewID())
	err := tx.Exec(`
		INSERT INTO agreement (id, form, version, application_id, organization_id, person, document, digest, signer, title, how, account_id, address, at, day, expires, replaced, file_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, $17)`,
		a.ID, a.Form, a.Version, a.Application, a.Organization, a.Person, a.Document, a.Digest, a.Signer, a.Title, a.How, a.Account, a.Address,
		a.At.UnixMicro(), a.Day, a.Expires, a.File)
	if err != nil {
		return err
	}
	return tx.AddAudit(Audit{At: a.At, Actor: by, Act: "agreement: " + a.Form, Subject: int64(a.ID), Written: []byte(a.Digest + "\n" + a.Signer + "\n" + a.Title)})
}

// ReplaceAgreement says that a signed form does not stand any more since a moment.
func (tx *Tx) ReplaceAgreement(id iis.AgreementID, now time.Time) error {
	return tx.Exec(`UPDATE agreement SET replaced = $1 WHERE id = $2 AND replaced = 0`, now.UnixMicro(), id)
}

// HoldAgreement has a signed form of an application hold of an organization.
func (tx *Tx) HoldAgreement(id iis.AgreementID, o iis.OrganizationID) error {
	return tx.Exec(`UPDATE agreement SET organization_id = $1 WHERE id = $2`, o, id)
}

// Agreement reads a signed form; fault.NotFound when there is none.
func (tx *Tx) Agreement(id iis.AgreementID) (iis.Agreement, error) {
	found, err := tx.agreements(`WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "There is no signed form with this number.")
	}
	if err != nil {
		return iis.Agreement{}, err
	}
	return found[0], nil
}

// AgreementsOf are all signed forms of an organization, the newest first.
func (tx *Tx) AgreementsOf(o iis.OrganizationID) ([]iis.Agreement, error) {
	return tx.agreements(`WHERE organization_id = $1 ORDER BY id DESC`, o)
}

// AgreementsBy are all signed forms that came by an application, the newest first.
func (tx *Tx) AgreementsBy(a iis.ApplicationID) ([]iis.Agreement, error) {
	return tx.agreements(`WHERE application_id = $1 ORDER BY id DESC`, a)
}

// AllAgreements are all signed forms of organizations that stand, without documents.
func (tx *Tx) AllAgreements() ([]iis.Agreement, error) {
	var out []iis.Agreement
	err := tx.Select(agreementsInto(&out, agreementBrief, `WHERE organization_id > 0 AND replaced = 0 ORDER BY id`))
	return out, err
}

const extensionColumns = `e.organization_id, e.id, e.form, e.person, e.until, e.why, e.at, e.actor, e.actor_id, a.name`

func extensionsInto(out *[]iis.Extension, which string, args ...any) db.Query {
	return db.Query{
		SQL:  `SELECT ` + extensionColumns + ` FROM agreement_extension e LEFT JOIN account a ON a.id = e.actor_id AND e.actor = 'user' ` + which,
		Args: args,
		Each: func(r db.Row) error {
			*out = append(*out, iis.Extension{
				Organization: iis.OrganizationID(r.Int(0)), ID: r.Int(1), Form: r.Text(2), Person: r.Text(3), Until: cal.Date(r.Int(4)), Why: r.Text(5),
				At: momentAt(r.Int(6)), By: actorOf(r.Text(7), r.Int(8)), Name: r.Text(9),
			})
			return nil
		},
	}
}

// AddExtension stores that somebody may go on until a day, with its line of the audit.
func (tx *Tx) AddExtension(e *iis.Extension) error {
	e.ID = tx.s.NewID()
	err := tx.Exec(`
		INSERT INTO agreement_extension (organization_id, id, form, person, until, why, at, actor, actor_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.Organization, e.ID, e.Form, e.Person, e.Until, e.Why, e.At.UnixMicro(), e.By.Kind, actorID(e.By))
	if err != nil {
		return err
	}
	act := "extend agreement"
	if e.Until == iis.SignedFirst {
		act = "ask for an agreement first"
	}
	return tx.AddAudit(Audit{At: e.At, Actor: e.By, Act: act, Subject: int64(e.Organization), Written: []byte(e.Form + "\n" + e.Person + "\n" + e.Until.String() + "\n" + e.Why)})
}

// ExtensionsOf are those of an organization, the newest first.
func (tx *Tx) ExtensionsOf(o iis.OrganizationID) ([]iis.Extension, error) {
	var out []iis.Extension
	err := tx.Select(extensionsInto(&out, `WHERE e.organization_id = $1 ORDER BY e.id DESC`, o))
	return out, err
}

// AllExtensions are those of all organizations.
func (tx *Tx) AllExtensions() ([]iis.Extension, error) {
	var out []iis.Extension
	err := tx.Select(extensionsInto(&out, `WHERE e.organization_id > 0 ORDER BY e.id`))
	return out, err
}

// siteOfSender finds the site that a sender belongs to: of a department, the site of
// which it is a part.
var siteOfSender = siteOf("$1")

// siteOf is siteOfSender of a sender that SQL finds.
func siteOf(sender string) string {
	return `(SELECT CASE WHEN o.kind = 'department' THEN o.parent_id ELSE o.id END FROM organization o JOIN sender s ON s.organization_id = o.id WHERE s.id = ` + sender + `)`
}

// AgreedFor is what the site of a sender has signed, and one of its users by user name;
// site is 0 when the sender belongs to none. What is signed comes without documents. It is asked at each request of a user, in one
// trip.
func (tx *Tx) AgreedFor(sender iis.SenderID, person string) (site iis.OrganizationID, signed []iis.Agreement, longer []iis.Extension, err error) {
	err = tx.Select(
		db.Query{SQL: `SELECT id FROM organization WHERE id = ` + siteOfSender, Args: []any{sender}, Each: func(r db.Row) error {
			site = iis.OrganizationID(r.Int(0))
			return nil
		}},
		agreementsInto(&signed, agreementBrief, `WHERE organization_id = `+siteOfSender+` AND replaced = 0 AND (person = '' OR person = $2) ORDER BY id DESC`, sender, person),
		extensionsInto(&longer, `WHERE e.organization_id = `+siteOfSender+` AND (e.person = '' OR e.person = $2) ORDER BY e.id DESC`, sender, person),
	)
	return site, signed, longer, err
}

// AddDocument stores a document that was uploaded, and returns its number.
func (tx *Tx) AddDocument(d iis.Document) (int64, error) {
	id := tx.s.NewID()
	err := tx.Exec(`INSERT INTO agreement_file (id, name, type, content) VALUES ($1, $2, $3, $4)`, id, d.Name, d.Type, d.Content)
	return id, err
}

// Document reads one; fault.NotFound when there is none.
func (tx *Tx) Document(id int64) (d iis.Document, err error) {
	err = tx.Select(db.Query{
		SQL: `SELECT id, name, type, content FROM agreement_file WHERE id = $1`, Args: []any{id},
		Each: func(r db.Row) error {
			d = iis.Document{ID: r.Int(0), Name: r.Text(1), Type: r.Text(2), Content: append([]byte(nil), r.Bytes(3)...)}
			return nil
		},
	})
	if err == nil && d.ID == 0 {
		err = fault.New(fault.NotFound, "There is no such document.")
	}
	return d, err
}

// AddInformingPlan stores how a site tells patients, with its line of the audit.
func (tx *Tx) AddInformingPlan(p *iis.InformingPlan) error {
	p.ID = tx.s.NewID()
	how, err := asJSON(append([]string{}, p.How...))
	if err != nil {
		return err
	}
	err = tx.Exec(`
		INSERT INTO informing_plan (organization_id, id, at, actor, actor_id, how, said, designated) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		p.Organization, p.ID, p.At.UnixMicro(), p.By.Kind, actorID(p.By), how, p.Text, p.Designated)
	if err != nil {
		return err
	}
	return tx.AddAudit(Audit{At: p.At, Actor: p.By, Act: "set informing plan", Subject: int64(p.Organization), Written: []byte(how + "\n" + p.Text + "\n" + p.Designated)})
}

// InformingPlans are those of a site, the newest first, ten at most.
func (tx *Tx) InformingPlans(o iis.OrganizationID) ([]iis.InformingPlan, error) {
	var out []iis.InformingPlan
	err := tx.Select(db.Query{
		SQL: `
			SELECT p.id, p.at, p.actor, p.actor_id, a.name, p.how, p.said, p.designated
			FROM informing_plan p LEFT JOIN account a ON a.id = p.actor_id AND p.actor = 'user'
			WHERE p.organization_id = $1 ORDER BY p.id DESC LIMIT 10`,
		Args: []any{o},
		Each: func(r db.Row) error {
			p := iis.InformingPlan{Organization: o, ID: r.Int(0), At: momentAt(r.Int(1)), By: actorOf(r.Text(2), r.Int(3)), Name: r.Text(4), Text: r.Text(6), Designated: r.Text(7)}
			if err := json.Unmarshal([]byte(r.Text(5)), &p.How); err != nil {
				return fmt.Errorf("informing plan %d: %w", p.ID, err)
			}
			out = append(out, p)
			return nil
		},
	})
	return out, err
}

// AddGoLive stores that a site went live.
func (tx *Tx) AddGoLive(g *iis.GoLive) error {
	g.ID = tx.s.NewID()
	items, err := asJSON(append([]iis.CheckItem{}, g.Items...))
	if err != nil {
		return err
	}
	err = tx.Exec(`
		INSERT INTO site_go_live (organization_id, id, at, actor, actor_id, day, items, why, override) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		g.Organization, g.ID, g.At.UnixMicro(), g.By.Kind, actorID(g.By), g.Day, items, g.Why, g.Override)
	if err != nil {
		return err
	}
	return tx.AddAudit(Audit{At: g.At, Actor: g.By, Act: "site goes live", Subject: int64(g.Organization), Written: []byte(items + "\n" + g.Why)})
}

// GoLives are when a site went live, the newest first.
func (tx *Tx) GoLives(o iis.OrganizationID) ([]iis.GoLive, error) {
	var out []iis.GoLive
	err := tx.Select(db.Query{
		SQL: `
			SELECT g.id, g.at, g.actor, g.actor_id, a.name, g.day, g.items, g.why, g.override
			FROM site_go_live g LEFT JOIN account a ON a.id = g.actor_id AND g.actor = 'user'
			WHERE g.organization_id = $1 ORDER BY g.id DESC`,
		Args: []any{o},
		Each: func(r db.Row) error {
			g := iis.GoLive{Organization: o, ID: r.Int(0), At: momentAt(r.Int(1)), By: actorOf(r.Text(2), r.Int(3)), Name: r.Text(4), Day: cal.Date(r.Int(5)), Why: r.Text(7), Override: r.Int(8) != 0}
			if err := json.Unmarshal([]byte(r.Text(6)), &g.Items); err != nil {
				return fmt.Errorf("go-live %d: %w", g.ID, err)
			}
			out = append(out, g)
			return nil
		},
	})
	return out, err
}

// AccountsAt are the accounts of some senders whose access has not ended, by user name.
func (tx *Tx) AccountsAt(senders ...iis.SenderID) ([]Account, error) {
	if len(senders) == 0 {
		return nil, nil
	}
	var out []Account
	var queries []db.Query
	for _, sender := range senders {
		queries = append(queries, db.Query{
			SQL:  `SELECT ` + accountColumns + ` FROM account a WHERE a.ended = 0 AND a.sender_id = $1 ORDER BY a.username`,
			Args: []any{sender},
			Each: func(r db.Row) error { out = append(out, readAccount(r)); return nil },
		})
	}
	err := tx.Select(queries...)
	return out, err
}

// UsersAt are the users of some senders, those too whose access has ended.
func (tx *Tx) UsersAt(senders ...iis.SenderID) (out []iis.UserID, err error) {
	var queries []db.Query
	for _, sender := range senders {
		queries = append(queries, db.Query{
			SQL:  `SELECT id FROM account WHERE sender_id = $1 ORDER BY id`,
			Args: []any{sender},
			Each: func(r db.Row) error { out = append(out, iis.UserID(r.Int(0))); return nil },
		})
	}
	if len(queries) == 0 {
		return nil, nil
	}
	return out, tx.Select(queries...)
}

// HeldAccounts are the accounts whose access has not ended, of sites that have signed
// anything or were asked to, with the site of each.
func (tx *Tx) HeldAccounts() (map[iis.OrganizationID][]Account, error) {
	out := map[iis.OrganizationID][]Account{}
	err := tx.Select(db.Query{
		SQL: `
			SELECT ` + accountColumns + `, CASE WHEN o.kind = 'department' THEN o.parent_id ELSE o.id END
			FROM account a JOIN sender s ON s.id = a.sender_id JOIN organization o ON o.id = s.organization_id
			WHERE a.ended = 0 AND (o.id IN (SELECT organization_id FROM agreement WHERE replaced = 0) OR o.parent_id IN (SELECT organization_id FROM agreement WHERE replaced = 0)
				OR o.id IN (SELECT organization_id FROM agreement_extension) OR o.parent_id IN (SELECT organization_id FROM agreement_extension))
			ORDER BY a.username`,
		Each: func(r db.Row) error {
			site := iis.OrganizationID(r.Int(accountWidth))
			out[site] = append(out[site], readAccount(r))
			return nil
		},
	})
	return out, err
}

// AddSenderAt adds a sender without a credential to an organization; fault.Conflict when
// its code is taken.
func (tx *Tx) AddSenderAt(facility, name string, at iis.OrganizationID, now time.Time) (iis.Sender, error) {
	if _, err := tx.SenderByFacility(facility); err == nil {
		return iis.Sender{}, fault.New(fault.Conflict, "The facility code %s is taken: write another one.", facility)
	} else if fault.KindOf(err) != fault.NotFound {
		return iis.Sender{}, err
	}
	s := iis.Sender{ID: iis.SenderID(tx.s.NewID()), Facility: facility, Name: name, Kind: iis.SendsVaccinations}
	err := tx.Exec(`INSERT INTO sender (id, facility, name, enforce, kind, created, organization_id) VALUES ($1, $2, $3, 0, $4, $5, $6)`,
		s.ID, s.Facility, s.Name, string(s.Kind), now.UnixMicro(), at)
	if err != nil {
		return iis.Sender{}, err
	}
	return s, tx.kindsChange(false)
}
