package store

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// AuditFilter says which lines of the audit are wanted; what is zero limits nothing.
type AuditFilter struct {
	Persons     []iis.PersonID // whose record, by each id that the person has or had
	Actor       iis.Actor      // a user or sender; Kind "": whoever
	Site        *AuditSite     // whoever is of a site, in the place of one Actor
	Acts        []string       // their names,
	Begins      []string       // and how those of others begin
	From, Until time.Time      // Until is the first moment that is not wanted
	Before      int64          // before this line; 0: from the newest
}

// AuditSite is who acts for a site: its users, and the senders by which its systems send.
type AuditSite struct {
	Users   []iis.UserID
	Senders []iis.SenderID
}

// indexed reports a filter whose lines have an index.
func (f *AuditFilter) indexed() bool {
	switch {
	case len(f.Persons) > 0:
		return true
	case f.Site != nil:
		return len(f.Site.Senders) == 0
	}
	return f.Actor.Kind == "user"
}

// SearchAudit reads the newest lines that a filter wants, at most so many, and before
// which line the search goes on; 0: it came to the end. A person's lines and a user's
// have an index. Any other search goes back through time, and stops after as many lines
// as a page may take: it may go on although it found nothing.
func (tx *Tx) SearchAudit(f AuditFilter, limit int) (lines []Audit, next int64, err error) {
	floor := int64(math.MinInt64)
	if !f.indexed() {
		if floor, err = tx.lookBack(f); err != nil {
			return nil, 0, err
		}
	}
	var queries []db.Query
	for _, w := range f.where() {
		w.and("id >= ?", max(floor, f.floor()))
		queries = append(queries, w.query(limit+1, &lines))
	}
	if len(queries) == 0 { // nobody is of the site
		return nil, 0, nil
	}
	if err := tx.Select(queries...); err != nil {
		return nil, 0, fmt.Errorf("search the audit: %w", err)
	}
	slices.SortFunc(lines, func(a, b Audit) int { return cmp.Compare(b.ID, a.ID) })
	switch {
	case len(lines) > limit:
		lines = lines[:limit]
		next = lines[limit-1].ID
	case floor > f.floor():
		next = floor
	}
	return lines, next, nil
}

// floor and before bound the ids of the lines that are wanted: ids are ordered by time.
func (f *AuditFilter) floor() int64 {
	if f.From.IsZero() {
		return math.MinInt64
	}
	return idAt(f.From)
}

func (f *AuditFilter) before() int64 {
	before := int64(math.MaxInt64)
	if f.Before != 0 {
		before = f.Before
	}
	if !f.Until.IsZero() {
		before = min(before, idAt(f.Until))
	}
	return before
}

// lookBack is the lowest id to which one page goes back.
func (tx *Tx) lookBack(f AuditFilter) (int64, error) {
	floor := int64(math.MinInt64)
	err := tx.Select(db.Query{
		SQL:  `SELECT id FROM audit WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT 1 OFFSET 49999`,
		Args: []any{f.before(), f.floor()},
		Each: func(r db.Row) error { floor = r.Int(0); return nil },
	})
	if err != nil {
		return 0, fmt.Errorf("search the audit: %w", err)
	}
	return floor, nil
}

// auditWhere is the condition of a search while it is made.
type auditWhere struct {
	text strings.Builder
	args []any
}

// and adds a condition with one argument for each question mark.
func (w *auditWhere) and(condition string, args ...any) {
	if len(w.args) > 0 || w.text.Len() > 0 {
		w.text.WriteString(" AND ")
	}
	for _, a := range args {
		w.args = append(w.args, a)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.text.WriteString(condition)
}

// where are the conditions of a filter: one for each id of the person, or each user of a site.
func (f *AuditFilter) where() []*auditWhere {
	var out []*auditWhere
	for _, id := range f.Persons {
		w := &auditWhere{}
		w.and("person_id = ?", id)
		w.and("id < ?", f.before())
		if f.Site != nil {
			f.Site.anyOf(w)
		} else if f.Actor.Kind != "" {
			w.and("actor = ? AND actor_id = ?", f.Actor.Kind, actorID(f.Actor))
		}
		out = append(out, w)
	}
	if len(out) > 0 {
		return f.done(out)
	}
	if f.Site != nil {
		return f.done(f.Site.each(f.before()))
	}
	w := &auditWhere{}
	switch f.Actor.Kind {
	case "user": // in these words, for the index of users' lines
		w.and("actor = 'user' AND actor_id = ?", actorID(f.Actor))
		w.and("id < ?", f.before())
	case "":
		w.and("id < ?", f.before())
	default:
		w.and("id < ?", f.before())
		w.and("actor = ? AND actor_id = ?", f.Actor.Kind, actorID(f.Actor))
	}
	return f.done([]*auditWhere{w})
}

// anyOf is the condition of a site on the lines of a person.
func (s *AuditSite) anyOf(w *auditWhere) {
	either, args := []string{"1 = 0"}, []any{}
	for _, one := range []struct {
		kind string
		n    int
	}{{"user", len(s.Users)}, {"sender", len(s.Senders)}} {
		if one.n > 0 { // one list, and not as many alternatives, of which SQLite takes a thousand
			either = append(either, "actor = '"+one.kind+"' AND actor_id IN (?"+strings.Repeat(", ?", one.n-1)+")")
		}
	}
	for _, id := range s.Users {
		args = append(args, id)
	}
	for _, id := range s.Senders {
		args = append(args, id)
	}
	w.and("("+strings.Join(either, " OR ")+")", args...)
}

// each are the conditions of a site: one for each of its users, by the index of users' lines,
// and one for its senders.
func (s *AuditSite) each(before int64) (out []*auditWhere) {
	for _, id := range s.Users {
		w := &auditWhere{}
		w.and("actor = 'user' AND actor_id = ?", id)
		w.and("id < ?", before)
		out = append(out, w)
	}
	if len(s.Senders) > 0 {
		w := &auditWhere{}
		w.and("id < ?", before)
		(&AuditSite{Senders: s.Senders}).anyOf(w)
		out = append(out, w)
	}
	return out
}

func (f *AuditFilter) done(list []*auditWhere) []*auditWhere {
	var either []string
	var args []any
	for _, a := range f.Acts {
		either, args = append(either, "act = ?"), append(args, a)
	}
	for _, b := range f.Begins {
		either, args = append(either, "substr(act, 1, "+strconv.Itoa(len(b))+") = ?"), append(args, b)
	}
	for _, w := range list {
		if len(either) > 0 {
			w.and("("+strings.Join(either, " OR ")+")", args...)
		}
	}
	return list
}

// auditLineColumns are what scanAudit reads.
const auditLineColumns = `id, at, actor, actor_id, act, person_id, subject_id`

func scanAudit(r db.Row) Audit {
	return Audit{
		ID: r.Int(0), At: time.UnixMicro(r.Int(1)).UTC(), Actor: actorOf(r.Text(2), r.Int(3)), Act: r.Text(4),
		Person: iis.PersonID(r.Int(5)), Subject: r.Int(6), // a NULL is 0
	}
}

func (w *auditWhere) query(limit int, into *[]Audit) db.Query {
	args := append(slices.Clone(w.args), limit)
	return db.Query{
		SQL:  `SELECT ` + auditLineColumns + ` FROM audit WHERE ` + w.text.String() + fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)),
		Args: args,
		Each: func(r db.Row) error { *into = append(*into, scanAudit(r)); return nil },
	}
}

