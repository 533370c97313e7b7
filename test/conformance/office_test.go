package conformance_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/codeset"
	"openiis/internal/helpdesk"
	"openiis/internal/hl7"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/iz"
	"openiis/internal/mail"
	"openiis/internal/quality"
	"openiis/internal/record"
	"openiis/internal/roster"
	"openiis/internal/steward"
	"openiis/internal/training"
	"openiis/internal/web"
	"openiis/test/world"
)

// What the answer to a query, a page and the printed record say of one person, as
// text to be compared.

// office is a registry with a clinic that sends and asks, and a reader's browser.
type office struct {
	*world.World
	t       *testing.T
	clinic  iis.Sender
	server  *httptest.Server
	browser *http.Client
}

func openOffice(t *testing.T) *office {
	t.Helper()
	w := world.Open(t)
	o := &office{World: w, t: t, clinic: w.Facility("CLINIC1", "Oak Street Clinic")}
	is.NoError(t, "user", w.Gate.AddUser(context.Background(), access.NewUser{Username: "rita", Name: "Rita", Role: access.Reader}, "correct horse"))
	lessons := training.New(w.Store, record.New(w.Store, codeset.Default()))
	rita, err := w.Gate.Named(context.Background(), "rita")
	is.NoError(t, "rita", err)
	is.NoError(t, "learn", lessons.ByCommand(context.Background(), rita.ID, access.Reader, "privacy-and-security")) // before use
	o.server = httptest.NewServer(web.Handler(web.Doors{
		Gate: w.Gate, Chart: w.Chart, Inbox: inbox.New(w.Store, codeset.Default(), intake.Name), Intake: w.Desk,
		Quality: quality.New(w.Store, codeset.Default()), Steward: steward.New(w.Store, record.New(w.Store, codeset.Default()), codeset.Default()),
		Training: lessons, Help: helpdesk.New(w.Store, record.New(w.Store, codeset.Default())), Mail: mail.New(w.Store, record.New(w.Store, codeset.Default()).Policy), Rosters: roster.New(w.Store, record.New(w.Store, codeset.Default())), Log: w.Log.Logger(),
	}))
	t.Cleanup(o.server.Close)
	jar, err := cookiejar.New(nil)
	is.NoError(t, "jar", err)
	o.browser = &http.Client{Jar: jar}
	resp, err := o.browser.PostForm(o.server.URL+"/signin", url.Values{"username": {"rita"}, "password": {"correct horse"}})
	is.NoError(t, "sign in", err)
	is.NoError(t, "close", resp.Body.Close())
	return o
}

// take takes the message about a subject, on the day of the assessment.
func (o *office) take(s *subject) {
	o.t.Helper()
	o.Store.SetClock(func() time.Time { return s.on.Time().Add(18 * time.Hour) })
	reply, err := o.Desk.Message(context.Background(), o.clinic, iis.DoorHTTP, s.vxu)
	is.NoError(o.t, "send", err)
	if reply.Findings.Worst() == iis.Error {
		o.t.Errorf("%s: not all was stored: %s", s.id, reply.Bytes)
	}
}

// fact is a group of observations of a Z42, by what each is of.
type fact map[string]string

// evaluatedHistory is a Z42 as a receiver reads it.
type evaluatedHistory struct {
	number    string // the registry's, of the person
	doses     []evaluatedDose
	forecasts []fact
}

type evaluatedDose struct {
	date, cvx string
	facts     []fact
}

func (o *office) ask(s *subject) evaluatedHistory {
	o.t.Helper()
	var b hl7.Builder
	b.Header().Field(7, "20260101120000+0000").Field(9, "QBP", "Q11", "QBP_Q11").Field(10, "Q").Field(11, "P").
		Field(12, "2.5.1").Field(15, "ER").Field(16, "AL").Field(21, iz.ProfileAskEval, "CDCPHINVS")
	p, err := hl7.Parse(s.vxu)
	is.NoError(o.t, "parse", err)
	b.Segment("QPD").Field(1, iz.ProfileAskEval, "Request Evaluated History and Forecast", "CDCPHINVS").Field(2, "T").
		Raw(3, p.First("PID").Field(3).Raw()).Raw(4, p.First("PID").Field(5).Raw()).Raw(6, p.First("PID").Field(7).Raw())
	reply, err := o.Desk.Message(context.Background(), o.clinic, iis.DoorHTTP, b.Bytes())
	is.NoError(o.t, "ask", err)
	m, err := hl7.Parse(reply.Bytes)
	is.NoError(o.t, "parse", err)
	if got := m.MSH().Field(21).Comp(1).String(); got != "Z42" {
		o.t.Fatalf("%s: the answer is %s: %s", s.id, got, reply.Bytes)
	}
	return readZ42(m)
}

