package web

import (
	_ "embed"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"openiis/internal/fault"
	"openiis/internal/iis"
	"openiis/internal/roster"
	"openiis/internal/sheet"
)

// How many answers the page of a roster file shows at most, and for how long one waits for a
// file that is looked at.
const (
	answeredRows = 200
	stagingWaits = 4 * time.Second
)

//go:embed roster.csv
var emptyRoster []byte

// rosterFilesPage is where a roster is uploaded, with the files before it.
type rosterFilesPage struct {
	*roster.Site
	Files   []iis.File
	Most    int
	Problem string
}

// rosterFiles shows where a roster is uploaded.
func (s *site) rosterFiles(w http.ResponseWriter, r *http.Request) error {
	return s.showRosterFiles(w, r, nil)
}

func (s *site) showRosterFiles(w http.ResponseWriter, r *http.Request, wrong error) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	p := rosterFilesPage{Most: roster.FileLimits.Rows}
	if p.Site, p.Files, err = s.Rosters.Files(r.Context(), visitOf(r).user.Actor(), id); err != nil {
		return err
	}
	status, title := http.StatusOK, "Upload a roster"
	if wrong != nil {
		visitOf(r).err = wrong
		p.Problem, title = fault.Public(wrong), "Error: upload a roster"
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "rosterfiles", Title: title, Body: p})
}

// rosterTemplate is a roster with the columns, to be filled in.
func (s *site) rosterTemplate(w http.ResponseWriter, _ *http.Request) error {
	csvHead(w, "empty-roster.csv")
	_, _ = w.Write(emptyRoster) // the reader has gone: there is nobody to tell
	return nil
}

// uploadRoster keeps a roster. It is read, and shown, at its own address.
func (s *site) uploadRoster(w http.ResponseWriter, r *http.Request) error {
	id, err := rosterIn(r)
	if err != nil {
		return err
	}
	name, content, err := readRoster(r)
	if err != nil && (formWrong(err) || fault.KindOf(err) == fault.TooLarge) {
		return s.showRosterFiles(w, r, err)
	}
	if err != nil {
		return err
	}
	leave, err := s.enterUploads()
	if err != nil {
		return err
	}
	defer leave()
	file, err := s.Rosters.KeepFile(r.Context(), visitOf(r).user.Actor(), id, name, content)
	if formWrong(err) {
		return s.showRosterFiles(w, r, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, rosterFileAddress(id, file), http.StatusSeeOther)
	return nil
}

func rosterFileAddress(id iis.OrganizationID, file iis.FileID) string {
	return rosterAddress(id) + "/files/" + file.Public()
}

// readRoster reads the form for a roster part by part.
func readRoster(r *http.Request) (name string, content []byte, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, errUnreadable
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", nil, uploadCut(err)
		}
		if part.FormName() != "file" {
			continue
		}
		if content, err = io.ReadAll(io.LimitReader(part, int64(roster.FileLimits.Bytes)+1)); err != nil {
			return "", nil, uploadCut(err)
		}
		name = part.FileName()
		if len(content) > roster.FileLimits.Bytes {
			_, _ = io.Copy(io.Discard, r.Body) // heard to its end, as far as we listen
			return "", nil, fault.New(fault.TooLarge, "The file is larger than %d MB and was not kept. Split it into smaller files, each with the row of column names.", roster.FileLimits.Bytes/1_000_000)
		}
	}
	if name == "" {
		return "", nil, fault.New(fault.Invalid, "Choose a file.")
	}
	return name, content, nil
}

// rosterFilePage is an uploaded roster: while it is looked at, what would become of it, and
// what became of it.
type rosterFilePage struct {
	*roster.File
	Problem string
	Looked  int // rows, while it is looked at; Done: all of them
	Done    bool
	Staging *roster.Staging
	Counts  []fileCount
	Look    *roster.Preview
	Until   string // the last day of those who are not in the file
	Answers []iis.FileRow
	Next    int
}

// openedRoster is the file that an address names.
func (s *site) openedRoster(r *http.Request) (*roster.File, error) {
	id, err := rosterIn(r)
	if err != nil {
		return nil, err
	}
	file, ok := iis.ParseFileID(r.PathValue("file"))
	if !ok {
		return nil, fault.New(fault.NotFound, "This is not the number of a file. It has 13 letters and digits.")
	}
	return s.Rosters.OpenFile(r.Context(), visitOf(r).user.Actor(), id, file)
}

