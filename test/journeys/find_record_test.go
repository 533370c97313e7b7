package journeys

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/web"
	"openiis/test/world"
)

// registry is a registry with its pages and two clinics.
type registry struct {
	*world.World
	oak, elm iis.Sender
	address  string
}

const password = "correct horse battery"

func newRegistry(t *testing.T) *registry {
	t.Helper()
	w := world.Open(t)
	is.NoError(t, "user", w.Gate.AddUser(context.Background(), "nora", "Nora Nurse", "clinic", password))
	server := httptest.NewServer(web.Handler(web.Doors{Gate: w.Gate, Chart: w.Chart, Log: w.Log.Logger()}))
	t.Cleanup(server.Close)
	return &registry{w, w.Facility("OAK", "Oak Street Pediatrics"), w.Facility("ELM", "Elm Square Health Center"), server.URL}
}

// dose is an order group: filler number, day, CVX, source, and RXA-15 to 21.
func dose(filler, day, cvx, source, rest string) string {
	return fmt.Sprintf("ORC|RE||%s^OAK\rRXA|0|1|%s||%s^x^CVX|0.5|mL^mL^UCUM||%s^x^NIP001||||||%s", filler, day, cvx, source, rest)
}

// hasJuniper gives the registry a child with a full and a somewhat untidy
// record, and her twin.
func (r *registry) hasJuniper() {
	const pid = `PID|1||A1^^^OAK^MR~555667777^^^SSA^SS||Marsh^Juniper^Rose^^^^L~Fen^Juniper^^^^^B|Fen^Anne^^^^^M|20230405|F||2106-3^White^CDCREC|12 Long Pond Road^Apt 3^Plymouth^MA^02360^USA^H||^PRN^CP^^^508^5550147~^NET^Internet^anne.marsh@example.org|||||||||2186-5^not Hispanic^CDCREC||Y|1`
	const im, sc = "RXR|C28161^IM^NCIT|LT^left thigh^HL70163", "RXR|C38299^SC^NCIT|LD^left deltoid^HL70163"
	r.Takes(r.oak, pid, `PD1|||||||||||02^x^HL70215|Y|20240101`, `NK1|1|Marsh^Anne|MTH^Mother^HL70063||^PRN^CP^^^508^5550147`,
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
	r.Takes(r.elm, strings.Replace(pid, "A1^^^OAK^MR", "E77^^^ELM^MR", 1),
		dose("a", "20240408", "94", "01", "|||||CP|A"), dose("b", "20251014", "140", "00", "UT9999||PMC^x^MVX|||CP|A"))
	r.Takes(r.oak, `PID|1||A2^^^OAK^MR||Marsh^Rowan|Fen^Anne^^^^^M|20230405|M|||||||||||||||||Y|2`)
}

func TestANurseFindsARecord(t *testing.T) {
	if testing.Short() {
		t.Skip("-short leaves the browser out")
	}
	r := newRegistry(t)
	r.hasJuniper()
	b := openBrowser(t, r.address)

	b.visit("/")
	b.sees("Sign in", "User name")
	b.isSound("1-sign-in")
	b.write("username", "nora")
	b.write("password", "not the password")
	b.press("main button")
	b.sees("The user name or the password is wrong.")
	b.isSound("2-wrong-password")
	b.write("password", password)
	b.press("main button")

	b.sees("Find a person", "Nora Nurse")
	b.isSound("3-find")
	b.write("q", "Marsh Juniper")
	b.press("main button")
	b.sees("A birth date is needed.")
	b.isSound("4-no-birth-date")
	b.write("q", "Nobody 4/5/2023")
	b.press("main button")
	b.sees("Nobody found")
	b.isSound("5-nobody")
	b.write("q", "marsh juniper 4/5/2023")
	b.press("main button")
	b.sees("1 person found", "Marsh, Juniper", "Marsh, Rowan")
	b.isSound("6-found")

	b.press("a.row-link")
	b.sees("Juniper Rose Marsh", "Measles, mumps, rubella (MMR)", "Given in part only", "Needs review", "Sharing is limited.", "Oak Street Pediatrics")
	b.isSound("7-record")
	b.prints("7-record")
	b.unfolds("details:nth-of-type(1) summary")
	b.unfolds("details:nth-of-type(2) summary")
	b.sees("You", "Opened this record")
	b.isSound("8-record-with-logs")

	b.visit("/people/newest")
	b.sees("Marsh, Rowan")
	b.isSound("9-newest")
	b.visit("/nowhere")
	b.sees("There is no page at this address.")
	b.isSound("10-not-found")
	b.press(".site-user button")
	b.sees("You are signed out.")
	b.isSound("11-signed-out")
}
