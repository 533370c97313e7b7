package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/iis"
	"openiis/internal/store/db"
)

// keptTable is a table of whose rows a sealing keeps some as they are.
type keptTable struct {
	name    string
	columns string // a # marks those that are texts, a ? those that may be NULL; the first two name a row's person and decision
	by      string // the column by which rows are found
	of      func(*keptOf) []int64
}

// keptOf is by what the rows of a person are found.
type keptOf struct{ persons, decisions []int64 }

func ofPersons(o *keptOf) []int64   { return o.persons }
func ofDecisions(o *keptOf) []int64 { return o.decisions }

// keptTables are those of people's decisions and notes about a person, and of notices
// to the parents. Decisions name the former identity under others too: who looks there
// must not find it.
var keptTables = []keptTable{
	{decisionTable, "person_id,id,#kind,first_id,other_id,undoes,at,#actor,actor_id,#why,#moved", "id", ofDecisions},
	{pinTable, "person_id,decision_id,source_id,#kind,side", "person_id", ofPersons}, // those of others hold on (pin.go)
	{dosePinTable, "person_id,id,a,b,#verdict,said_by,#why,at", "person_id", ofPersons},
	{"notice", "person_id,id,source_id,#kind,#parts,#language,due_by,#state,#why,created,changed", "person_id", ofPersons},
	{"informed", "person_id,id,sender_id,account,day,#how,#language,at,withdrawn,withdrawn_by,#why,source_id,parted", "person_id", ofPersons},
	{"concern", "person_id,id,#reason,#say,raised,raised_by,?settled,?settled_by,#answer,#asks_for,#asker,#verdict,source_id,parted", "person_id", ofPersons},
	{rosterTable, "person_id,id,organization_id,#own_number,#place,since,until,#why,added,added_by,changed,changed_by,#sources,parted,#former_numbers", "person_id", ofPersons},
	{"concern_evidence", "person_id,id,concern_id,#name,#kind,size,#content,at,account_id", "person_id", ofPersons},
}

// The tables of which a sealed identity goes on needing what is kept, and decisions.
const (
	decisionTable = "identity_decision"
	pinTable      = "identity_pin"
	dosePinTable  = "dose_pin"
	rosterTable   = "roster_entry"
)

// fields are a table's columns.
func (t keptTable) fields() []string { return strings.Split(t.columns, ",") }

// names are the columns as SQL has them.
func (t keptTable) names() string {
	return strings.NewReplacer("#", "", "?", "", ",", ", ").Replace(t.columns)
}

// takeKept takes the rows of a person out of the tables of decisions and notes.
func (tx *Tx) takeKept(persons []iis.PersonID, s *Sealed) error {
	s.Rows = map[string][]string{}
	of, err := tx.keptOf(persons)
	if err != nil {
		return err
	}
	for _, t := range keptTables {
		if err := tx.takeRows(&t, t.of(of), s.Rows); err != nil {
			return fmt.Errorf("keep rows of %s of person %d: %w", t.name, persons[len(persons)-1], err)
		}
	}
	for _, id := range of.decisions {
		if err := tx.hideDecision(id, s); err != nil {
			return err
		}
	}
	return nil
}

// keptOf finds by what the rows of somebody who has these numbers are found. With the undoing
// of a decision goes that decision: without it, it would seem to stand.
func (tx *Tx) keptOf(persons []iis.PersonID) (*keptOf, error) {
	of := &keptOf{}
	for _, id := range persons {
		of.persons = append(of.persons, int64(id))
		err := tx.Select(db.Query{
			SQL: `SELECT id, undoes FROM identity_decision WHERE person_id = $1`, Args: []any{id},
			Each: func(r db.Row) error {
				if of.decisions = append(of.decisions, r.Int(0)); r.Int(1) != 0 {
					of.decisions = append(of.decisions, r.Int(1))
				}
				return nil
			},
		})
		if err != nil {
			return nil, fmt.Errorf("find decisions about person %d: %w", id, err)
		}
	}
	slices.Sort(of.decisions)
	of.decisions = slices.Compact(of.decisions)
	return of, nil
}