// rosterFile shows an uploaded roster.
func (s *site) rosterFile(w http.ResponseWriter, r *http.Request) error {
	f, err := s.openedRoster(r)
	if err != nil {
		return err
	}
	return s.showRosterFile(w, r, f, nil)
}

func (s *site) showRosterFile(w http.ResponseWriter, r *http.Request, f *roster.File, wrong error) error {
	v := visitOf(r)
	p := rosterFilePage{File: f, Until: v.started.Format("1/2/2006")}
	var err error
	if f.Finished.IsZero() {
		err = s.showStaged(r, &p)
	} else {
		behind, _ := strconv.Atoi(r.URL.Query().Get("behind")) // what is no number is the first page
		var counts map[iis.RowResult]int
		p.Answers, counts, err = s.Rosters.Results(r.Context(), f, behind, answeredRows)
		p.count(counts)
		if len(p.Answers) == answeredRows {
			p.Next = p.Answers[answeredRows-1].Line
		}
	}
	if err != nil {
		return err
	}
	status, title := http.StatusOK, "A roster that was uploaded"
	if wrong != nil {
		v.err = wrong
		p.Problem, title = fault.Public(wrong), "Error: a roster that was uploaded"
		status, _ = s.explain(w, wrong)
	}
	return s.show(w, r, status, view{Page: "rosterfile", Title: title, Body: p})
}

// showStaged has the page tell what would become of the rows.
func (s *site) showStaged(r *http.Request, p *rosterFilePage) error {
	by := visitOf(r).user.Actor()
	st := s.Rosters.Stage(by, p.File)
	st.Wait(stagingWaits)
	if p.Looked, p.Done = st.Progress(); !p.Done {
		return nil
	}
	if k := fault.KindOf(st.Err); st.Err != nil {
		if k != fault.Invalid && k != fault.TooLarge {
			return st.Err
		}
		p.Problem = fault.Public(st.Err)
		return nil
	}
	p.Staging = st
	var err error
	if p.Look, err = s.Rosters.Look(r.Context(), by, p.File, st); err == nil {
		p.count(p.Look.Counts)
	}
	return err
}

// count puts counts in their order.
func (p *rosterFilePage) count(counts map[iis.RowResult]int) {
	counts[iis.RowNobody] += counts[iis.RowOptedOut] // nobody is told of that
	for _, r := range iis.RosterResults {
		if counts[r] > 0 {
			p.Counts = append(p.Counts, fileCount{rosterWords(r), counts[r]})
		}
	}
}

// Words is a result in words.
func (rosterFilePage) Words(r iis.RowResult) string { return rosterWords(r) }

func rosterWords(r iis.RowResult) string {
	switch r {
	case iis.RowNew:
		return "New on the roster"
	case iis.RowMoved:
		return "Moved, or another number"
	case iis.RowThere:
		return "On it already"
	case iis.RowNobody, iis.RowOptedOut:
		return "Not found"
	case iis.RowTwice:
		return "Not unique"
	case iis.RowRace:
		return "Not any more"
	}
	return "Invalid"
}

// acceptRoster takes over a roster that was looked at.
func (s *site) acceptRoster(w http.ResponseWriter, r *http.Request) error {
	f, err := s.openedRoster(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	err = s.Rosters.Accept(r.Context(), visitOf(r).user.Actor(), f, roster.Acceptance{Ends: r.PostForm.Get("ends") != "", Until: r.PostForm.Get("until")})
	if formWrong(err) {
		return s.showRosterFile(w, r, f, err)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, rosterFileAddress(f.Roster, f.ID), http.StatusSeeOther)
	return nil
}

// rosterAnswers is what became of the rows of a roster, as a file with the site's own numbers.
func (s *site) rosterAnswers(w http.ResponseWriter, r *http.Request) error {
	f, err := s.openedRoster(r)
	if err != nil {
		return err
	}
	csvHead(w, "roster-results.csv")
	out := sheet.New(w)
	_ = out.Write([]string{"line", "own_number", "name", "birth_date", "grade_or_room", "result", "note"})
	err = s.Rosters.Answers(r.Context(), f, func(a roster.Answer) error {
		return out.Write([]string{strconv.Itoa(a.Line), a.Own, a.Name, a.Birth, a.Place, rosterWords(a.Result), a.Say})
	})
	out.Flush()
	return err
}
