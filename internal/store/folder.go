package store

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// SourcePerson is the newest version of what a sender said of a person.
type SourcePerson struct {
	Source     iis.SourceID
	Version    int64
	Sender     iis.SenderID
	Submission iis.SubmissionID
	Received   int64 // Unix microseconds
	Person     iis.Person
	// Alive says that someone decided that the death of which the source tells is not
	// this person's (iis.DecidedAlive): it is set aside, whatever the source repeats.
	Alive bool
}

// Folder is all that holds of one person: what was reported, newest versions
// only, and what was derived from it. It is stored as one body, so that one
// read gives a record. It is what the person's reports come to.
type Folder struct {
	ID      iis.PersonID
	Created time.Time
	Changed time.Time

	Sources []SourcePerson
	// Doses are all reports, deleted ones included, in the order in which they
	// first came.
	Doses []iis.SourceDose

	// Pins are what people said of the doses' reports and did not take back, in the
	// order of the reports.
	Pins []iis.DosePin

	// Choices are all that was chosen about the record, in the order of their reports.
	Choices []iis.Choice

	Golden       iis.Person // the consolidated person
	Consolidated []iis.Consolidated
	// DoseRules are the rules by which Consolidated was made (dedupe.Version); 0: by
	// a program that did not say.
	DoseRules int

	found findable // what the person could be found by when the folder was read
}

// walkFolder walks a folder in one body.
func walkFolder(c *coder, f *Folder) {
	whoFields(c, f)
	eventFields(c, f)
	choiceFields(c, f)
	c.end()
}

// walkWho walks who the person is: all that anybody is compared by.
func walkWho(c *coder, f *Folder) {
	whoFields(c, f)
	choiceFields(c, f)
	c.end()
}

// walkEvents walks what walkWho leaves of a folder.
func walkEvents(c *coder, f *Folder) {
	eventFields(c, f)
	c.end()
}

// walkCard reads what walkFolder writes as far as walkWho would, and leaves the rest
// unread.
func walkCard(c *coder, f *Folder) {
	whoFields(c, f)
	c.in = ""
}

func whoFields(c *coder, f *Folder) {
	if c.has(1, true) {
		walkPerson(c, &f.Golden)
	}
	list(c, 2, &f.Sources, walkSource)
}

// choiceFields stand behind what happened, and apart from it: whoever compares people, or
// lists them, has to know what is hidden.
func choiceFields(c *coder, f *Folder) {
	list(c, 7, &f.Choices, walkChoice)
}

func eventFields(c *coder, f *Folder) {
	list(c, 3, &f.Doses, walkReport)
	list(c, 4, &f.Consolidated, walkConsolidated)
	integer(c, 5, &f.DoseRules)
	list(c, 6, &f.Pins, walkPin)
}

func walkSource(c *coder, s *SourcePerson) {
	ident(c, 1, &s.Source)
	ident(c, 2, &s.Version)
	ident(c, 3, &s.Sender)
	ident(c, 4, &s.Submission)
	ident(c, 5, &s.Received)
	if c.has(6, true) {
		walkPerson(c, &s.Person)
	}
	boolean(c, 7, &s.Alive)
	c.end()
}

func walkReport(c *coder, d *iis.SourceDose) {
	ident(c, 1, &d.ID)
	ident(c, 2, &d.Origin)
	ident(c, 3, &d.Source)
	ident(c, 4, &d.Sender)
	ident(c, 5, &d.Submission)
	ident(c, 6, &d.Received)
	text(c, 7, &d.Key)
	integer(c, 8, &d.Detail)
	if c.has(9, true) {
		walkDose(c, &d.Dose)
	}
	c.end()
}

