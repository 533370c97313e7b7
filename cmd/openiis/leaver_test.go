package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"

	"openiis/internal/access"
	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/flat"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// marks are words that stand nowhere but in what is told of somebody who opts out.
var marks = []string{"Vorpalwhisker", "Quillonia", "MRNJAB77", "Momerath", "Jabberlane", "5550177", "LOTJAB77", "CERTJAB77", "PATJAB77"}

const (
	markedPID = "PID|1||MRNJAB77^^^CLINIC^MR||Vorpalwhisker^Quillonia^^^^^L|Momerath^Gyre|20240304|F|||77 Jabberlane^^Duluth^MN^55801^USA^H||^PRN^PH^^^218^5550177\rNK1|1|Vorpalwhisker^Gyre^^^^^L|MTH^Mother^HL70063\r"
	otherPID  = "PID|1||OTHER-1^^^CLINIC^MR||Marsh^Juniper^^^^^L|Reed^Ivy|20240304|F|||5 Fen Court^^Duluth^MN^55801^USA^H||^PRN^PH^^^218^5550144\rNK1|1|Marsh^Ivy^^^^^L|MTH^Mother^HL70063\r"
)

func vxu(control, pid, dose string) string {
	return "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20250102120000-0500||VXU^V04^VXU_V04|" + control + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r" + pid +
		"ORC|RE||" + dose + "^CLINIC\rRXA|0|1|20250102||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||00^New^NIP001||||||LOT" + strings.TrimPrefix(dose, "D-") + "||MSD^Merck^MVX|||CP|A\r"
}

func qbp(pid string) string {
	f := strings.Split(pid, "|")
	return "MSH|^~\\&|EHR|CLINIC|||20250102120000-0500||QBP^Q11^QBP_Q11|Q|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r" +
		"QPD|Z34^Request Immunization History^CDCPHINVS|T|" + f[3] + "|" + f[5] + "|" + f[6] + "|" + f[7] + "|F|" + f[11] + "|" + f[13][:strings.IndexByte(f[13], '\r')] + "\rRCP|I|5^RD&Records&HL70126\r"
}

// leaver is a registry in which somebody was told of by every door, with others beside.
type leaver struct {
	*registry
	t             *testing.T
	clinic, other iis.Sender
	address       string
	invitation    string // the token of one that was open when a backup was made
}

func newLeaver(t *testing.T, address string) *leaver {
	t.Helper()
	ctx := context.Background()
	r, err := openRegistry(ctx, address)
	is.NoError(t, "open", err)
	l := &leaver{registry: r, t: t, address: address}
	is.NoError(t, "state", r.goBy(ctx, "mn"))
	l.clinic, err = r.gate.AddSender(ctx, iis.Sender{Facility: "CLINIC", Name: "A clinic"}, "clinic", "a long enough secret")
	is.NoError(t, "sender", err)
	l.other, err = r.gate.AddSender(ctx, iis.Sender{Facility: "OTHER", Name: "Another"}, "other", "another long secret")
	is.NoError(t, "sender", err)
	return l
}

func (l *leaver) says(from iis.Sender, message string) string {
	l.t.Helper()
	reply, err := l.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(message))
	is.NoError(l.t, "message", err)
	return string(reply.Bytes)
}

// found is the record to which a clinic's number leads; 0: none does.
func (l *leaver) found(pid string) iis.PersonID {
	l.t.Helper()
	m := regexp.MustCompile(`\b(0[0-9A-HJKMNP-TV-Z]{12})\^\^\^OPENIIS\^SR`).FindStringSubmatch(l.says(l.clinic, qbp(pid)))
	if m == nil {
		return 0
	}
	id, _ := iis.ParsePersonID(m[1])
	return id
}

