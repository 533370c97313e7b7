package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// fixedNumbers say with what a part of an address is filled that stands for nobody: by the whole
// address up to it, by the part before it, or by itself. The numbers of a person are in the cell, and those of what is
// somebody's own are planted (matrix_planted_test.go).
var fixedNumbers = map[string]string{
	"/people/{number}/sharing/{form}": "objection", "facts/{kind}": "condition", "{other}": unused,
	"assets/{folder}": "x", "{path...}": "x", "invited/{token}": never, "sign/{token}": never, "kept/{key}": never, "passkeys/{passkey}": never, "sessions/{session}": never,
	"invitations/{invitation}": never, "users/{user}": never, "deaths/{death}": never, "requests/{request}": never, "files/{number}": never, "senders/{number}": never,
	"certificates/{certificate}": never, "reviews/{number}": never, "reviews/{number}/{act}": "close", "organizations/{number}": never, "enrol/{code}": never, "steps/{step}": "site",
	"forms/{n}": "1", "enrol/{code}/{act}": "send", "sign/{token}/{n}": "1", "agreements/{n}": "1", "papers/{n}": "1", "applications/{application}": never, "{act}": "refuse",
	"agreements/{agreement}": never, "letters/{letter}": "registration-of-intent", "alerts/{alert}": never, "forms/{form}": "objection", "materials/{material}": "fact-sheet",
	"courses/{course}": "finding-a-person", "pages/{page}": "1", "videos/{file}": "x", "sessions/{event}": never, "topics/{topic}": "records", "tickets/{ticket}": never,
	"sealed/{number}": never, "opt-outs/{request}": never, "signed/{submission}": never, "{evidence}": never, "{concern}": never, "{decision}": never,
	"entries/{entry}": never, "vaccinations/{entry}": never, "informed/{entry}": never, "submissions/{number}": never, "test-messages/{number}": never, "found/{search}": never,
	"credentials/{number}": never, "mails/{mail}": never, "rosters/{site}": never, "/rosters/{site}/files/{file}": never, "/rosters/{site}/people/{number}/{act}": "end", "/rosters/{site}/unsure/{entry}": never,
}

// ofNobody are the addresses to which something is sent that looks up no person, by no number and no
// word: they are asked by who may not use them alone. Every other POST has a number of a person
// in its address, or a line in named.
const ofNobody = `
/stay /signin /signout /signin/passkey /signin/code/passkey /signin/second-factor/passkey /signin/second-factor/passkey/made /signin/code /signin/second-factor
/invited/{token} /invited/{token}/provider /account/password /account/second-factor /account/second-factor/remove /account/passkeys /account/passkeys/made
/account/passkeys/{passkey}/remove /account/provider /account/provider/unlink /viewing /viewing/end /account/sessions/end /account/sessions/{session}/end /users/invite
/users/invitations/{invitation}/withdraw /users/{user}/change /users/{user}/end /users/{user}/let-in /users/{user}/second-factor /users/{user}/password /users/{user}/password-use
/users/{user}/designation /users/{user}/unlink /senders/{number}/go-live /senders/{number}/severity /senders/{number}/certificates /senders/{number}/certificates/{certificate}/remove
/senders/{number}/proof /senders/{number}/review /reviews/{number}/{act} /organizations /organizations/{number}/change /organizations/{number}/status
/organizations/{number}/senders /organizations/{number}/merge/{other} /enrol /enrol/return /enrol/{code}/steps/{step} /enrol/{code}/links /enrol/{code}/forms/{n} /enrol/{code}/{act}
/sign/{token}/{n} /agreements/link /agreements/{n} /agreements/{n}/upload /applications/{application}/{act} /organizations/{number}/enrolment/plan
/organizations/{number}/enrolment/invite /organizations/{number}/enrolment/live /organizations/{number}/enrolment/testing /organizations/{number}/enrolment/day
/organizations/{number}/enrolment/reports /organizations/{number}/enrolment/agreements/{act} /organizations/{number}/enrolment/papers/{n}/upload /forms/{form}
/training/courses/{course}/quiz /training/sessions /training/sessions/ask /training/sessions/{event}/seat /training/sessions/{event}/change /training/sessions/{event}/end
/training/sessions/{event}/attendance /help/find /help/ask /help/new /help/tickets/{ticket}/say /help/tickets/{ticket}/close /help/tickets/{ticket}/point /help/tickets/{ticket}/arrange
/credentials/{number} /credentials/{number}/end /mails/{mail}/again /rosters/{site}/year /rosters/{site}/files/{file} /rosters/{site}/unsure/{entry} `

// named are the addresses to which something is sent that names a person by a field or a row: those by which people are
// searched for (searchesOf) and described (matrix_words_test.go), and those of whoever may find everybody anyway.
const named = `
/people/find /people/add /people/add/vaccinations /rosters/{site}/search /rosters/{site}/add /rosters/{site}/files /files
/deaths/{death} /deaths/{death}/find /sealed /opt-outs /opt-outs/find /audit /alerts/watched /alerts/{alert} /notices /notices/print
/opt-outs/{request}/erase /opt-outs/{request}/back /sealed/{number}/take-over /sealed/{number}/unseal `

// Kinds that are more than words.
const (
	whoLooked = "Who looked at the record"
	asList    = "Searches and lists"
)

