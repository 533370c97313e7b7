package chart_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
)

// world is a registry with two clinics and someone who looks.
type world struct {
	t        *testing.T
	store    *store.Store
	intake   *intake.Desk
	desk     *chart.Desk
	oak, elm iis.Sender
	nurse    iis.Actor // Nora
	other    iis.Actor // Omar
	serial   int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldAt(t, storetest.SQLite(t))
}

func newWorldAt(t *testing.T, address string) *world {
	t.Helper()
	s := storetest.Open(t, address)
	w := &world{t: t, store: s, intake: intake.New(s, codeset.Default()), desk: chart.New(s, codeset.Default())}
	is.NoError(t, "senders and users", s.Write(context.Background(), func(tx *store.Tx) (err error) {
		for name, actor := range map[string]*iis.Actor{"Nora Nurse": &w.nurse, "Omar Other": &w.other} {
			actor.Kind = "user"
			if actor.User, err = tx.PutAccount(store.Account{Username: name, Name: name, Role: "clinic"}, time.Now()); err != nil {
				return err
			}
		}
		if w.oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street Clinic"}, "oak", "-", time.Now()); err != nil {
			return err
		}
		w.elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Square Clinic"}, "elm", "-", time.Now())
		return err
	}))
	return w
}

// send sends a message about a child: PID-3, PID-5, then the rest of the lines.
func (w *world) send(from iis.Sender, pid3, name, birth string, lines ...string) {
	w.t.Helper()
	w.sendPID(from, fmt.Sprintf("PID|1||%s||%s||%s|F|||12 Larch Street^^Fargo^ND^58102^USA^H", pid3, name, birth), lines...)
}

func (w *world) sendPID(from iis.Sender, pid string, lines ...string) {
	w.t.Helper()
	w.serial++
	text := fmt.Sprintf("MSH|^~\\&|EHR|X|||20240612093012-0500||VXU^V04^VXU_V04|C%d|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS\r", w.serial) +
		pid + "\r" + strings.Join(lines, "\r") + "\r"
	reply, err := w.intake.Message(context.Background(), from, iis.DoorHTTP, []byte(text))
	is.NoError(w.t, "send", err)
	if reply.Ack == "AR" {
		w.t.Fatalf("refused: %s", reply.Bytes)
	}
}

func order(filler, day, vaccine, source, more string) string {
	return fmt.Sprintf("ORC|RE||%s^X\rRXA|0|1|%s||%s|0.5|mL^mL^UCUM||%s^x^NIP001||||||%s", filler, day, vaccine, source, more)
}

func (w *world) find(text string) chart.Found {
	w.t.Helper()
	found, err := w.desk.Find(context.Background(), w.nurse, chart.Search{Text: text})
	is.NoError(w.t, "find", err)
	return found
}

func (w *world) open(text string) *chart.Record {
	w.t.Helper()
	lines := w.find(text).Fits
	if len(lines) != 1 {
		w.t.Fatalf("%d persons found, want 1", len(lines))
	}
	r, err := w.desk.Open(context.Background(), w.nurse, lines[0].ID)
	is.NoError(w.t, "open", err)
	return r
}

// names are the names of lines, those of whom only part fits behind a bar.
func names(f chart.Found) string {
	of := func(lines []chart.Line) string {
		var out []string
		for _, l := range lines {
			out = append(out, l.Name)
		}
		return strings.Join(out, "; ")
	}
	return of(f.Fits) + " | " + of(f.Others)
}

func TestTheOneWhoseNameWasWrittenComesBeforeTheTwin(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "De la Cruz^Zoë^Maria", "20230405")
	w.send(w.oak, "A2^^^X^MR", "De la Cruz^Ana", "20230405")
	w.send(w.oak, "A3^^^X^MR", "De la Cruz^Zoë", "20230406")
	const both = "De la Cruz, Zoë Maria | De la Cruz, Ana"
	for _, text := range []string{"zoe de la cruz 4/5/2023", "DE LA CRUZ, ZOE 2023-04-05", "4/5/2023 Cruz de la zoë", "zo cru 4/5/2023"} {
		is.Equal(t, text, names(w.find(text)), both)
	}
	is.Equal(t, "family name alone", names(w.find("de-la-cruz 4/5/2023")), "De la Cruz, Ana; De la Cruz, Zoë Maria | ")
	is.Equal(t, "a year", names(w.find("zoe cruz 2023")), "De la Cruz, Zoë; De la Cruz, Zoë Maria | ")
	line := w.find("zoe de la cruz 4/6/2023").Fits[0]
	is.Equal(t, "by number", names(w.find(strings.ToLower(line.ID.Public()))), "De la Cruz, Zoë | ")
	is.Equal(t, "by the clinic's number", names(w.find("A3")), "De la Cruz, Zoë | ")
	is.Equal(t, "age", line.Age, cal.AgeOn(cal.Of(2023, 4, 6), cal.On(time.Now())).String())
	is.Equal(t, "nobody", names(w.find("Nobody 4/5/2023")), " | ")
}