// CountAudit is how many lines there are of a person, by each id: the index alone says.
func (tx *Tx) CountAudit(persons ...iis.PersonID) (n int64, err error) {
	queries := make([]db.Query, len(persons))
	for i, id := range persons {
		queries[i] = db.Query{
			SQL: `SELECT count(*) FROM audit WHERE person_id = $1`, Args: []any{id},
			Each: func(r db.Row) error { n += r.Int(0); return nil },
		}
	}
	if len(queries) == 0 {
		return 0, nil
	}
	return n, tx.Select(queries...)
}

// SealedAmong are those of some ids that are, or were, a former identity's that is
// sealed: nobody without that right is told of them.
func (tx *Tx) SealedAmong(ids ...iis.PersonID) (map[iis.PersonID]bool, error) {
	out := map[iis.PersonID]bool{}
	var queries []db.Query
	asked := map[iis.PersonID]bool{0: true}
	each := func(r db.Row) error { out[iis.PersonID(r.Int(0))] = true; return nil }
	for _, id := range ids {
		if !asked[id] {
			asked[id] = true
			queries = append(queries,
				db.Query{SQL: `SELECT person_id FROM sealed WHERE person_id = $1 AND undone = 0`, Args: []any{id}, Each: each},
				db.Query{SQL: `SELECT person_id FROM sealed_alias WHERE person_id = $1`, Args: []any{id}, Each: each})
		}
	}
	if len(queries) == 0 {
		return out, nil
	}
	if err := tx.Select(queries...); err != nil {
		return nil, fmt.Errorf("read which are sealed: %w", err)
	}
	return out, nil
}

// DoorsOf are the doors by which some messages came; a message that is sealed, or none,
// has none.
func (tx *Tx) DoorsOf(ids ...iis.SubmissionID) (map[iis.SubmissionID]iis.Door, error) {
	out := map[iis.SubmissionID]iis.Door{}
	queries := make([]db.Query, len(ids))
	for i, id := range ids {
		queries[i] = db.Query{
			SQL: `SELECT door FROM submission WHERE id = $1`, Args: []any{id},
			Each: func(r db.Row) error { out[id] = iis.Door(r.Text(0)); return nil },
		}
	}
	if len(queries) == 0 {
		return out, nil
	}
	return out, tx.Select(queries...)
}

// AccountsOf are some accounts by their numbers, without their passwords; who is no
// longer known is left out.
func (tx *Tx) AccountsOf(ids []iis.UserID) (map[iis.UserID]Account, error) {
	out := map[iis.UserID]Account{}
	var queries []db.Query
	asked := map[iis.UserID]bool{0: true}
	for _, id := range ids {
		if asked[id] {
			continue
		}
		asked[id] = true
		queries = append(queries, db.Query{
			SQL: `SELECT id, username, name, role, sender_id FROM account WHERE id = $1`, Args: []any{id},
			Each: func(r db.Row) error {
				out[id] = Account{ID: id, Username: r.Text(1), Name: r.Text(2), Role: r.Text(3), Sender: iis.SenderID(r.Int(4))}
				return nil
			},
		})
	}
	if len(queries) == 0 {
		return out, nil
	}
	return out, tx.Select(queries...)
}

// Senders are the codes and names of all senders.
func (tx *Tx) Senders() (map[iis.SenderID]iis.Sender, error) {
	out := map[iis.SenderID]iis.Sender{}
	err := tx.Select(db.Query{SQL: `SELECT id, facility, name FROM sender`, Each: func(r db.Row) error {
		id := iis.SenderID(r.Int(0))
		out[id] = iis.Sender{ID: id, Facility: r.Text(1), Name: r.Text(2)}
		return nil
	}})
	return out, err
}
