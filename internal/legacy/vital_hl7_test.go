package legacy

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/codeset"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/policy"
	"openiis/internal/record"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/states"
)

// certificate is a made-up birth, as a row of a file and as a message.
type certificate struct {
	number, family, given, sex     string
	born                           cal.Date
	plurality, order               int
	mother, married, maiden        string
	motherBorn                     cal.Date
	father                         string
	street, zip, phone, place, lot string
	hepatitisB                     cal.Date
}

// someCertificates are births by chance, twins among them: the same for the same seed.
func someCertificates(seed uint64, n int) []certificate {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(words string) string { all := strings.Fields(words); return all[r.IntN(len(all))] }
	maybe := func(s string) string {
		if r.IntN(4) == 0 {
			return ""
		}
		return s
	}
	var out []certificate
	for i := range n {
		c := certificate{
			number: fmt.Sprintf("2025-%04d", i), family: pick("MARSH QUIST VANG OYELARAN LUND DAHL BERG HALE") + pick("SON BY WOOD FIELD"), given: pick("JUNIPER OTTO ANA ELSE IDRIS MAEVE BO TOVE"),
			sex: pick("F M"), born: cal.Of(2025, 3, 1).AddDays(r.IntN(28)), plurality: 1,
			mother: maybe(pick("ANNA EVA MIA LENA")), married: maybe(pick("MARSH QUIST")), maiden: maybe(pick("VANG DAHL RIIS")), father: maybe(pick("OLE PER JON")),
			street: fmt.Sprintf("%d %s ST", 10+i, pick("LARCH OAK")), zip: pick("58102 58103"), phone: maybe(fmt.Sprintf("7015550%03d", i)), place: maybe("ELM"),
		}
		if c.mother != "" && r.IntN(2) == 0 {
			c.motherBorn = cal.Of(1990, 1, 1).AddDays(r.IntN(3000))
		}
		if r.IntN(3) > 0 {
			c.hepatitisB, c.lot = c.born.AddDays(r.IntN(2)), maybe("HB77")
		}
		if out = append(out, c); r.IntN(3) == 0 {
			out[len(out)-1].plurality, out[len(out)-1].order = 2, 1
			twin := c
			twin.number, twin.given, twin.plurality, twin.order, twin.hepatitisB = c.number+"T", "TWIN"+c.given, 2, 2, cal.None
			out = append(out, twin)
		}
	}
	return out
}

func (c *certificate) row() string {
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprint(n)
	}
	day := func(d cal.Date) string {
		if d == cal.None {
			return ""
		}
		return d.String()
	}
	fatherLast := ""
	if c.father != "" {
		fatherLast = c.family
	}
	return strings.Join([]string{
		c.number, c.family, c.given, "", "", day(c.born), c.sex, number(c.plurality), number(c.order), c.place, c.mother, c.married, c.maiden, day(c.motherBorn),
		c.father, fatherLast, c.street, "FARGO", "ND", c.zip, "CASS", c.phone, day(c.hepatitisB), c.lot, "N",
	}, ",") + "\r\n"
}

func (c *certificate) message() string {
	several, order := "N", ""
	if c.plurality > 1 {
		several, order = "Y", fmt.Sprint(c.order)
	}
	phone := ""
	if c.phone != "" {
		phone = "^PRN^PH^^^" + c.phone[:3] + "^" + c.phone[3:]
	}
	maiden := ""
	if c.maiden != "" {
		maiden = c.maiden + "^" + c.mother + "^^^^^M"
	}
	var b strings.Builder
	b.WriteString("MSH|^~\\&|EVRS|VITAL|||20250601093012-0500||VXU^V04^VXU_V04|C" + c.number + "|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r")
	fmt.Fprintf(&b, "PID|1||%s^^^ND-VR^BR||%s^%s^^^^^L|%s|%s|%s|||%s^^FARGO^ND^%s^^H^^CASS||%s||||||||||%s|%s|%s\r",
		c.number, c.family, c.given, maiden, c.born.Compact(), c.sex, c.street, c.zip, phone, c.place, several, order)
	if c.father != "" {
		fmt.Fprintf(&b, "NK1|1|%s^%s^^^^^L|FTH^Father^HL70063\r", c.family, c.father)
	}
	if c.mother != "" || c.married != "" {
		fmt.Fprintf(&b, "NK1|2|%s^%s^^^^^L|MTH^Mother^HL70063|||||||||||||%s\r", c.married, c.mother, c.motherBorn.Compact())
	}
	if c.hepatitisB != cal.None {
		fmt.Fprintf(&b, "ORC|RE||9^EVRS\rRXA|0|1|%s||08^HepB^CVX|999|||00^x^NIP001||^^^%s||||%s|||||CP|A\r", c.hepatitisB.Compact(), c.place, c.lot)
	}
	return b.String()
}