func walkConsolidated(c *coder, d *iis.Consolidated) {
	ident(c, 1, &d.ID)
	ident(c, 2, &d.Primary)
	list(c, 3, &d.Members, func(c *coder, id *iis.SourceDoseID) { ident(c, 1, id) })
	text(c, 4, &d.Rule)
	boolean(c, 5, &d.Review)
	texts(c, 6, &d.Rules)
	list(c, 7, &d.Doubts, func(c *coder, d *iis.DoseDoubt) {
		ident(c, 1, &d.Other)
		text(c, 2, &d.Rule)
		c.end()
	})
	c.end()
}

func walkPin(c *coder, p *iis.DosePin) {
	ident(c, 1, &p.A)
	ident(c, 2, &p.B)
	text(c, 3, &p.Verdict)
	c.end()
}

// folderColumns are what readFolder reads of folderTables: the last three are bodies.
const folderColumns = `person.id, person.created, person.changed, person.folder, person.events, person_said.said`

// folderTables are where a folder is.
const folderTables = `person LEFT JOIN person_said ON person_said.person_id = person.id`

// foldersAfter are the next folders of a pass over everyone. Both tables are told where to begin: PostgreSQL,
// which merges them, would read the second from its beginning for each stretch.
const foldersAfter = `person LEFT JOIN person_said ON person_said.person_id = person.id AND person_said.person_id > $1
	WHERE person.id > $1 ORDER BY person.id LIMIT 500`

// bodies are how a folder is stored: who the person is and what happened to them stand
// apart, in two tables, so that comparing people reads a tenth of what is held of them. A
// program before schema 23 stored the folder whole, and where it did, only that holds.
type bodies struct{ whole, events, said string }

func readBodies(r db.Row) bodies { return bodies{r.Text(3), r.Text(4), r.Text(5)} }

func readFolder(r db.Row) (*Folder, error) {
	f := &Folder{
		ID: iis.PersonID(r.Int(0)), Created: time.UnixMicro(r.Int(1)).UTC(), Changed: time.UnixMicro(r.Int(2)).UTC(),
	}
	if err := f.decode(readBodies(r)); err != nil {
		return nil, err
	}
	f.found = f.findable()
	return f, nil
}

// decode reads what is stored of a person.
func (f *Folder) decode(b bodies) error {
	var err error
	if b.whole != "" {
		err = decode(b.whole, f, walkFolder)
	} else if err = decode(b.said, f, walkWho); err == nil {
		err = decode(b.events, f, walkEvents)
	}
	if err != nil {
		return fmt.Errorf("read person %d: %w", f.ID, err)
	}
	for i := range f.Doses {
		f.Doses[i].Person = f.ID
	}
	return nil
}

// decodeWho reads who a person is, of its own body (walkWho) or of a whole folder
// (walkCard), and nothing else.
func decodeWho[B string | []byte](body B, f *Folder, walk func(*coder, *Folder)) error {
	if err := decode(body, f, walk); err != nil {
		return fmt.Errorf("read person %d: %w", f.ID, err)
	}
	return nil
}

// Folder reads the folder of one person, by whatever id leads to it now;
// fault.NotFound when there is no such person.
func (tx *Tx) Folder(id iis.PersonID) (*Folder, error) {
	found, err := tx.Folders(id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNoRecord
	}
	return found[0], nil
}

var errNoRecord = fault.New(fault.NotFound, "There is no such record.")