// takeRows takes rows out of a table. They are deleted by person and number, each on
// one shard.
func (tx *Tx) takeRows(t *keptTable, by []int64, into map[string][]string) error {
	var keys [][2]int64
	for _, value := range by {
		err := tx.Select(db.Query{
			SQL: `SELECT ` + t.names() + ` FROM ` + t.name + ` WHERE ` + t.by + ` = $1`, Args: []any{value},
			Each: func(r db.Row) error {
				row, err := t.read(r)
				into[t.name] = append(into[t.name], row)
				keys = append(keys, [2]int64{r.Int(0), r.Int(1)})
				return err
			},
		})
		if err != nil {
			return err
		}
	}
	for _, k := range keys {
		if err := tx.Exec(`DELETE FROM `+t.name+` WHERE person_id = $1 AND `+t.fields()[1]+` = $2`, k[0], k[1]); err != nil {
			return err
		}
	}
	return nil
}

// hideDecision leaves the certificates of deaths that a decision said are not a sealed
// person's on the list of the unmatched, as of whom nobody was found: whose death it is
// must still be found out, and the decision is sealed.
func (tx *Tx) hideDecision(id int64, s *Sealed) error {
	hidden := len(s.Hidden)
	err := tx.Select(db.Query{
		SQL: `SELECT sender_id, certificate FROM unmatched_death WHERE decision_id = $1 ORDER BY sender_id, certificate`, Args: []any{id},
		Each: func(r db.Row) error {
			s.Hidden = append(s.Hidden, Hidden{iis.SenderID(r.Int(0)), r.Text(1), iis.DecisionID(id)})
			return nil
		},
	})
	if err != nil || len(s.Hidden) == hidden {
		return err
	}
	return tx.Exec(`UPDATE unmatched_death SET decision_id = 0 WHERE decision_id = $1`, id)
}

// Hidden is the decision by which a certificate on the list of the unmatched is not a
// sealed person's.
type Hidden struct {
	Office      iis.SenderID
	Certificate string
	Decision    iis.DecisionID
}

// show says it again of a certificate that is still on the list.
func (tx *Tx) show(h Hidden) error {
	return tx.Exec(`
		UPDATE unmatched_death SET decision_id = $1 WHERE sender_id = $2 AND certificate = $3 AND decision_id = 0`,
		h.Decision, h.Office, h.Certificate)
}

// read is a row as it is kept: JSON of its values, numbers in digits.
func (t keptTable) read(r db.Row) (string, error) {
	var values []*string
	for i, name := range t.fields() {
		v := r.Text(i)
		switch {
		case r.Null(i):
			values = append(values, nil)
			continue
		case !strings.HasPrefix(name, "#"):
			v = strconv.FormatInt(r.Int(i), 10)
		}
		values = append(values, &v)
	}
	b, err := json.Marshal(values)
	return string(b), err
}

// putKept puts rows back.
func (tx *Tx) putKept(s *Sealed) error {
	for _, t := range keptTables {
		for _, text := range s.Rows[t.name] {
			values, err := keptRow(text)
			if err != nil {
				return err
			}
			args, marks := make([]any, len(values)), make([]string, len(values))
			for i, v := range values {
				marks[i] = "$" + strconv.Itoa(i+1)
				switch {
				case v == nil:
				case strings.HasPrefix(t.fields()[i], "#"):
					args[i] = *v
				default:
					n, err := strconv.ParseInt(*v, 10, 64)
					if err != nil {
						return fmt.Errorf("read a row of %s: %w", t.name, err)
					}
					args[i] = n
				}
			}
			if t.name == pinTable {
				if holds, err := tx.pinned(args); err != nil {
					return err
				} else if !holds {
					continue
				}
			}
			// What was kept before a column was there has it as the table gives it.
			names := strings.Join(strings.Split(t.names(), ", ")[:len(values)], ", ")
			err = tx.Exec(`INSERT INTO `+t.name+` (`+names+`) VALUES (`+strings.Join(marks, ", ")+`) ON CONFLICT DO NOTHING`, args...)
			if err != nil {
				return err
			}
		}
	}
	for _, h := range s.Hidden {
		if err := tx.show(h); err != nil {
			return err
		}
	}
	return nil
}