// births is a registry to which an office and a hospital send.
type births struct {
	t    *testing.T
	s    *store.Store
	desk *intake.Desk
	from iis.Sender // the office
	elm  iis.Sender
}

func newBirths(t *testing.T, s *store.Store) *births {
	t.Helper()
	b := &births{t: t, s: s, desk: intake.New(s, codeset.Default())}
	is.NoError(t, "senders", s.Write(context.Background(), func(tx *store.Tx) (err error) {
		if b.from, err = tx.PutSender(iis.Sender{Facility: "VITAL", Name: "Vital records", Kind: iis.SendsCertificates}, "vital", "-", time.Now()); err == nil {
			b.elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Hospital"}, "elm", "-", time.Now())
		}
		return err
	}))
	return b
}

func (b *births) file(all []certificate) *Report {
	rows := birthColumns
	for i := range all {
		rows += all[i].row()
	}
	return run(b.t, vitalFile(b.t, b.s, Births, rows))
}

func (b *births) send(from iis.Sender, text string) intake.Reply {
	b.t.Helper()
	reply, err := b.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(b.t, "send", err)
	return reply
}

func (b *births) messages(all []certificate) {
	b.t.Helper()
	for i := range all {
		if r := b.send(b.from, all[i].message()); r.Ack == "AR" || slices.ContainsFunc(r.Findings, func(f iis.Finding) bool { return f.Severity == iis.Error }) {
			b.t.Fatalf("refused: %v", r.Findings)
		}
	}
}

// hospital has some of the newborns reported before they have a name.
func (b *births) hospital(all []certificate) {
	for i := range all {
		if c := all[i]; i%3 == 0 && c.plurality == 1 {
			c.number, c.given = "H"+c.number, "BABY "+map[string]string{"F": "GIRL", "M": "BOY"}[c.sex]
			b.send(b.elm, strings.Replace(c.message(), "^^^ND-VR^BR", "^^^ELM^MR", 1))
		}
	}
}

// comesTo is what the records come to, without numbers of the registry and hours.
func comesTo(t *testing.T, s *store.Store) []string {
	t.Helper()
	var out []string
	is.NoError(t, "read", s.Read(context.Background(), func(tx *store.Tx) error {
		names, err := tx.SenderNames()
		if err != nil {
			return err
		}
		ids, err := tx.PersonsAfter(0, 10_000)
		for _, id := range ids {
			f, err := tx.Folder(id)
			if err != nil {
				return err
			}
			lines := []string{fmt.Sprintf("%+v", f.Golden)}
			for _, p := range f.Sources {
				lines = append(lines, fmt.Sprintf("%s: %+v", names[p.Sender], p.Person))
			}
			for _, d := range f.Doses {
				said := d.Dose
				said.Action = ""
				lines = append(lines, fmt.Sprintf("%s: %s %+v", names[d.Sender], d.Key, said))
			}
			lines = append(lines, fmt.Sprintf("doses: %d", len(f.Consolidated)))
			slices.Sort(lines[1:])
			out = append(out, strings.Join(lines, "\n"))
		}
		return err
	}))
	slices.Sort(out)
	return out
}

func TestACertificateIsTheSameWhicheverWayItComes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		all := someCertificates(uint64(len(t.Name())), 30)
		a := newBirths(t, s)
		a.hospital(all)
		r := a.file(all)
		if r.New == 0 || r.Joined() == 0 {
			t.Fatalf("too little happens:\n%s", r)
		}
		byFile := comesTo(t, s)
		for _, f := range folders(t, s) { // twins and all others
			certificates := 0
			for _, p := range f.Sources {
				if p.Person.Certificate == iis.BirthCertificate {
					certificates++
				}
			}
			if certificates > 1 {
				t.Errorf("%d certificates are one record", certificates)
			}
		}
		a.messages(all)
		is.Equal(t, "a file, then messages", comesTo(t, s), byFile)

		b := newBirths(t, storetest.Open(t, storetest.SQLite(t)))
		b.hospital(all)
		b.messages(all)
		is.Equal(t, "messages alone", comesTo(t, b.s), byFile)
		again := b.file(all)
		is.Equal(t, "known by their numbers", again.Matched["own number"], int64(len(all)))
		is.Equal(t, "messages, then a file", comesTo(t, b.s), byFile)
	})
}

