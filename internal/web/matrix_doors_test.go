package web

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"

	"openiis/internal/access"
	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/is"
	"openiis/internal/mllp"
	"openiis/internal/rest"
	"openiis/internal/soap"
	"openiis/internal/store"
	"openiis/internal/store/db"
)

// doors are those by which record systems of clinics ask and tell.
type doors struct {
	w          *matrix
	rest, soap http.Handler
	mllp       string
}

// Sender knows senders by the code of their facility alone: whose password is right is tested elsewhere.
func (d *doors) Sender(_ context.Context, _ access.Caller, username, _ string) (iis.Sender, error) {
	for _, s := range slices.Concat(d.w.keepers(), []iis.Sender{d.w.oak, d.w.elm, d.w.fir}, d.w.senders) {
		if s.Facility == username {
			return s, nil
		}
	}
	return iis.Sender{}, fault.New(fault.Denied, "Nobody.")
}

func (w *matrix) opens() *doors {
	w.t.Helper()
	d := &doors{w: w}
	d.rest = rest.Handler(w.Desk, d, rest.Options{Log: w.Log.Logger(), Receipts: w.doors.Inbox})
	d.soap = soap.Handler(soap.Service{
		Sender: func(ctx context.Context, _, username, password string) (iis.Sender, error) {
			return d.Sender(ctx, "", username, password)
		},
		Message: func(ctx context.Context, from iis.Sender, door iis.Door, raw []byte) ([]byte, error) {
			r, err := w.Desk.Message(ctx, from, door, raw)
			return r.Bytes, err
		},
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoError(w.t, "listen", err)
	d.mllp = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- (&mllp.Server{Desk: w.Desk, Gate: d, Log: w.Log.Logger()}).Serve(ctx, l) }()
	w.t.Cleanup(func() {
		stop()
		is.NoError(w.t, "serve", <-ended)
	})
	return d
}

// send sends a message by a door, and returns the answer.
func (d *doors) send(door string, from iis.Sender, message string) string {
	d.w.t.Helper()
	switch door {
	case "MLLP":
		c, err := net.Dial("tcp", d.mllp)
		is.NoError(d.w.t, "dial", err)
		defer c.Close()
		_, err = io.WriteString(c, "\x0b"+strings.Replace(message, "-0500||", "-0500|"+from.Facility+":x|", 1)+"\x1c\r")
		is.NoError(d.w.t, "send", err)
		answer, err := bufio.NewReader(c).ReadString(0x1c)
		is.NoError(d.w.t, "answer", err)
		return strings.Trim(answer, "\x0b\x1c")
	case "SOAP":
		var text strings.Builder
		_ = xml.EscapeText(&text, []byte(message)) // a builder does not fail
		answer := d.asks(d.soap, http.MethodPost, "/soap", "application/soap+xml", from, `<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><submitSingleMessage xmlns="urn:cdc:iisb:2011"><username>`+from.Facility+
			`</username><password>x</password><facilityID/><hl7Message>`+text.String()+`</hl7Message></submitSingleMessage></Body></Envelope>`)
		_, answer, _ = strings.Cut(answer, "MSH|")
		answer, _, _ = strings.Cut(answer, "<")
		return "MSH|" + html.UnescapeString(answer)
	}
	_, answer, _ := strings.Cut(d.asks(d.rest, http.MethodPost, "/hl7", "application/hl7-v2", from, message), "\n")
	return answer
}

func (d *doors) asks(h http.Handler, method, path, kind string, from iis.Sender, body string) string {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.SetBasicAuth(from.Facility, "x")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return fmt.Sprint(rec.Code, "\n", rec.Body.String())
}

// query asks for a person by a profile.
func (w *matrix) query(c *cell, profile string) string {
	w.control++
	return fmt.Sprintf("MSH|^~\\&|EHR|X|||20260612093012-0500||QBP^Q11^QBP_Q11|W%d|P|2.5.1|||ER|AL|||||%s^CDCPHINVS\r", w.control, profile) +
		"QPD|" + profile + "^x^CDCPHINVS|T||Quillhaven^" + c.given + "^^^^^L|Sedge^Mary^^^^^M|" + c.born + "|F|5 Larch Way^^Salem^MA^01970^USA^H|^PRN^PH^^^978^5550188\rRCP|I|5^RD&Records&HL70126\r"
}

// hl7s is an answer but for what is another in each.
func hl7s(answer string) string {
	answer = regexp.MustCompile(`[\r\n]+|&#xD;`).ReplaceAllString(answer, "\n")
	return regexp.MustCompile(`\bW[0-9]+\b`).ReplaceAllString(masked(answer), "CONTROL")
}

// keepers are the senders of sites that keep a roster.
func (w *matrix) keepers() (out []iis.Sender) {
	for i := range w.held {
		out = append(out, w.held[i].sender)
	}
	return out
}

// keeps reports that a roster opens records at the site of a sender; held, that it keeps one.
func (w *matrix) keeps(from iis.Sender) (opens, held bool) {
	for i := range w.held {
		if w.held[i].sender.ID == from.ID {
			return slices.Contains(rostersIn[w.state], w.held[i].role), true
		}
	}
	return false, false
}

// nobody is whom nobody told of.
var nobody = &cell{given: "Nevernever", born: "20150131"}

// without is an answer without who was asked for.
func (c *cell) without(answer string) string {
	return hl7s(strings.NewReplacer(c.given, "NAME", c.born, "BORN").Replace(answer))
}

// isAnswered asks for everybody by each door, as who reported them, as a stranger, and as each kind of
// site that is held to a roster: whoever may not know of the person is answered as of nobody, after as many
// statements.
func (w *matrix) isAnswered(d *doors) {
	w.t.Helper()
	for _, from := range append(w.keepers(), w.oak, w.elm, w.fir) {
		for _, profile := range []string{"Z34", "Z44"} {
			d.send("HTTP", from, w.query(nobody, profile)) // what all requests share is read
			none, asked := w.hears(func() string { return nobody.without(d.send("HTTP", from, w.query(nobody, profile))) })
			for _, c := range w.everybody() {
				w.isAnsweredOf(d, from, profile, c, none, asked)
			}
		}
	}
	for _, c := range w.everybody() {
		for _, number := range c.subs {
			receipt := func(n string) string {
				return strings.ReplaceAll(d.asks(d.rest, http.MethodGet, "/hl7/receipts/"+n, "", w.fir, ""), n, "ASKED")
			}
			is.Equal(w.t, "the receipt of another of "+c.name(), receipt(number), receipt(never))
		}
	}
}

// hears is what was asked of the store for an answer, in no order: what is kept is kept beside.
func (w *matrix) hears(ask func() string) (answer string, asked []string) {
	w.forgets()
	answer = ask()
	asked = slices.Clone(w.asked)
	slices.Sort(asked)
	return answer, asked
}

// isAnsweredOf asks for one person, as one sender, by each door.
func (w *matrix) isAnsweredOf(d *doors, from iis.Sender, profile string, c *cell, none string, asked []string) {
	w.t.Helper()
	opens, held := w.keeps(from)
	limited := w.isLimited(c)
	hidden := limited || c.is(sealed) || c.is(closed) || held && (!opens || c.is(removed))
	name := fmt.Sprintf("%s asks %s of %s", from.Facility, profile, c.name())
	told := !c.is(closed) && // who opted out is gone to those too who told of them; of a former identity they have their own reports
		(from.ID == w.oak.ID && c.oak || from.ID == w.elm.ID && c.elm)
	answer, did := w.hears(func() string { return d.send("HTTP", from, w.query(c, profile)) })
	owner := c.pd1 && limited && !c.is(closed) && !c.is(sealed) && (from.ID == w.elm.ID && c.elm || from.ID == w.oak.ID && !c.elm)
	whole := !hidden || owner
	confided := held && c.confides()
	is.Equal(w.t, name+": found", strings.Contains(answer, "|OK|"), whole || told)
	is.Equal(w.t, name+": Elm’s lot", strings.Contains(answer, c.lot("ELM")), c.elm && (whole || told && from.ID == w.elm.ID) && !confided)
	is.Equal(w.t, name+": Oak’s lot", strings.Contains(answer, c.lot("OAK")), c.oak && (whole || told && from.ID == w.oak.ID))
	if !whole && !told {
		is.Equal(w.t, name+", as of nobody", c.without(answer), none)
		if !slices.Equal(did, asked) {
			w.t.Errorf("%s asks the store otherwise than of nobody, %d statements and %d:\n%s\n\nof nobody:\n%s", name, len(did), len(asked), strings.Join(did, "\n"), strings.Join(asked, "\n"))
		}
	}
	for _, door := range []string{"SOAP", "MLLP"} {
		is.Equal(w.t, name+" by "+door, strings.TrimSpace(hl7s(d.send(door, from, w.query(c, profile)))), strings.TrimSpace(hl7s(answer)))
	}
}

// isAnsweredInBatches asks for everybody in one file, as a stranger and as each site that is held to a roster:
// whoever is hidden stands in the answers as nobody does.
func (w *matrix) isAnsweredInBatches(d *doors) {
	w.t.Helper()
	for _, from := range append(w.keepers(), w.fir) {
		opens, held := w.keeps(from)
		all := append([]*cell{nobody}, w.everybody()...)
		var file strings.Builder
		for _, c := range all {
			file.WriteString(w.query(c, "Z34"))
		}
		_, said, _ := strings.Cut(d.asks(d.rest, http.MethodPost, "/hl7/batch", "application/hl7-v2", from, file.String()), "MSH|")
		answers := strings.Split(said, "MSH|")
		is.Equal(w.t, "answers", len(answers), len(all))
		for i, c := range all {
			hidden := c == nobody || w.isLimited(c) || c.is(sealed) || c.is(closed) || held && (!opens || c.is(removed))
			name := fmt.Sprintf("%s asks in a file of %s", from.Facility, c.given)
			is.Equal(w.t, name+": found", strings.Contains(answers[i], "|OK|"), !hidden)
			if hidden {
				is.Equal(w.t, name+", as of nobody", c.without(answers[i]), nobody.without(answers[0]))
			}
		}
	}
}

// mails is all that stands in the mails that were to go out.
func (w *matrix) mails() string {
	w.t.Helper()
	var b strings.Builder
	is.NoError(w.t, "mails", w.Store.Read(context.Background(), func(tx *store.Tx) error {
		return tx.Select(db.Query{SQL: `SELECT name, address, says, path FROM mail`, Each: func(r db.Row) error {
			for i := range 4 {
				b.WriteString(r.Text(i) + "\n")
			}
			return nil
		}})
	}))
	return b.String()
}

// isAcknowledged sends of whom a stranger, or a site that keeps a roster, never reported, and who is hidden from it: the answer and
// its receipt are those of somebody new, of one of them by every door. Of whom Oak and Elm reported both, who is closed or
// sealed, it is the same.
func (w *matrix) isAcknowledged(d *doors) {
	w.t.Helper()
	n := 0
	for _, c := range w.everybody() {
		limited, gone := w.isLimited(c), c.is(sealed) || c.is(closed)
		if c.relation == own || c.is(unknown) || !limited && !gone && !c.is(removed) { // a word of a live sender ends Unknown
			continue
		}
		if !c.is(removed) || limited {
			w.isAcknowledgedAs(d, "HTTP", w.Facility(fmt.Sprint("FIR", n), "Fir Lane"), c, n)
		}
		n++
		w.isAcknowledgedAs(d, "HTTP", w.held[n%len(w.held)].sender, c, n)
		n++
		if limited && c.relation == another {
			for _, door := range []string{"SOAP", "MLLP"} {
				w.isAcknowledgedAs(d, door, w.Facility(fmt.Sprint("FIR", n), "Fir Lane"), c, n)
				n++
			}
		}
	}
}

// unlike are parts of names that have nothing of each other.
var unlike = strings.Fields("Jezz Holl Gwin Fyod Dagm Cuth Bexl Azur Thor Mork Pell Skav Wurm Irid Ombr Ruzk Lint Nabb Tovl Vesk Yarm Drux Etch Gorb Hasp Jund Kelp Lorm Quob Zimf Gnup Oszk Ilvu Upth Egdo Nirf Cyzz Bovk Duch Fask Gejn Hymt Kiru Mbow Psal Rydz Sluv Tcha")

// isAcknowledgedAs sends of one person as one sender by one door, who tells of them the first time: who has told of somebody is
// answered so.
func (w *matrix) isAcknowledgedAs(d *doors, door string, from iis.Sender, c *cell, n int) {
	w.t.Helper()
	say := func(who *cell) (ack, receipt string) {
		text := w.update(strings.Replace(who.pid("FIR"+door+who.given), "5 Larch Way", "9 Fir Road", 1) + "\r" + shotOf("F"+door+who.given, "20160712", "03", "FIRLOT"))
		ack = d.send(door, from, text)
		number := strings.Split(strings.SplitN(ack, "MSA|", 2)[0], "|")[9]
		receipt = d.asks(d.rest, http.MethodGet, "/hl7/receipts/"+number, "", from, "")
		mask := func(s string) string { return strings.ReplaceAll(hl7s(s), who.given, "NAME") }
		return mask(ack), mask(receipt)
	}
	w.senders = append(w.senders, from)
	ack, receipt := say(c)
	ackOfNew, receiptOfNew := say(&cell{given: unlike[n] + "wyna", born: c.born})
	name := fmt.Sprintf("%s tells by %s of %s", from.Facility, door, c.name())
	is.Equal(w.t, name+": acknowledged", ack, ackOfNew)
	is.Equal(w.t, name+": the receipt", receipt, receiptOfNew)
	is.Equal(w.t, "a receipt", strings.HasPrefix(receipt, "200\n"), true)
}