// keptRow is a row that was kept.
func keptRow(text string) (values []*string, err error) {
	if err = json.Unmarshal([]byte(text), &values); err != nil {
		err = fmt.Errorf("read a row that was kept: %w", err)
	}
	return values, err
}

// leaveToOthers leaves what is kept of decisions that name somebody else who is sealed to
// that sealing: it is put back with the last of them.
func (tx *Tx) leaveToOthers(s *Sealed) error {
	named := map[iis.PersonID][]string{} // the decisions that name somebody
	undo := map[string]string{}          // by what each was undone
	for _, text := range s.Rows[decisionTable] {
		row, err := keptRow(text)
		if err != nil {
			return err
		}
		undo[*row[5]] = *row[1]
		for _, c := range []int{0, 3, 4} {
			id, err := strconv.ParseInt(*row[c], 10, 64)
			if err != nil {
				return fmt.Errorf("read a row of %s: %w", decisionTable, err)
			}
			if p := iis.PersonID(id); p != 0 && p != s.Person {
				named[p] = append(named[p], *row[1])
			}
		}
	}
	for _, person := range slices.Sorted(maps.Keys(named)) {
		now, err := tx.sealedAs(person)
		if err != nil {
			return err
		}
		other, err := tx.SealOf(now)
		if err != nil {
			return err
		}
		if other == nil {
			continue
		}
		s.hand(other, withUndos(named[person], undo))
		if _, err := tx.PutSealed(other); err != nil {
			return err
		}
	}
	return nil
}

// withUndos are decisions with those by which they were undone, and which they undid: one
// without the other would tell what is not so.
func withUndos(decisions []string, undo map[string]string) []string {
	out := slices.Clone(decisions)
	for undone, by := range undo {
		if undone != "0" && (slices.Contains(decisions, undone) || slices.Contains(decisions, by)) {
			out = append(out, undone, by)
		}
	}
	return out
}

// hand gives what is kept of some decisions to another sealing, but for what they pinned:
// that holds while they are sealed.
func (s *Sealed) hand(to *Sealed, decisions []string) {
	s.Rows[decisionTable] = slices.DeleteFunc(s.Rows[decisionTable], func(text string) bool {
		row, err := keptRow(text)
		if err != nil || !slices.Contains(decisions, *row[1]) {
			return false // one that cannot be read is refused where it is put back
		}
		to.Rows[decisionTable] = append(to.Rows[decisionTable], text)
		return true
	})
	s.Hidden = slices.DeleteFunc(s.Hidden, func(h Hidden) bool {
		if !slices.Contains(decisions, strconv.FormatInt(int64(h.Decision), 10)) {
			return false
		}
		to.Hidden = append(to.Hidden, h)
		return true
	})
}

// sealedAs is who has a former number of somebody who is sealed; otherwise whose the
// number is.
func (tx *Tx) sealedAs(person iis.PersonID) (iis.PersonID, error) {
	for more := true; more; {
		more = false
		err := tx.Select(db.Query{
			SQL: `SELECT now_id FROM sealed_alias WHERE person_id = $1`, Args: []any{person},
			Each: func(r db.Row) error { person, more = iis.PersonID(r.Int(0)), true; return nil },
		})
		if err != nil {
			return 0, fmt.Errorf("follow a sealed number: %w", err)
		}
	}
	return person, nil
}

// numbers are values of a row that was kept.
func numbers(values ...*string) ([]int64, error) {
	out := make([]int64, len(values))
	for i, v := range values {
		n, err := strconv.ParseInt(*v, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("read a number that was kept: %w", err)
		}
		out[i] = n
	}
	return out, nil
}

// Folder is what is known of a sealed person from those of its reports that are told,
// as far as nothing is derived, with what people decided of them.
func (s *Sealed) Folder(reports []Report, told func(*Report) bool) (*Folder, error) {
	pins, words, err := s.pins()
	if err != nil {
		return nil, err
	}
	f := &Folder{ID: s.Person, Created: s.Created}
	for i := range reports {
		if told(&reports[i]) {
			f.add(&reports[i])
		}
	}
	f.SetAlive(pins)
	for _, w := range words {
		f.SetPin(w)
	}
	return f, nil
}