// everyDoor tells of the person and of others by every door.
func (l *leaver) everyDoor() {
	t, ctx := l.t, context.Background()
	l.says(l.other, strings.Replace(qbp(markedPID), "EHR|CLINIC", "EHR|OTHER", 1))                   // before anybody told of them
	l.says(l.clinic, strings.Replace(vxu("refused", markedPID, "D-JAB77"), "|20240304|F", "||F", 1)) // refused: no birth date
	l.says(l.clinic, strings.Replace(vxu("header", markedPID, "D-JAB77"), "VXU^V04^VXU_V04", "", 1)) // refused by its header
	l.says(l.clinic, vxu("single", markedPID, "D-JAB77"))                                            // single
	l.says(l.clinic, vxu("single", markedPID, "D-JAB77"))                                            // the same again
	l.says(l.clinic, vxu("of another", otherPID, "D-1"))
	batch := "BHS|^~\\&\r" + vxu("b1", markedPID, "D-JAB78") + vxu("b2", otherPID, "D-2") + "BTS|2\r"
	_, err := l.desk.Batch(ctx, intake.Batch{From: l.clinic, Door: iis.DoorHTTP, Max: 1 << 20}, strings.NewReader(batch), io.Discard)
	is.NoError(t, "batch", err)
	rows := "Patient number,Last Name,First Name,Middle,DOB,Sex,Street,Zip,Mother maiden name,Date Given,CVX,Lot\n" +
		"OTHER-1,Marsh,Juniper,,3/4/2024,F,5 Fen Court,55801,Reed,1/2/2025,94,L1\n" +
		"MRNJAB77,Vorpalwhisker,Quillonia,,3/4/2024,F,77 Jabberlane,55801,Momerath,1/2/2025,94,LOTJAB77\n" +
		"OTHER-2,Fern,Sorrel,,5/4/2024,M,9 Hill Road,55802,Dale,1/2/2025,94,L2\n"
	f, err := l.desk.ImportedFile(ctx, byCommand, l.clinic, "shots of Quillonia Vorpalwhisker.csv", []byte(rows))
	is.NoError(t, "file", err)
	m := f.Table.Guess(f.Known)
	m.Doses = flat.GivenHere
	got, err := l.desk.StoreFile(ctx, byCommand, f, m, nil)
	is.NoError(t, "store the file", err)
	is.Equal(t, "rows stored", got.Stored(), 3)
	is.NoError(t, "close", l.registry.Close())

	patients := "patient_id,facility,mrn,last_name,first_name,middle_name,birth_date,sex,street,city,state,zip,phone,mother_first,mother_maiden\n" +
		"PAT-1,OTHER,7,Marsh,Juniper,,2024-03-04,F,5 Fen Court,Duluth,MN,55801,218-555-0144,Ivy,Reed\n" +
		"PATJAB77,OTHER,MRNJAB77X,Vorpalwhisker,Quillonia,,2024-03-04,F,77 Jabberlane,Duluth,MN,55801,218-555-0177,Gyre,Momerath\n" +
		"PAT-2,OTHER,8,Fern,Sorrel,,2024-05-04,M,9 Hill Road,Duluth,MN,55802,218-555-0155,Ada,Dale\n"
	doses := "patient_id,dose_id,date,cvx,lot,source,facility\nPAT-1,1,2025-01-02,08,L,00,OTHER\nPATJAB77,2,2025-01-02,08,LOTJAB77,00,OTHER\nPAT-2,3,2025-01-02,08,L,00,OTHER\n"
	dir := t.TempDir()
	is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "patients.csv"), []byte(patients), 0o600))
	is.NoError(t, "write", os.WriteFile(filepath.Join(dir, "doses.csv"), []byte(doses), 0o600))
	old := imports(t, "", "--db", l.address, "legacy", "--registry", "OLD", "--out", filepath.Join(dir, "out"), "--patients", filepath.Join(dir, "patients.csv"), "--doses", filepath.Join(dir, "doses.csv"))
	is.Equal(t, "legacy: "+old.errors, old.status, exitOK)
	births := "certificate_no,last_name,first_name,birth_date,sex,plurality,mother_first,mother_maiden,street,zip,hepb_date,hepb_lot,opt_out\n" +
		"CERT-1,Marsh,Juniper,2024-03-04,F,1,Ivy,Reed,5 Fen Court,55801,2024-03-04,L,\n" +
		"CERTJAB77,Vorpalwhisker,Quillonia,2024-03-04,F,1,Gyre,Momerath,77 Jabberlane,55801,2024-03-04,LOTJAB77,\n"
	born := imports(t, "", "--db", l.address, "births", written(t, "births.csv", births))
	is.Equal(t, "births: "+born.errors, born.status, exitOK)
	l.registry, err = openRegistry(ctx, l.address)
	is.NoError(t, "open", err)

	person, other := l.found(markedPID), l.found(otherPID)
	is.Equal(t, "both are there", person != 0 && other != 0 && person != other, true)
	teller := chart.Teller{Actor: iis.Actor{Kind: "user", User: 7, SeesClosed: true}, Name: "Ada", Staff: true}
	form, err := l.chart.EntryForm(ctx, teller.Actor, person, chart.Refused, "")
	is.NoError(t, "form", err)
	wrong, err := l.chart.Say(ctx, teller, person, chart.Entry{
		Number: form.Number, Kind: chart.Refused, What: "vaccine-03", Since: "1/3/2025", Who: "parent", Why: "other", Reason: "Quillonia is ill",
	})
	is.NoError(t, "entry", err)
	is.Equal(t, "entry", fmt.Sprint(wrong), "[]")
	is.NoError(t, "concern", l.chart.Raise(ctx, teller.Actor, person, "missing", "Quillonia has had more"))
	is.NoError(t, "concern of another", l.chart.Raise(ctx, teller.Actor, other, "missing", "Not the doses of Quillonia Vorpalwhisker, MRNJAB77, who is another"))
	_, err = l.keeper.Apart(ctx, person, other, byCommand, "Quillonia and Juniper are two")
	is.NoError(t, "apart", err)
	l.fromEveryPart(person)
}

