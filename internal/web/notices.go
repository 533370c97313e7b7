package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"openiis/internal/cal"
	"openiis/internal/chart"
	"openiis/internal/fault"
	"openiis/internal/form"
	"openiis/internal/iis"
	"openiis/internal/notice"
	"openiis/internal/paper"
	"openiis/internal/policy"
)

// noticesPage is a part of the list of notices to parents.
type noticesPage struct {
	notice.Page
	List    []noticeLine
	State   iis.NoticeState // that is shown
	States  []iis.NoticeState
	Until   cal.Date
	Marks   []noticeMark // what may be done with them
	First   bool         // it is the first page
	All     bool         // every box is checked
	Older   string       // the address of the next page; "" on the last
	Here    string       // the address of this page
	Every   string       // that of this page with every box checked
	Done    string       // what has just been done
	Problem string
}

// Words are those of a state.
func (p noticesPage) Words(s iis.NoticeState) string { return noticeWord(s) }

// Of are how many notices wait in a state.
func (p noticesPage) Of(s string) notice.Counts { return p.Waiting[iis.NoticeState(s)] }

// noticeLine is a notice in words.
type noticeLine struct {
	notice.Line
	Who chart.Line
}

// noticeMark is what may be said of notices.
type noticeMark struct {
	State iis.NoticeState
	Words string
}

// noticeMarks are what may be said of notices, by their state.
var noticeMarks = map[iis.NoticeState][]noticeMark{
	iis.NoticeDue:      {{iis.NoticeSent, "Mark as sent"}, {iis.NoticeMade, "Mark as made"}},
	iis.NoticeMade:     {{iis.NoticeSent, "Mark as sent"}, {iis.NoticeDue, "Mark as due again"}},
	iis.NoticeSent:     {{iis.NoticeReturned, "Mark as returned by the mail"}, {iis.NoticeDue, "Mark as due again"}},
	iis.NoticeReturned: {{iis.NoticeDue, "Mark as due again"}},
}

// noticesDone say what was done, by the state that notices were given.
var noticesDone = map[iis.NoticeState]string{
	iis.NoticeDue: "due again", iis.NoticeMade: "made", iis.NoticeSent: "sent", iis.NoticeReturned: "returned",
}

const noticesAddress = "/notices"

// notices is the list of notices in a state, by the day by which they are due.
func (s *site) notices(w http.ResponseWriter, r *http.Request) error {
	return s.showNotices(w, r, r.URL.Query(), nil)
}

// showNotices shows the part of the list that an address names, and what is wrong.
func (s *site) showNotices(w http.ResponseWriter, r *http.Request, q url.Values, wrong error) error {
	p := noticesPage{State: iis.NoticeDue, States: iis.NoticeStates, First: q.Get("after") == "", All: q.Has("all")}
	if state := iis.NoticeState(q.Get("state")); noticeWord(state) != "" {
		p.State = state
	}
	p.Until, _ = cal.Parse(q.Get("until")) // what is no day filters nothing
	page, err := s.Notices.List(r.Context(), visitOf(r).user.Actor(), notice.Filter{State: p.State, Until: p.Until, After: q.Get("after")})
	if err != nil {
		return err
	}
	p.Page, p.Marks = page, noticeMarks[p.State]
	for _, l := range page.Lines {
		p.List = append(p.List, noticeLine{l, s.Chart.Line(&l.Card)})
	}
	p.Here = p.address(q.Get("after"), false)
	p.Every = p.address(q.Get("after"), true)
	if page.Next != "" {
		p.Older = p.address(page.Next, false)
	}
	p.Done = doneWords(q)
	status, title := http.StatusOK, "Notices to parents"
	if wrong != nil {
		status, _ = s.explain(w, wrong)
		title, p.Problem = "Error: notices to parents", fault.Public(wrong)
	}
	return s.show(w, r, status, view{Page: "notices", Title: title, Body: p})
}

// address is that of a part of the list.
func (p *noticesPage) address(after string, all bool) string {
	q := url.Values{"state": {string(p.State)}}
	if p.Until != cal.None {
		q.Set("until", p.Until.String())
	}
	if after != "" {
		q.Set("after", after)
	}
	if all {
		q.Set("all", "")
	}
	return noticesAddress + "?" + q.Encode()
}

// doneWords say what an address tells of what has just been done.
func doneWords(q url.Values) string {
	words, ok := noticesDone[iis.NoticeState(q.Get("done"))]
	n, err := strconv.Atoi(q.Get("count"))
	if !ok || err != nil || n < 0 {
		return ""
	}
	notices := numberWords(int64(n)) + " notices are"
	if n == 1 {
		notices = "1 notice is"
	}
	return fmt.Sprintf("%s marked as %s.", notices, words)
}