func TestALineTellsPeopleApart(t *testing.T) {
	w := newWorld(t)
	w.sendPID(w.oak, "PID|1||A1^^^X^MR||Marsh^Juniper|Fen^Anne^^^^^M|20230405|F|||^^Boston^MA^^^BDL~12 Pond Road^^Plymouth^MA^02360^USA^H||^PRN^PH^^^508^5550147",
		"NK1|1|Marsh^Annie|MTH^Mother^HL70063||^PRN^PH^^^617^5550149")
	for _, text := range []string{"jun mar 2023", "508 555 0147", "(617) 555-0149", "MRN A1"} {
		found := w.find(text)
		is.Equal(t, text, len(found.Fits), 1)
		line := found.Fits[0]
		is.Equal(t, text, []string{line.Name, line.Sex, line.Town, line.Mother}, []string{"Marsh, Juniper", "Female", "Plymouth, MA", "Annie"})
		is.Equal(t, text, line.Former, false)
	}
}

func TestWhoeverIsFoundByAFormerNameIsMarked(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Fen^Juniper", "20230405")
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405")
	found := w.find("fen juniper 4/5/2023")
	is.Equal(t, "found", names(found), "Marsh, Juniper | ")
	is.Equal(t, "former", found.Fits[0].Former, true)
	is.Equal(t, "now", w.find("marsh 4/5/2023").Fits[0].Former, false)
}

func TestMoreThanFitOnAListIsSaid(t *testing.T) {
	w := newWorld(t)
	for i := range chart.MaxLines + 1 {
		w.send(w.oak, fmt.Sprintf("A%d^^^X^MR", i), fmt.Sprintf("Marsh%c%c^Juniper", 'a'+i/26, 'a'+i%26), "20230405")
	}
	found := w.find("marsh 2023")
	is.Equal(t, "lines", len(found.Fits), chart.MaxLines)
	is.Equal(t, "more", found.More, true)
	is.Equal(t, "not more", w.find("marshaa 2023").More, false)
}

func TestTheNewestPersonsComeFirst(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "First^Ada", "20230405")
	w.send(w.oak, "A2^^^X^MR", "Second^Bea", "20230405")
	lines, err := w.desk.Recent(context.Background(), w.nurse, 1)
	is.NoError(t, "recent", err)
	is.Equal(t, "newest", []string{lines[0].Name}, []string{"Second, Bea"})
}

func TestWhoeverIsListedOrOpenedFindsItInTheAccessLog(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405")
	r := w.open("Marsh Juniper 4/5/2023")
	_, err := w.desk.Recent(context.Background(), w.other, 5)
	is.NoError(t, "recent", err)
	r, err = w.desk.Open(context.Background(), w.nurse, r.ID)
	is.NoError(t, "open", err)
	var got []string
	for _, a := range r.Access {
		got = append(got, a.Who+": "+a.What)
	}
	is.Equal(t, "access log", got, []string{
		"Nora Nurse (you): Opened this record",
		"Omar Other: Saw this person in the list of newest records",
		"Nora Nurse (you): Opened this record",
		"Nora Nurse (you): Saw this person in a list of search results",
		"Oak Street Clinic: Sent a message for this record",
	})
}

func TestARecordThatIsNotThereIsNotFoundAndNotAudited(t *testing.T) {
	w := newWorld(t)
	_, err := w.desk.Open(context.Background(), w.nurse, 4711)
	is.Equal(t, "kind", fault.KindOf(err), fault.NotFound)
	log, err := w.store.AccessLog(context.Background(), 4711, 5)
	is.NoError(t, "access log", err)
	is.Equal(t, "lines", len(log), 0)
}