// scan is a paper that somebody signed, and what is kept of it.
const scan = "%PDF-1.4\nVorpalwhisker Quillonia, MRNJAB77\n%%EOF\n"

// goesBy has the registry go by a state.
func (l *leaver) goesBy(state string) {
	l.t.Helper()
	_, err := l.keeper.GoBy(context.Background(), policy.Named(state), byCommand, true)
	is.NoError(l.t, "state", err)
	is.NoError(l.t, "close", l.registry.Close()) // what was read of the state before holds for a while
	l.registry, err = openRegistry(context.Background(), l.address)
	is.NoError(l.t, "open", err)
}

// fromEveryPart has each part of the program keep something of the person: informing, a
// petition with its proof, objections signed and refused, broken glass, a confidential dose,
// tickets of a user and of a parent.
func (l *leaver) fromEveryPart(person iis.PersonID) {
	t, ctx := l.t, context.Background()
	at := func(id iis.UserID, sender iis.SenderID) chart.Teller {
		return chart.Teller{Actor: iis.Actor{Kind: "user", User: id, Site: sender}, Name: "Eve", Sender: sender}
	}
	clinic := at(7, l.clinic.ID)
	wrong, err := l.chart.Inform(ctx, clinic, person, chart.Inform{Day: "1/3/2025", How: []string{"fact-sheet"}, Language: "eng"})
	is.NoError(t, "inform", err)
	is.Equal(t, "inform", len(wrong), 0)
	form, err := l.chart.Informed(ctx, clinic, person)
	is.NoError(t, "informed", err)
	is.NoError(t, "withdraw", l.chart.WithdrawInforming(ctx, clinic, person, form.Before[0].ID, "It was not Quillonia"))
	is.NoError(t, "petition", l.chart.Petition(ctx, clinic.Actor, person, chart.Petition{
		Reason: "person", Say: "Quillonia is no Vorpalwhisker", AskedFor: "Momerath", Asker: iis.AskedByParent,
		Evidence: []chart.File{{Name: "Quillonia.pdf", Content: []byte(scan)}},
	}))
	is.NoError(t, "on a roster", l.store.Write(ctx, func(tx *store.Tx) error {
		return tx.AddRosterEntries(iis.RosterEntry{Person: person, ID: iis.RosterID(l.store.NewID()), Site: 7, Own: "MRNJAB77", Place: "Quillonia’s class", Since: cal.Of(2025, 1, 3), Added: time.Now(), Changed: time.Now()})
	}))
	paper := func() *chart.Paper {
		return &chart.Paper{File: []byte(scan), Signer: "Gyre Vorpalwhisker", Relation: "mother of Quillonia", Signed: cal.Of(2025, 1, 3)}
	}
	l.goesBy("neutral") // which has forms for it, and leaves it to the role
	is.NoError(t, "objection", l.chart.Sign(ctx, clinic, person, "objection", nil, paper()))
	is.Equal(t, "a second one", fault.KindOf(l.chart.Sign(ctx, clinic, person, "objection", nil, paper())), fault.Conflict)
	l.goesBy("mn") // where the glass is broken
	law, err := l.keeper.Policy(ctx)
	is.NoError(t, "law", err)
	is.NoError(t, "glass", l.chart.Break(ctx, iis.Actor{Kind: "user", User: 9}, person, law.Sharing.Glass.Reasons[0], "Quillonia Vorpalwhisker bleeds and I must know"))
	l.goesBy("neutral")
	is.NoError(t, "withdrawal", l.chart.Sign(ctx, clinic, person, "withdrawal", nil, paper()))
	l.goesBy("mn")
	asker := helpdesk.User{Actor: iis.Actor{Kind: "user", User: 7}, Role: access.Clinic, Sender: l.clinic.ID}
	ticket, err := l.help.Open(ctx, asker, helpdesk.Question{Topic: "record", Subject: "a number is wrong", Say: "See this record.", Record: person.Public()})
	if fault.KindOf(err) == fault.Invalid {
		ticket, err = l.help.Open(ctx, asker, helpdesk.Question{Topic: iis.TicketTopics[0].Code, Subject: "a number is wrong", Say: "See this record.", Record: person.Public()})
	}
	is.NoError(t, "ticket", err)
	is.Equal(t, "ticket", ticket != 0, true)
	_, err = l.help.Ask(ctx, "198.51.100.7", helpdesk.Question{Topic: iis.PublicTopics[0], Subject: "Our record", Say: "How do I get it?", Name: "Quillonia Vorpalwhisker", Contact: "MRNJAB77@example.org"})
	is.NoError(t, "a parent asks", err)
}

