package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"openiis/internal/access"
	"openiis/internal/is"
)

// canary is a patient's name. It may stand in an answer to those who may see the
// patient, and nowhere else.
const canary = "Xanthippelora"

// visitor is a client of the service that follows no redirect by itself and
// finds canaries where none may be.
type visitor struct {
	t    *testing.T
	http *http.Client
	site string
}

// does sends a request and returns the body. The answer's headers (addresses
// among them) must not hold the canary; its body may when seen is set.
func (v visitor) does(r *http.Request, seen bool) string {
	v.t.Helper()
	res, err := v.http.Do(r)
	is.NoError(v.t, "do", err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	is.NoError(v.t, "read", err)
	what := r.Method + " " + r.URL.Path
	for name, values := range res.Header {
		if strings.Contains(strings.Join(values, " "), canary) {
			v.t.Errorf("%s: the header %s of the answer holds a patient's name", what, name)
		}
	}
	if !seen && strings.Contains(string(body), canary) {
		v.t.Errorf("%s: the answer holds a patient's name:\n%s", what, body)
	}
	if seen && !strings.Contains(string(body), canary) {
		v.t.Errorf("%s: the answer does not hold the name: the test does not reach the patient:\n%s", what, body)
	}
	return string(body)
}

func (v visitor) gets(path string, seen bool) string {
	v.t.Helper()
	r, err := http.NewRequest(http.MethodGet, v.site+path, nil)
	is.NoError(v.t, "request", err)
	return v.does(r, seen)
}

// posts sends a body as the clinic.
func (v visitor) posts(path, kind, body string, seen bool) string {
	v.t.Helper()
	r, err := http.NewRequest(http.MethodPost, v.site+path, strings.NewReader(body))
	is.NoError(v.t, "request", err)
	r.Header.Set("Content-Type", kind)
	r.SetBasicAuth("clinic", "secret")
	return v.does(r, seen)
}

func (v visitor) sends(path string, form url.Values, seen bool) string {
	v.t.Helper()
	return v.posts(path, "application/x-www-form-urlencoded", form.Encode(), seen)
}

// searches searches from the page and returns the results.
func (v visitor) searches(text string, seen bool) string {
	v.t.Helper()
	res, err := v.http.PostForm(v.site+"/people/find", url.Values{"q": {text}})
	is.NoError(v.t, "search", err)
	is.NoError(v.t, "close", res.Body.Close())
	if address := res.Header.Get("Location"); !strings.HasPrefix(address, "/found/") || strings.Contains(address, canary) {
		v.t.Errorf("the results of a search are at %q", address)
	}
	return v.gets(res.Header.Get("Location"), seen)
}

// allPages opens and fills in every page behind the sign-in. What users write
// about a patient is for those who may see it, as a message is.
func (v visitor) allPages(record string) {
	v.t.Helper()
	v.gets(record+"/log", false)
	v.gets(record+"/log?before="+canary, false)
	v.gets(record+"/record.pdf", false)
	v.gets(record+"/concern", false)
	v.sends(record+"/concern", url.Values{"reason": {canary}, "say": {canary + " is wrong"}}, true)
	v.sends(record+"/concern", url.Values{"reason": {"missing"}, "say": {canary + " is wrong"}}, false)
	settle := regexp.MustCompile(record + `/concerns/[0-9A-Z]+/settle`).FindString(v.gets("/concerns", true))
	v.sends(settle, url.Values{"answer": {canary}}, false)

	submission := regexp.MustCompile(`/submissions/[0-9A-Z]{13}`).FindString(v.gets("/submissions?answer=AE&kind=VXU", false))
	v.gets("/submissions?sender="+canary+"&answer="+canary+"&day="+canary, false)
	v.gets(submission, true)
	v.gets(submission+"/replay", true)
	v.sends(submission+"/replay", url.Values{"message": {aboutCanary("replay")}}, true)
	v.sends(submission+"/replay", url.Values{"message": {canary}}, true)

	sender := regexp.MustCompile(`/senders/[0-9A-Z]{13}`).FindString(v.gets("/senders", false))
	v.gets(sender, false)
	v.sends(sender+"/go-live", url.Values{"day": {canary}}, false)
	v.gets(sender+"/severity?rule="+canary, false)
	v.sends(sender+"/severity", url.Values{"rule": {canary}, "severity": {canary}, "reason": {canary}}, false)
	v.sends(sender+"/severity", url.Values{"rule": {"MSH-4 missing"}, "severity": {"W"}, "reason": {canary}}, false)
	v.sends(sender+"/review", url.Values{"said": {canary}}, false)
	review := regexp.MustCompile(`/reviews/[0-9A-Z]{13}`).FindString(v.gets("/reviews", false))
	v.gets(review, true)
	v.sends(review+"/comment", url.Values{"said": {canary}}, false)
	v.sends(review+"/sign", url.Values{"said": {canary}}, false)
	v.sends(review+"/"+canary, nil, false)
}

// aboutCanary is a message about the patient, good or not.
func aboutCanary(control string) string {
	return strings.ReplaceAll(update(control, control), "Example^Ada", canary+"^Quill")
}

// envelope is a message in a SOAP request.
func envelope(message string) string {
	var b strings.Builder
	b.WriteString(`<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><submitSingleMessage xmlns="urn:cdc:iisb:2011">` +
		`<username>clinic</username><password>secret</password><facilityID/><hl7Message>`)
	_ = xml.EscapeText(&b, []byte(message)) // a builder does not fail
	return b.String() + `</hl7Message></submitSingleMessage></Body></Envelope>`
}

// TestNothingOfAPatientIsWhereItMustNotBe sends a patient through every door of
// HTTP, looks at every page, and then reads the log.
func TestNothingOfAPatientIsWhereItMustNotBe(t *testing.T) {
	r := opened(t)
	is.NoError(t, "user", r.gate.AddUser(context.Background(), access.NewUser{Username: "ada", Name: "Ada Ashgrove", Role: access.Administrator}, "secret"))
	var log bytes.Buffer
	lines := newLogWriter(&log)
	s := newService(r, r.desk, lines.logger())
	stopping, stop := context.WithCancel(context.Background())
	l := listening(t)
	ended := make(chan error, 1)
	go func() { ended <- s.serveHTTP(stopping, l, s.routes(stopping), time.Minute) }()
	jar, err := cookiejar.New(nil)
	is.NoError(t, "jar", err)
	v := visitor{t: t, site: "http://" + l.Addr().String(), http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}

	const hl7, form = "application/hl7-v2", "application/x-www-form-urlencoded"
	query := "MSH|^~\\&|EHR|CLINIC|||20250102||QBP^Q11^QBP_Q11|Q|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS\r" +
		"QPD|Z34^Request Immunization History^CDCPHINVS|T||" + canary + "^Quill^^^^^L||20200304|F\rRCP|I|5^RD&Records&HL70126\r"
	for _, message := range []string{
		aboutCanary("1"), strings.Replace(aboutCanary("2"), "20200304", canary, 1), strings.Replace(aboutCanary("3"), "08^Hep", canary+"^Hep", 1),
		strings.Replace(aboutCanary("4"), "VXU^V04", "ADT^"+canary, 1), strings.Replace(aboutCanary("5"), "MSH|", canary+"|", 1), "FHS|" + canary + "\r" + aboutCanary("6"),
	} {
		v.posts("/hl7", hl7, message, false)
		v.posts("/soap", "application/soap+xml", envelope(message), false)
		v.posts("/hl7/batch", hl7, "FHS|^~\\&\r"+message+aboutCanary("7")+"FTS|1\r", false)
	}
	v.posts("/hl7", "text/"+canary, aboutCanary("8"), false)
	v.posts("/"+canary, hl7, aboutCanary("9"), false)
	v.posts("/soap", "text/xml", "<"+canary, false)
	v.posts("/hl7", hl7, query, true)
	v.posts("/soap", "application/soap+xml", envelope(query), true)

	v.gets("/people/"+canary, false) // a stranger's
	v.sends("/signin", url.Values{"username": {"ada"}, "password": {canary}}, false)
	v.sends("/signin", url.Values{"username": {"ada"}, "password": {"secret"}, "return": {"/people/" + canary}}, false)
	found := v.searches(canary+" Quill 3/4/2020", true)
	v.searches(canary, true) // what was written stays in the field
	v.gets("/people/newest", true)
	number := regexp.MustCompile(`/people/[0-9A-Z]{13}`).FindString(found)
	v.gets(number, true)
	v.allPages(number)
	v.searches(strings.TrimPrefix(number, "/people/"), false)
	for _, path := range []string{"/", "/people/find", "/people/" + canary, "/" + canary, "/signin", "/healthz", "/metrics", "/soap", "/soap?wsdl"} {
		v.gets(path, false)
	}
	v.sends("/signout", nil, false)

	stop()
	is.NoError(t, "serve", <-ended)
	lines.Flush()
	if strings.Count(log.String(), "\n") < 60 {
		t.Errorf("the log has too few lines for what was done:\n%s", log.String())
	}
	for _, never := range []string{canary, "Quill", "20200304", strings.TrimPrefix(number, "/people/")} {
		if strings.Contains(log.String(), never) {
			t.Errorf("the log holds %q:\n%s", never, log.String())
		}
	}
}