func TestDosesStandUnderEachGroupThatTheyCountFor(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR~555667777^^^SSA^SS", "Marsh^Juniper", "20230405",
		order("1", "20240408", "94^MMRV^CVX", "00", "L77||MSD^Merck^MVX|||CP|A\rRXR|C38299^SC^NCIT|LD^left deltoid^HL70163"),
		order("2", "20230605", "110^Pediarix^CVX", "00", "|||||PA|A"),
		order("3", "20230405", "08^HepB^CVX", "04", "|||||CP|A"),
		order("4", "20240101", "30^HBIG^CVX", "00", "|||||CP|A"))
	w.send(w.elm, "B9^^^X^PI", "Marsh^Juniper", "20230405", order("x", "20240408", "94^MMRV^CVX", "01", "|||||CP|A"))
	r := w.open("Marsh Juniper 4/5/2023")
	var got []string
	for _, g := range r.Groups {
		for _, d := range g.Doses {
			got = append(got, g.Name+" / "+d.Vaccine+" / "+d.Age)
		}
	}
	is.Equal(t, "groups", got, []string{
		"Diphtheria, tetanus, pertussis (DTaP) / DTaP-Hep B-IPV / 2 months",
		"Hepatitis B / Hep B, adolescent or pediatric / 0 days",
		"Hepatitis B / DTaP-Hep B-IPV / 2 months",
		"Measles, mumps, rubella (MMR) / MMRV / 1 year 3 days",
		"Polio / DTaP-Hep B-IPV / 2 months",
		"Varicella (chickenpox) / MMRV / 1 year 3 days",
		"Other / HBIG / 8 months 27 days",
	})
	is.Equal(t, "doses", len(r.Doses), 4)
	is.Equal(t, "by date", r.Doses[0].Vaccine+", "+r.Doses[3].Vaccine, "Hep B, adolescent or pediatric, MMRV")
	mmrv := r.Groups[2].Doses[0]
	is.Equal(t, "besides", mmrv.Besides(r.Groups[2].Name), "Varicella (chickenpox)")
	mmrv = chart.Unjudged(mmrv)
	mmrv.ID = 0
	for i := range mmrv.Reports {
		mmrv.Reports[i].Received = time.Time{}
	}
	is.Equal(t, "one dose", mmrv, chart.Dose{
		Date: cal.Of(2024, 4, 8), Age: "1 year 3 days", Vaccine: "MMRV",
		Product: "PROQUAD", Groups: []string{"Measles, mumps, rubella (MMR)", "Varicella (chickenpox)"}, Lot: "L77", Maker: "Merck and Co., Inc.",
		How: "0.5 mL, subcutaneous, left deltoid", GivenHere: true, By: "Oak Street Clinic", AlsoBy: []string{"Elm Square Clinic"},
		Reports: []chart.DoseReport{
			{By: "Oak Street Clinic", GivenHere: true, Vaccine: "MMRV", Lot: "L77"},
			{By: "Elm Square Clinic", History: "source not said", Vaccine: "MMRV",
				Why:      "Given on this day by one who reports it, and known of by another: the vaccines agree.",
				NotShown: "the report shown is from who gave it, and this one knows of it."},
		},
	})
	is.Equal(t, "in part", r.Groups[0].Doses[0].Partial, true)
	is.Equal(t, "known of", r.Groups[1].Doses[0].History, "from a parent’s memory")
	is.Equal(t, "numbers", r.Numbers, []chart.Number{
		{Label: "Medical record number", Value: "A1", From: "Oak Street Clinic", Type: "MR"},
		{Label: "Social Security number", Value: "ends in 7777", From: "Oak Street Clinic", Type: "SS"},
		{Label: "Patient's internal identifier", Value: "B9", From: "Elm Square Clinic", Type: "PI"},
	})
	is.Equal(t, "submissions", len(r.Submissions), 2)
	is.Equal(t, "sources", []string{r.Sources[0].Sender, r.Sources[1].Sender}, []string{"Elm Square Clinic", "Oak Street Clinic"})
}