// held are the places where a registry holds some words: every column of every table,
// unpacked where it is packed.
func (l *leaver) held(words []string) []string {
	l.t.Helper()
	sql := `SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2`
	if l.store.Engine() == db.PostgreSQL {
		sql = `SELECT CAST(c.relname AS TEXT), CAST(a.attname AS TEXT) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
			WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND c.relnamespace = 'public'::regnamespace ORDER BY 1, 2`
	}
	var columns [][2]string
	found := map[string]bool{}
	words = append(slices.Clone(words), base64.StdEncoding.EncodeToString([]byte(scan))[:40])
	is.NoError(l.t, "scan", l.store.Read(context.Background(), func(tx *store.Tx) error {
		err := tx.Select(db.Query{SQL: sql, Each: func(r db.Row) error {
			columns = append(columns, [2]string{r.Text(0), r.Text(1)})
			return nil
		}})
		for _, c := range columns {
			if err != nil {
				return err
			}
			cast := `CAST(` + c[1] + ` AS TEXT)`
			if l.store.Engine() == db.SQLite {
				cast = `CAST(` + c[1] + ` AS BLOB)`
			}
			for _, as := range []string{cast, c[1]} {
				err = tx.Select(db.Query{SQL: `SELECT ` + as + ` FROM ` + c[0], Each: func(r db.Row) error {
					value := r.Bytes(0)
					if raw, bad := s2.Decode(nil, value); bad == nil {
						value = append(append([]byte(nil), value...), raw...)
					}
					for _, w := range words {
						if bytes.Contains(bytes.ToUpper(value), []byte(strings.ToUpper(w))) {
							found[c[0]+"."+c[1]+": "+w] = true
						}
					}
					return nil
				}})
			}
		}
		return err
	}))
	var out []string
	for f := range found {
		out = append(out, f)
	}
	return out
}

// keysOf are the sources of a person, and how many keys lead to each.
func (l *leaver) keysTo(sources []store.Linked) (n int) {
	for _, table := range []string{"match_key", "source_key"} {
		for _, s := range sources {
			is.NoError(l.t, "keys", l.store.Read(context.Background(), func(tx *store.Tx) error {
				return tx.Select(db.Query{SQL: `SELECT COUNT(*) FROM ` + table + ` WHERE source_id = $1`, Args: []any{s.Source}, Each: func(r db.Row) error { n += int(r.Int(0)); return nil }})
			}))
		}
	}
	return n
}

func (l *leaver) optOut(person iis.PersonID) *iis.OptOut {
	l.t.Helper()
	o, err := l.steward.OptOut(context.Background(), iis.Actor{Kind: "user", User: 7}, steward.OptingOut{
		Person: person, How: "call", Relation: "mother", Checked: "questions", Asked: "1/4/2025", Said: "Gyre Vorpalwhisker",
	})
	is.NoError(l.t, "opt out", err)
	return o
}

// others are the records of everyone but one, as they are stored.
func (l *leaver) others(but iis.PersonID) map[iis.PersonID]*store.Folder {
	l.t.Helper()
	out := map[iis.PersonID]*store.Folder{}
	is.NoError(l.t, "others", l.store.Read(context.Background(), func(tx *store.Tx) error {
		ids, err := tx.PersonsAfter(0, 100)
		for _, id := range ids {
			if id != but {
				if out[id], err = tx.Folder(id); err != nil {
					return err
				}
			}
		}
		return err
	}))
	return out
}