func TestACertificateIsProtectedWhicheverWayItComesWhereTheStateSharesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		text, err := states.Files.ReadFile("mn/policy.yaml")
		is.NoError(t, "read", err)
		law, err := policy.Read("a state", bytes.Replace(text, []byte("default: yes"), []byte("default: no"), 1))
		is.NoError(t, "policy", err)
		b, all := newBirths(t, s), someCertificates(3, 4)
		_, err = record.New(s, codeset.Default()).GoBy(context.Background(), law, iis.Actor{Kind: "command"}, true)
		is.NoError(t, "go by it", err)
		b.file(all[:2])
		b.messages(all[2:3])
		b.send(b.from, strings.Replace(all[3].message(), "\rNK1|1|", "\rPD1||||||||||||N\rNK1|1|", 1))
		is.Equal(t, "told to share", strings.Contains(all[3].message(), "\rNK1|1|"), true)
		for i, want := range []string{"Y", "Y", "Y", "N"} {
			is.Equal(t, "certificate "+all[i].number, recordOf(t, s, all[i].family, all[i].given).Golden.Protection, want)
		}
	})
}

func TestAnOfficeThatSendsMessagesMakesNoticesDueAsItsFilesDo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		goesBy(t, s, "mn")
		b, c := newBirths(t, s), someCertificates(5, 1)[0]
		c.born, c.hepatitisB = cal.On(time.Now()).AddDays(-6), cal.None
		b.send(b.from, c.message())
		child := recordOf(t, s, c.family, c.given)
		is.Equal(t, "a message", noticesOf(t, s, child), []string{"due"})
		b.file([]certificate{c})
		is.Equal(t, "the row of the same certificate", noticesOf(t, s, child), []string{"due"})
		died := vitalFile(t, s, Deaths, "certificate_no,last_name,first_name,birth_date,birth_certificate_no,death_date\r\nD1,"+
			c.family+","+c.given+","+c.born.String()+","+c.number+","+c.born.AddDays(1).String()+"\r\n")
		is.Equal(t, "a death", run(t, died).Matched["birth certificate number"], int64(1))
		is.Equal(t, "enrols nobody", noticesOf(t, s, child), []string{"withdrawn " + record.WhyDied})
		_, err := died.Keeper.Alive(context.Background(), child.ID, iis.Actor{Kind: "command"}, "The mother called.")
		is.NoError(t, "alive", err)
		is.Equal(t, "set aside", noticesOf(t, s, child), []string{"due"})
	})
}

// An office gave no dose, so that nothing is missing of one that it gave; a hospital that
// sends the same did.
func TestAnOfficeIsNotAskedForWhatGoesWithADoseThatItGave(t *testing.T) {
	asked := []string{"ORC-12 missing", "RXA-10 missing", "RXA-11 missing", "no eligibility"}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, c := newBirths(t, s), someCertificates(1, 1)[0]
		c.hepatitisB, c.lot = c.born, "HB77"
		found := func(from iis.Sender, text string) (rules []string) {
			for _, f := range b.send(from, text).Findings {
				if slices.Contains(asked, f.Rule) || strings.Contains(f.Say, "the sender gave") {
					rules = append(rules, f.Rule)
				}
			}
			return rules
		}
		is.Equal(t, "an office", len(found(b.from, c.message())), 0)
		is.Equal(t, "a hospital", len(found(b.elm, c.message())) > 0, true)
	})
}

func TestAnOfficesMessageNeedsTheNumberOfACertificate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b, c := newBirths(t, s), someCertificates(1, 1)[0]
		c.hepatitisB, c.lot = c.born, "HB77"
		r := b.send(b.from, strings.Replace(c.message(), "^^^ND-VR^BR", "^^^ELM^MR", 1))
		is.Equal(t, "answer", r.Ack, "AE")
		is.Equal(t, "records", len(comesTo(t, s)), 0)
		early := c
		early.hepatitisB = c.born.AddDays(-1)
		r = b.send(b.from, early.message())
		if !slices.ContainsFunc(r.Findings, func(f iis.Finding) bool { return f.Rule == "RXA-3 not since the birth" }) {
			t.Errorf("found: %v", r.Findings)
		}
		f := recordOf(t, s, c.family, c.given)
		is.Equal(t, "doses", len(f.Doses), 0)
		b.send(b.from, c.message())
		is.Equal(t, "doses", len(recordOf(t, s, c.family, c.given).Consolidated), 1)
		b.send(b.from, strings.Replace(c.message(), "|CP|A", "|CP|D", 1))
		is.Equal(t, "doses, deleted", len(recordOf(t, s, c.family, c.given).Consolidated), 0)
		other := b.send(b.elm, c.message()) // of another sender BR is a number beside others
		is.Equal(t, "of another sender", other.Ack != "AR", true)
		for _, p := range recordOf(t, s, c.family, c.given).Sources {
			is.Equal(t, "certificate of "+fmt.Sprint(p.Sender == b.from.ID), p.Person.Certificate == iis.BirthCertificate, p.Sender == b.from.ID)
		}
	})
}