// noticeWord is a state in words; "" of none.
func noticeWord(s iis.NoticeState) string {
	return map[iis.NoticeState]string{
		iis.NoticeDue: "Due", iis.NoticeMade: "Made", iis.NoticeSent: "Sent", iis.NoticeReturned: "Returned by the mail", iis.NoticeWithdrawn: "Withdrawn",
	}[s]
}

// Prints reports notices that have something to print.
func (p noticesPage) Prints() bool {
	return p.State != iis.NoticeWithdrawn && p.Policy.Notice != nil && slices.ContainsFunc(p.Policy.Notice.Parts, func(part policy.Part) bool { return part.Paper != "" })
}

// noticesIn are the notices that a form names.
func noticesIn(post url.Values) (ids []iis.NoticeID, err error) {
	for _, number := range post["notice"] {
		id, ok := iis.ParseNoticeID(number)
		if !ok {
			return nil, errUnreadable
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// printNotices makes one PDF of what the parents of the chosen children are sent, each
// in their language.
func (s *site) printNotices(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	ids, err := noticesIn(r.PostForm)
	if err != nil {
		return err
	}
	v := visitOf(r)
	lines, law, err := s.Notices.Print(r.Context(), v.user.Actor(), ids...)
	if formWrong(err) {
		v.err = err
		return s.showNotices(w, r, url.Values{"state": {r.PostForm.Get("state")}, "until": {r.PostForm.Get("until")}}, err)
	}
	if err != nil {
		return err
	}
	var parts []paper.Part
	for i := range lines {
		parts = append(parts, letterOf(law, &lines[i], cal.On(v.started))...)
	}
	if len(parts) == 0 {
		return s.showNotices(w, r, url.Values{"state": {r.PostForm.Get("state")}}, fault.New(fault.Invalid, "By the policy of this registry a notice has nothing to print. Nothing was printed."))
	}
	pdf, err := paper.WriteRun("Notices to parents", v.started, parts)
	if err != nil {
		return err
	}
	sendPDF(w, "notices.pdf", pdf)
	return nil
}

// letterOf is what is printed for one child, in the order of the policy's parts.
func letterOf(law *policy.Policy, l *notice.Line, on cal.Date) (out []paper.Part) {
	if law.Notice == nil {
		return nil
	}
	set, lang := law.Papers(), l.Notice.Language
	address := strings.Join(slices.DeleteFunc([]string{l.Mail.Street, l.Mail.Street2, strings.TrimSpace(strings.Trim(l.Mail.City+", "+l.Mail.State, ", ") + " " + l.Mail.Zip)}, func(s string) bool { return s == "" }), "\n")
	birth := l.Card.Golden.Birth
	for _, part := range law.Notice.Parts {
		if m := set.Material(part.Paper); m != nil {
			in := m.In(lang).Language.Code
			v := form.Values{"day": form.DayWords(in, on), "child": l.Mail.Child, "patient": l.Mail.Child, "birth date": form.DayWords(in, birth), "parents": l.Mail.To, "guardian": l.Mail.To, "address": address}
			out = append(out, paper.Part{Sheet: m.Show(lang, v)})
		} else if f := set.Form(part.Paper); f != nil {
			v := form.Values{"patient": l.Mail.Child, "birth date": birth.Time().Format("1/2/2006"), "patient address": strings.ReplaceAll(address, "\n", ", ")}
			out = append(out, paper.Part{Form: f.Show(lang, v, f.Prefill(v))})
		}
	}
	return out
}

// markNotices says of the notices that were chosen what became of them.
func (s *site) markNotices(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	here := url.Values{}
	for _, key := range []string{"state", "until", "after"} {
		if v := r.PostForm.Get(key); v != "" {
			here.Set(key, v)
		}
	}
	ids, err := noticesIn(r.PostForm)
	if err != nil {
		return err
	}
	as := iis.NoticeState(r.PostForm.Get("as"))
	n, err := s.Notices.Mark(r.Context(), visitOf(r).user.Actor(), as, ids...)
	if formWrong(err) {
		visitOf(r).err = err
		return s.showNotices(w, r, here, err)
	}
	if err != nil {
		return err
	}
	here.Del("after") // what was marked has left the list
	here.Set("done", string(as))
	here.Set("count", strconv.Itoa(n))
	http.Redirect(w, r, noticesAddress+"?"+here.Encode(), http.StatusSeeOther)
	return nil
}