// Folders reads the folders of some persons in one round trip, in the order
// asked; whoever does not exist is left out. A former id leads to whose it is
// now; nobody comes twice.
func (tx *Tx) Folders(ids ...iis.PersonID) ([]*Folder, error) {
	found, err := tx.foldersOf(ids)
	if err != nil || len(found) == len(ids) {
		return found, err
	}
	now, err := tx.Follow(ids...)
	if err != nil || slices.Equal(now, ids) {
		return found, err
	}
	once := make([]iis.PersonID, 0, len(now))
	for _, id := range now {
		if !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return tx.foldersOf(once)
}

// foldersOf is Folders by present ids alone.
func (tx *Tx) foldersOf(ids []iis.PersonID) ([]*Folder, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out := make([]*Folder, 0, len(ids))
	queries := make([]db.Query, len(ids))
	for i, id := range ids {
		queries[i] = folderQuery(id, &out)
	}
	return out, tx.Select(queries...)
}

func folderQuery(id iis.PersonID, into *[]*Folder) db.Query {
	return db.Query{
		SQL: `SELECT ` + folderColumns + ` FROM ` + folderTables + ` WHERE person.id = $1`, Args: []any{id},
		Each: func(r db.Row) error { return addFolder(into, r) },
	}
}

// Described is what each source says of a person, without events, and what was chosen.
type Described struct {
	ID      iis.PersonID
	Sources []SourcePerson
	Choices []iis.Choice
}

// Described reads what is said of some persons in one round trip, in the order
// asked; whoever does not exist is left out.
func (tx *Tx) Described(ids ...iis.PersonID) ([]Described, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if tx.batch != nil {
		return tx.batch.described(ids)
	}
	out := make([]Described, 0, len(ids))
	err := tx.whoIs(ids, func(f *Folder) { out = append(out, Described{f.ID, f.Sources, f.Choices}) })
	return out, err
}

func addFolder(list *[]*Folder, r db.Row) error {
	f, err := readFolder(r)
	if err == nil {
		*list = append(*list, f)
	}
	return err
}

// Hold reads the folder of one person and makes other writes to it wait for this
// one. nil: nobody has the id (any more); a person who was merged meanwhile is to
// be looked up again.
func (tx *Tx) Hold(id iis.PersonID) (*Folder, error) {
	if tx.batch != nil {
		return tx.batch.hold(id)
	}
	var found []*Folder
	if err := tx.Select(holdQuery(id), folderQuery(id, &found)); err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// holdQuery makes other writes to a person's folder wait for this one. It is a statement of
// its own: what one that waited joins to the row is as it was before the wait.
func holdQuery(id iis.PersonID) db.Query {
	return db.Query{SQL: `SELECT id FROM person WHERE id = $1`, Args: []any{id}, Hold: personTable}
}

// HoldOwn reads the folder to which a sender's own numbers lead, with the sender's
// source in it, and makes other writes to it wait for this one; nil when they lead
// nowhere, or not all to one source. Numbers and folders are on different servers,
// perhaps, and so are asked for one after the other.
func (tx *Tx) HoldOwn(sender iis.SenderID, own []string) (*Folder, iis.SourceID, error) {
	return tx.own(sender, own, tx.Hold)
}

// ReadOwn is HoldOwn without making anybody wait. One number, which is what nearly
// every query has, and its folder are read by one statement where they are together.
func (tx *Tx) ReadOwn(sender iis.SenderID, own []string) (*Folder, iis.SourceID, error) {
	if len(own) == 1 && tx.s.together {
		return tx.ownTogether(sender, own[0])
	}
	return tx.own(sender, own, func(id iis.PersonID) (*Folder, error) {
		found, err := tx.foldersOf([]iis.PersonID{id})
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0], nil
	})
}

func (tx *Tx) ownTogether(sender iis.SenderID, own string) (f *Folder, source iis.SourceID, err error) {
	err = tx.Select(db.Query{
		SQL: `
			SELECT ` + folderColumns + `, source_key.source_id
			FROM source_key JOIN person ON person.id = source_key.person_id LEFT JOIN person_said ON person_said.person_id = person.id
			WHERE source_key.sender_id = $1 AND source_key.k = $2 AND source_key.person_id <> 0`,
		Args: []any{sender, own},
		Each: func(r db.Row) (err error) {
			source = iis.SourceID(r.Int(6))
			f, err = readFolder(r)
			return err
		},
	})
	return f, source, err
}

func (tx *Tx) own(sender iis.SenderID, own []string, read func(iis.PersonID) (*Folder, error)) (*Folder, iis.SourceID, error) {
	hits, _, err := tx.FindSources(sender, own, nil, 0)
	if err != nil || len(hits) == 0 {
		return nil, 0, err
	}
	for _, h := range hits[1:] {
		if h != hits[0] {
			return nil, 0, nil
		}
	}
	f, err := read(hits[0].Person)
	return f, hits[0].Source, err
}

// personTable is where folders are.
const personTable = "person"

// PutFolder adds or replaces a person's folder, and makes the person findable by
// what is new in it.
func (tx *Tx) PutFolder(f *Folder, now time.Time) error {
	if tx.batch != nil {
		return tx.batch.putFolder(tx, f, now)
	}
	if err := tx.addSearchKeys(f); err != nil {
		return fmt.Errorf("add search keys: %w", err)
	}
	return tx.putPerson(f, now)
}

// putPerson is PutFolder without the keys.
func (tx *Tx) putPerson(f *Folder, now time.Time) error {
	created := now
	if !f.Created.IsZero() { // it was there once
		created = f.Created
	}
	err := tx.Exec(`
		INSERT INTO person (id, family, given, birth, sex, folder, created, changed, events)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE
		SET family = excluded.family, given = excluded.given, birth = excluded.birth, sex = excluded.sex,
		    folder = excluded.folder, changed = excluded.changed, events = excluded.events`,
		f.row(created, now)...)
	if err != nil {
		return err
	}
	return tx.Exec(`
		INSERT INTO person_said (person_id, said) VALUES ($1, $2)
		ON CONFLICT (person_id) DO UPDATE SET said = excluded.said WHERE person_said.said <> excluded.said`, f.saidRow()...)
}

// personColumns are what row fills, and saidColumns what saidRow does.
var (
	personColumns = []string{"id", "family", "given", "birth", "sex", "folder", "created", "changed", "events"}
	saidColumns   = []string{"person_id", "said"}
)

// row is a folder as it is stored, but for who the person is.
func (f *Folder) row(created, changed time.Time) []any {
	name := f.Golden.LegalName()
	return []any{
		f.ID, name.Family, name.Given, f.Golden.Birth, f.Golden.Sex, []byte{}, created.UnixMicro(), changed.UnixMicro(), encode(f, walkEvents),
	}
}

// saidRow is who the person is, as it is stored.
func (f *Folder) saidRow() []any { return []any{f.ID, encode(f, walkWho)} }

// FolderAndReports reads a folder as it is stored, makes it anew from the
// person's reports and pins, as far as nothing is derived, and reads the standing;
// nil for one that is not there. All are of one instant.
func (tx *Tx) FolderAndReports(id iis.PersonID) (stored, rebuilt *Folder, standing *Standing, err error) {
	var kept []*Folder
	f := &Folder{ID: id}
	var words []DosePin
	var pins []Pin
	if err := tx.Select(folderQuery(id, &kept), f.reportsQuery(), dosePinsQuery(id, &words), pinsQuery(id, &pins), standingQuery(id, &standing)); err != nil {
		return nil, nil, nil, fmt.Errorf("read person %d: %w", id, err)
	}
	for _, w := range words {
		f.SetPin(w)
	}
	f.SetAlive(pins)
	if len(kept) > 0 {
		stored = kept[0]
	}
	if len(f.Sources) > 0 {
		rebuilt = f
	}
	return stored, rebuilt, standing, nil
}

// reportsQuery adds every report of the person to the folder, in their order.
func (f *Folder) reportsQuery() db.Query {
	return reportsQuery(f.ID, f.add)
}

// SameFolder reports two folders that hold the same.
func SameFolder(a, b *Folder) bool {
	return bytes.Equal(encode(a, walkFolder), encode(b, walkFolder))
}

// add adds a report to the folder.
func (f *Folder) add(r *Report) {
	if r.Said != nil {
		f.SetSource(r)
	}
	for i := range r.Doses {
		f.SetDose(r, &r.Doses[i])
	}
	if r.Choice != nil {
		f.AddChoice(r)
	}
}

// AddChoice adds what a report says was chosen. What is derived is for the caller to renew.
func (f *Folder) AddChoice(r *Report) { f.Choices = append(f.Choices, r.chosen()) }

// SetSource puts what a report says of the person in the place of what the same
// source said before. What is derived is for the caller to renew.
func (f *Folder) SetSource(r *Report) {
	s := SourcePerson{
		Source: r.Source, Version: r.ID, Sender: r.Sender, Submission: r.Submission, Received: r.Received, Person: *r.Said,
	}
	if known := f.Source(r.Source); known != nil {
		s.Alive = known.Alive
		*known = s
	} else {
		f.Sources = append(f.Sources, s)
	}
}

// SetAlive sets the deaths aside that pins say are another's, and no others. What is
// derived is for the caller to renew.
func (f *Folder) SetAlive(pins []Pin) {
	for i := range f.Sources {
		s := &f.Sources[i]
		s.Alive = slices.ContainsFunc(pins, func(p Pin) bool { return p.Kind == iis.DecidedAlive && p.Source == s.Source })
	}
}

// SetDose puts what a report says of an event in the place of what it replaces.
func (f *Folder) SetDose(r *Report, v *NewVersion) *iis.SourceDose {
	d := iis.SourceDose{
		ID: v.ID, Origin: v.ID, Person: f.ID, Source: r.Source, Sender: r.Sender, Submission: r.Submission,
		Received: r.Received, Key: v.Key, Detail: v.Detail, Dose: v.Dose,
	}
	if known := f.replaced(r, v); known != nil {
		d.Origin = known.Origin
		*known = d
		return known
	}
	f.Doses = append(f.Doses, d)
	return &f.Doses[len(f.Doses)-1]
}

// Source is a source of the folder; nil when it is not there.
func (f *Folder) Source(id iis.SourceID) *SourcePerson {
	for i := range f.Sources {
		if f.Sources[i].Source == id {
			return &f.Sources[i]
		}
	}
	return nil
}

// replaced is what a report of an event takes the place of: what the same source
// said under the same key, or what another source of the sender said when both
// were one person's already. Where two records of one sender became one later,
// equal numbers say nothing: some senders number each patient's doses from 1.
func (f *Folder) replaced(r *Report, v *NewVersion) *iis.SourceDose {
	for i := range f.Doses {
		if d := &f.Doses[i]; d.Source == r.Source && d.Key == v.Key {
			return d
		}
	}
	switch {
	case v.Replaces != 0:
		for i := range f.Doses {
			if d := &f.Doses[i]; d.Origin == v.Replaces && d.Sender == r.Sender {
				return d
			}
		}
		return nil // that source went to another person
	case v.Begins:
		return nil
	}
	return f.Reported(r.Sender, r.Source, v.Key) // of an older program, to which a sender's key was one event's
}

// Reported is what a sender reported of the event that it names by a key, of two
// under one key what the given source did; nil when it reported none.
func (f *Folder) Reported(sender iis.SenderID, source iis.SourceID, key string) *iis.SourceDose {
	var found *iis.SourceDose
	for i := range f.Doses {
		d := &f.Doses[i]
		if d.Sender != sender || d.Key != key {
			continue
		}
		if d.Source == source {
			return d
		}
		if found == nil {
			found = d
		}
	}
	return found
}

// FolderOf makes the folder of a person from its reports in their order, as far
// as nothing is derived.
func FolderOf(id iis.PersonID, created time.Time, reports []Report) *Folder {
	f := &Folder{ID: id, Created: created}
	for i := range reports {
		f.add(&reports[i])
	}
	return f
}

// senders are those who have said who the person is, each once.
func (f *Folder) senders() []iis.SenderID {
	var out []iis.SenderID
	for i := range f.Sources {
		if s := f.Sources[i].Sender; !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
