package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"time"
	"unicode"

	"openiis/internal/synth"
	"openiis/test/drive"
)

// visitor is someone at a browser: signed in once, then a search and the record that
// it found, for as long as the run lasts.
type visitor struct {
	w      *work
	server *drive.Server
	client *http.Client
	asked  int
	tally  map[string]*tally // by what was asked for
}

// nurse is who the visitor is.
const nurse, nursePassword = "load-nurse", "load-nurse-password"

func newVisitor(w *work, server *drive.Server) (*visitor, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{w: w, server: server, client: &http.Client{Jar: jar}, tally: map[string]*tally{}}
	_, err = v.get(v.client.PostForm("http://"+server.HTTP+"/signin", url.Values{"username": {nurse}, "password": {nursePassword}}))
	return v, err
}

// searches are what is typed into the search box, each with its name.
var searches = []struct {
	name string
	text func(p *synth.Person, mrn string) string
}{
	{"half a name and a day", func(p *synth.Person, _ string) string {
		return half(p.Name.Given) + " " + half(p.Name.Family) + " " + p.Birth.String()
	}},
	{"half a name and a year", func(p *synth.Person, _ string) string {
		return half(p.Name.Given) + " " + half(p.Name.Family) + " " + p.Birth.String()[:4]
	}},
	{"half a family name and a year", func(p *synth.Person, _ string) string {
		if letters(half(p.Name.Family)) < 3 { // beside a year three letters are asked for
			return p.Name.Family + " " + p.Birth.String()
		}
		return half(p.Name.Family) + " " + p.Birth.String()[:4]
	}},
	{"a record number", func(_ *synth.Person, mrn string) string { return mrn }},
	{"a telephone number", func(p *synth.Person, _ string) string { return p.Phone.Area + " " + p.Phone.Local }},
}

func half(name string) string {
	signs := []rune(name)
	return string(signs[:min(3, len(signs))])
}

// letters counts them, and no mark, such as that of O'Brien.
func letters(text string) (n int) {
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// record is a link to a record.
var record = regexp.MustCompile(`href="(/people/[0-9A-Z]{10,})"`)

// run searches and reads until the time is up.
func (v *visitor) run(until time.Time) {
	for ; time.Now().Before(until); v.asked++ {
		home := v.asked % clinics
		p := v.w.people.Person(v.w.knownAt(home, v.asked*9973%max(1, v.w.known)))
		s := searches[v.asked%len(searches)]
		q := url.Values{"q": {s.text(&p, p.MRN(v.w.clinics[home].Facility))}}
		found, err := v.timed(s.name, func() (*http.Response, error) { return v.client.PostForm("http://"+v.server.HTTP+"/people/find", q) })
		link := record.FindSubmatch(found)
		switch {
		case err != nil:
			continue
		case link == nil && (s.name == searches[0].name || s.name == "a record number"):
			v.of(s.name).wrong(fmt.Errorf("a search for %s found nobody", s.name))
			continue
		case link == nil: // too many to be listed
			continue
		}
		_, _ = v.timed("a record", func() (*http.Response, error) {
			return v.client.Get("http://" + v.server.HTTP + string(link[1]))
		}) // it is in the tally
	}
}

func (v *visitor) of(name string) *tally {
	if v.tally[name] == nil {
		v.tally[name] = &tally{}
	}
	return v.tally[name]
}

// timed asks for a page and notes how long the whole of it took, redirects included.
func (v *visitor) timed(name string, ask func() (*http.Response, error)) ([]byte, error) {
	begun := time.Now()
	body, err := v.get(ask())
	if err != nil {
		v.of(name).wrong(err)
		return nil, err
	}
	v.of(name).took(time.Since(begun))
	return body, nil
}

func (v *visitor) get(r *http.Response, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s was answered with %d", r.Request.URL.Path, r.StatusCode)
	}
	return body, err
}