// History is marked in every state, also where sharing does not go by it, and by a day that is set afterwards.
func TestWhatCameBeforeItsSenderWentLiveIsMarked(t *testing.T) {
	w := newWorld(t)
	const who = "PID|1||%s^^^X^MR||Marsh^Juniper^Rose^^^^L|Fen^Anne^^^^^M|20230405|F|||12 Pond Road^^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550147"
	const given = "ORC|RE||%s^X\rRXA|0|1|%s||03^MMR^CVX|0.5|mL^mL^UCUM||00^x^NIP001||||||L77||MSD^Merck^MVX|||CP|A"
	w.sendPID(w.oak, fmt.Sprintf(who, "A1"), fmt.Sprintf(given, "1", "20240408"), fmt.Sprintf(given, "2", "20240608"))
	w.sendPID(w.elm, fmt.Sprintf(who, "B1"), fmt.Sprintf(given, "1", "20240408"))
	is.NoError(t, "goes live tomorrow", w.store.Write(context.Background(), func(tx *store.Tx) error { return tx.SetGoLive(w.oak.ID, cal.On(time.Now()).AddDays(1), time.Now()) }))
	w.desk = chart.New(w.store, codeset.Default()) // that has not read of it before
	r := w.open("Marsh Juniper 4/5/2023")
	marked := map[string]bool{}
	for _, s := range r.Sources {
		marked[s.Sender] = s.BeforeLive
	}
	doses := map[string][]bool{}
	for _, d := range r.Groups[0].Doses {
		doses[d.Date.String()] = []bool{d.BeforeLive}
		for _, one := range d.Reports {
			doses[d.Date.String()] = append(doses[d.Date.String()], one.BeforeLive != (one.By == "Oak Street Clinic"))
		}
	}
	is.Equal(t, "doses: all reports of the second", doses, map[string][]bool{"2024-04-08": {false, false, false}, "2024-06-08": {true}})
	is.Equal(t, "sources", marked, map[string]bool{"Oak Street Clinic": true, "Elm Square Clinic": false})
	clear(marked)
	for _, s := range r.Submissions {
		marked[s.Sender] = s.BeforeLive
	}
	is.Equal(t, "messages", marked, map[string]bool{"Oak Street Clinic": true, "Elm Square Clinic": false})
}

func TestWhatASourceSaysOtherwiseOfBirthAndSexIsShown(t *testing.T) {
	w := newWorld(t)
	const who = "PID|1||%s^^^X^MR~555667777^^^SSA^SS||Marsh^Juniper^Rose^^^^L|Fen^Anne^^^^^M|%s|%s|||12 Pond Road^^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550147"
	w.sendPID(w.oak, fmt.Sprintf(who, "A1", "20230405", "F"))
	w.sendPID(w.elm, fmt.Sprintf(who, "B1", "20230504", "F"))
	w.sendPID(w.oak, fmt.Sprintf(who, "A1", "20230405", "M"))
	r := w.open("Marsh Juniper 4/5/2023")
	said := map[string]string{}
	for _, s := range r.Sources {
		said[s.Sender] = fmt.Sprint(s.Birth, " ", s.Sex)
	}
	is.Equal(t, "record", fmt.Sprint(r.Birth, " ", r.Sex), "2023-04-05 Male")
	is.Equal(t, "otherwise", said, map[string]string{"Oak Street Clinic": fmt.Sprint(cal.None, " "), "Elm Square Clinic": "2023-05-04 Female"})
}

func TestAPlaceIsShownByNameAndNotByTheRegistrysCode(t *testing.T) {
	w := newWorld(t)
	at := func(day, place string) string {
		return "ORC|RE||" + day + "^X\rRXA|0|1|" + day + "||03^MMR^CVX|0.5|mL^mL^UCUM||00^x^NIP001||^^^" + place + "||||L1|||||CP|A"
	}
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405", at("20240408", "OAK"), at("20240608", "ELM"), at("20240808", "School gym"))
	var got []string
	for _, d := range w.open("Marsh Juniper 4/5/2023").Doses {
		got = append(got, d.By+" at "+d.Where)
	}
	is.Equal(t, "places", got, []string{"Oak Street Clinic at ", "Oak Street Clinic at Elm Square Clinic", "Oak Street Clinic at School gym"})
}

func TestTwoDifferentLotsOnOneDayAreForAPersonToLookAt(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405", order("1", "20240408", "03^MMR^CVX", "00", "L1|||||CP|A"))
	w.send(w.elm, "B1^^^X^MR", "Marsh^Juniper", "20230405", order("1", "20240408", "03^MMR^CVX", "00", "L2|||||CP|A"))
	r := w.open("Marsh Juniper 4/5/2023")
	is.Equal(t, "doses", len(r.Groups[0].Doses), 2)
	for _, d := range r.Groups[0].Doses {
		is.Equal(t, "others that may be this shot", len(d.Review), 1)
		is.Equal(t, "its day", d.Review[0].Date, cal.Of(2024, 4, 8))
		is.Equal(t, "why", d.Review[0].Why, "Two reports of the same day name different lots: they may be two shots, or one lot is mistyped.")
	}
}