func readZ42(m *hl7.Message) evaluatedHistory {
	out := evaluatedHistory{number: m.First("PID").Field(3).Comp(1).String()}
	var facts *[]fact
	for i := range m.Len() {
		s := m.Segment(i)
		switch s.Name() {
		case "RXA":
			switch day := s.Field(3).String(); s.Field(20).String() {
			case "CP", "PA":
				out.doses = append(out.doses, evaluatedDose{date: day[:4] + "-" + day[4:6] + "-" + day[6:8], cvx: s.Field(5).Comp(1).String()})
				facts = &out.doses[len(out.doses)-1].facts
			default: // a refusal, a fact, or at last the forecasts
				out.forecasts = nil
				facts = &out.forecasts
			}
		case "OBX":
			if n, _ := strconv.Atoi(s.Field(4).String()); n > len(*facts) {
				*facts = append(*facts, fact{})
			}
			(*facts)[len(*facts)-1][s.Field(3).Comp(1).String()] = s.Field(5).Comp(1).String()
		}
	}
	return out
}

func (o *office) get(path string) []byte {
	o.t.Helper()
	resp, err := o.browser.Get(o.server.URL + path)
	is.NoError(o.t, "get", err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	is.NoError(o.t, "read", err)
	is.Equal(o.t, path, resp.StatusCode, http.StatusOK)
	return body
}

func (o *office) page(number string) string { return string(o.get("/people/" + number)) }

// paper is the text of the printed record, on one line. It has no codes of ours or of
// HL7's: it is for parents.
func (o *office) paper(number string) string {
	o.t.Helper()
	file := filepath.Join(o.t.TempDir(), "record.pdf")
	is.NoError(o.t, "keep", os.WriteFile(file, o.get("/people/"+number+"/record.pdf"), 0o600))
	out, err := exec.Command("pdftotext", "-layout", file, "-").Output()
	is.NoError(o.t, "poppler (Debian's package poppler-utils) reads the PDF", err)
	if code := codes.Find(out); code != nil {
		o.t.Errorf("%s: the printed record has the code %q", number, code)
	}
	return strings.Join(strings.Fields(string(out)), " ")
}

// codes are what a printed record must not show.
var codes = regexp.MustCompile(`\b(CVX|MVX|NDC|CPT|HL7\w*|NIP\d+|CDCREC|CDCPHINVS|UCUM|NCIT|MSD|PMC|SKB|WAL|[A-Z]{2,5}\^|\w+\|\w*\|)\b`)

// Parts of a page.
var (
	dueSection  = regexp.MustCompile(`(?s)<section class="card due".*?</section>`)
	dateSection = regexp.MustCompile(`(?s)<div class="by-date.*?</table>`)
	rowOf       = regexp.MustCompile(`(?s)<tr role="row">\s*<td.*?</tr>`)
	vaccines    = regexp.MustCompile(`(?s)(data-label="Next dose">Dose \d+)<span class="line">.*?</span>`)
	beside      = regexp.MustCompile(`(?s)<span class="line">Not for everybody: [^<]*</span>|<span class="line"><span class="usa-tag look"><span aria-hidden="true">.</span> Find out first</span>[^<]*</span>|<p>CDC’s guidance:</p><ul>.*?</ul>`)
	verdictOf   = regexp.MustCompile(`(?s)<span class="line verdict"><span class="usa-tag[^"]*"><span aria-hidden="true">.</span> (.*?)</span>(.*?)(?:<span|</span>)`)
	tag         = regexp.MustCompile(`<[^>]*>`)
)

// rows are the rows of the tables in a part of a page, as they stand.
func rows(page string, part *regexp.Regexp) []string {
	return rowOf.FindAllString(part.FindString(page), -1)
}

// text is markup as it is read.
func text(markup string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(markup, " "))), " ")
}

// plainWords are the schedule's vaccine groups as pages name them, where they differ.
var plainWords = map[string]string{
	"DTaP/Tdap/Td": "Diphtheria, tetanus, pertussis", "HepA": "Hepatitis A", "HepB": "Hepatitis B", "Hib": "Haemophilus influenzae type b (Hib)",
	"HPV": "Human papillomavirus (HPV)", "Japanese Encephalitis": "Japanese encephalitis", "Meningococcal": "Meningococcal (ACWY)",
	"MMR": "Measles, mumps, rubella (MMR)", "Orthopoxvirus": "Smallpox and mpox", "RSV": "Respiratory syncytial virus (RSV)",
	"TBE": "Tick-borne encephalitis", "Varicella": "Varicella (chickenpox)", "Yellow Fever": "Yellow fever", "Zoster": "Zoster (shingles)",
}

func plain(group string) string {
	if w := plainWords[group]; w != "" {
		return w
	}
	return group
}

var isoDay = regexp.MustCompile(`\b\d{4}-\d\d-\d\d\b`)

// american writes the days of a text as pages do.
func american(text string) string {
	return isoDay.ReplaceAllStringFunc(text, func(day string) string {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return day
		}
		return d.Format("Jan 2, 2006")
	})
}