// kindsOf name what is read at an address as a privacy officer does, by how it begins; the first
// that fits counts.
var kindsOf = []struct{ begins, kind string }{
	{"/people/{number}/record.pdf", "The printed record"},
	{"/people/{number}/log", whoLooked},
	{"/people/{number}/sharing", "Data sharing: history and forms"},
	{"/people/{number}/signed", "Data sharing: history and forms"},
	{"/people/{number}/glass", "Data sharing: history and forms"},
	{"/people/{number}/informed", "Who was told of the registry"},
	{"/people/{number}/same", "Who is who"},
	{"/people/{number}/compare", "Who is who"},
	{"/people/{number}/sources", "Who is who"},
	{"/people/{number}/doses", "Doses side by side"},
	{"/people/{number}/evidence", "Corrections asked for, and their proof"},
	{"/people/{number}/concern", "Corrections asked for, and their proof"},
	{"/concerns", "Corrections asked for, and their proof"},
	{"/help/corrections", "Corrections asked for, and their proof"},
	{"/people/newest", asList},
	{"/people/{number}", "The record"},
	{"/duplicates", "Who is who"},
	{"/submissions", "Messages and files"},
	{"/test-messages", "Messages and files"},
	{"/files", "Messages and files"},
	{"/audit", "The audit and its alerts"},
	{"/alerts", "The audit and its alerts"},
	{"/notices", "Births, deaths, opt-outs, sealed records"},
	{"/deaths", "Births, deaths, opt-outs, sealed records"},
	{"/sealed", "Births, deaths, opt-outs, sealed records"},
	{"/opt-outs", "Births, deaths, opt-outs, sealed records"},
	{"/rosters", "Rosters"},
	{"/", "All other pages"},
}

func kindOf(path string) string {
	for _, k := range kindsOf {
		if strings.HasPrefix(path, k.begins) {
			return k.kind
		}
	}
	return ""
}

// addressOf is the address of a pattern, with numbers for each part; person says that one of them is of
// a person, and missing names a part that nothing is said of.
func addressOf(pattern string, numbers map[string]string) (path string, person bool, missing string) {
	parts := strings.Split(pattern, "/")
	for i, part := range parts {
		if part == "{$}" {
			parts[i] = ""
			continue
		}
		if !strings.HasPrefix(part, "{") {
			continue
		}
		whole := strings.Join(strings.Split(pattern, "/")[:i+1], "/")
		before := strings.Split(pattern, "/")[i-1] + "/" + part
		value, ok := "", false
		for _, key := range []string{whole, strings.TrimPrefix(whole, "/"), before, part} {
			if value, ok = numbers[key]; ok {
				person = true
				break
			}
			if value, ok = fixedNumbers[key]; ok {
				break
			}
		}
		if !ok {
			missing = whole
		}
		parts[i] = value
	}
	return strings.Join(parts, "/"), person, missing
}

// besideOther is the part of an address in which somebody stands beside whom the person is asked for.
const besideOther = "/people/{number}"

// ofOak is a message of Oak: who is of Oak and may open messages reads it, whatever others see of the person.
const ofOak = "/submissions/{number}"

// asNobody are numbers that were never given, for the same parts.
func asNobody(numbers map[string]string) map[string]string {
	out := maps.Clone(numbers)
	for key := range out {
		out[key] = never
	}
	if beside, ok := numbers[besideOther]; ok {
		out[besideOther] = beside
	}
	return out
}

// secrets are a site's own, or of somebody's session: for others as if they were not there, whatever
// is shared.
func secrets(path string) bool {
	return strings.HasPrefix(path, "/submissions/") || strings.HasPrefix(path, "/files/")
}

// TestTheMatrixKnowsHowToAskEveryRoute fails for a new route of which nobody has said how it is asked.
func TestTheMatrixKnowsHowToAskEveryRoute(t *testing.T) {
	numbers := map[string]string{}
	for _, key := range []string{"people/{number}", "person/{number}", "watched/{number}", "{source}", "{dose}", "to/{other}"} {
		numbers[key] = never
	}
	known := append(strings.Fields(ofNobody), strings.Fields(named)...)
	for _, rt := range routes() {
		method, path, ok := strings.Cut(rt.pattern, " ")
		if !ok {
			continue
		}
		_, person, missing := addressOf(path, numbers)
		if missing != "" {
			t.Errorf("%s: say in the matrix how to ask it: %s stands in fixedNumbers, or among the numbers of a cell (matrix_plants_test.go)", rt.pattern, missing)
		}
		if kindOf(path) == "" {
			t.Errorf("%s: say in the matrix what is read there (kindsOf)", rt.pattern)
		}
		if method != http.MethodPost || strings.HasPrefix(path, "/submissions/") || strings.HasPrefix(path, "/files/") {
			continue
		}
		if listed := slices.Contains(known, path); person == listed {
			t.Errorf("%s: say in the matrix how to ask it: it names a person in its address (%v), or stands in ofNobody or named (%v)", rt.pattern, person, listed)
		}
	}
}

// filledFor is a form that says enough for each page, about a number.
func filledFor(number string) url.Values {
	form := maps.Clone(filled)
	for _, field := range []string{"to", "number", "former", "person"} {
		form[field] = []string{number}
	}
	return form
}