func TestAReportOfAnotherDayTellsItsDay(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405", order("1", "20240408", "03^MMR^CVX", "00", "L1|||||CP|A"))
	w.send(w.elm, "B1^^^X^MR", "Marsh^Juniper", "20230405", order("1", "20240410", "03^MMR^CVX", "01", "|||||CP|A"))
	r := w.open("Marsh Juniper 4/5/2023")
	is.Equal(t, "doses", len(r.Doses), 1)
	is.Equal(t, "the day of the dose", r.Doses[0].Date, cal.Of(2024, 4, 8))
	is.Equal(t, "days", []cal.Date{r.Doses[0].Reports[0].OtherDay, r.Doses[0].Reports[1].OtherDay}, []cal.Date{cal.None, cal.Of(2024, 4, 10)})
}

func TestRefusalsAndFactsAreNoDoses(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "20230405",
		"ORC|RE||9999^X\rRXA|0|1|20240501||21^Varicella^CVX|999||||||||||||00^Parental decision^NIP002||RE|A",
		"ORC|RE||9999^X\rRXA|0|1|20240502||998^none^CVX|999||||||||||||||NA|A\rOBX|1|CE|59784-9^x^LN|1|38907003^Varicella infection^SCT||||||F|||20240502")
	r := w.open("Marsh Juniper 4/5/2023")
	is.Equal(t, "doses", len(r.Doses), 0)
	is.Equal(t, "refusals", r.Refusals, []chart.Statement{{
		Date: cal.Of(2024, 5, 1), What: "Varicella (chickenpox)", Why: []string{"Decision of the parent"}, By: []string{"Oak Street Clinic"},
	}})
	is.Equal(t, "facts", r.Facts, []chart.Statement{{
		Date: cal.Of(2024, 5, 2), What: "Presumed immunity after disease: Varicella infection", Why: []string{}, By: []string{"Oak Street Clinic"},
	}})
}

func TestAnAdultHasAGuardianOnlyWhenOneWasSent(t *testing.T) {
	w := newWorld(t)
	mother, guardian := "NK1|1|Marsh^Anne|MTH^Mother^HL70063", "NK1|2|Fen^Otto|GRD^Guardian^HL70063"
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper", "19800405", mother)
	w.send(w.oak, "A2^^^X^MR", "Thorn^Lucy", "19810405", mother, guardian)
	for search, want := range map[string]string{"Marsh Juniper 4/5/1980": "", "Thorn Lucy 4/5/1981": "Otto Fen"} {
		r := w.open(search)
		is.Equal(t, search, r.Guardian(), want)
		is.Equal(t, search+": mother", r.Kin[0].Name, "Anne Marsh")
	}
}

func TestAPersonIsShownInWords(t *testing.T) {
	w := newWorld(t)
	w.send(w.oak, "A1^^^X^MR", "Marsh^Juniper^Rose^^^^L~Fen^Juniper^^^^^B", "20230405",
		"PD1|||||||||||02^Reminder^HL70215|Y|20240101",
		"NK1|1|Marsh^Anne|MTH^Mother^HL70063||^PRN^PH^^^617^5550149")
	r := w.open("Marsh Juniper 4/5/2023")
	is.Equal(t, "name", r.Name, "Juniper Rose Marsh")
	is.Equal(t, "other names", r.OtherNames, []chart.Labelled{{Label: "Name at birth", Value: "Juniper Fen"}})
	is.Equal(t, "protected", r.Protected, true)
	is.Equal(t, "kin", r.Kin, []chart.Kin{{Name: "Anne Marsh", Relation: "Mother", Contacts: []string{"(617) 555-0149"}, Guardian: true}})
	is.Equal(t, "about", r.About, []chart.Labelled{{Label: "Reminders", Value: "Reminder and recall, by any means"}})
	is.Equal(t, "name at birth", names(w.find("Juniper Fen 4/5/2023")), "Marsh, Juniper Rose | ")
}
