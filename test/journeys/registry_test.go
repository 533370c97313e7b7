package journeys

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/audit"
	"openiis/internal/chart"
	"openiis/internal/codeset"
	"openiis/internal/course"
	"openiis/internal/enrol"
	"openiis/internal/helpdesk"
	"openiis/internal/iis"
	"openiis/internal/inbox"
	"openiis/internal/intake"
	"openiis/internal/is"
	"openiis/internal/mail"
	"openiis/internal/notice"
	"openiis/internal/quality"
	"openiis/internal/record"
	"openiis/internal/roster"
	"openiis/internal/steward"
	"openiis/internal/store"
	"openiis/internal/store/storetest"
	"openiis/internal/training"
	"openiis/internal/web"
	"openiis/test/world"
)

// registry is a registry with its pages, two clinics, and a user of each role.
type registry struct {
	t        *testing.T
	store    *store.Store
	gate     *access.Gate
	desk     *intake.Desk
	quality  *quality.Desk
	keeper   *record.Keeper // by which sites enrol
	training *training.Desk
	oak, elm iis.Sender
	address  string
	serial   int
}

const password = "correct horse battery"

func newRegistry(t *testing.T) *registry {
	t.Helper()
	ctx := context.Background()
	s := storetest.Open(t, storetest.SQLite(t))
	gate, err := access.NewGate(s)
	is.NoError(t, "gate", err)
	r := &registry{t: t, store: s, gate: gate, desk: intake.New(s, codeset.Default()), quality: quality.New(s, codeset.Default())}
	is.NoError(t, "senders", s.Write(ctx, func(tx *store.Tx) (err error) {
		if r.oak, err = tx.PutSender(iis.Sender{Facility: "OAK", Name: "Oak Street Pediatrics"}, "oak", "-", time.Now()); err != nil {
			return err
		}
		r.elm, err = tx.PutSender(iis.Sender{Facility: "ELM", Name: "Elm Square Health Center"}, "elm", "-", time.Now())
		return err
	}))
	r.keeper = record.New(s, codeset.Default())
	r.gate.GoBy(r.keeper.Policy)
	r.training = training.New(s, r.keeper)
	for _, u := range []access.NewUser{
		{Username: "nora", Name: "Nora Nurse", Role: access.Clinic}, {Username: "rita", Name: "Rita Reader", Role: access.Reader},
		{Username: "ada", Name: "Ada Admin", Role: access.Administrator},
	} {
		r.hasUser(u)
	}
	sites := enrol.New(s, r.keeper)
	sites.InviteBy(gate.InviteFor)
	gate.HoldBy(sites.Bars)
	server := httptest.NewServer(web.Handler(web.Doors{
		Gate: gate, Chart: chart.New(s, codeset.Default()), Inbox: inbox.New(s, codeset.Default(), intake.Name), Intake: r.desk,
		Quality: r.quality, Steward: steward.New(s, record.New(s, codeset.Default()), codeset.Default()),
		Notices: notice.New(s, record.New(s, codeset.Default())), Enrol: sites, Audit: audit.New(s, record.New(s, codeset.Default())),
		Training: r.training, Help: helpdesk.New(s, record.New(s, codeset.Default())), Mail: mail.New(s, record.New(s, codeset.Default()).Policy), Rosters: roster.New(s, record.New(s, codeset.Default())), Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(server.Close)
	r.address = server.URL
	return r
}

// hasUser adds somebody who signs in, and has learned what comes before use.
func (r *registry) hasUser(u access.NewUser) {
	r.t.Helper()
	world.AddUser(r.t, r.store, u, password)
	r.learnsBefore(course.BeforeUse, u.Username)
}

func (r *registry) reports(from iis.Sender, lines ...string) {
	r.t.Helper()
	r.serial++
	head := fmt.Sprintf("MSH|^~\\&|EHR|X|||20260612093012-0500||VXU^V04^VXU_V04|C%d|P|2.5.1|||ER|AL||UNICODE UTF-8|||Z22^CDCPHINVS\r", r.serial)
	reply, err := r.desk.Message(context.Background(), from, iis.DoorHTTP, []byte(head+strings.Join(lines, "\r")+"\r"))
	is.NoError(r.t, "report", err)
	if reply.Ack == "AR" {
		r.t.Fatalf("refused: %s", reply.Bytes)
	}
}

// dose is an order group: filler number, day, CVX, source, and RXA-15 to 21.
func dose(filler, day, cvx, source, rest string) string {
	return fmt.Sprintf("ORC|RE||%s^OAK\rRXA|0|1|%s||%s^x^CVX|0.5|mL^mL^UCUM||%s^x^NIP001||||||%s", filler, day, cvx, source, rest)
}

// hasJuniper gives the registry a child with a full and a somewhat untidy
// record, and her twin.
func (r *registry) hasJuniper() {
	r.t.Helper()
	const pid = `PID|1||A1^^^OAK^MR~555667777^^^SSA^SS||Marsh^Juniper^Rose^^^^L~Fen^Juniper^^^^^B|Fen^Anne^^^^^M|20230405|F||2106-3^White^CDCREC|12 Long Pond Road^Apt 3^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550147~^NET^Internet^anne.marsh@example.org|||||||||2186-5^not Hispanic^CDCREC||Y|1`
	const im, sc = "RXR|C28161^IM^NCIT|LT^left thigh^HL70163", "RXR|C38299^SC^NCIT|LD^left deltoid^HL70163"
	r.reports(r.oak, pid, `PD1|||||||||||02^x^HL70215|Y|20240101`, `NK1|1|Marsh^Anne|MTH^Mother^HL70063||^PRN^CP^^^508^5550147`,
		dose("1", "20230405", "08", "06", "|||||CP|A"),
		dose("2", "20230606", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"), im,
		dose("3", "20230606", "133", "00", "EW0178|20250228|WAL^x^MVX|||CP|A"), im,
		dose("4", "20230807", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"), im,
		dose("5", "20231009", "110", "00", "7PB21|20250630|SKB^x^MVX|||PA|A"), im,
		dose("6", "20240408", "94", "00", "X012345|20250930|MSD^x^MVX|||CP|A"), sc,
		"OBX|1|CE|31044-1^Reaction^LN|1|39579001^Anaphylaxis^SCT||||||F",
		dose("7", "20251014", "140", "00", "UT8123|20260630|PMC^x^MVX|||CP|A"), im,
		"ORC|RE||9999^OAK\rRXA|0|1|20240501||213^x^CVX|999||||||||||||00^x^NIP002||RE|A",
		"ORC|RE||9999^OAK\rRXA|0|1|20240502||998^x^CVX|999||||||||||||||NA|A\rOBX|1|CE|59784-9^x^LN|1|38907003^History of varicella infection^SCT||||||F|||20240502")
	r.reports(r.elm, strings.Replace(pid, "A1^^^OAK^MR", "E77^^^ELM^MR", 1),
		dose("a", "20240408", "94", "01", "|||||CP|A"), dose("b", "20251014", "140", "00", "UT9999||PMC^x^MVX|||CP|A"))
	r.hasLongNames()
	r.reports(r.oak, `PID|1||A2^^^OAK^MR||Marsh^Rowan|Fen^Anne^^^^^M|20230405|M|||||||||||||||||Y|2`)
}

// hasLongNames gives the registry a child whose names are as long as names are.
func (r *registry) hasLongNames() {
	r.t.Helper()
	r.reports(r.elm, `PID|1||E9^^^ELM^MR||Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen^Maximiliana-Antoinette-Wilhelmina^Ayşe^^^^L|García Márquez-O’Higgins^María de los Ángeles^^^^^M|20210506|F|||1 Main Street^^Plymouth^MA^02360^USA^H||^NET^Internet^a.very.long.address.of.a.parent@a-rather-long-name.example.org`,
		`NK1|1|García Márquez-O’Higgins^María de los Ángeles Guadalupe|MTH^Mother^HL70063`,
		dose("w", "20210706", "110", "00", "4RT82|20250331|SKB^x^MVX|||CP|A"))
}
